// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * Many clients of gpusim at once: more memory than there is VRAM, binds and jobs
 * of one VM from several threads, processes killed at work. Content is checked
 * all the time.
 */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xf86drm.h>
#include <zlib.h>

#include "clock.h"
#include "expect.h"
#include "gpusim-client.h"

#define ADDR		0x100000ull
#define RESULT		0x7fffff000000ull
#define RUN_MS		4000

/* Errors that a crowd is expected to cause: no room in VRAM at this moment. */
static bool crowded(int ret)
{
	return ret == -ENOSPC || ret == -EBUSY;
}

/*
 * One process: BOs of VRAM that together with those of the others do not fit.
 * Fills one by the engine, has all checked by it. Returns what went wrong.
 */
static const char *run_client(unsigned int seed, uint64_t size, int64_t end)
{
	enum { COUNT = 4 };
	uint32_t vm, bo[COUNT], results;
	uint64_t value[COUNT] = { 0 }, *result, want, *words = malloc(size);
	int fd = gc_open(), ret = 0;

	if (fd < 0 || gc_vm_create(fd, &vm) ||
	    gc_bo_create(fd, GC_PAGE, GC_SYSTEM, vm, &results) ||
	    gc_map(fd, vm, RESULT, results, 0, GC_PAGE))
		return "setup";
	result = gc_bo_mmap(fd, results, GC_PAGE);
	for (int i = 0; i < COUNT; i++)
		if (gc_bo_create(fd, size, GC_VRAM, i % 2 ? vm : 0, &bo[i]) ||
		    gc_map(fd, vm, ADDR + i * size, bo[i], 0, size))
			return "a BO";

	while (clock_ms() < end) {
		int i = rand_r(&seed) % COUNT;
		uint64_t next = rand_r(&seed);

		switch (rand_r(&seed) % 4) {
		case 0:
			ret = gc_bo_migrate(fd, bo[i], GC_SYSTEM);
			break;
		case 1:
			ret = gc_unmap(fd, vm, ADDR + i * size, size) ?:
			      gc_map(fd, vm, ADDR + i * size, bo[i], 0, size);
			break;
		case 2:
			ret = gc_fill(fd, vm, ADDR + i * size, size, next);
			if (!ret)
				value[i] = next;
			break;
		case 3:
			ret = gc_checksum(fd, vm, RESULT, ADDR + i * size, size);
			if (ret)
				break;
			for (size_t w = 0; w < size / 8; w++)
				words[w] = value[i];
			want = crc32(0, (void *)words, size);
			if (*result != want)
				return "wrong content";
			break;
		}
		if (ret && !crowded(ret)) {
			print_message("# %s\n", strerror(-ret));
			return "an operation";
		}
	}
	free(words);
	close(fd);

	return NULL;
}

static pid_t start_client(unsigned int seed, uint64_t size, int64_t end)
{
	pid_t pid = fork();

	if (!pid) {
		const char *wrong = run_client(seed, size, end);

		if (wrong)
			print_error("client %u: %s\n", seed, wrong);
		fflush(NULL);
		_exit(wrong ? 1 : 0);
	}
	return expect_ok(pid);
}

static uint64_t vram(bool unused)
{
	struct drm_gpusim_dev_query query = { 0 };
	int fd = expect_ok(gc_open());

	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &query));
	close(fd);
	return unused ? query.vram_free : query.vram_size;
}

static void test_crowd(void **state)
{
	enum { CLIENTS = 4 };
	uint64_t size = vram(false) / 12 & -GC_PAGE, before = vram(true);
	pid_t pids[CLIENTS];
	int status;

	(void)state;
	for (int i = 0; i < CLIENTS; i++)
		pids[i] = start_client(i + 1, size, clock_ms() + RUN_MS);
	for (int i = 0; i < CLIENTS; i++) {
		expect_equal(waitpid(pids[i], &status, 0), pids[i]);
		expect_equal(status, 0);
	}
	expect_equal(vram(true), before);
}

