// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * What gpusim's engine and the CPU see in the same memory: mappings and their
 * splits, moves of BOs, eviction, sharing, faults, order of jobs.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>
#include <zlib.h>

#include "expect.h"
#include "gpusim-client.h"

#define ADDR		0x100000ull
#define HIGH		0x7ffffff00000ull	/* another branch at every level */
#define VA_END		(1ull << 48)
#define PAGES		16
#define SIZE		(PAGES * GC_PAGE)

static int fd;
static uint32_t vm;
static uint64_t *result;	/* CPU mapping of the page at RESULT */
#define RESULT		0xaaaaaaaaa000ull

static int setup(void **state)
{
	uint32_t handle;

	(void)state;
	fd = expect_ok(gc_open());
	expect_ok(gc_vm_create(fd, &vm));
	expect_ok(gc_bo_create(fd, GC_PAGE, GC_SYSTEM, vm, &handle));
	expect_ok(gc_map(fd, vm, RESULT, handle, 0, GC_PAGE));
	result = gc_bo_mmap(fd, handle, GC_PAGE);
	expect_true(result);
	expect_ok(gc_bo_close(fd, handle));

	return 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(result, GC_PAGE);
	return close(fd);
}

static uint32_t new_bo(uint64_t size, uint32_t placement, uint32_t private_to)
{
	uint32_t handle;

	expect_ok(gc_bo_create(fd, size, placement, private_to, &handle));
	return handle;
}

static unsigned char *map_cpu(uint32_t handle, size_t size)
{
	unsigned char *p = gc_bo_mmap(fd, handle, size);

	expect_true(p);
	return p;
}

/* Content in which each byte depends on its place and on the seed. */
static void scribble(unsigned char *p, size_t size, unsigned int seed)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ull + 1;

	for (size_t i = 0; i < size; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = x;
	}
}

static uint64_t gpu_crc(uint64_t addr, uint64_t size)
{
	*result = ~0ull;
	expect_ok(gc_checksum(fd, vm, RESULT, addr, size));
	return *result;
}

/* The engine finds at [addr, addr + size) what the CPU has at p. */
static void check_gpu(uint64_t addr, const void *p, size_t size)
{
	expect_equal(gpu_crc(addr, size), crc32(0, p, size));
}

static void check_faults(uint64_t addr, uint64_t size, uint64_t fault_addr)
{
	uint64_t before, after, where;

	expect_ok(gc_vm_state(fd, vm, &before, &where));
	expect_error(gc_checksum(fd, vm, RESULT, addr, size), EFAULT);
	expect_ok(gc_vm_state(fd, vm, &after, &where));
	expect_equal(after, before + 1);
	expect_equal(where, fault_addr);
}

static uint32_t placement_of(uint32_t handle)
{
	struct drm_gpusim_gem_info info;

	expect_ok(gc_bo_info(fd, handle, &info));
	return info.placement;
}

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

	handle = new_bo(SIZE, GC_VRAM, 0);
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &later));
	expect_equal(later.vram_free, query.vram_free - SIZE);
	expect_ok(gc_bo_close(fd, handle));
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &later));
	expect_equal(later.vram_free, query.vram_free);
}

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

/* Fills of all alignments and phases, across pages, and nothing beside them. */
static void test_fill(void **state)
{
	const uint64_t value = 0x8877665544332211;
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 4095, 4096, 4097, 9001 };
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE), *want = malloc(SIZE);

	(void)state;
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t start = 4096 - 5 + i;

		scribble(p, SIZE, 3);
		scribble(want, SIZE, 3);
		for (size_t j = 0; j < sizes[i]; j++)
			want[start + j] = value >> 8 * (j % 8);
		expect_ok(gc_fill(fd, vm, ADDR + start, sizes[i], value));
		expect_bytes(p, want, SIZE);
	}
	munmap(p, SIZE);
	free(want);
}

