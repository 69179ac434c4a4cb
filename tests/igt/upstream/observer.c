// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * observer: looks without pause at every DRM client of every other process: lists
 * its objects and reads each of them. Ends at SIGTERM with one line,
 *
 *	observed CLIENTS clients, OBJECTS objects, BYTES bytes
 *
 * (each counted as often as it was met) and one for each kind of error that a
 * client or an object answered with. Exit status 1 if nothing was read.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <drmsnoop.h>

/* What is read of one object: all of it, or this much of either end. */
#define WHOLE_MAX	(64ULL << 20)
#define PART		(8ULL << 20)
#define CLIENTS_MAX	256
#define OBJECTS_MAX	4096
#define ERRORS		256

static volatile sig_atomic_t stop;
static uint64_t clients, objects, bytes, errors[ERRORS];

struct found {
	unsigned int count;
	struct {
		pid_t pid;
		unsigned int card;
		uint64_t client_id;
	} clients[CLIENTS_MAX];
};

/* A driver without fdinfo does not tell ids: then these are all of the process. */
struct registered {
	unsigned int count;
	uint64_t ids[CLIENTS_MAX];
};

struct handles {
	unsigned int count;
	uint32_t handles[OBJECTS_MAX];
};

static void handle_signal(int sig)
{
	stop = 1;
}

/* Counts what failed: ends of clients, objects and cards are to be expected. */
static void count_error(int error)
{
	errors[-error < ERRORS ? -error : 0]++;
}

static int find_client(const struct drmsnoop_client *client, void *data)
{
	struct found *found = data;
	unsigned int i = found->count;

	if (client->pid == getpid())
		return 0;
	found->clients[i].pid = client->pid;
	found->clients[i].card = client->card;
	found->clients[i].client_id = client->client_id;
	found->count++;
	return found->count == CLIENTS_MAX;
}

static int find_registered(const struct drm_snoop_client *client, void *data)
{
	struct registered *registered = data;

	registered->ids[registered->count++] = client->client_id;
	return registered->count == CLIENTS_MAX;
}

static int find_object(const struct drm_snoop_object *object, void *data)
{
	struct handles *handles = data;

	handles->handles[handles->count++] = object->handle;
	return handles->count == OBJECTS_MAX;
}

static void read_part(struct drmsnoop *snoop, uint64_t offset, uint64_t end)
{
	static uint8_t buf[1 << 20];
	ssize_t got;

	while (offset < end && !stop) {
		uint64_t len = end - offset;

		got = drmsnoop_pread(snoop, buf, len < sizeof(buf) ? len : sizeof(buf), offset);
		if (got < 0) {
			count_error(got);
			return;
		}
		if (!got)
			return;
		bytes += got;
		offset += got;
	}
}

static void read_objects(struct drmsnoop *snoop, uint64_t client_id)
{
	static struct handles handles;
	unsigned int i;
	uint64_t size;
	int error;

	clients++;
	handles.count = 0;
	error = drmsnoop_foreach_object(snoop, client_id, find_object, &handles);
	if (error < 0)
		count_error(error);
	for (i = 0; i < handles.count && !stop; i++) {
		error = drmsnoop_bind_object(snoop, client_id, handles.handles[i], &size);
		if (error) {
			count_error(error);
			continue;
		}
		objects++;
		if (size <= WHOLE_MAX) {
			read_part(snoop, 0, size);
		} else {
			read_part(snoop, 0, PART);
			read_part(snoop, size - PART, size);
		}
	}
}

static void look_at(pid_t pid, unsigned int card, uint64_t client_id)
{
	struct registered registered = { .count = 0 };
	struct drmsnoop *snoop;
	unsigned int i;
	int error;

	error = drmsnoop_open_process(pid, card, client_id, DRMSNOOP_CLIENTS_ONLY, &snoop);
	if (error) {
		count_error(error);
		return;
	}
	error = drmsnoop_foreach_registered(snoop, find_registered, &registered);
	if (error < 0)
		count_error(error);
	for (i = 0; i < registered.count && !stop; i++)
		read_objects(snoop, registered.ids[i]);
	drmsnoop_close(snoop);
}

int main(void)
{
	const struct sigaction action = { .sa_handler = handle_signal };
	static struct found found;
	unsigned int i;
	int error;

	sigaction(SIGTERM, &action, NULL);
	while (!stop) {
		found.count = 0;
		error = drmsnoop_foreach_client(DRMSNOOP_ALL_PROCESSES, DRMSNOOP_ANY_CARD,
						find_client, &found);
		if (error < 0) {
			fprintf(stderr, "observer: %s\n", drmsnoop_error());
			return 1;
		}
		for (i = 0; i < found.count && !stop; i++)
			look_at(found.clients[i].pid, found.clients[i].card,
				found.clients[i].client_id);
	}
	printf("observed %lu clients, %lu objects, %lu bytes\n", clients, objects, bytes);
	for (i = 0; i < ERRORS; i++) {
		if (errors[i])
			printf("error %s: %lu\n", i ? strerrorname_np(i) : "unknown", errors[i]);
	}
	return !bytes;
}
