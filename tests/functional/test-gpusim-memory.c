// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * Where the memory of gpusim's BOs is, and that they keep their content: moves,
 * eviction, swap, sharing.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>
#include <zlib.h>

#include "gpusim-fixture.h"

static void test_query(void **state)
{
	struct drm_gpusim_dev_query query = { 0 }, later = { 0 };
	uint32_t handle;

	(void)state;
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &query));
	expect_equal(query.va_bits, 48);
	expect_equal(query.page_size, GC_PAGE);
	expect_true(query.vram_size >= 1 << 20 && query.vram_free <= query.vram_size);
	expect_true(query.max_cmds && query.max_vms);
	/* three quarters, the module's default */
	expect_equal(query.vram_visible, query.vram_size / 4 * 3);

	handle = new_bo(SIZE, GC_VRAM, 0);
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &later));
	expect_equal(later.vram_free, query.vram_free - SIZE);
	expect_ok(gc_bo_close(fd, handle));
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &later));
	expect_equal(later.vram_free, query.vram_free);
}

static void check_new_bo_is_zero(uint32_t placement, uint32_t private_to)
{
	uint32_t bo = new_bo(SIZE, placement, private_to);
	unsigned char *zero = calloc(1, SIZE), *p = map_cpu(bo, SIZE);

	/* memory that was used before */
	scribble(p, SIZE, 2);
	munmap(p, SIZE);
	expect_ok(gc_bo_close(fd, bo));

	bo = new_bo(SIZE, placement, private_to);
	p = map_cpu(bo, SIZE);
	expect_bytes(p, zero, SIZE);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	check_gpu(ADDR, zero, SIZE);
	munmap(p, SIZE);
	free(zero);
}

static void test_new_bos_are_zero(void **state)
{
	(void)state;
	check_new_bo_is_zero(GC_SYSTEM, 0);
	check_new_bo_is_zero(GC_VRAM, 0);
	check_new_bo_is_zero(GC_SYSTEM, vm);
	check_new_bo_is_zero(GC_VRAM, vm);
}

static void test_migrate(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0), private = new_bo(SIZE, GC_VRAM, vm);
	unsigned char *p = map_cpu(bo, SIZE), *q = map_cpu(private, SIZE), *want = malloc(SIZE);

	(void)state;
	scribble(p, SIZE, 13);
	scribble(q, SIZE, 13);
	scribble(want, SIZE, 13);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_ok(gc_map(fd, vm, HIGH, private, 0, SIZE));

	for (int i = 0; i < 3; i++) {
		expect_ok(gc_bo_migrate(fd, bo, GC_SYSTEM));
		expect_ok(gc_bo_migrate(fd, private, GC_SYSTEM));
		expect_equal(placement_of(bo), GC_SYSTEM);
		expect_equal(placement_of(private), GC_SYSTEM);
		expect_bytes(p, want, SIZE);
		expect_bytes(q, want, SIZE);

		/* a new mapping of a BO that is away */
		expect_ok(gc_map(fd, vm, ADDR + SIZE, bo, GC_PAGE, GC_PAGE));
		if (i == 2)
			expect_ok(gc_bo_migrate(fd, bo, GC_VRAM));

		/* EXEC brings them back */
		check_gpu(ADDR, want, SIZE);
		check_gpu(HIGH, want, SIZE);
		check_gpu(ADDR + SIZE, want + GC_PAGE, GC_PAGE);
		expect_equal(placement_of(bo), GC_VRAM);
		expect_equal(placement_of(private), GC_VRAM);
		expect_bytes(p, want, SIZE);
		expect_bytes(q, want, SIZE);
	}
	munmap(p, SIZE);
	munmap(q, SIZE);
	free(want);
}

/* Twice as much as VRAM holds: BOs go, come back when used, and keep content. */
static void test_eviction(void **state)
{
	enum { COUNT = 16 };
	struct drm_gpusim_dev_query query = { 0 };
	uint32_t bo[COUNT], vms[COUNT], evicted = 0;
	uint64_t size, crc[COUNT];

	(void)state;
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &query));
	size = query.vram_size / (COUNT / 2) & -GC_PAGE;
	for (int i = 0; i < COUNT; i++) {
		unsigned char *p;

		bo[i] = new_bo(size, GC_VRAM, 0);
		expect_ok(gc_vm_create(fd, &vms[i]));
		expect_ok(gc_map(fd, vms[i], ADDR, bo[i], 0, size));
		p = map_cpu(bo[i], size);
		memset(p, i + 1, size);
		scribble(p + size - SIZE, SIZE, 20 + i);
		crc[i] = crc32(0, p, size);
		munmap(p, size);
	}
	for (int i = 0; i < COUNT; i++)
		evicted += placement_of(bo[i]) == GC_SYSTEM;
	expect_true(evicted >= COUNT / 2);

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < COUNT; i++) {
			uint64_t *p = (uint64_t *)map_cpu(bo[i], size);

			expect_ok(gc_checksum(fd, vms[i], ADDR, ADDR + 8, size - 8));
			expect_equal(placement_of(bo[i]), GC_VRAM);
			expect_equal(p[0], crc32(0, (void *)(p + 1), size - 8));
			p[0] = (i + 1) * 0x0101010101010101;
			expect_equal(crc32(0, (void *)p, size), crc[i]);
			munmap(p, size);
		}
	}

	/* more than there is, in one VM */
	for (int i = 0; i < COUNT; i++)
		expect_ok(gc_map(fd, vm, ADDR + i * size, bo[i], 0, size));
	expect_error(gc_fill(fd, vm, ADDR, 8, 0), ENOSPC);
	/* less of it again: works */
	expect_ok(gc_unmap(fd, vm, ADDR, (COUNT - 2) * size));
	expect_ok(gc_fill(fd, vm, ADDR + (COUNT - 1) * size, 8, 0));
}