static void check_copy(uint32_t from, uint32_t to)
{
	static const struct { size_t dst, src, size; } copies[] = {
		{ 0, 0, SIZE }, { 1, 0, SIZE - 1 }, { 0, 1, SIZE - 1 }, { 4095, 4096, 2 },
		{ 4097, 4090, 8200 }, { 77, 12345, 1 }, { 5, 6, 0 },
	};
	uint32_t src = new_bo(SIZE, from, 0), dst = new_bo(SIZE, to, 0);
	unsigned char *s = map_cpu(src, SIZE), *d = map_cpu(dst, SIZE), *want = malloc(SIZE);

	expect_ok(gc_map(fd, vm, ADDR, src, 0, SIZE));
	expect_ok(gc_map(fd, vm, HIGH, dst, 0, SIZE));
	scribble(s, SIZE, 4);
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		scribble(d, SIZE, 5);
		memcpy(want, d, SIZE);
		memcpy(want + copies[i].dst, s + copies[i].src, copies[i].size);
		expect_ok(gc_copy(fd, vm, HIGH + copies[i].dst, ADDR + copies[i].src,
				  copies[i].size));
		expect_bytes(d, want, SIZE);
	}
	munmap(s, SIZE);
	munmap(d, SIZE);
	free(want);
}

static void test_copy(void **state)
{
	(void)state;
	check_copy(GC_SYSTEM, GC_SYSTEM);
	check_copy(GC_SYSTEM, GC_VRAM);
	check_copy(GC_VRAM, GC_SYSTEM);
	check_copy(GC_VRAM, GC_VRAM);
}

static void test_checksum(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 4096, 5000, SIZE - 3 };
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE);

	(void)state;
	scribble(p, SIZE, 6);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		check_gpu(ADDR + 3, p + 3, sizes[i]);
	expect_equal(gpu_crc(ADDR, 0), 0);

	/* a result across two pages */
	expect_ok(gc_checksum(fd, vm, ADDR + GC_PAGE - 3, ADDR + 2 * GC_PAGE, 100));
	{
		uint64_t got, want = crc32(0, p + 2 * GC_PAGE, 100);

		memcpy(&got, p + GC_PAGE - 3, sizeof(got));
		expect_equal(got, want);
	}
	munmap(p, SIZE);
}

/* What is bound where, page by page; 0 is unmapped, else BO and its page. */
struct model {
	uint32_t bo[PAGES];
	unsigned int page[PAGES];
};

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

/* A fault stops the job where it is, and only the job. */
static void test_fault(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0);
	unsigned char *p = map_cpu(bo, SIZE);
	const struct drm_gpusim_cmd cmds[] = {
		{ .op = DRM_GPUSIM_CMD_FILL, .dst = ADDR + SIZE - GC_PAGE, .size = 2 * GC_PAGE,
		  .value = ~0ull },
		{ .op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = 8, .value = ~0ull },
	};
	uint64_t faults, addr;

	(void)state;
	expect_ok(gc_vm_state(fd, vm, &faults, &addr));
	expect_equal(faults, 0);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_error(gc_run(fd, vm, cmds, 2), EFAULT);
	expect_ok(gc_vm_state(fd, vm, &faults, &addr));
	expect_equal(faults, 1);
	expect_equal(addr, ADDR + SIZE);
	expect_equal(p[SIZE - 1], 0xff);	/* written before */
	expect_equal(p[0], 0);			/* not reached */
	expect_ok(gc_fill(fd, vm, ADDR, 8, 1));
	expect_equal(p[0], 1);
	munmap(p, SIZE);
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

/* Jobs of one VM run in order; syncobjs order jobs of different VMs. */
static void test_syncobjs(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0), other, first, second;
	unsigned char *p = map_cpu(bo, SIZE), *want = malloc(SIZE);
	struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = SIZE,
	};

	(void)state;
	expect_ok(gc_vm_create(fd, &other));
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_ok(gc_map(fd, other, ADDR, bo, 0, SIZE));
	expect_ok(drmSyncobjCreate(fd, 0, &first));
	expect_ok(drmSyncobjCreate(fd, 0, &second));

	for (int i = 0; i < 50; i++) {
		cmd.value = 2 * i;
		expect_ok(gc_exec(fd, vm, &cmd, 1, 0, 0));
		cmd.value = 2 * i + 1;
		expect_ok(gc_exec(fd, vm, &cmd, 1, i ? second : 0, first));
		cmd.value = 0x4000 + i;
		expect_ok(gc_exec(fd, other, &cmd, 1, first, second));
	}
	expect_ok(gc_wait(fd, second));
	for (size_t i = 0; i < SIZE / 8; i++)
		((uint64_t *)want)[i] = 0x4000 + 49;
	expect_bytes(p, want, SIZE);
	munmap(p, SIZE);
	free(want);
}

