// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * What the engine of gpusim finds at an address: maps, unmaps and what they leave
 * of each other.
 */

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <zlib.h>

#include "gpusim-fixture.h"

/* What is bound where, page by page; 0 is unmapped, else BO and its page. */
struct model {
	uint32_t bo[PAGES];
	unsigned int page[PAGES];
};

static void test_vm_limits(void **state)
{
	struct drm_gpusim_vm_create args = { 0 };
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0);
	unsigned char *p = map_cpu(bo, SIZE);

	(void)state;
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_VM_CREATE, &args));
	expect_equal(args.va_end, VA_END);
	/* the first page and the last */
	expect_ok(gc_map(fd, vm, args.va_start, bo, 0, GC_PAGE));
	expect_ok(gc_map(fd, vm, VA_END - GC_PAGE, bo, GC_PAGE, GC_PAGE));
	scribble(p, SIZE, 1);
	check_gpu(args.va_start, p, GC_PAGE);
	check_gpu(VA_END - GC_PAGE, p + GC_PAGE, GC_PAGE);
	check_gpu(VA_END - 1, p + 2 * GC_PAGE - 1, 1);
	munmap(p, SIZE);
}

static void check_model(const struct model *model, unsigned char *const content[3])
{
	for (unsigned int i = 0; i < PAGES; i++) {
		uint64_t addr = ADDR + i * GC_PAGE;

		if (model->bo[i])
			check_gpu(addr, content[model->bo[i]] + model->page[i] * GC_PAGE, GC_PAGE);
		else
			check_faults(addr + 100, 8, addr + 100);
	}
}

/*
 * Random maps and unmaps of parts of two BOs over each other, against a model
 * kept here.
 */
static void test_random_binds(void **state)
{
	uint32_t handle[3] = { 0, new_bo(SIZE, GC_VRAM, 0), new_bo(SIZE, GC_SYSTEM, vm) };
	unsigned char *content[3] = { NULL, map_cpu(handle[1], SIZE), map_cpu(handle[2], SIZE) };
	struct model model = { { 0 }, { 0 } };
	unsigned int seed = 7;

	(void)state;
	scribble(content[1], SIZE, 8);
	scribble(content[2], SIZE, 9);

	for (int round = 0; round < 60; round++) {
		unsigned int start = rand_r(&seed) % PAGES;
		unsigned int n = 1 + rand_r(&seed) % (PAGES - start);
		unsigned int from = rand_r(&seed) % (PAGES - n + 1);
		uint32_t bo = rand_r(&seed) % 3;

		if (bo)
			expect_ok(gc_map(fd, vm, ADDR + start * GC_PAGE, handle[bo],
					 from * GC_PAGE, n * GC_PAGE));
		else
			expect_ok(gc_unmap(fd, vm, ADDR + start * GC_PAGE, n * GC_PAGE));
		for (unsigned int i = 0; i < n; i++) {
			model.bo[start + i] = bo;
			model.page[start + i] = from + i;
		}
		if (round % 10 == 9)
			check_model(&model, content);
	}
	munmap(content[1], SIZE);
	munmap(content[2], SIZE);
}

/* Unmaps in the middle and over holes; far apart mappings survive. */
static void test_split(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE);

	(void)state;
	scribble(p, SIZE, 10);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_ok(gc_map(fd, vm, HIGH, bo, 0, SIZE));
	expect_ok(gc_unmap(fd, vm, ADDR + 4 * GC_PAGE, 2 * GC_PAGE));
	check_gpu(ADDR, p, 4 * GC_PAGE);
	check_gpu(ADDR + 6 * GC_PAGE, p + 6 * GC_PAGE, SIZE - 6 * GC_PAGE);
	check_faults(ADDR, SIZE, ADDR + 4 * GC_PAGE);

	expect_ok(gc_unmap(fd, vm, ADDR + 2 * GC_PAGE, 8 * GC_PAGE));
	check_faults(ADDR + 2 * GC_PAGE, 1, ADDR + 2 * GC_PAGE);
	check_faults(ADDR + 10 * GC_PAGE - 1, 1, ADDR + 10 * GC_PAGE - 1);
	check_gpu(ADDR + 10 * GC_PAGE, p + 10 * GC_PAGE, SIZE - 10 * GC_PAGE);

	/* everything but the page with the result */
	expect_ok(gc_unmap(fd, vm, GC_PAGE, HIGH - GC_PAGE - GC_PAGE));
	check_gpu(HIGH, p, SIZE);
	munmap(p, SIZE);
}

static void test_one_bo_many_times(void **state)
{
	enum { COUNT = 300 };
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0);
	unsigned char *p = map_cpu(bo, SIZE);
	uint64_t crc = 0;

	(void)state;
	scribble(p, SIZE, 11);
	for (int i = 0; i < COUNT; i++)
		expect_ok(gc_map(fd, vm, ADDR + (uint64_t)i * GC_PAGE, bo, i % PAGES * GC_PAGE,
				 GC_PAGE));
	for (int i = 0; i < COUNT; i++)
		crc = crc32(crc, p + i % PAGES * GC_PAGE, GC_PAGE);
	expect_equal(gpu_crc(ADDR, COUNT * GC_PAGE), crc);
	munmap(p, SIZE);
}

