// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --append iomem=relaxed
 * timeout: 240
 *
 * Memory shared between gpusim and other devices by dma-bufs, in both directions.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/udmabuf.h>
#include <xf86drm.h>
#include <zlib.h>

#include "clock.h"
#include "gpusim-fixture.h"

/* The second card: a VM, and a BO at HIGH through which the CPU looks at memory. */
static int fd2;
static uint32_t vm2;
static unsigned char *window;

static int setup(void **state)
{
	uint32_t handle;

	gpusim_setup(state);
	fd2 = expect_ok(gc_open_second());
	expect_ok(gc_vm_create(fd2, &vm2));
	expect_ok(gc_bo_create(fd2, SIZE, GC_SYSTEM, vm2, &handle));
	expect_ok(gc_map(fd2, vm2, HIGH, handle, 0, SIZE));
	window = gc_bo_mmap(fd2, handle, SIZE);
	expect_true(window);
	return 0;
}

static int teardown(void **state)
{
	munmap(window, SIZE);
	close(fd2);
	return gpusim_teardown(state);
}

/* The second card's engine finds what the CPU has at p. */
static void check_second(uint64_t addr, const unsigned char *p)
{
	memset(window, 0xee, SIZE);
	expect_ok(gc_copy(fd2, vm2, HIGH, addr, SIZE));
	expect_bytes(window, p, SIZE);
}

static int export_bo(int card, uint32_t handle, uint32_t flags)
{
	int dmabuf;

	expect_equal(drmPrimeHandleToFD(card, handle, DRM_CLOEXEC | flags, &dmabuf), 0);
	return dmabuf;
}

static int import_bo(int card, int dmabuf, uint32_t *handle)
{
	return drmPrimeFDToHandle(card, dmabuf, handle) ? -errno : 0;
}

static uint32_t imported(int card, int dmabuf)
{
	struct drm_gpusim_gem_info info;
	uint32_t handle;

	expect_ok(import_bo(card, dmabuf, &handle));
	expect_ok(gc_bo_info(card, handle, &info));
	expect_equal(info.flags, DRM_GPUSIM_GEM_IMPORTED);
	expect_equal(info.placement, GC_SYSTEM);
	expect_equal(info.size, SIZE);
	return handle;
}

static void check_two_cards(uint32_t home)
{
	uint32_t bo = new_bo(SIZE, home, 0), other;
	unsigned char *p = map_cpu(bo, SIZE);
	int dmabuf = export_bo(fd, bo, DRM_RDWR), ret = 0;

	scribble(p, SIZE, 1);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	other = imported(fd2, dmabuf);
	expect_ok(gc_map(fd2, vm2, ADDR, other, 0, SIZE));

	/* as long as the other is attached it stays where both can reach it */
	expect_equal(placement_of(bo), GC_SYSTEM);
	expect_error(gc_bo_migrate(fd, bo, GC_SWAPPED), EBUSY);
	if (home == GC_VRAM)
		expect_error(gc_bo_migrate(fd, bo, GC_VRAM), EBUSY);
	check_gpu(ADDR, p, SIZE);
	check_second(ADDR, p);
	expect_equal(placement_of(bo), GC_SYSTEM);

	/* each engine's writes are seen by the other and the CPU */
	expect_ok(gc_fill(fd, vm, ADDR + 100, GC_PAGE, 0x1111111111111111));
	check_second(ADDR, p);
	expect_ok(gc_fill(fd2, vm2, ADDR + 8, 8, 0x2222222222222222));
	expect_equal(*(uint64_t *)(p + 8), 0x2222222222222222);
	check_gpu(ADDR, p, SIZE);

	/* the handle and the dma-buf closed, the binding stays */
	expect_ok(gc_bo_close(fd2, other));
	close(dmabuf);
	check_second(ADDR, p);
	expect_ok(gc_unmap(fd2, vm2, ADDR, SIZE));

	/* and when it is gone too the BO goes home, soon */
	for (int i = 0; i < 600; i++) {
		ret = gc_bo_migrate(fd, bo, GC_SWAPPED);
		if (ret != -EBUSY)
			break;
		check_gpu(ADDR, p, SIZE);
		usleep(100000);
	}
	expect_ok(ret);
	check_gpu(ADDR, p, SIZE);
	expect_equal(placement_of(bo), home);
	expect_ok(gc_unmap(fd, vm, ADDR, SIZE));
	munmap(p, SIZE);
}

static void test_two_cards(void **state)
{
	(void)state;
	check_two_cards(GC_SYSTEM);
	check_two_cards(GC_VRAM);
}

