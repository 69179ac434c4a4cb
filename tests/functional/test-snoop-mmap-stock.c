// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 300
 *
 * Maps of buffers of stock drivers: each store of another process is there at once, in
 * windows at any page, and nobody writes through a map that is for reading.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "model.h"
#include "snoop.h"
#include "view.h"
#include "window.h"

#define PAGE	WINDOW_PAGE

/**
 * struct driver - one to be tested
 * @name: of the DRM driver
 * @shows: it has a screen; when shown, the buffer may move
 */
struct driver {
	const char *name;
	bool shows;
};

static const struct driver drivers[] = {
	{ "virtio_gpu", true },
	{ "bochs-drm", true },
	{ "qxl", false },
	{ "radeon", false },
	{ "cirrus", false },
	{ "vgem", false },
	{ "vkms", false },
};

static void on_drivers(void (*check)(const struct driver *driver, struct view *view))
{
	struct view view;
	unsigned int i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		print_message("# %s\n", drivers[i].name);
		view_open(&view, drivers[i].name);
		view_bind(&view);
		check(&drivers[i], &view);
		view_close(&view);
	}
}

static void check_windows(const struct driver *driver, struct view *view)
{
	const size_t size = view->drawer.size, pages = size / PAGE;
	size_t first, count, i;
	uint8_t *whole, *map;

	/* Mapped before the process has drawn anything. */
	whole = window_map(view->snoop, 0, size, PROT_READ);
	drawer_draw(&view->drawer, 1);
	window_check(whole, 1, 0, size);
	for (i = 0; i < 40; i++) {
		first = i * 19 % pages;
		count = 1 + i * 3 % (pages - first);
		map = window_map(view->snoop, first * PAGE, count * PAGE, PROT_READ);
		window_check(map, 1, first * PAGE, count * PAGE);
		munmap(map, count * PAGE);
	}
	map = window_map(view->snoop, (pages - 1) * PAGE, PAGE, PROT_READ);
	drawer_draw(&view->drawer, 2);
	window_check(whole, 2, 0, size);
	window_check(map, 2, (pages - 1) * PAGE, PAGE);
	if (driver->shows) {
		drawer_show(&view->drawer);
		window_check(whole, 2, 0, size);
		drawer_draw(&view->drawer, 3);
		window_check(whole, 3, 0, size);
		window_check(map, 3, (pages - 1) * PAGE, PAGE);
	}
	munmap(whole, size);
	munmap(map, PAGE);
	expect_error(window_flags(view->snoop, size, PAGE, PROT_READ, MAP_SHARED), ENXIO);
	expect_error(window_flags(view->snoop, 0, size + 1, PROT_READ, MAP_SHARED), EINVAL);
}

static void test_windows(void **state)
{
	on_drivers(check_windows);
}

/* Parts are unmapped, protected and moved; a child has what is left. */
static void check_splits(const struct driver *driver, struct view *view)
{
	uint8_t *room = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *map = window_map(view->snoop, 5 * PAGE, 16 * PAGE, PROT_READ);
	int status;
	pid_t pid;

	(void)driver;
	expect_true(room != MAP_FAILED);
	drawer_draw(&view->drawer, 11);
	/* Some pages have been seen, others not. */
	window_check(map + 9 * PAGE, 11, 14 * PAGE, PAGE);
	munmap(map + 2 * PAGE, PAGE);
	expect_ok(window_protect(map + 4 * PAGE, PAGE, PROT_NONE));
	expect_true(mremap(map + 8 * PAGE, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			   room + PAGE) == room + PAGE);
	munmap(map, PAGE);
	window_check(map + PAGE, 11, 6 * PAGE, PAGE);
	window_check(map + 3 * PAGE, 11, 8 * PAGE, PAGE);
	window_check(map + 5 * PAGE, 11, 10 * PAGE, 3 * PAGE);
	window_check(map + 11 * PAGE, 11, 16 * PAGE, 5 * PAGE);
	window_check(room + PAGE, 11, 13 * PAGE, 3 * PAGE);
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		uint8_t wanted[3 * PAGE];

		munmap(room + 2 * PAGE, PAGE);
		model_fill(wanted, sizeof(wanted), 11, 13 * PAGE);
		_exit(memcmp(room + PAGE, wanted, PAGE) ||
		      memcmp(room + 3 * PAGE, wanted + 2 * PAGE, PAGE) ||
		      window_load(room + 2 * PAGE) != SIGSEGV);
	}
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
	drawer_draw(&view->drawer, 12);
	window_check(map + 11 * PAGE, 12, 16 * PAGE, 5 * PAGE);
	window_check(room + PAGE, 12, 13 * PAGE, 3 * PAGE);
	munmap(map, 16 * PAGE);
	munmap(room, 8 * PAGE);
}