/* A closed handle takes neither mappings nor content away. */
static void test_bo_lives_as_long_as_mapped(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE), *want = malloc(SIZE);

	(void)state;
	scribble(p, SIZE, 12);
	scribble(want, SIZE, 12);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	munmap(p, SIZE);
	expect_ok(gc_bo_close(fd, bo));
	check_gpu(ADDR, want, SIZE);
	free(want);
}

static void test_two_vms(void **state)
{
	uint32_t a = new_bo(SIZE, GC_VRAM, 0), b = new_bo(SIZE, GC_VRAM, 0), other;
	unsigned char *pa = map_cpu(a, SIZE), *pb = map_cpu(b, SIZE);

	(void)state;
	expect_ok(gc_vm_create(fd, &other));
	expect_ok(gc_map(fd, vm, ADDR, a, 0, SIZE));
	expect_ok(gc_map(fd, other, ADDR, b, 0, SIZE));
	expect_ok(gc_fill(fd, vm, ADDR, 8, 0x1111111111111111));
	expect_ok(gc_fill(fd, other, ADDR, 8, 0x2222222222222222));
	expect_equal(*(uint64_t *)pa, 0x1111111111111111);
	expect_equal(*(uint64_t *)pb, 0x2222222222222222);

	expect_ok(gc_unmap(fd, other, ADDR, SIZE));
	expect_error(gc_fill(fd, other, ADDR, 8, 0), EFAULT);
	expect_ok(gc_fill(fd, vm, ADDR, 8, 0));
	munmap(pa, SIZE);
	munmap(pb, SIZE);
}

/* The engine reads, and faults when it writes; others may write. */
static void check_read_only(uint32_t placement, uint32_t private_to)
{
	uint32_t bo = new_bo(SIZE, placement, private_to);
	unsigned char *p = map_cpu(bo, SIZE), *want = malloc(SIZE);

	scribble(p, SIZE, 13);
	scribble(want, SIZE, 13);
	expect_ok(gc_map_ro(fd, vm, ADDR, bo, 0, SIZE));
	check_gpu(ADDR, want, SIZE);
	check_write_faults(ADDR, 8, ADDR);
	check_write_faults(ADDR + SIZE - 1, 1, ADDR + SIZE - 1);
	/* a copy into it, and what comes before it in the job */
	expect_ok(gc_map(fd, vm, HIGH, bo, 0, SIZE));
	check_write_faults(ADDR - 8, 0x10, ADDR - 8);
	expect_error(gc_copy(fd, vm, ADDR, HIGH, 8), EFAULT);
	expect_error(gc_checksum(fd, vm, ADDR + 8, HIGH, 8), EFAULT);
	expect_bytes(p, want, SIZE);

	/* moved and brought back it is what it was */
	expect_ok(gc_bo_migrate(fd, bo, GC_SYSTEM));
	check_gpu(ADDR, want, SIZE);
	check_write_faults(ADDR + 100, 8, ADDR + 100);

	/* written through the other mapping */
	expect_ok(gc_fill(fd, vm, HIGH + 8, 8, 0x1122334455667788));
	expect_equal(*(uint64_t *)(p + 8), 0x1122334455667788);
	check_gpu(ADDR, p, SIZE);

	/* both rests of a split are still read only, what came between is not */
	expect_ok(gc_map(fd, vm, ADDR + 4 * GC_PAGE, bo, 4 * GC_PAGE, GC_PAGE));
	check_write_faults(ADDR + 4 * GC_PAGE - 1, 1, ADDR + 4 * GC_PAGE - 1);
	check_write_faults(ADDR + 5 * GC_PAGE, 8, ADDR + 5 * GC_PAGE);
	expect_ok(gc_fill(fd, vm, ADDR + 4 * GC_PAGE, GC_PAGE, 7));
	expect_ok(gc_bo_migrate(fd, bo, GC_SYSTEM));
	check_write_faults(ADDR + 3 * GC_PAGE, 8, ADDR + 3 * GC_PAGE);
	check_write_faults(ADDR + 6 * GC_PAGE, 8, ADDR + 6 * GC_PAGE);
	check_write_faults(ADDR + 4 * GC_PAGE, 2 * GC_PAGE, ADDR + 5 * GC_PAGE);
	check_gpu(ADDR, p, SIZE);

	/* bound anew for writing */
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_ok(gc_fill(fd, vm, ADDR, SIZE, 8));
	expect_equal(*(uint64_t *)(p + SIZE - 8), 8);

	expect_ok(gc_unmap(fd, vm, ADDR, SIZE));
	expect_ok(gc_unmap(fd, vm, HIGH, SIZE));
	munmap(p, SIZE);
	free(want);
}

static void test_read_only(void **state)
{
	(void)state;
	check_read_only(GC_SYSTEM, 0);
	check_read_only(GC_VRAM, 0);
	check_read_only(GC_VRAM, vm);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_vm_limits),
		GPUSIM_TEST(test_random_binds),
		GPUSIM_TEST(test_split),
		GPUSIM_TEST(test_one_bo_many_times),
		GPUSIM_TEST(test_bo_lives_as_long_as_mapped),
		GPUSIM_TEST(test_two_vms),
		GPUSIM_TEST(test_read_only),
	};

	return run_group("gpusim-binds", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
