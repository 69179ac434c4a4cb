// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "expect.h"
#include "snoop.h"
#include "watch.h"

#define MAX_THREADS	16
#define MAX_PROCESSES	4
/* Longest read: more than the module moves at once. */
#define MAX_READ	(160U << 10)
/* Addresses before and after the content are looked at too. */
#define MARGIN		0x3000U
#define LIST_MAX	64
/* How much longer a race may take on a busy machine. */
#define BUSY_MS		20000

struct thread {
	pthread_t id;
	struct watch *watch;
	int fd;
	unsigned int seed;
};

static struct thread threads[MAX_THREADS];
static unsigned int thread_count;
static pid_t processes[MAX_PROCESSES];
static unsigned int process_count;

__u64 watch_word(unsigned int seed, __u64 address)
{
	return (address + 8 + ((__u64)seed << 40)) * 0x9e3779b97f4a7c15ULL;
}

__u64 watch_flat_word(unsigned int seed, __u64 address)
{
	return seed * 0x0101010101010101ULL;
}

struct watch *watch_new(void)
{
	struct watch *watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return watch == MAP_FAILED ? NULL : watch;
}

void watch_free(struct watch *watch)
{
	if (watch)
		munmap(watch, sizeof(*watch));
}

void watch_wrong(struct watch *watch, const char *format, ...)
{
	va_list args;

	if (!atomic_exchange(&watch->failed, true)) {
		va_start(args, format);
		vsnprintf(watch->failure, sizeof(watch->failure), format, args);
		va_end(args);
	}
	watch->stop = true;
}

/* May the call fail so? Counts or complains. */
static void refused(struct watch *watch, const char *call, long long error)
{
	unsigned int i;

	for (i = 0; i < WATCH_ERRORS && watch->errors[i]; i++) {
		if (watch->errors[i] == -error) {
			watch->refused++;
			return;
		}
	}
	watch_wrong(watch, "%s: %s (%lld) is not expected", call,
		    strerrorname_np(-error) ?: "?", error);
}

static bool byte_is_good(const struct watch *watch, __u64 address, unsigned char byte)
{
	unsigned int i, shift = (address & 7) * 8;

	if (watch->zeros && !byte)
		return true;
	for (i = 0; i < watch->seed_count; i++)
		if ((unsigned char)(watch->word(watch->seed[i], address & ~7ULL) >> shift) == byte)
			return true;
	return false;
}

static bool word_is_good(const struct watch *watch, __u64 address, const unsigned char *bytes)
{
	unsigned int i;
	__u64 word;

	memcpy(&word, bytes, sizeof(word));
	for (i = 0; i < watch->seed_count; i++)
		if (word == watch->word(watch->seed[i], address))
			return true;
	return false;
}

static void check_content(struct watch *watch, __u64 address, const unsigned char *bytes,
			  size_t len)
{
	size_t i = 0;

	if (address < watch->start || address + len > watch->end) {
		watch_wrong(watch, "pread of %zu bytes at 0x%llx: content where nothing is",
			    len, address);
		return;
	}
	while (i < len) {
		bool whole = !watch->torn && !((address + i) & 7) && len - i >= 8;

		if (!(whole ? word_is_good(watch, address + i, bytes + i) :
			      byte_is_good(watch, address + i, bytes[i]))) {
			watch_wrong(watch, "byte 0x%02x at 0x%llx (%zu of %zu) was never stored there",
				    bytes[i], address + i, i, len);
			return;
		}
		i += whole ? 8 : 1;
	}
}

static __u64 random_address(struct thread *thread)
{
	const struct watch *watch = thread->watch;
	__u64 first = watch->start < MARGIN ? 0 : watch->start - MARGIN;
	__u64 address = first + rand_r(&thread->seed) % (watch->end + MARGIN - first);

	/* Half of all at pages, where ranges begin and end. */
	return rand_r(&thread->seed) & 1 ? address : address & ~4095ULL;
}

static size_t random_length(struct thread *thread)
{
	switch (rand_r(&thread->seed) % 3) {
	case 0:
		return 1 + rand_r(&thread->seed) % 64;
	case 1:
		return 1 + rand_r(&thread->seed) % 8192;
	default:
		return 1 + rand_r(&thread->seed) % MAX_READ;
	}
}

