// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * BOs of gpusim that are swapped out: they come back when the engine or the CPU
 * uses them, with their content, and nothing else goes.
 */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

#include "clock.h"
#include "gpusim-fixture.h"

/* Swaps out and comes back by the engine, by the CPU, by GEM_MIGRATE. */
static void check_swap(uint32_t bo, uint32_t home)
{
	unsigned char *p = map_cpu(bo, SIZE), *want = malloc(SIZE);
	uint32_t other = new_bo(SIZE, GC_SYSTEM, 0);

	scribble(p, SIZE, 1);
	memcpy(want, p, SIZE);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));

	expect_ok(gc_bo_migrate(fd, bo, GC_SWAPPED));
	expect_equal(placement_of(bo), GC_SWAPPED);
	/* the one that was named and no other */
	expect_equal(placement_of(other), GC_SYSTEM);
	/* already */
	expect_ok(gc_bo_migrate(fd, bo, GC_SWAPPED));
	expect_equal(placement_of(bo), GC_SWAPPED);

	check_gpu(ADDR, want, SIZE);
	expect_equal(placement_of(bo), home);

	expect_ok(gc_bo_migrate(fd, bo, GC_SWAPPED));
	expect_bytes(p, want, SIZE);
	expect_equal(placement_of(bo), GC_SYSTEM);
	scribble(p, SIZE, 2);
	memcpy(want, p, SIZE);
	expect_ok(gc_bo_migrate(fd, bo, GC_SWAPPED));
	check_gpu(ADDR, want, SIZE);

	expect_ok(gc_bo_migrate(fd, bo, GC_SWAPPED));
	expect_ok(gc_bo_migrate(fd, bo, home));
	expect_equal(placement_of(bo), home);
	expect_bytes(p, want, SIZE);

	/* bound while it is away */
	expect_ok(gc_bo_migrate(fd, bo, GC_SWAPPED));
	expect_ok(gc_map(fd, vm, HIGH, bo, GC_PAGE, GC_PAGE));
	check_gpu(HIGH, want + GC_PAGE, GC_PAGE);
	expect_ok(gc_unmap(fd, vm, HIGH, GC_PAGE));

	/* from the middle of an eviction, and closed while it is away */
	expect_ok(gc_bo_migrate(fd, bo, GC_SYSTEM));
	expect_ok(gc_bo_migrate(fd, bo, GC_SWAPPED));
	expect_equal(placement_of(bo), GC_SWAPPED);
	expect_ok(gc_bo_close(fd, bo));
	check_gpu(ADDR, want, SIZE);
	expect_ok(gc_unmap(fd, vm, ADDR, SIZE));
	expect_ok(gc_bo_close(fd, other));
	munmap(p, SIZE);
	free(want);
}

static void test_system(void **state)
{
	(void)state;
	check_swap(new_bo(SIZE, GC_SYSTEM, 0), GC_SYSTEM);
	check_swap(new_bo(SIZE, GC_SYSTEM, vm), GC_SYSTEM);
}

static void test_vram(void **state)
{
	(void)state;
	check_swap(new_bo(SIZE, GC_VRAM, 0), GC_VRAM);
	check_swap(new_bo(SIZE, GC_VRAM, vm), GC_VRAM);
}

/* Never written: zeros before and after. */
static void test_untouched(void **state)
{
	static const unsigned char zero[SIZE];
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0);
	unsigned char *p;

	(void)state;
	expect_ok(gc_bo_migrate(fd, bo, GC_SWAPPED));
	expect_equal(placement_of(bo), GC_SWAPPED);
	p = map_cpu(bo, SIZE);
	expect_bytes(p, zero, SIZE);
	munmap(p, SIZE);
}

struct stress {
	uint32_t bo[4];
	int64_t end;
};

/* Two of these at a time, as swapping out is for one BO at a time. */
static void *swapper(void *arg)
{
	const struct stress *s = arg;

	for (int i = 0; clock_ms() < s->end; i++) {
		int ret = gc_bo_migrate(fd, s->bo[i % 4], i % 3 ? GC_SWAPPED : GC_SYSTEM);

		if (ret)
			return strerror(-ret);
	}
	return NULL;
}

/* Its own two BOs: what it wrote is what it reads. */
static void *engine_user(void *arg)
{
	const struct stress *s = arg;
	uint64_t *p = gc_bo_mmap(fd, s->bo[0], SIZE);

	for (uint64_t value = 1; clock_ms() < s->end; value++) {
		int ret = gc_fill(fd, vm, ADDR, 2 * SIZE, value);

		if (!ret)
			ret = gc_copy(fd, vm, HIGH, ADDR + SIZE, SIZE / 2);
		if (ret)
			return strerror(-ret);
		if (p[0] != value || p[SIZE / 8 - 1] != value)
			return "content of the engine";
	}
	munmap(p, SIZE);
	return NULL;
}

static void *cpu_user(void *arg)
{
	const struct stress *s = arg;
	volatile uint64_t *p = gc_bo_mmap(fd, s->bo[3], SIZE);

	for (uint64_t value = 1; clock_ms() < s->end; value++) {
		for (int i = 0; i < PAGES; i++)
			p[i * GC_PAGE / 8] = value;
		for (int i = 0; i < PAGES; i++)
			if (p[i * GC_PAGE / 8] != value)
				return "content of the CPU";
	}
	munmap((void *)p, SIZE);
	return NULL;
}

static void test_stress(void **state)
{
	static void *(*const functions[])(void *) = { swapper, swapper, engine_user, cpu_user };
	enum { COUNT = sizeof(functions) / sizeof(functions[0]) };
	pthread_t threads[COUNT];
	void *wrong[COUNT];
	struct stress s;

	(void)state;
	for (int i = 0; i < 4; i++)
		s.bo[i] = new_bo(SIZE, i % 2 ? GC_VRAM : GC_SYSTEM, i == 1 ? vm : 0);
	for (int i = 0; i < 2; i++)
		expect_ok(gc_map(fd, vm, ADDR + i * SIZE, s.bo[i], 0, SIZE));
	expect_ok(gc_map(fd, vm, HIGH, s.bo[2], 0, SIZE));
	s.end = clock_ms() + 4000;
	for (int i = 0; i < COUNT; i++)
		expect_equal(pthread_create(&threads[i], NULL, functions[i], &s), 0);
	for (int i = 0; i < COUNT; i++)
		pthread_join(threads[i], &wrong[i]);
	for (int i = 0; i < COUNT; i++)
		if (wrong[i])
			expect_failed(__FILE__, __LINE__, "thread %d: %s", i, (char *)wrong[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_system),
		GPUSIM_TEST(test_vram),
		GPUSIM_TEST(test_untouched),
		GPUSIM_TEST(test_stress),
	};

	return run_group("gpusim-swap", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