static void test_vgem(void **state)
{
	struct drm_mode_create_dumb create = { .width = SIZE / 4, .height = 1, .bpp = 32 };
	int vgem = expect_ok(gc_open_card("vgem", DRM_NODE_PRIMARY, 0)), dmabuf;
	struct drm_mode_map_dumb map = { 0 };
	uint32_t bo, handle;
	unsigned char *p;

	(void)state;
	/* its memory here */
	expect_ok(gc_ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &create));
	expect_equal(create.size, SIZE);
	map.handle = create.handle;
	expect_ok(gc_ioctl(vgem, DRM_IOCTL_MODE_MAP_DUMB, &map));
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, vgem, map.offset);
	expect_true(p != MAP_FAILED);
	scribble(p, SIZE, 2);
	dmabuf = export_bo(vgem, create.handle, DRM_RDWR);
	bo = imported(fd, dmabuf);
	close(dmabuf);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	check_gpu(ADDR, p, SIZE);
	expect_ok(gc_fill(fd, vm, ADDR + 4, SIZE - 8, 3));
	check_gpu(ADDR, p, SIZE);
	expect_equal(p[4], 3);
	munmap(p, SIZE);
	expect_ok(gc_bo_close(fd, bo));

	/* memory from here there */
	bo = new_bo(SIZE, GC_VRAM, 0);
	p = map_cpu(bo, SIZE);
	scribble(p, SIZE, 4);
	dmabuf = export_bo(fd, bo, DRM_RDWR);
	expect_ok(import_bo(vgem, dmabuf, &handle));
	close(dmabuf);
	/* attached: it stays where the other device reaches it */
	expect_equal(placement_of(bo), GC_SYSTEM);
	expect_error(gc_bo_migrate(fd, bo, GC_VRAM), EBUSY);
	expect_ok(gc_map(fd, vm, HIGH, bo, 0, SIZE));
	expect_ok(gc_fill(fd, vm, HIGH, 8, 5));
	check_gpu(HIGH, p, SIZE);
	expect_equal(drmCloseBufferHandle(vgem, handle), 0);
	expect_ok(gc_bo_migrate(fd, bo, GC_VRAM));
	check_gpu(HIGH, p, SIZE);
	munmap(p, SIZE);
	close(vgem);
}

/* Pages of a memfd as a dma-buf. */
static int new_udmabuf(int memfd)
{
	int device = expect_ok(open("/dev/udmabuf", O_RDWR | O_CLOEXEC)), dmabuf;
	struct udmabuf_create create = { .memfd = memfd, .size = SIZE };

	expect_equal(ftruncate(memfd, SIZE), 0);
	expect_equal(fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	dmabuf = expect_ok(ioctl(device, UDMABUF_CREATE, &create));
	close(device);
	return dmabuf;
}

static void test_udmabuf(void **state)
{
	int memfd = expect_ok(memfd_create("prime", MFD_ALLOW_SEALING | MFD_CLOEXEC));
	unsigned char *want = malloc(SIZE), *got = malloc(SIZE);
	struct drm_gpusim_gem_mmap_offset offset = { 0 };
	int dmabuf = new_udmabuf(memfd);
	uint32_t bo, again;

	(void)state;
	scribble(want, SIZE, 7);
	expect_equal(pwrite(memfd, want, SIZE, 0), SIZE);
	bo = imported(fd, dmabuf);
	/* the object that the client has already */
	expect_ok(import_bo(fd, dmabuf, &again));
	expect_equal(again, bo);

	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	check_gpu(ADDR, want, SIZE);
	expect_ok(gc_map(fd, vm, HIGH, bo, 4 * GC_PAGE, GC_PAGE));
	expect_ok(gc_fill(fd, vm, HIGH, GC_PAGE, 0));
	memset(want + 4 * GC_PAGE, 0, GC_PAGE);
	expect_equal(pread(memfd, got, SIZE, 0), SIZE);
	expect_bytes(got, want, SIZE);

	/* it is its exporter's to map and to move */
	offset.handle = bo;
	expect_error(gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &offset), EINVAL);
	expect_error(gc_bo_migrate(fd, bo, GC_SYSTEM), EINVAL);
	expect_error(gc_bo_migrate(fd, bo, GC_SWAPPED), EINVAL);
	expect_error(gc_map(fd, vm, ADDR, bo, GC_PAGE, SIZE), EINVAL);

	/* passed on, it is the same dma-buf: the second card's is the same memory */
	close(dmabuf);
	dmabuf = export_bo(fd, bo, DRM_RDWR);
	again = imported(fd2, dmabuf);
	expect_ok(gc_map(fd2, vm2, ADDR, again, 0, SIZE));
	check_second(ADDR, want);
	close(dmabuf);

	/* it lives as long as it is bound */
	expect_ok(gc_bo_close(fd, bo));
	close(memfd);
	check_gpu(ADDR, want, SIZE);
	free(want);
	free(got);
}

