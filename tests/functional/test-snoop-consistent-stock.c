// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 240
 *
 * Consistent snapshots of buffers of stock drivers, to which another process stores
 * without pause: of one moment, where plain ones of the same buffer are not. What is
 * not stopped is said.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <xf86drm.h>

#include "clock.h"
#include "expect.h"
#include "snoop.h"
#include "snoop-module.h"
#include "steps.h"
#include "view.h"
#include "window.h"

/* No bound for what is slow only because the machine is. */
#define BUDGET_MS	60000
#define DEFAULT_STOP_MS	1000
#define CONTROL_MS	60000
#define ROUNDS		5

#define NOT_STOPPED	DRM_SNOOP_SNAPSHOT_NOT_STOPPED
#define SHARED		DRM_SNOOP_SNAPSHOT_SHARED

/* A consistent snapshot of all of a buffer, of which the table says @flags. */
static int take(int snoop, uint64_t size, __u32 flags)
{
	struct drm_snoop_snapshot_range entry;
	struct drm_snoop_snapshot answer;
	int fd = expect_ok(snoop_snapshot_consistent(snoop, 0, size, BUDGET_MS, &answer));

	expect_equal(answer.copied, size);
	expect_equal(expect_ok(snoop_snapshot_table(fd, &entry, 1, 1)), 1);
	expect_equal(entry.error, 0);
	expect_equal(entry.flags, flags);
	return fd;
}

/* Torn words of a snapshot, which is closed; its first word. */
static unsigned long check(int fd, size_t size, uint64_t *first)
{
	uint64_t *copy = malloc(size);
	unsigned long torn;

	expect_true(copy);
	expect_equal(pread(fd, copy, size, 0), size);
	close(fd);
	torn = steps_torn(copy, size);
	*first = copy[0];
	free(copy);
	return torn;
}

/* Plain ones of the same writer are torn. */
static void check_control(const struct view *view)
{
	const uint64_t size = view->drawer.size;
	int64_t begin = clock_ms();
	uint64_t first;

	while (!check(expect_ok(snoop_snapshot(view->snoop, 0, size, NULL)), size, &first))
		expect_true(clock_ms() - begin < CONTROL_MS);
}

/* The writer goes on, and comes to a higher number than @last. */
static void wait_for_writer(int snoop, uint64_t last)
{
	int64_t begin = clock_ms();
	uint64_t first;

	do {
		expect_true(clock_ms() - begin < CONTROL_MS);
		expect_equal(snoop_pread(snoop, &first, sizeof(first), 0), sizeof(first));
	} while (first <= last);
}

static void check_rounds(const struct view *view, __u32 flags)
{
	uint64_t last = 0;
	unsigned int round;

	for (round = 0; round < ROUNDS; round++) {
		wait_for_writer(view->snoop, last);
		expect_equal(check(take(view->snoop, view->drawer.size, flags),
				   view->drawer.size, &last), 0);
	}
	print_message("# %lu words each, none torn; %lu sweeps\n",
		      steps_words(view->drawer.size), (unsigned long)last);
}

static void check_driver(const char *driver, bool show)
{
	struct view view;

	print_message("# %s%s\n", driver, show ? ", shown" : "");
	view_open_write(&view, driver);
	view_bind(&view);
	if (show)
		drawer_show(&view.drawer);
	drawer_run(&view.drawer);
	check_control(&view);
	/* A framebuffer counts as a handle of somebody else. */
	check_rounds(&view, show ? SHARED : 0);
	view_close(&view);
}

static void test_drivers(void **state)
{
	static const char *const drivers[] = {
		"virtio_gpu", "bochs-drm", "qxl", "radeon", "cirrus", "vgem", "vkms",
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		check_driver(drivers[i], false);
}

/* On a screen; that of bochs is in VRAM then. */
static void test_shown(void **state)
{
	(void)state;
	check_driver("virtio_gpu", true);
	check_driver("bochs-drm", true);
}

/* Imported by another driver, it is still stopped where it is from, and not there. */
static void test_imported(void **state)
{
	int snoop = expect_ok(snoop_open("vgem", 0)), drm, other, prime, importer, fd;
	struct view view;
	uint8_t *copy;
	__u32 handle;
	__u64 id;

	(void)state;
	view_open_write(&view, "virtio_gpu");
	view_bind(&view);
	drawer_draw(&view.drawer, 7);
	drm = expect_ok(snoop_steal_fd(view.drawer.pid, view.drawer.drm));
	expect_equal(drmPrimeHandleToFD(drm, view.drawer.handle, O_CLOEXEC | O_RDWR, &prime), 0);
	close(drm);
	other = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_RENDER, O_RDWR));
	expect_equal(drmPrimeFDToHandle(other, prime, &handle), 0);
	close(prime);
	importer = expect_ok(snoop_reopen(snoop, O_RDWR));
	expect_ok(snoop_register_flags(importer, other, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_ok(snoop_bind_object(importer, id, handle, NULL));
	close(snoop);

	fd = take(importer, view.drawer.size, SHARED | NOT_STOPPED);
	copy = malloc(view.drawer.size);
	expect_true(copy);
	expect_equal(pread(fd, copy, view.drawer.size, 0), view.drawer.size);
	window_check(copy, 7, 0, view.drawer.size);
	free(copy);
	close(fd);

	drawer_run(&view.drawer);
	check_rounds(&view, SHARED);
	close(take(importer, view.drawer.size, SHARED | NOT_STOPPED));
	view_close(&view);
	close(importer);
	close(other);
}

static int setup(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", BUDGET_MS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", DEFAULT_STOP_MS);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drivers),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_imported),
	};

	return run_group("snoop-consistent-stock", tests, sizeof(tests) / sizeof(tests[0]), setup,
			 teardown);
}
