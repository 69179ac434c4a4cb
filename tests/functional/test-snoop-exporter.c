// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 *
 * Memory of one card imported by another one, whose client is looked at and mapped
 * while the first card goes. Needs root.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "gpusim-card.h"
#include "gpusim-client.h"
#include "model.h"
#include "snoop.h"
#include "window.h"

#define SIZE	0x4000ULL

static void test_exporter_goes(void **state)
{
	int read_only = expect_ok(snoop_open("vgem", 0));
	int snoop = expect_ok(snoop_reopen(read_only, O_RDWR));
	int vgem = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	int gpusim = expect_ok(gc_open());
	static uint8_t got[SIZE], wanted[SIZE];
	struct drm_snoop_object object;
	__u32 bo, handle;
	uint8_t *memory, *map;
	__u64 id;
	int buf;

	(void)state;
	card_find();
	expect_ok(gc_bo_create(gpusim, SIZE, GC_SYSTEM, 0, &bo));
	memory = gc_bo_mmap(gpusim, bo, SIZE);
	expect_true(memory);
	model_fill(memory, SIZE, 5, 0);
	expect_ok(drmPrimeHandleToFD(gpusim, bo, DRM_CLOEXEC | DRM_RDWR, &buf));
	expect_ok(drmPrimeFDToHandle(vgem, buf, &handle));
	/* Imports are mapped by who could write to them. */
	expect_ok(snoop_register_flags(snoop, vgem, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_ok(snoop_bind_object(snoop, id, handle, NULL));

	expect_ok(snoop_find_object(snoop, id, handle, &object));
	expect_equal(object.flags, DRM_SNOOP_IMPORTED | DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE);
	expect_true(object.placement != DRM_SNOOP_PLACEMENT_UNKNOWN);
	model_fill(wanted, SIZE, 5, 0);
	expect_equal(snoop_pread(snoop, got, SIZE, 0), SIZE);
	expect_bytes(got, wanted, SIZE);
	map = window_map(snoop, WINDOW_PAGE, 3 * WINDOW_PAGE, PROT_READ | PROT_WRITE);
	window_check(map, 5, WINDOW_PAGE, WINDOW_PAGE);

	card_unbind();
	expect_error(snoop_pread(snoop, got, SIZE, 0), ENODEV);
	/* The importer's card is there: it is not its memory. A page that was seen, and not. */
	expect_equal(window_load(map), SIGBUS);
	expect_equal(window_store(map, 1), SIGBUS);
	expect_equal(window_load(map + 2 * WINDOW_PAGE), SIGBUS);
	expect_error(window_load_by_kernel(map), EFAULT);
	expect_error(window_flags(snoop, 0, WINDOW_PAGE, PROT_READ, MAP_SHARED), ENODEV);
	/* What cannot be read is not called readable. */
	expect_ok(snoop_find_object(snoop, id, handle, &object));
	expect_equal(object.flags, DRM_SNOOP_IMPORTED);
	expect_equal(object.placement, DRM_SNOOP_PLACEMENT_UNKNOWN);
	expect_equal(object.size, SIZE);
	munmap(memory, SIZE);
	close(buf);
	close(gpusim);
	close(vgem);
	close(snoop);
	close(read_only);
	card_bind();
	expect_equal(window_load(map), SIGBUS);
	munmap(map, 3 * WINDOW_PAGE);
	card_wait_unused();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exporter_goes),
	};

	return run_group("snoop-exporter", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
