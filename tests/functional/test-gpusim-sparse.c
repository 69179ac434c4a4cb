// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * Sparse binds of gpusim: the engine reads zeros, and what it writes is dropped.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <zlib.h>

#include "gpusim-fixture.h"

static unsigned char zero[SIZE];

static void test_zeros_and_drops(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE);

	(void)state;
	expect_ok(gc_map_sparse(fd, vm, ADDR, SIZE));
	check_gpu(ADDR, zero, SIZE);
	expect_ok(gc_fill(fd, vm, ADDR, SIZE, ~0ull));
	check_gpu(ADDR, zero, SIZE);

	/* copies: to nothing, and from it */
	scribble(p, SIZE, 1);
	expect_ok(gc_map(fd, vm, HIGH, bo, 0, SIZE));
	expect_ok(gc_copy(fd, vm, ADDR, HIGH, SIZE));
	check_gpu(ADDR, zero, SIZE);
	expect_ok(gc_copy(fd, vm, HIGH, ADDR, SIZE));
	expect_bytes(p, zero, SIZE);

	/* its neighbours are not bound */
	check_faults(ADDR - 1, 1, ADDR - 1);
	check_faults(ADDR + SIZE - 8, 16, ADDR + SIZE);
	check_write_faults(ADDR + SIZE, 1, ADDR + SIZE);

	expect_ok(gc_unmap(fd, vm, ADDR, SIZE));
	check_faults(ADDR, 8, ADDR);
	munmap(p, SIZE);
}

/* A BO in the middle of a sparse range, and the other way round. */
static void test_splits(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, vm);
	unsigned char *p = map_cpu(bo, SIZE), *want = calloc(1, SIZE);

	(void)state;
	scribble(p, SIZE, 2);
	expect_ok(gc_map_sparse(fd, vm, ADDR, SIZE));
	expect_ok(gc_map(fd, vm, ADDR + 4 * GC_PAGE, bo, 4 * GC_PAGE, 2 * GC_PAGE));
	memcpy(want + 4 * GC_PAGE, p + 4 * GC_PAGE, 2 * GC_PAGE);
	check_gpu(ADDR, want, SIZE);

	/* rests of rests */
	expect_ok(gc_unmap(fd, vm, ADDR + 8 * GC_PAGE, GC_PAGE));
	check_gpu(ADDR, want, 8 * GC_PAGE);
	check_faults(ADDR, SIZE, ADDR + 8 * GC_PAGE);
	check_gpu(ADDR + 9 * GC_PAGE, zero, 7 * GC_PAGE);
	expect_ok(gc_fill(fd, vm, ADDR, 8 * GC_PAGE, 5));
	check_gpu(ADDR + 6 * GC_PAGE, zero, 2 * GC_PAGE);
	expect_equal(*(uint64_t *)(p + 5 * GC_PAGE), 5);

	/* a hole in a BO's mapping */
	scribble(p, SIZE, 3);
	memcpy(want, p, SIZE);
	memset(want + 2 * GC_PAGE, 0, 3 * GC_PAGE);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_ok(gc_map_sparse(fd, vm, ADDR + 2 * GC_PAGE, 3 * GC_PAGE));
	check_gpu(ADDR, want, SIZE);
	expect_ok(gc_fill(fd, vm, ADDR + 2 * GC_PAGE, 3 * GC_PAGE, 6));
	check_gpu(ADDR, want, SIZE);

	/* sparse in sparse */
	expect_ok(gc_map_sparse(fd, vm, ADDR + 3 * GC_PAGE, GC_PAGE));
	expect_ok(gc_unmap(fd, vm, ADDR + 3 * GC_PAGE, GC_PAGE));
	check_faults(ADDR, SIZE, ADDR + 3 * GC_PAGE);
	check_gpu(ADDR + 4 * GC_PAGE, want + 4 * GC_PAGE, SIZE - 4 * GC_PAGE);
	munmap(p, SIZE);
	free(want);
}

/* As much as an application reserves; its ends and its middle are looked at. */
static void test_large(void **state)
{
	const uint64_t large = 1ull << 30;
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE);

	(void)state;
	scribble(p, SIZE, 4);
	expect_ok(gc_map_sparse(fd, vm, HIGH, large));
	check_gpu(HIGH, zero, SIZE);
	check_gpu(HIGH + large - SIZE, zero, SIZE);
	expect_ok(gc_map(fd, vm, HIGH + large / 2, bo, 0, SIZE));
	check_gpu(HIGH + large / 2, p, SIZE);
	check_gpu(HIGH + large / 2 - SIZE, zero, SIZE);
	check_gpu(HIGH + large / 2 + SIZE, zero, SIZE);
	expect_ok(gc_unmap(fd, vm, HIGH, large));
	check_faults(HIGH, 1, HIGH);
	check_faults(HIGH + large - 1, 1, HIGH + large - 1);

	expect_error(gc_map_sparse(fd, vm, ADDR, (16ull << 30) + GC_PAGE), ENOMEM);
	check_faults(ADDR, 1, ADDR);
	munmap(p, SIZE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_zeros_and_drops),
		GPUSIM_TEST(test_splits),
		GPUSIM_TEST(test_large),
	};

	return run_group("gpusim-sparse", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