static void *run_read(void *arg)
{
	struct thread *thread = arg;
	struct watch *watch = thread->watch;
	unsigned char *buffer = malloc(MAX_READ);

	while (buffer && !watch->stop) {
		__u64 address = random_address(thread);
		size_t len = random_length(thread);
		ssize_t ret = snoop_pread(thread->fd, buffer, len, address);

		if (ret < 0) {
			/* In the margins there is nothing, whatever the target does. */
			if (ret != -EIO || (address >= watch->start && address < watch->end))
				refused(watch, "pread", ret);
		} else if (ret) {
			check_content(watch, address, buffer, ret);
			watch->good[0]++;
		}
	}
	free(buffer);
	return NULL;
}

/* Ranges lie inside the content, and bytes of objects at their own address. */
static void check_range(struct watch *watch, const char *call,
			const struct drm_snoop_range *range)
{
	if (range->kind != DRM_SNOOP_RANGE_OBJECT || !range->object_id ||
	    range->start < watch->start || range->end > watch->end ||
	    range->start >= range->end || range->object_offset != range->start ||
	    range->end > range->object_size)
		watch_wrong(watch, "%s: wrong range 0x%llx-0x%llx kind %u object 0x%llx + 0x%llx of 0x%llx",
			    call, range->start, range->end, range->kind, range->object_id,
			    range->object_offset, range->object_size);
}

static void *run_query(void *arg)
{
	struct thread *thread = arg;
	struct watch *watch = thread->watch;

	while (!watch->stop) {
		__u64 address = random_address(thread);
		__u32 flags = rand_r(&thread->seed) & 1 ? DRM_SNOOP_QUERY_NEXT : 0;
		struct drm_snoop_range range;
		int ret = snoop_query(thread->fd, address, flags, &range);

		if (ret == -ENOENT)
			continue;
		if (ret) {
			refused(watch, "QUERY_RANGE", ret);
			continue;
		}
		check_range(watch, "QUERY_RANGE", &range);
		if (address >= range.end || (!flags && address < range.start))
			watch_wrong(watch, "QUERY_RANGE of 0x%llx answers 0x%llx-0x%llx",
				    address, range.start, range.end);
		watch->good[1]++;
	}
	return NULL;
}

static void check_ranges(struct watch *watch, const struct drm_snoop_range *ranges, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		check_range(watch, "LIST RANGES", &ranges[i]);
		/* A new range may cover where the list was continued: see the uAPI. */
		if (i && ranges[i].end <= ranges[i - 1].end)
			watch_wrong(watch, "LIST RANGES: 0x%llx after 0x%llx-0x%llx",
				    ranges[i].start, ranges[i - 1].start, ranges[i - 1].end);
	}
}

static void check_list(struct watch *watch, __u32 what, const void *entries, int count)
{
	const struct drm_snoop_client *client = entries;
	const struct drm_snoop_object *object = entries;
	int i;

	switch (what) {
	case DRM_SNOOP_LIST_CLIENTS:
		if (count != 1 || client->client_id != watch->client_id)
			watch_wrong(watch, "LIST CLIENTS: %d clients, first %llu", count,
				    client->client_id);
		break;
	case DRM_SNOOP_LIST_OBJECTS:
		for (i = 0; i < count; i++)
			if (!object[i].handle || !object[i].object_id || !object[i].size ||
			    (i && object[i].handle <= object[i - 1].handle))
				watch_wrong(watch, "LIST OBJECTS: wrong entry %d", i);
		break;
	case DRM_SNOOP_LIST_RANGES:
		check_ranges(watch, entries, count);
		break;
	}
}

