// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 300
 *
 * Objects of stock drivers, which know nothing of snooping: what another process
 * writes through its own map of a dumb buffer is what is read by its handle, and
 * what is written by its handle is what that process sees.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "snoop.h"
#include "view.h"

#define MAY	(DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE)

/* Where the driver has a buffer that nobody touched, and one that was drawn to. */
struct driver {
	const char *name;
	__u32 kind, path;
	__u32 untouched, drawn;
	/* New memory is cleared. */
	bool zero;
};

static void check_zero(const struct view *view)
{
	const size_t size = view->drawer.size;
	uint8_t *zeros = calloc(1, size), *got = malloc(size);

	expect_true(zeros && got);
	memset(got, 0xee, size);
	expect_equal(snoop_pread(view->snoop, got, size, 0), size);
	expect_bytes(got, zeros, size);
	free(zeros);
	free(got);
}

static void check_driver(const struct driver *driver)
{
	struct view view;
	char byte;

	view_open_write(&view, driver->name);
	view_bind(&view);
	view_check_object(&view, driver->kind, driver->untouched, MAY);
	if (driver->zero)
		check_zero(&view);

	drawer_draw(&view.drawer, 31);
	view_check_all(&view, 31);
	view_check_object(&view, driver->kind, driver->drawn, MAY);
	view_check_path(&view, driver->path, 0);
	/* And again, through the same map. */
	drawer_draw(&view.drawer, 32);
	view_check(&view, 32, 0, view.drawer.size);
	view_check_write(&view, 33);
	view_check_object(&view, driver->kind, driver->drawn, MAY);

	drawer_close(&view.drawer);
	expect_error(snoop_pread(view.snoop, &byte, 1, 0), ENOENT);
	view_close(&view);
}

static void check_shmem(const char *name, __u32 untouched)
{
	const struct driver driver = {
		name, DRM_SNOOP_OBJECT_SHMEM, DRM_SNOOP_PATH_SHMEM,
		untouched, DRM_SNOOP_PLACEMENT_TT, true,
	};

	check_driver(&driver);
}

static void check_ttm(const char *name, __u32 placement, bool zero)
{
	const struct driver driver = {
		name, DRM_SNOOP_OBJECT_TTM, DRM_SNOOP_PATH_TTM, placement, placement, zero,
	};

	check_driver(&driver);
}

static void test_virtio_gpu(void **state)
{
	check_shmem("virtio_gpu", DRM_SNOOP_PLACEMENT_TT);
}

static void test_cirrus(void **state)
{
	check_shmem("cirrus", DRM_SNOOP_PLACEMENT_TT);
}

static void test_vgem(void **state)
{
	check_shmem("vgem", DRM_SNOOP_PLACEMENT_TT);
}

static void test_vkms(void **state)
{
	check_shmem("vkms", DRM_SNOOP_PLACEMENT_TT);
}

static void test_bochs(void **state)
{
	check_ttm("bochs-drm", DRM_SNOOP_PLACEMENT_SYSTEM, true);
}

static void test_qxl(void **state)
{
	check_ttm("qxl", DRM_SNOOP_PLACEMENT_SYSTEM, true);
}

/* The driver does not clear VRAM. */
static void test_radeon(void **state)
{
	check_ttm("radeon", DRM_SNOOP_PLACEMENT_VRAM, false);
}

/* Shown on the screen, the buffer moves to VRAM and is drawn to there. */
static void check_shown(const char *name)
{
	struct view view;

	view_open_write(&view, name);
	view_bind(&view);
	drawer_draw(&view.drawer, 34);
	view_check_object(&view, DRM_SNOOP_OBJECT_TTM, DRM_SNOOP_PLACEMENT_SYSTEM, MAY);
	view_check_all(&view, 34);

	drawer_show(&view.drawer);
	view_check_object(&view, DRM_SNOOP_OBJECT_TTM, DRM_SNOOP_PLACEMENT_VRAM, MAY);
	view_check_all(&view, 34);
	drawer_draw(&view.drawer, 35);
	view_check_all(&view, 35);
	view_check_write(&view, 36);
	view_close(&view);
}

static void test_bochs_vram(void **state)
{
	check_shown("bochs-drm");
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtio_gpu),
		cmocka_unit_test(test_cirrus),
		cmocka_unit_test(test_vgem),
		cmocka_unit_test(test_vkms),
		cmocka_unit_test(test_bochs),
		cmocka_unit_test(test_qxl),
		cmocka_unit_test(test_radeon),
		cmocka_unit_test(test_bochs_vram),
		cmocka_unit_test(test_two_clients),
	};

	return run_group("snoop-stock", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