/* A point of a timeline is waited for by way of a binary syncobj. */
static void test_timeline(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0), timeline, binary;
	const struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = SIZE, .value = 1,
	};
	uint64_t point = 5;

	(void)state;
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_ok(drmSyncobjCreate(fd, 0, &timeline));
	expect_ok(drmSyncobjCreate(fd, 0, &binary));
	expect_ok(gc_exec(fd, vm, &cmd, 1, 0, binary));
	expect_ok(drmSyncobjTransfer(fd, timeline, point, binary, 0, 0));
	expect_equal(drmSyncobjTimelineWait(fd, &timeline, &point, 1, INT64_MAX, 0, NULL), 0);
}

/* An unfinished job keeps a destroyed VM and its BOs. */
static void test_destroyed_vm_finishes_work(void **state)
{
	uint32_t bo = new_bo(4 << 20, GC_VRAM, 0), other, syncobj;
	unsigned char *p = map_cpu(bo, 4 << 20);
	struct drm_gpusim_cmd cmds[8];

	(void)state;
	expect_ok(gc_vm_create(fd, &other));
	expect_ok(gc_map(fd, other, ADDR, bo, 0, 4 << 20));
	expect_ok(gc_bo_close(fd, bo));
	expect_ok(drmSyncobjCreate(fd, 0, &syncobj));
	for (int i = 0; i < 8; i++)
		cmds[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = 4 << 20,
			.value = i * 0x0101010101010101,
		};
	expect_ok(gc_exec(fd, other, cmds, 8, 0, syncobj));
	expect_ok(gc_vm_destroy(fd, other));
	expect_ok(gc_wait(fd, syncobj));
	expect_equal(p[0], 7);
	expect_equal(p[(4 << 20) - 1], 7);
	munmap(p, 4 << 20);
}

/* close() cancels what has not run and gives everything back. */
static void test_close_cancels(void **state)
{
	struct drm_gpusim_dev_query before = { 0 }, after = { 0 };
	int other = expect_ok(gc_open());
	uint32_t other_vm, bo;
	struct drm_gpusim_cmd cmds[64];

	(void)state;
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &before));
	expect_ok(gc_vm_create(other, &other_vm));
	expect_ok(gc_bo_create(other, 16 << 20, GC_VRAM, other_vm, &bo));
	expect_ok(gc_map(other, other_vm, ADDR, bo, 0, 16 << 20));
	for (int i = 0; i < 64; i++)
		cmds[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_CHECKSUM, .dst = ADDR, .src = ADDR, .size = 16 << 20,
		};
	/* minutes of work */
	for (int i = 0; i < 20; i++)
		expect_ok(gc_exec(other, other_vm, cmds, 64, 0, 0));
	close(other);
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &after));
	expect_equal(after.vram_free, before.vram_free);
	/* the engine is free */
	expect_equal(gpu_crc(RESULT, 0), 0);
}

/* A job of more than ten seconds is stopped; those behind it are not. */
static void test_job_timeout(void **state)
{
	const size_t size = 16 << 20;
	uint32_t bo = new_bo(size, GC_SYSTEM, 0), first, second, other;
	struct drm_gpusim_cmd cmds[1024], last;

	(void)state;
	expect_ok(gc_vm_create(fd, &other));
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, size));
	expect_ok(gc_map(fd, other, ADDR, bo, 0, size));
	expect_ok(drmSyncobjCreate(fd, 0, &first));
	expect_ok(drmSyncobjCreate(fd, 0, &second));
	for (int i = 0; i < 1024; i++)
		cmds[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_CHECKSUM, .dst = ADDR, .src = ADDR, .size = size,
		};
	last = cmds[0];
	last.size = GC_PAGE;
	expect_ok(gc_exec(fd, vm, cmds, 1024, 0, first));
	expect_ok(gc_exec(fd, other, &last, 1, 0, second));
	expect_error(gc_wait(fd, first), ETIME);
	expect_ok(gc_wait(fd, second));
	expect_equal(gpu_crc(RESULT, 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_query),
		TEST(test_vm_limits),
		TEST(test_new_bos_are_zero),
		TEST(test_fill),
		TEST(test_copy),
		TEST(test_checksum),
		TEST(test_random_binds),
		TEST(test_split),
		TEST(test_one_bo_many_times),
		TEST(test_bo_lives_as_long_as_mapped),
		TEST(test_two_vms),
		TEST(test_fault),
		TEST(test_migrate),
		TEST(test_eviction),
		TEST(test_swap),
		TEST(test_shared_bo),
		TEST(test_syncobjs),
		TEST(test_timeline),
		TEST(test_destroyed_vm_finishes_work),
		TEST(test_close_cancels),
		TEST(test_job_timeout),
	};

	return run_group("gpusim-memory", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
