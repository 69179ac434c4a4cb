// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * VRAM that the CPU cannot map: what goes there, that the engine sees all of it,
 * and that the CPU finds what it may see.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>
#include <zlib.h>

#include "clock.h"
#include "gpusim-fixture.h"

static struct drm_gpusim_dev_query query;

static int setup(void **state)
{
	gpusim_setup(state);
	return gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &query);
}

static uint32_t new_nocpu_bo(uint64_t size, uint32_t placement, uint32_t private_to)
{
	uint32_t handle;

	expect_ok(gc_bo_create_nocpu(fd, size, placement, private_to, &handle));
	return handle;
}

/* Offset of the BO's end in VRAM, where it must be. */
static uint64_t end_of(uint32_t handle)
{
	struct drm_gpusim_gem_info info;

	expect_ok(gc_bo_info(fd, handle, &info));
	expect_equal(info.placement, GC_VRAM);
	return info.vram_offset + info.size;
}

static void expect_invisible(uint32_t handle)
{
	expect_true(end_of(handle) > query.vram_visible);
}

static void expect_visible(uint32_t handle)
{
	expect_true(end_of(handle) <= query.vram_visible);
}

/* Content that the engine writes: through a BO that the CPU can see. */
static void write_by_engine(uint64_t addr, const unsigned char *content)
{
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0);
	unsigned char *p = map_cpu(bo, SIZE);

	memcpy(p, content, SIZE);
	expect_ok(gc_map(fd, vm, HIGH, bo, 0, SIZE));
	expect_ok(gc_copy(fd, vm, addr, HIGH, SIZE));
	expect_ok(gc_unmap(fd, vm, HIGH, SIZE));
	expect_ok(gc_bo_close(fd, bo));
	munmap(p, SIZE);
}

static void test_no_cpu_access(void **state)
{
	unsigned char *want = malloc(SIZE);
	struct drm_gpusim_gem_info info;

	(void)state;
	scribble(want, SIZE, 1);
	for (int i = 0; i < 2; i++) {
		uint32_t bo = new_nocpu_bo(SIZE, GC_VRAM, i ? vm : 0);

		/* from the top of VRAM */
		expect_invisible(bo);
		expect_ok(gc_bo_info(fd, bo, &info));
		expect_equal(info.flags, DRM_GPUSIM_GEM_NO_CPU_ACCESS);
		expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
		expect_equal(gpu_crc(ADDR, SIZE), crc32(0, (unsigned char [SIZE]) { 0 }, SIZE));
		write_by_engine(ADDR, want);
		check_gpu(ADDR, want, SIZE);

		/* moved, and back to where it was */
		expect_ok(gc_bo_migrate(fd, bo, GC_SYSTEM));
		check_gpu(ADDR, want, SIZE);
		expect_invisible(bo);
		expect_ok(gc_unmap(fd, vm, ADDR, SIZE));
	}
	free(want);
}

static void test_no_cpu_map(void **state)
{
	uint32_t bo = new_nocpu_bo(SIZE, GC_VRAM, 0), system = new_nocpu_bo(SIZE, GC_SYSTEM, 0);
	uint32_t neighbour = new_bo(SIZE, GC_SYSTEM, 0);
	struct drm_gpusim_gem_mmap_offset args = { .handle = bo };
	int dmabuf, denied = 0;

	(void)state;
	expect_error(gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &args), EACCES);
	args.handle = system;
	expect_error(gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &args), EACCES);

	/* offsets can be guessed: they are next to those of other BOs */
	args.handle = neighbour;
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &args));
	for (uint64_t offset = args.offset - 8 * SIZE; offset < args.offset + 8 * SIZE;
	     offset += GC_PAGE) {
		void *p = mmap(NULL, GC_PAGE, PROT_READ, MAP_SHARED, fd, offset);

		if (p != MAP_FAILED)
			munmap(p, GC_PAGE);
		else
			denied += errno == EACCES;
	}
	/* both, and the page of results, to which the client has no handle */
	expect_equal(denied, 3);

	/* nor through a dma-buf; another client of the card may use it as this one */
	expect_ok(drmPrimeHandleToFD(fd, bo, DRM_CLOEXEC | DRM_RDWR, &dmabuf));
	expect_true(mmap(NULL, SIZE, PROT_READ, MAP_SHARED, dmabuf, 0) == MAP_FAILED);
	expect_equal(errno, EACCES);
	close(dmabuf);
}