static unsigned long read_number(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long value = 0;

	expect_true(f && fscanf(f, "%lu", &value) == 1);
	fclose(f);
	return value;
}

static void write_number(const char *path, unsigned long value)
{
	FILE *f = fopen(path, "w");

	expect_true(f && fprintf(f, "%lu", value) > 0);
	expect_equal(fclose(f), 0);
}

/* Kibibytes of shared memory, where TTM puts what it swaps out. */
static unsigned long shmem(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long value = 0;
	char line[128];

	expect_true(f);
	while (!value && fgets(line, sizeof(line), f))
		sscanf(line, "Shmem: %lu", &value);
	fclose(f);
	return value;
}

/* More system memory than TTM may have: BOs are swapped out, and come back. */
static void test_swap(void **state)
{
	static const char limit_path[] = "/sys/module/ttm/parameters/pages_limit";
	enum { COUNT = 8 };
	const size_t size = 2 << 20;
	unsigned long limit = read_number(limit_path), before = shmem();
	uint32_t bo[COUNT], crc[COUNT];

	(void)state;
	write_number(limit_path, 2 * size / GC_PAGE);
	for (int i = 0; i < COUNT; i++) {
		unsigned char *p;

		bo[i] = new_bo(size, GC_SYSTEM, i % 2 ? vm : 0);
		p = map_cpu(bo[i], size);
		scribble(p, size, 40 + i);
		crc[i] = crc32(0, p, size);
		munmap(p, size);
	}
	expect_true(shmem() >= before + (COUNT - 4) * size / 1024);

	/* the engine's turn, then the CPU's */
	for (int i = 0; i < COUNT; i++) {
		expect_ok(gc_map(fd, vm, ADDR, bo[i], 0, size));
		expect_equal(gpu_crc(ADDR, size), crc[i]);
	}
	expect_ok(gc_unmap(fd, vm, ADDR, size));
	for (int i = 0; i < COUNT; i++) {
		unsigned char *p = map_cpu(bo[i], size);

		expect_equal(crc32(0, p, size), crc[i]);
		munmap(p, size);
	}
	write_number(limit_path, limit);
}

static void test_shared_bo(void **state)
{
	int other = expect_ok(gc_open()), dmabuf;
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0), handle, other_vm;
	unsigned char *p = map_cpu(bo, SIZE), *q, *r;

	(void)state;
	expect_ok(drmPrimeHandleToFD(fd, bo, DRM_CLOEXEC | DRM_RDWR, &dmabuf));
	expect_ok(drmPrimeFDToHandle(other, dmabuf, &handle));
	expect_ok(gc_vm_create(other, &other_vm));
	expect_ok(gc_map(other, other_vm, HIGH, handle, GC_PAGE, SIZE - GC_PAGE));
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));

	expect_ok(gc_fill(other, other_vm, HIGH, 8, 0x0123456789abcdef));
	expect_equal(*(uint64_t *)(p + GC_PAGE), 0x0123456789abcdef);
	expect_ok(gc_fill(fd, vm, ADDR + GC_PAGE + 8, 8, 0xfedcba9876543210));
	q = gc_bo_mmap(other, handle, SIZE);
	expect_true(q);
	expect_bytes(p, q, SIZE);
	r = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	expect_true(r != MAP_FAILED);
	expect_bytes(r, p, SIZE);

	/* moved under one, found by both */
	expect_ok(gc_bo_migrate(fd, bo, GC_SYSTEM));
	expect_ok(gc_fill(other, other_vm, HIGH + 16, 8, 0x55aa55aa55aa55aa));
	check_gpu(ADDR, p, SIZE);
	expect_equal(*(uint64_t *)(r + GC_PAGE + 16), 0x55aa55aa55aa55aa);

	/* closed by one, still there for the other */
	close(other);
	check_gpu(ADDR, p, SIZE);
	close(dmabuf);
	munmap(q, SIZE);
	munmap(r, SIZE);
	munmap(p, SIZE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_query),
		GPUSIM_TEST(test_new_bos_are_zero),
		GPUSIM_TEST(test_migrate),
		GPUSIM_TEST(test_eviction),
		GPUSIM_TEST(test_swap),
		GPUSIM_TEST(test_shared_bo),
	};

	return run_group("gpusim-memory", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
