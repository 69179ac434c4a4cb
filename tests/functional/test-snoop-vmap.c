// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 *
 * Objects of a driver that uses no GEM helper (tests/modules/oddgem): mapped as a
 * whole for each access, by vmap or by a dma-buf, or not read at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "odd-card.h"
#include "snoop.h"
#include "view.h"

static void check_driver(const char *driver, __u32 path)
{
	struct view view;
	char byte;

	view_open_write(&view, driver);
	view_bind(&view);
	drawer_draw(&view.drawer, 61);
	view_check_object(&view, DRM_SNOOP_OBJECT_OTHER, DRM_SNOOP_PLACEMENT_UNKNOWN,
			  DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE);
	view_check_path(&view, path, 0);
	view_check_all(&view, 61);
	/* Each read looks anew. */
	drawer_draw(&view.drawer, 62);
	view_check_all(&view, 62);
	view_check_write(&view, 63);
	drawer_close(&view.drawer);
	expect_error(snoop_pread(view.snoop, &byte, 1, 0), ENOENT);
	view_close(&view);
}

static void test_vmap(void **state)
{
	check_driver("oddgem-vmap", DRM_SNOOP_PATH_VMAP);
}

static void test_dmabuf(void **state)
{
	check_driver("oddgem-dmabuf", DRM_SNOOP_PATH_DMABUF);
}

static void test_none(void **state)
{
	struct view view;
	char byte = 0;

	view_open_write(&view, "oddgem-none");
	view_bind(&view);
	drawer_draw(&view.drawer, 64);
	view_check_object(&view, DRM_SNOOP_OBJECT_OTHER, DRM_SNOOP_PLACEMENT_UNKNOWN, 0);
	view_check_path(&view, DRM_SNOOP_PATH_NONE, EOPNOTSUPP);
	expect_error(snoop_pwrite(view.snoop, &byte, 1, 0), EOPNOTSUPP);
	drawer_check(&view.drawer, 64, 0, view.drawer.size);
	view_close(&view);
}

/* The dma-buf of the target's own is neither used up nor kept. */
static void test_exported(void **state)
{
	struct view view;
	int drm, buf;

	view_open(&view, "oddgem-dmabuf");
	view_bind(&view);
	drm = expect_ok(snoop_steal_fd(view.drawer.pid, view.drawer.drm));
	expect_ok(drmPrimeHandleToFD(drm, view.drawer.handle, DRM_CLOEXEC, &buf));
	drawer_draw(&view.drawer, 65);
	view_check_object(&view, DRM_SNOOP_OBJECT_OTHER, DRM_SNOOP_PLACEMENT_UNKNOWN,
			  DRM_SNOOP_READABLE | DRM_SNOOP_EXPORTED);
	view_check(&view, 65, 0, view.drawer.size);
	expect_equal(lseek(buf, 0, SEEK_END), view.drawer.size);
	close(buf);
	close(drm);
	view_check(&view, 65, 0, view.drawer.size);
	view_close(&view);
}

/* One page more than what is mapped as a whole, and not one page more. */
static void check_size(const char *driver, __u32 path)
{
	struct drm_mode_create_dumb dumb = { .width = 1024, .height = 0x10001, .bpp = 32 };
	int snoop = expect_ok(snoop_open(driver, 0));
	int drm = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	struct drm_snoop_object object;
	char byte;
	__u64 id;

	expect_ok(snoop_register(snoop, drm, &id));
	expect_ok(drmIoctl(drm, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	expect_ok(snoop_find_object(snoop, id, dumb.handle, &object));
	expect_equal(object.size, DRM_SNOOP_WHOLE_MAX + 4096);
	expect_equal(object.flags, 0);
	expect_equal(object.path, DRM_SNOOP_PATH_NONE);
	expect_equal(object.error, EFBIG);
	expect_ok(snoop_bind_object(snoop, id, dumb.handle, NULL));
	expect_error(snoop_pread(snoop, &byte, 1, 0), EFBIG);

	dumb.height--;
	expect_ok(drmIoctl(drm, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	expect_ok(snoop_find_object(snoop, id, dumb.handle, &object));
	expect_equal(object.size, DRM_SNOOP_WHOLE_MAX);
	expect_equal(object.flags, DRM_SNOOP_READABLE);
	expect_equal(object.path, path);
	expect_equal(object.error, 0);
	close(drm);
	close(snoop);
}

static void test_size(void **state)
{
	check_size("oddgem-vmap", DRM_SNOOP_PATH_VMAP);
	check_size("oddgem-dmabuf", DRM_SNOOP_PATH_DMABUF);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vmap),
		cmocka_unit_test(test_dmabuf),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_exported),
		cmocka_unit_test(test_size),
	};

	return run_group("snoop-vmap", tests, sizeof(tests) / sizeof(tests[0]), odd_load,
			 odd_unload);
}
