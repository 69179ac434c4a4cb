// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * card-observer N: looks at an object of its own on card N, as told on standard
 * input; for tests that take the card away meanwhile. Works on gpusim and on every
 * driver with dumb buffers. Answers each command with one line, "ok [VALUE]" or
 * "error ERRNO".
 *
 *	open		open the card's snoop node
 *	client		open the card itself, make an object, store to it, register
 *	bind		bind the snoop file to the object
 *	read		read the object and compare
 *	info, list, seek, query		one call each
 *	start		two threads read again and again
 *	stop		end them -> ok READS ERRNO-OR-0 (why they ended before)
 *	map		map the object through the snoop file
 *	look		read all of the map and compare; "error SIGBUS"
 *	stare		a thread reads the map again and again
 *	blink		end it -> ok PASSES SIGBUS-OR-0 (what ended it before)
 *	unmap		unmap it
 *	freeze		take a snapshot of the object, and keep its inode only
 *	thaw		open that again; -> ok: it is empty
 *	leave		close the card itself
 *	close		close the snoop node
 *
 * Ends with its input.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "gpusim-client.h"
#include "snoop.h"
#include "watch.h"
#include "window.h"

#define READERS		2

/* A dumb buffer of 256 x 256 pixels of 4 bytes. */
#define PIXELS		256
#define SIZE		(PIXELS * PIXELS * 4UL)

static unsigned int card;
static int snoop = -1, drm = -1, frozen = -1;
static __u32 handle;
static __u64 client_id;
static pthread_t readers[READERS];
static atomic_bool reading;
static atomic_ulong reads;
static atomic_int read_error;
static __u64 *map;
static pthread_t starer;
static atomic_ulong passes;
static atomic_int stare_signal;

static int do_open(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/dri/card%u-snoop", card);
	snoop = open(path, O_RDONLY | O_CLOEXEC);
	return snoop < 0 ? -errno : 0;
}

/* gpusim has no display and so no dumb buffers. */
static int make_gpusim_object(void **memory)
{
	int ret = gc_bo_create(drm, SIZE, GC_VRAM, 0, &handle);

	if (ret)
		return ret;
	*memory = gc_bo_mmap(drm, handle, SIZE);
	return *memory ? 0 : -errno;
}

static int make_dumb_object(void **memory)
{
	__u32 pitch;
	uint64_t size, offset;
	int ret;

	ret = drmModeCreateDumbBuffer(drm, PIXELS, PIXELS, 32, 0, &handle, &pitch, &size);
	if (!ret)
		ret = drmModeMapDumbBuffer(drm, handle, &offset);
	if (ret)
		return ret;
	if (size < SIZE)
		return -EOVERFLOW;
	*memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, drm, offset);
	return *memory == MAP_FAILED ? -errno : 0;
}

static int store(void)
{
	drmVersionPtr version = drmGetVersion(drm);
	__u64 *words, i;
	void *memory;
	int ret;

	if (!version)
		return -ENODEV;
	ret = strcmp(version->name, "gpusim") ? make_dumb_object(&memory) :
		make_gpusim_object(&memory);
	drmFreeVersion(version);
	if (ret)
		return ret;
	words = memory;
	for (i = 0; i < SIZE; i += 8)
		words[i / 8] = watch_word(1, i);
	munmap(memory, SIZE);
	return 0;
}

static int do_client(void)
{
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "/dev/dri/card%u", card);
	drm = open(path, O_RDWR | O_CLOEXEC);
	if (drm < 0)
		return -errno;
	ret = store();
	return ret ? ret : snoop_register(snoop, drm, &client_id);
}

static int do_bind(void)
{
	__u64 size;
	int ret = snoop_bind_object(snoop, client_id, handle, &size);

	return ret ? ret : size < SIZE ? -EOVERFLOW : 0;
}

/* The whole object; -EBADMSG: not what was stored. */
static int do_read(void)
{
	__u64 *words = malloc(SIZE), i;
	ssize_t ret;

	if (!words)
		return -ENOMEM;
	ret = snoop_pread(snoop, words, SIZE, 0);
	for (i = 0; i < SIZE / 8 && ret == (ssize_t)SIZE; i++)
		if (words[i] != watch_word(1, i * 8))
			ret = -EBADMSG;
	free(words);
	/* Short: the card went between two pieces, and is gone for the next call. */
	return ret < 0 ? ret : ret == (ssize_t)SIZE ? 0 : -EREMOTEIO;
}

static int do_info(void)
{
	struct drm_snoop_card_info info = { 0 };

	return snoop_card_info(snoop, &info);
}

static int do_list(void)
{
	struct drm_snoop_object objects[16];
	int ret = snoop_list(snoop, DRM_SNOOP_LIST_OBJECTS, client_id, 0, objects, 16, 4);

	return ret < 0 ? ret : 0;
}

static int do_seek(void)
{
	__u64 position;

	return snoop_seek(snoop, 0, SEEK_DATA, &position);
}

