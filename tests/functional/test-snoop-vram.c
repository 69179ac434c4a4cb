// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel: stock: radeon takes long to build, and its memory is TTM's as gpusim's
 * vm: --gpu radeon --gpu qxl
 * timeout: 300
 *
 * Objects of stock drivers for cards with memory of their own: radeon keeps them
 * there, qxl in system memory.
 */
#include <errno.h>

#include "expect.h"
#include "snoop.h"
#include "view.h"

static void check_driver(const char *driver, __u32 placement)
{
	struct view view;
	char byte;

	view_open(&view, driver);
	view_bind(&view);
	drawer_draw(&view.drawer, 51);
	view_check_object(&view, DRM_SNOOP_OBJECT_TTM, placement, DRM_SNOOP_READABLE);
	view_check_all(&view, 51);
	drawer_draw(&view.drawer, 52);
	view_check(&view, 52, 0, view.drawer.size);
	view_check_object(&view, DRM_SNOOP_OBJECT_TTM, placement, DRM_SNOOP_READABLE);
	drawer_close(&view.drawer);
	expect_error(snoop_pread(view.snoop, &byte, 1, 0), ENOENT);
	view_close(&view);
}

static void test_radeon(void **state)
{
	check_driver("radeon", DRM_SNOOP_PLACEMENT_VRAM);
}

static void test_qxl(void **state)
{
	check_driver("qxl", DRM_SNOOP_PLACEMENT_SYSTEM);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_radeon),
		cmocka_unit_test(test_qxl),
	};

	return run_group("snoop-vram", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
