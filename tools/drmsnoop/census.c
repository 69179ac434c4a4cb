// SPDX-License-Identifier: GPL-2.0-or-later
/* Every process that has GPU clients, and what they have. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "census.h"
#include "drmsnoop.h"

static void free_entry(struct census_entry *entry)
{
	free(entry->comm);
	free(entry->driver);
	free(entry->denied);
}

static int add_client(const struct drmsnoop_client *client, void *data)
{
	struct census *census = data;
	struct census_entry *grown;
	struct census_entry entry = {
		.pid = client->pid,
		.uid = client->uid,
		.card = client->card,
		.client = client->client_id,
		.node = client->node,
		.fd = client->fd,
		.fd_count = client->fd_count,
	};

	/* A descriptor that the shell left us says nothing about a GPU user. */
	if (client->pid == getpid())
		return 0;
	if (census->count == census->room) {
		census->room = census->room ? 2 * census->room : 32;
		grown = realloc(census->entries,
				census->room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		census->entries = grown;
	}
	entry.comm = strdup(client->comm);
	entry.driver = strdup(client->driver);
	if (!entry.comm || !entry.driver) {
		free_entry(&entry);
		return -ENOMEM;
	}
	census->entries[census->count++] = entry;
	return 0;
}

static int count_vm(const struct drm_snoop_vm *vm, void *data)
{
	uint64_t *vms = data;

	(*vms)++;
	return 0;
}

/* Sizes of objects by identity, to count the bytes of each once. */
struct sizes {
	struct { uint64_t id, size; } *items;
	size_t count, room;
};

static int add_size(const struct drm_snoop_object *object, void *data)
{
	struct sizes *sizes = data;
	void *grown;

	if (sizes->count == sizes->room) {
		sizes->room = sizes->room ? 2 * sizes->room : 64;
		grown = realloc(sizes->items,
				sizes->room * sizeof(*sizes->items));
		if (!grown)
			return -ENOMEM;
		sizes->items = grown;
	}
	sizes->items[sizes->count].id = object->object_id;
	sizes->items[sizes->count++].size = object->size;
	return 0;
}

static int compare_id(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* A second handle of the same object adds no bytes. */
static uint64_t sum_sizes(struct sizes *sizes)
{
	uint64_t sum = 0;
	size_t i;

	if (!sizes->count)
		return 0;
	qsort(sizes->items, sizes->count, sizeof(*sizes->items), compare_id);
	for (i = 0; i < sizes->count; i++)
		if (!i || sizes->items[i].id != sizes->items[i - 1].id)
			sum += sizes->items[i].size;
	return sum;
}

/*
 * Look at a client. -ESRCH if it ended meanwhile; everything else that goes
 * wrong is an answer and goes to @denied.
 */
static int look(struct census_entry *entry)
{
	struct sizes sizes = { 0 };
	struct drmsnoop *snoop;
	char *driver;
	uint64_t id;
	int ret;

	ret = drmsnoop_open(entry->card, 0, &snoop);
	if (ret)
		goto denied;

	ret = drmsnoop_register_pid_fd(snoop, entry->pid, entry->fd, &id);
	if (!ret && entry->client && entry->client != id)
		ret = -ESRCH;
	if (ret)
		goto close;
	entry->client = id;
	/* Not every driver has fdinfo. */
	if (!entry->driver[0]) {
		driver = strdup(drmsnoop_card_info(snoop)->driver);
		if (!driver) {
			ret = -ENOMEM;
			goto close;
		}
		free(entry->driver);
		entry->driver = driver;
	}

	ret = drmsnoop_foreach_vm(snoop, id, count_vm, &entry->vms);
	entry->has_vms = !ret;
	if (ret == -EOPNOTSUPP)
		ret = 0;
	if (!ret)
		ret = drmsnoop_foreach_object(snoop, id, add_size, &sizes);
	entry->objects = sizes.count;
	entry->size = sum_sizes(&sizes);
	free(sizes.items);
close:
	drmsnoop_close(snoop);
	if (!ret || ret == -ENOMEM)
		return ret;
denied:
	if (ret == -ESRCH || ret == -EBADF)
		return -ESRCH;
	entry->denied = strdup(drmsnoop_error());
	return entry->denied ? 0 : -ENOMEM;
}

/* Is the client of entry @i listed before, for the same process? */
static bool is_repeated(const struct census *census, size_t i)
{
	const struct census_entry *entry = &census->entries[i];

	if (!entry->client)
		return false;
	while (i-- && census->entries[i].pid == entry->pid)
		if (census->entries[i].client == entry->client)
			return true;
	return false;
}

int census_take(struct census *census, pid_t pid)
{
	size_t first = census->count, i;
	int ret;

	ret = drmsnoop_foreach_client(pid, DRMSNOOP_ANY_CARD, add_client,
				      census);
	for (i = first; !ret && i < census->count;) {
		ret = look(&census->entries[i]);
		if (!ret && !is_repeated(census, i)) {
			i++;
			continue;
		}
		if (ret && ret != -ESRCH)
			break;
		ret = 0;
		free_entry(&census->entries[i]);
		census->count--;
		memmove(&census->entries[i], &census->entries[i + 1],
			(census->count - i) * sizeof(*census->entries));
	}
	return ret ? ret : (int)(census->count - first);
}

void census_free(struct census *census)
{
	size_t i;

	for (i = 0; i < census->count; i++)
		free_entry(&census->entries[i]);
	free(census->entries);
	memset(census, 0, sizeof(*census));
}