static void *run_list(void *arg)
{
	struct thread *thread = arg;
	struct watch *watch = thread->watch;
	void *entries = calloc(LIST_MAX, 4096);

	while (entries && !watch->stop) {
		__u32 what = DRM_SNOOP_LIST_CLIENTS + rand_r(&thread->seed) % 4;
		bool clients = what == DRM_SNOOP_LIST_CLIENTS;
		bool ranges = what == DRM_SNOOP_LIST_RANGES;
		int ret;

		/* Small pages: what changes between them is the point. */
		ret = snoop_list(thread->fd, what, clients ? 0 : watch->client_id,
				 ranges ? watch->vm_id : 0, entries, LIST_MAX,
				 1 + rand_r(&thread->seed) % 5);
		if (ret < 0) {
			refused(watch, "LIST", ret);
			continue;
		}
		check_list(watch, what, entries, ret);
		watch->good[2]++;
	}
	free(entries);
	return NULL;
}

static void *run_seek(void *arg)
{
	struct thread *thread = arg;
	struct watch *watch = thread->watch;

	while (!watch->stop) {
		__u64 address = random_address(thread), position;
		int whence = rand_r(&thread->seed) & 1 ? SEEK_DATA : SEEK_HOLE;
		int ret = snoop_seek(thread->fd, address, whence, &position);

		if (ret == -ENXIO)
			continue;
		if (ret) {
			refused(watch, whence == SEEK_DATA ? "SEEK_DATA" : "SEEK_HOLE", ret);
			continue;
		}
		if (position < address ||
		    (whence == SEEK_DATA && (position < watch->start || position >= watch->end)) ||
		    (whence == SEEK_HOLE && position > watch->end && position != address))
			watch_wrong(watch, "seek to %s from 0x%llx ends at 0x%llx",
				    whence == SEEK_DATA ? "data" : "a hole", address, position);
		watch->good[3]++;
	}
	return NULL;
}

static void start_thread(struct watch *watch, int fd, void *(*run)(void *arg))
{
	struct thread *thread = &threads[thread_count];

	if (thread_count == MAX_THREADS) {
		watch_wrong(watch, "too many threads");
		return;
	}
	*thread = (struct thread) { .watch = watch, .fd = fd, .seed = getpid() + thread_count };
	if (pthread_create(&thread->id, NULL, run, thread))
		watch_wrong(watch, "no thread");
	else
		thread_count++;
}

void watch_threads(struct watch *watch, int fd, unsigned int kinds)
{
	static void *(*const run[])(void *arg) = { run_read, run_query, run_list, run_seek };
	unsigned int i;

	watch->kinds |= kinds;
	for (i = 0; i < WATCH_KINDS; i++)
		if (kinds & 1U << i)
			start_thread(watch, fd, run[i]);
}

static void join_threads(void)
{
	while (thread_count)
		pthread_join(threads[--thread_count].id, NULL);
}

void watch_process(struct watch *watch, int fd, unsigned int kinds)
{
	pid_t pid = process_count < MAX_PROCESSES ? fork() : -1;

	if (pid < 0) {
		watch_wrong(watch, "no process");
	} else if (pid) {
		processes[process_count++] = pid;
	} else {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* The threads of the parent are not in the child. */
		thread_count = 0;
		watch_threads(watch, fd, kinds);
		join_threads();
		_exit(0);
	}
}

void watch_stop(struct watch *watch)
{
	int status;

	watch->stop = true;
	join_threads();
	while (process_count) {
		waitpid(processes[--process_count], &status, 0);
		if (status)
			watch_wrong(watch, "an observing process ended with status 0x%x", status);
	}
}

void watch_end(struct watch *watch)
{
	watch_stop(watch);
	if (watch->failed)
		expect_failed(__FILE__, __LINE__, "%s", watch->failure);
	watch->stop = false;
}

void watch_reset(struct watch *watch)
{
	unsigned int i;

	for (i = 0; i < WATCH_KINDS; i++)
		watch->good[i] = 0;
	watch->kinds = 0;
}

bool watch_all_good(const struct watch *watch)
{
	unsigned int i;

	for (i = 0; i < WATCH_KINDS; i++)
		if (watch->kinds & 1U << i && !watch->good[i])
			return false;
	return true;
}

bool watch_going(struct watch *watch, unsigned int milliseconds, __u64 *until)
{
	__u64 now = clock_ms();

	if (!*until)
		*until = now + milliseconds;
	if (watch->stop)
		return false;
	return now < *until || (now < *until + BUSY_MS && !watch_all_good(watch));
}
