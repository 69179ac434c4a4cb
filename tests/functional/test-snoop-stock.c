// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem
 * timeout: 300
 *
 * Objects of stock drivers, which know nothing of snooping: what another process
 * writes through its own map of a dumb buffer is what is read by its handle.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "model.h"
#include "snoop.h"
#include "view.h"

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
	view_check_all(&view, 31);
	view_check_object(&view, kind, placement, DRM_SNOOP_READABLE);
	/* And again, through the same map. */
	drawer_draw(&view.drawer, 32);
	view_check(&view, 32, 0, view.drawer.size);

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
	view_check_object(&view, DRM_SNOOP_OBJECT_TTM, DRM_SNOOP_PLACEMENT_SYSTEM,
			  DRM_SNOOP_READABLE);
	view_check_all(&view, 33);

	drawer_show(&view.drawer);
	view_check_object(&view, DRM_SNOOP_OBJECT_TTM, DRM_SNOOP_PLACEMENT_VRAM,
			  DRM_SNOOP_READABLE);
	view_check_all(&view, 33);
	drawer_draw(&view.drawer, 34);
	view_check_all(&view, 34);
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
	view_check(&first, 41, 0, first.drawer.size);
	view_check(&second, 42, 0, second.drawer.size);
	expect_error(snoop_bind_object(first.snoop, second.client_id, second.drawer.handle, NULL),
		     ENOENT);
	view_close(&first);
	view_check(&second, 42, 0, second.drawer.size);
	view_close(&second);
}

/* A buffer of another card, through its exporter, for reading and for writing. */
static void check_imported_object(uint32_t flags)
{
	int virtio = expect_ok(snoop_open("virtio_gpu", 0));
	int snoop = expect_ok(snoop_reopen(expect_ok(snoop_open("vgem", 0)), O_RDWR));
	int vgem = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	struct drm_snoop_object object;
	uint8_t got[5000], wanted[5000];
	struct drawer drawer;
	uint32_t handle;
	int drm, buf;
	__u64 id;

	drawer_start(&drawer, virtio);
	drawer_draw(&drawer, 77);
	drm = expect_ok(snoop_steal_fd(drawer.pid, drawer.drm));
	expect_ok(drmPrimeHandleToFD(drm, drawer.handle, DRM_CLOEXEC | flags, &buf));
	expect_ok(drmPrimeFDToHandle(vgem, buf, &handle));
	expect_ok(snoop_register_flags(snoop, vgem, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_ok(snoop_find_object(snoop, id, handle, &object));
	expect_equal(object.flags, DRM_SNOOP_IMPORTED | DRM_SNOOP_READABLE |
		     (flags ? DRM_SNOOP_WRITABLE : DRM_SNOOP_READ_ONLY));
	expect_equal(object.size, drawer.size);
	expect_ok(snoop_bind_object(snoop, id, handle, NULL));
	expect_equal(expect_ok(snoop_pread(snoop, got, sizeof(got), 4099)), sizeof(got));
	model_fill(wanted, sizeof(wanted), 77, 4099);
	expect_bytes(got, wanted, sizeof(got));

	/* Its owner sees what was written, through a handle that is as good as ever. */
	model_fill(wanted, sizeof(wanted), 78, 0);
	if (flags)
		expect_equal(expect_ok(snoop_pwrite(snoop, wanted, sizeof(wanted), 4099)),
			     sizeof(wanted));
	else
		expect_error(snoop_pwrite(snoop, wanted, sizeof(wanted), 4099), EACCES);
	if (!flags)
		model_fill(wanted, sizeof(wanted), 77, 4099);
	expect_ok(snoop_register(virtio, drm, &id));
	expect_ok(snoop_find_object(virtio, id, drawer.handle, &object));
	expect_equal(object.flags, DRM_SNOOP_READABLE | DRM_SNOOP_EXPORTED);
	expect_ok(snoop_bind_object(virtio, id, drawer.handle, NULL));
	expect_equal(expect_ok(snoop_pread(virtio, got, sizeof(got), 4099)), sizeof(got));
	expect_bytes(got, wanted, sizeof(got));
	close(buf);
	close(drm);
	close(vgem);
	close(snoop);
	drawer_stop(&drawer);
	close(virtio);
}

static void test_imported_object(void **state)
{
	check_imported_object(DRM_RDWR);
}

static void test_imported_read_only(void **state)
{
	check_imported_object(0);
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
		cmocka_unit_test(test_imported_read_only),
	};

	return run_group("snoop-stock", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