static void test_splits(void **state)
{
	on_drivers(check_splits);
}

/* The observer's own debugger, and its own /proc/self/mem, read and do not write. */
static void check_own_mem(const struct driver *driver, struct view *view)
{
	uint8_t got[2 * PAGE], byte = 0xe7;
	uint8_t *map;
	unsigned int i;

	(void)driver;
	drawer_draw(&view->drawer, 21);
	map = window_map(view->snoop, 3 * PAGE, 4 * PAGE, PROT_READ);
	expect_equal(map[PAGE], model_byte(21, 4 * PAGE));
	/* At a page that is there, one that is not, and a part of one. */
	for (i = 0; i < 4; i++)
		expect_true(window_write_mem(map + i * PAGE + i * 7, &byte, 1) < 0);
	window_check(map, 21, 3 * PAGE, 4 * PAGE);
	expect_equal(window_read_mem(map + PAGE + 5, got, sizeof(got)), sizeof(got));
	window_check(got, 21, 4 * PAGE + 5, sizeof(got));
	view_check(view, 21, 0, view->drawer.size);
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	munmap(map, 4 * PAGE);
}

static void test_own_mem(void **state)
{
	on_drivers(check_own_mem);
}

/* Through a map that is for writing, the process sees it in its own. */
static void check_writes(const struct driver *driver, struct view *view)
{
	int snoop = expect_ok(snoop_reopen(view->snoop, O_RDWR));
	int drm = expect_ok(snoop_steal_fd(view->drawer.pid, view->drawer.drm));
	uint8_t *map, byte = 0x3c;
	__u64 id;

	(void)driver;
	expect_ok(snoop_register_flags(snoop, drm, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_ok(snoop_bind_object(snoop, id, view->drawer.handle, NULL));
	drawer_draw(&view->drawer, 31);
	map = window_map(snoop, 6 * PAGE, 3 * PAGE, PROT_READ | PROT_WRITE);
	model_fill(map + 7, 2 * PAGE, 32, 6 * PAGE + 7);
	view_check(view, 31, 0, 6 * PAGE + 7);
	view_check(view, 32, 6 * PAGE + 7, 2 * PAGE);
	view_check(view, 31, 8 * PAGE + 7, view->drawer.size - 8 * PAGE - 7);
	expect_true(drawer_peek(&view->drawer, 7 * PAGE) == model_byte(32, 7 * PAGE));
	expect_true(drawer_peek(&view->drawer, 5 * PAGE) == model_byte(31, 5 * PAGE));
	expect_equal(window_write_mem(map + 2 * PAGE + 100, &byte, 1), 1);
	expect_equal(drawer_peek(&view->drawer, 8 * PAGE + 100), byte);
	munmap(map, 3 * PAGE);
	close(drm);
	close(snoop);
}

static void test_writes(void **state)
{
	on_drivers(check_writes);
}

/* The process gives the buffer up, and ends: what it drew is there as long as the map. */
static void check_end(const struct driver *driver, struct view *view)
{
	const size_t size = view->drawer.size;
	uint8_t *map;

	(void)driver;
	drawer_draw(&view->drawer, 41);
	map = window_map(view->snoop, PAGE, size - PAGE, PROT_READ);
	drawer_close(&view->drawer);
	window_check(map, 41, PAGE, size - PAGE);
	expect_error(window_flags(view->snoop, 0, PAGE, PROT_READ, MAP_SHARED), ENOENT);
	drawer_end(&view->drawer);
	window_check(map, 41, PAGE, size - PAGE);
	expect_error(window_flags(view->snoop, 0, PAGE, PROT_READ, MAP_SHARED), ESRCH);
	munmap(map, size - PAGE);
}

static void test_end(void **state)
{
	on_drivers(check_end);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_own_mem),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_end),
	};

	return run_group("snoop-mmap-stock", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
