// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem
 * timeout: 300
 *
 * Objects of stock drivers, which know nothing of snooping: what another process
 * writes through its own map of a dumb buffer is what is read by its handle.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xf86drm.h>

#include "drawer.h"
#include "expect.h"
#include "model.h"
#include "snoop.h"

/* One driver's buffer and an observer of it. */
struct view {
	struct drawer drawer;
	int snoop;
	__u64 client_id;
};

static void view_open(struct view *view, const char *driver)
{
	int drm;

	view->snoop = expect_ok(snoop_open(driver, 0));
	drawer_start(&view->drawer, view->snoop);
	drm = expect_ok(snoop_steal_fd(view->drawer.pid, view->drawer.drm));
	expect_ok(snoop_register(view->snoop, drm, &view->client_id));
	close(drm);
}

static void view_bind(const struct view *view)
{
	__u64 size;

	expect_ok(snoop_bind_object(view->snoop, view->client_id, view->drawer.handle, &size));
	expect_equal(size, view->drawer.size);
}

static void view_close(struct view *view)
{
	drawer_stop(&view->drawer);
	close(view->snoop);
}

static void check_content(const struct view *view, uint64_t seed, uint64_t offset, size_t len)
{
	uint8_t *got = malloc(len), *wanted = malloc(len);

	expect_true(got && wanted);
	expect_equal(snoop_pread(view->snoop, got, len, offset), len);
	model_fill(wanted, len, seed, offset);
	expect_bytes(got, wanted, len);
	free(got);
	free(wanted);
}

/* All of it, then pieces of all sizes at all alignments, then its end. */
static void check_all(const struct view *view, uint64_t seed)
{
	const uint64_t size = view->drawer.size;
	unsigned short random[3] = { 0x5eed, 7, 1 };
	char buf[64];
	int i;

	check_content(view, seed, 0, size);
	for (i = 0; i < 200; i++) {
		uint64_t offset = nrand48(random) % size;
		size_t len = 1 + nrand48(random) % (i % 2 ? 40 : 20000);

		check_content(view, seed, offset, len < size - offset ? len : size - offset);
	}
	expect_equal(snoop_pread(view->snoop, buf, sizeof(buf), size - 10), 10);
	expect_equal(snoop_pread(view->snoop, buf, sizeof(buf), size), 0);
}

static void check_object(const struct view *view, __u32 kind, __u32 placement, __u32 flags)
{
	struct drm_snoop_object object;

	expect_ok(snoop_find_object(view->snoop, view->client_id, view->drawer.handle, &object));
	expect_equal(object.size, view->drawer.size);
	expect_equal(object.kind, kind);
	expect_equal(object.placement, placement);
	expect_equal(object.flags, flags);
}

static void check_driver(const char *driver, __u32 kind, __u32 placement)
{
	struct view view;
	uint8_t *zeros, *got;
	char byte;

	view_open(&view, driver);
	view_bind(&view);
	/* Nobody wrote it: it is zero for the process, and so it is here. */
	zeros = calloc(1, view.drawer.size);
	got = malloc(view.drawer.size);
	expect_true(zeros && got);
	memset(got, 0xee, view.drawer.size);
	expect_equal(snoop_pread(view.snoop, got, view.drawer.size, 0), view.drawer.size);
	expect_bytes(got, zeros, view.drawer.size);
	free(zeros);
	free(got);

	drawer_draw(&view.drawer, 31);
	check_all(&view, 31);
	check_object(&view, kind, placement, DRM_SNOOP_READABLE);
	/* And again, through the same map. */
	drawer_draw(&view.drawer, 32);
	check_content(&view, 32, 0, view.drawer.size);

	drawer_close(&view.drawer);
	expect_error(snoop_pread(view.snoop, &byte, 1, 0), ENOENT);
	view_close(&view);
}

static void test_virtio_gpu(void **state)
{
	check_driver("virtio_gpu", DRM_SNOOP_OBJECT_SHMEM, DRM_SNOOP_PLACEMENT_TT);
}