/* Fills visible VRAM; what does not fit goes behind it, and comes when it is mapped. */
static void test_cpu_brings_it(void **state)
{
	enum { COUNT = 8 };
	uint64_t size = query.vram_size / COUNT & -GC_PAGE;
	unsigned char *want = malloc(SIZE), *got = malloc(SIZE);
	uint32_t bo[COUNT], invisible = COUNT;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		bo[i] = new_bo(size, GC_VRAM, 0);
		if (placement_of(bo[i]) == GC_VRAM && end_of(bo[i]) > query.vram_visible)
			invisible = i;
	}
	/* the first ones are visible, the later ones are not */
	expect_visible(bo[0]);
	expect_true(invisible < COUNT);

	scribble(want, SIZE, 2);
	expect_ok(gc_map(fd, vm, ADDR, bo[invisible], 0, size));
	write_by_engine(ADDR, want);
	expect_invisible(bo[invisible]);
	check_gpu(ADDR, want, SIZE);

	/* the CPU's turn: read, write, and the engine sees it wherever it is now */
	for (int i = 0; i < 3; i++) {
		unsigned char *p = map_cpu(bo[invisible], size);

		memcpy(got, p, SIZE);
		expect_bytes(got, want, SIZE);
		scribble(p, SIZE, 3 + i);
		memcpy(want, p, SIZE);
		if (placement_of(bo[invisible]) == GC_VRAM)
			expect_visible(bo[invisible]);
		check_gpu(ADDR, want, SIZE);
		expect_equal(placement_of(bo[invisible]), GC_VRAM);
		expect_bytes(p, want, SIZE);
		munmap(p, size);
	}

	/* larger than what is visible: the CPU finds it in system memory */
	for (int i = 0; i < COUNT; i++)
		if ((uint32_t)i != invisible)
			expect_ok(gc_bo_close(fd, bo[i]));
	expect_ok(gc_unmap(fd, vm, ADDR, size));
	expect_ok(gc_bo_close(fd, bo[invisible]));
	size = query.vram_visible + GC_PAGE;
	bo[0] = new_bo(size, GC_VRAM, 0);
	expect_invisible(bo[0]);
	expect_ok(gc_map(fd, vm, ADDR, bo[0], 0, size));
	write_by_engine(ADDR + size - SIZE, want);
	got = map_cpu(bo[0], size) + size - SIZE;
	expect_bytes(got, want, SIZE);
	expect_equal(placement_of(bo[0]), GC_SYSTEM);
	check_gpu(ADDR + size - SIZE, want, SIZE);
	expect_equal(placement_of(bo[0]), GC_VRAM);
	munmap(got + SIZE - size, size);
	free(want);
}

struct stress {
	uint64_t size;
	uint32_t bo[6];
	int64_t end;
};

/* Maps BOs of which not all are visible at a time. */
static void *mapper(void *arg)
{
	const struct stress *s = arg;
	unsigned int seed = 1;

	while (clock_ms() < s->end) {
		int i = rand_r(&seed) % 3;
		uint64_t *p = gc_bo_mmap(fd, s->bo[i], s->size);

		/* the mapper's word of this BO: nobody else writes it */
		if (!p)
			return "map";
		p[1] = i;
		p[s->size / 8 - 1] = i + 100;
		if (p[1] != (uint64_t)i || p[s->size / 8 - 1] != (uint64_t)i + 100)
			return "content";
		munmap(p, s->size);
	}
	return NULL;
}

/* The engine uses all of them, by turns. */
static void *user(void *arg)
{
	const struct stress *s = arg;
	unsigned int seed = 2;

	while (clock_ms() < s->end) {
		int i = rand_r(&seed) % 6, ret;
		uint64_t addr = ADDR + i * s->size;

		ret = gc_map(fd, vm, addr, s->bo[i], 0, s->size);
		if (!ret)
			ret = gc_fill(fd, vm, addr + 16, GC_PAGE, i);
		if (ret && ret != -ENOSPC && ret != -EBUSY)
			return "engine";
		if (gc_unmap(fd, vm, addr, s->size))
			return "unmap";
	}
	return NULL;
}

static void test_stress(void **state)
{
	struct stress s = { .size = query.vram_size / 4 & -GC_PAGE };
	void *wrong[2];
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 6; i++)
		s.bo[i] = i < 3 ? new_bo(s.size, GC_VRAM, 0) : new_nocpu_bo(s.size, GC_VRAM, 0);
	s.end = clock_ms() + 4000;
	expect_equal(pthread_create(&threads[0], NULL, mapper, &s), 0);
	expect_equal(pthread_create(&threads[1], NULL, user, &s), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], &wrong[i]);
	for (int i = 0; i < 2; i++)
		if (wrong[i])
			expect_failed(__FILE__, __LINE__, "thread %d: %s", i, (char *)wrong[i]);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, gpusim_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_no_cpu_access),
		TEST(test_no_cpu_map),
		TEST(test_cpu_brings_it),
		TEST(test_stress),
	};

	return run_group("gpusim-visible", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