/* Nothing stays behind of clients killed at any moment. */
static void test_kill(void **state)
{
	uint64_t size = vram(false) / 12 & -GC_PAGE, before = vram(true);
	unsigned int seed = 1;
	int status;

	(void)state;
	for (int i = 0; i < 8; i++) {
		pid_t pid = start_client(i + 1, size, clock_ms() + 60000);

		usleep(rand_r(&seed) % 300000);
		expect_equal(kill(pid, SIGKILL), 0);
		expect_equal(waitpid(pid, &status, 0), pid);
		expect_equal(WTERMSIG(status), SIGKILL);
	}
	expect_equal(vram(true), before);
}

struct shared {
	int fd;
	uint32_t vm;
	uint32_t bo;
	int64_t end;
};

#define PAGES	64

/* Binds and unbinds pages in the upper half. */
static void *binder(void *arg)
{
	const struct shared *s = arg;
	unsigned int seed = 1;

	while (clock_ms() < s->end) {
		uint64_t page = PAGES / 2 + rand_r(&seed) % (PAGES / 2);
		uint64_t n = 1 + rand_r(&seed) % (PAGES - page);
		int ret;

		if (rand_r(&seed) % 2)
			ret = gc_map(s->fd, s->vm, ADDR + page * GC_PAGE, s->bo, 0, n * GC_PAGE);
		else
			ret = gc_unmap(s->fd, s->vm, ADDR + page * GC_PAGE, n * GC_PAGE);
		if (ret)
			return "bind";
	}
	return NULL;
}

/* Fills the whole range, which may fault in the upper half and nowhere else. */
static void *filler(void *arg)
{
	const struct shared *s = arg;
	uint64_t faults, addr;
	int ret;

	while (clock_ms() < s->end) {
		ret = gc_fill(s->fd, s->vm, ADDR, PAGES * GC_PAGE, 1);
		if (ret && ret != -EFAULT)
			return "fill";
		if (gc_vm_state(s->fd, s->vm, &faults, &addr))
			return "state";
		if (faults && (addr < ADDR + PAGES / 2 * GC_PAGE || addr >= ADDR + PAGES * GC_PAGE))
			return "fault at a wrong place";
	}
	return NULL;
}

static void *mover(void *arg)
{
	const struct shared *s = arg;

	for (int i = 0; clock_ms() < s->end; i++)
		if (gc_bo_migrate(s->fd, s->bo, i % 2 ? GC_VRAM : GC_SYSTEM))
			return "migrate";
	return NULL;
}

static void *vm_maker(void *arg)
{
	const struct shared *s = arg;
	uint32_t vm;

	while (clock_ms() < s->end)
		if (gc_vm_create(s->fd, &vm) || gc_map(s->fd, vm, ADDR, s->bo, 0, GC_PAGE) ||
		    gc_fill(s->fd, vm, ADDR, GC_PAGE, 1) || gc_vm_destroy(s->fd, vm))
			return "VM";
	return NULL;
}

static void test_threads(void **state)
{
	static void *(*const functions[])(void *) = {
		binder, binder, filler, filler, mover, vm_maker,
	};
	enum { COUNT = sizeof(functions) / sizeof(functions[0]) };
	struct shared s = { .fd = expect_ok(gc_open()), .end = clock_ms() + RUN_MS };
	const char *wrong[COUNT];
	pthread_t threads[COUNT];
	void *ret;

	(void)state;
	expect_ok(gc_vm_create(s.fd, &s.vm));
	expect_ok(gc_bo_create(s.fd, PAGES * GC_PAGE, GC_VRAM, 0, &s.bo));
	expect_ok(gc_map(s.fd, s.vm, ADDR, s.bo, 0, PAGES * GC_PAGE));
	for (int i = 0; i < COUNT; i++)
		expect_equal(pthread_create(&threads[i], NULL, functions[i], &s), 0);
	for (int i = 0; i < COUNT; i++) {
		pthread_join(threads[i], &ret);
		wrong[i] = ret;
	}
	for (int i = 0; i < COUNT; i++)
		if (wrong[i])
			expect_failed(__FILE__, __LINE__, "thread %d: %s", i, wrong[i]);
	close(s.fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_threads),
	};

	return run_group("gpusim-stress", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