static int do_query(void)
{
	struct drm_snoop_range range;

	return snoop_query(snoop, 0, 0, &range);
}

static void *run_reader(void *unused)
{
	while (reading) {
		int ret = do_read();

		if (ret == -EREMOTEIO)
			continue;
		if (ret) {
			read_error = -ret;
			break;
		}
		reads++;
	}
	return NULL;
}

static int do_start(void)
{
	unsigned int i;

	reading = true;
	reads = 0;
	read_error = 0;
	for (i = 0; i < READERS; i++)
		if (pthread_create(&readers[i], NULL, run_reader, NULL))
			return -EAGAIN;
	/* Back when they have really begun. */
	while (!reads && !read_error)
		usleep(1000);
	return 0;
}

static void stop(void)
{
	int error;
	unsigned int i;

	reading = false;
	for (i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	error = read_error;
	printf("ok %lu %s\n", (unsigned long)reads, error ? strerrorname_np(error) : "0");
}

static int do_map(void)
{
	void *address;
	int ret = window_try(snoop, 0, SIZE, PROT_READ, &address);

	if (!ret)
		map = address;
	return ret;
}

/* A signal at the first page where there is one, or 0. */
static int pass(void)
{
	unsigned long offset;
	int signal = 0;

	for (offset = 0; offset < SIZE && !signal; offset += WINDOW_PAGE)
		signal = window_load((char *)map + offset);
	return signal;
}

static void look(void)
{
	int signal = pass();
	__u64 i;

	for (i = 0; i < SIZE / 8 && !signal; i++)
		if (map[i] != watch_word(1, i * 8))
			break;
	if (signal)
		printf("error SIG%s\n", sigabbrev_np(signal));
	else
		puts(i == SIZE / 8 ? "ok" : "error EBADMSG");
}

static void *run_starer(void *unused)
{
	while (reading && !stare_signal) {
		stare_signal = pass();
		passes++;
	}
	return NULL;
}

static int do_stare(void)
{
	reading = true;
	passes = 0;
	stare_signal = 0;
	if (pthread_create(&starer, NULL, run_starer, NULL))
		return -EAGAIN;
	while (!passes)
		usleep(1000);
	return 0;
}

static void blink(void)
{
	reading = false;
	pthread_join(starer, NULL);
	printf("ok %lu %s%s\n", (unsigned long)passes, stare_signal ? "SIG" : "",
	       stare_signal ? sigabbrev_np(stare_signal) : "0");
}

static int do_unmap(void)
{
	int ret = munmap(map, SIZE) ? -errno : 0;

	map = NULL;
	return ret;
}

/* Another descriptor of the file behind @fd. */
static int open_again(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int do_freeze(void)
{
	int fd = snoop_snapshot(snoop, 0, SIZE, NULL);

	if (fd < 0)
		return fd;
	frozen = open_again(fd, O_PATH);
	close(fd);
	return frozen < 0 ? frozen : 0;
}

static int do_thaw(void)
{
	int fd = open_again(frozen, O_RDONLY);
	ssize_t ret;
	char byte;

	if (fd < 0)
		return fd;
	ret = read(fd, &byte, 1);
	close(fd);
	return ret < 0 ? -errno : ret ? -EBADMSG : 0;
}

static int do_leave(void)
{
	int ret = close(drm) ? -errno : 0;

	drm = -1;
	return ret;
}

static int do_close(void)
{
	int ret = close(snoop) ? -errno : 0;

	snoop = -1;
	return ret;
}

static const struct {
	const char *name;
	int (*run)(void);
} commands[] = {
	{ "open", do_open }, { "client", do_client }, { "bind", do_bind }, { "read", do_read },
	{ "info", do_info }, { "list", do_list }, { "seek", do_seek }, { "query", do_query },
	{ "start", do_start }, { "leave", do_leave }, { "close", do_close },
	{ "map", do_map }, { "stare", do_stare }, { "unmap", do_unmap },
	{ "freeze", do_freeze }, { "thaw", do_thaw },
};

/* Commands with an answer of their own. */
static const struct {
	const char *name;
	void (*run)(void);
} reports[] = {
	{ "stop", stop }, { "look", look }, { "blink", blink },
};

static void run_command(const char *name)
{
	unsigned int i;
	int ret;

	for (i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		if (!strcmp(name, reports[i].name)) {
			reports[i].run();
			return;
		}
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		ret = commands[i].run();
		if (ret)
			printf("error %s\n", strerrorname_np(-ret) ?: "?");
		else
			puts("ok");
		return;
	}
	puts("error ENOSYS");
}

int main(int argc, char **argv)
{
	char line[64];

	if (argc != 2) {
		fputs("usage: card-observer CARD-NUMBER\n", stderr);
		return 2;
	}
	card = strtoul(argv[1], NULL, 10);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		run_command(line);
		fflush(stdout);
	}
	return 0;
}