static void test_vgem(void **state)
{
	check_driver("vgem", DRM_SNOOP_OBJECT_SHMEM, DRM_SNOOP_PLACEMENT_TT);
}

static void test_bochs(void **state)
{
	check_driver("bochs-drm", DRM_SNOOP_OBJECT_TTM, DRM_SNOOP_PLACEMENT_SYSTEM);
}

/* Shown on the screen, the buffer moves to VRAM and is drawn to there. */
static void test_bochs_vram(void **state)
{
	struct view view;

	view_open(&view, "bochs-drm");
	view_bind(&view);
	drawer_draw(&view.drawer, 33);
	check_object(&view, DRM_SNOOP_OBJECT_TTM, DRM_SNOOP_PLACEMENT_SYSTEM, DRM_SNOOP_READABLE);
	check_all(&view, 33);

	drawer_show(&view.drawer);
	check_object(&view, DRM_SNOOP_OBJECT_TTM, DRM_SNOOP_PLACEMENT_VRAM, DRM_SNOOP_READABLE);
	check_all(&view, 33);
	drawer_draw(&view.drawer, 34);
	check_all(&view, 34);
	view_close(&view);
}

/* Two processes with a buffer each, of the same handle. */
static void test_two_clients(void **state)
{
	struct view first, second;

	view_open(&first, "virtio_gpu");
	view_open(&second, "virtio_gpu");
	expect_equal(first.drawer.handle, second.drawer.handle);
	expect_true(first.client_id != second.client_id);
	drawer_draw(&first.drawer, 41);
	drawer_draw(&second.drawer, 42);
	view_bind(&first);
	view_bind(&second);
	check_content(&first, 41, 0, first.drawer.size);
	check_content(&second, 42, 0, second.drawer.size);
	expect_error(snoop_bind_object(first.snoop, second.client_id, second.drawer.handle, NULL),
		     ENOENT);
	view_close(&first);
	check_content(&second, 42, 0, second.drawer.size);
	view_close(&second);
}

/* A buffer of another card: it is listed, and reading says that it cannot. */
static void test_imported_object(void **state)
{
	int virtio = expect_ok(snoop_open("virtio_gpu", 0));
	int snoop = expect_ok(snoop_open("vgem", 0));
	int vgem = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	struct drm_snoop_object object;
	struct drawer drawer;
	uint32_t handle;
	int drm, buf;
	__u64 id;
	char byte;

	drawer_start(&drawer, virtio);
	drm = expect_ok(snoop_steal_fd(drawer.pid, drawer.drm));
	expect_ok(drmPrimeHandleToFD(drm, drawer.handle, DRM_CLOEXEC, &buf));
	expect_ok(drmPrimeFDToHandle(vgem, buf, &handle));
	expect_ok(snoop_register(snoop, vgem, &id));
	expect_ok(snoop_find_object(snoop, id, handle, &object));
	expect_equal(object.flags, DRM_SNOOP_IMPORTED);
	expect_equal(object.size, drawer.size);
	expect_ok(snoop_bind_object(snoop, id, handle, NULL));
	expect_error(snoop_pread(snoop, &byte, 1, 0), EOPNOTSUPP);

	/* Its owner's handle is as good as ever. */
	expect_ok(snoop_register(virtio, drm, &id));
	expect_ok(snoop_find_object(virtio, id, drawer.handle, &object));
	expect_equal(object.flags, DRM_SNOOP_READABLE | DRM_SNOOP_EXPORTED);
	expect_ok(snoop_bind_object(virtio, id, drawer.handle, NULL));
	expect_equal(snoop_pread(virtio, &byte, 1, 0), 1);
	close(buf);
	close(drm);
	close(vgem);
	close(snoop);
	drawer_stop(&drawer);
	close(virtio);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtio_gpu),
		cmocka_unit_test(test_vgem),
		cmocka_unit_test(test_bochs),
		cmocka_unit_test(test_bochs_vram),
		cmocka_unit_test(test_two_clients),
		cmocka_unit_test(test_imported_object),
	};

	return run_group("snoop-stock", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