/* A dma-buf that may not be written is not written by the engine either. */
static void test_read_only(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0), other;
	unsigned char *p = map_cpu(bo, SIZE);
	int dmabuf = export_bo(fd, bo, 0);
	struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = 8, .value = 1,
	};

	(void)state;
	scribble(p, SIZE, 8);
	other = imported(fd2, dmabuf);
	expect_error(gc_map(fd2, vm2, ADDR, other, 0, SIZE), EACCES);
	expect_ok(gc_map_ro(fd2, vm2, ADDR, other, 0, SIZE));
	check_second(ADDR, p);
	expect_error(gc_run(fd2, vm2, &cmd, 1), EFAULT);
	check_second(ADDR, p);
	close(dmabuf);
	munmap(p, SIZE);
}

static void test_refused(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0), private = new_bo(SIZE, GC_VRAM, vm);
	uint32_t nocpu, handle;
	int dmabuf = export_bo(fd, bo, DRM_RDWR);

	(void)state;
	/* its own comes back as what it is */
	expect_ok(import_bo(fd, dmabuf, &handle));
	expect_equal(handle, bo);
	close(dmabuf);

	expect_true(drmPrimeHandleToFD(fd, private, DRM_CLOEXEC, &dmabuf));
	expect_equal(errno, EPERM);
	expect_ok(gc_bo_create_nocpu(fd, SIZE, GC_SYSTEM, 0, &nocpu));
	dmabuf = export_bo(fd, nocpu, DRM_RDWR);
	expect_error(import_bo(fd2, dmabuf, &handle), EACCES);
	close(dmabuf);
	expect_error(import_bo(fd, fd2, &handle), EINVAL);
}

struct stress {
	uint32_t bo;
	uint64_t *p;
	int64_t end;
};

/* The second card comes and goes while the first works. */
static void *visitor(void *arg)
{
	const struct stress *s = arg;

	while (clock_ms() < s->end) {
		uint32_t handle;
		int dmabuf;

		if (drmPrimeHandleToFD(fd, s->bo, DRM_CLOEXEC | DRM_RDWR, &dmabuf))
			return "export";
		if (import_bo(fd2, dmabuf, &handle))
			return "import";
		close(dmabuf);
		if (gc_map(fd2, vm2, ADDR, handle, 0, SIZE) ||
		    gc_fill(fd2, vm2, ADDR, GC_PAGE, 0x77) || s->p[0] != 0x77 ||
		    gc_unmap(fd2, vm2, ADDR, SIZE) || gc_bo_close(fd2, handle))
			return "work";
	}
	return NULL;
}

static void *owner(void *arg)
{
	const struct stress *s = arg;

	for (uint64_t value = 1; clock_ms() < s->end; value++) {
		int ret = gc_bo_migrate(fd, s->bo, value % 3 ? GC_SYSTEM : GC_SWAPPED);

		if (ret && ret != -EBUSY)
			return "migrate";
		if (gc_fill(fd, vm, ADDR + GC_PAGE, GC_PAGE, value) ||
		    s->p[GC_PAGE / 8] != value)
			return "work of the first";
	}
	return NULL;
}

static void test_stress(void **state)
{
	struct stress s = { .bo = new_bo(SIZE, GC_VRAM, 0) };
	pthread_t threads[2];
	void *wrong[2];

	(void)state;
	s.p = (uint64_t *)map_cpu(s.bo, SIZE);
	expect_ok(gc_map(fd, vm, ADDR, s.bo, 0, SIZE));
	s.end = clock_ms() + 4000;
	expect_equal(pthread_create(&threads[0], NULL, visitor, &s), 0);
	expect_equal(pthread_create(&threads[1], NULL, owner, &s), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], &wrong[i]);
	for (int i = 0; i < 2; i++)
		if (wrong[i])
			expect_failed(__FILE__, __LINE__, "thread %d: %s", i, (char *)wrong[i]);
	munmap(s.p, SIZE);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_two_cards),
		TEST(test_vgem),
		TEST(test_udmabuf),
		TEST(test_read_only),
		TEST(test_refused),
		TEST(test_stress),
	};

	return run_group("gpusim-prime", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
