// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 300
 *
 * Maps of objects of drivers that nobody knows (tests/modules/oddgem): as a whole, if
 * the driver inserts pages by faults. Each store of another process is there at once,
 * and nobody writes through a map that is for reading.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "model.h"
#include "odd-card.h"
#include "snoop.h"
#include "view.h"
#include "window.h"

#define PAGE	WINDOW_PAGE

/* By page frame number, and by page. */
static const char *const inserting[] = { "oddgem-pfn", "oddgem-page" };

static int try(int snoop, uint64_t offset, size_t size, int prot)
{
	return window_flags(snoop, offset, size, prot, MAP_SHARED);
}

static void on_cards(void (*check)(const char *card, struct view *view))
{
	struct view view;
	unsigned int i;

	for (i = 0; i < sizeof(inserting) / sizeof(inserting[0]); i++) {
		print_message("# %s\n", inserting[i]);
		view_open_write(&view, inserting[i]);
		view_bind(&view);
		check(inserting[i], &view);
		view_close(&view);
	}
}

/* Both directions, without any call in between. */
static void check_live(const char *card, struct view *view)
{
	const size_t size = view->drawer.size;
	uint8_t *map, *writable;

	(void)card;
	map = window_map(view->snoop, 0, size, PROT_READ);
	/* Before the process has drawn anything, and again. */
	drawer_draw(&view->drawer, 1);
	window_check(map, 1, 0, size);
	drawer_draw(&view->drawer, 2);
	window_check(map, 2, 0, size);
	writable = window_map(view->snoop, 0, size, PROT_READ | PROT_WRITE);
	model_fill(writable + 5 * PAGE + 7, 3 * PAGE, 3, 5 * PAGE + 7);
	drawer_check(&view->drawer, 3, 5 * PAGE + 7, 3 * PAGE);
	drawer_check(&view->drawer, 2, 0, 5 * PAGE + 7);
	drawer_check(&view->drawer, 2, 8 * PAGE + 7, size - 8 * PAGE - 7);
	window_check(map + 5 * PAGE + 7, 3, 5 * PAGE + 7, 3 * PAGE);
	munmap(map, size);
	window_check(writable, 2, 0, 5 * PAGE);
	munmap(writable, size);
}

static void test_live(void **state)
{
	(void)state;
	on_cards(check_live);
}

/* Nobody knows how the driver finds the page of an address. */
static void check_parts(const char *card, struct view *view)
{
	const size_t size = view->drawer.size;
	uint8_t *map;

	(void)card;
	expect_error(try(view->snoop, 0, PAGE, PROT_READ), EOPNOTSUPP);
	expect_error(try(view->snoop, 0, size - PAGE, PROT_READ), EOPNOTSUPP);
	expect_error(try(view->snoop, PAGE, size - PAGE, PROT_READ), EOPNOTSUPP);
	expect_error(try(view->snoop, size - PAGE, PAGE, PROT_READ), EOPNOTSUPP);
	expect_error(try(view->snoop, 0, size + PAGE, PROT_READ), EINVAL);
	expect_error(try(view->snoop, PAGE, size, PROT_READ), EINVAL);
	expect_error(try(view->snoop, size, PAGE, PROT_READ), ENXIO);

	drawer_draw(&view->drawer, 11);
	map = window_map(view->snoop, 0, size, PROT_READ);
	expect_equal(map[3 * PAGE], model_byte(11, 3 * PAGE));
	expect_true(munmap(map, PAGE) == -1 && errno == EINVAL);
	expect_true(munmap(map + 2 * PAGE, PAGE) == -1 && errno == EINVAL);
	expect_true(munmap(map + size - PAGE, PAGE) == -1 && errno == EINVAL);
	expect_error(window_protect(map + PAGE, PAGE, PROT_NONE), EINVAL);
	expect_error(window_protect(map, size - PAGE, PROT_NONE), EINVAL);
	window_check(map, 11, 0, size);
	/* All of it. */
	expect_ok(window_protect(map, size, PROT_NONE));
	expect_equal(window_load(map + 3 * PAGE), SIGSEGV);
	expect_ok(window_protect(map, size, PROT_READ));
	window_check(map, 11, 0, size);
	munmap(map, size);
	expect_equal(window_load(map), SIGSEGV);
}

static void test_parts(void **state)
{
	(void)state;
	on_cards(check_parts);
}

/* It is moved as a whole, and its pages are counted from its new begin. */
static void check_mremap(const char *card, struct view *view)
{
	const size_t size = view->drawer.size;
	uint8_t *room = mmap(NULL, size + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *map, *moved;

	(void)card;
	expect_true(room != MAP_FAILED);
	drawer_draw(&view->drawer, 21);
	map = window_map(view->snoop, 0, size, PROT_READ);
	window_check(map + 4 * PAGE, 21, 4 * PAGE, 2 * PAGE);
	expect_true(mremap(map, size, size + PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	expect_equal(errno, EFAULT);
	expect_true(mremap(map, size, size - PAGE, 0) == MAP_FAILED);
	expect_equal(errno, EINVAL);
	expect_true(mremap(map + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room) ==
		    MAP_FAILED);
	expect_equal(errno, EINVAL);
	window_check(map, 21, 0, 8 * PAGE);
	moved = mremap(map, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, room + PAGE);
	expect_true(moved == room + PAGE);
	expect_equal(window_load(map + 4 * PAGE), SIGSEGV);
	window_check(moved, 21, 0, size);
	drawer_draw(&view->drawer, 22);
	window_check(moved, 22, 0, size);
	munmap(room, size + 2 * PAGE);
}

static void test_mremap(void **state)
{
	(void)state;
	on_cards(check_mremap);
}

/* A child has the map, pages of it that nobody has seen yet included, after its parent. */
static void check_fork(const char *card, struct view *view)
{
	const size_t size = view->drawer.size;
	int status, pipes[2];
	uint8_t *map, wanted[PAGE];
	char byte;
	pid_t pid;

	(void)card;
	drawer_draw(&view->drawer, 31);
	map = window_map(view->snoop, 0, size, PROT_READ);
	window_check(map, 31, 0, PAGE);
	model_fill(wanted, PAGE, 31, 7 * PAGE);
	expect_ok(pipe(pipes));
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		close(pipes[1]);
		_exit(read(pipes[0], &byte, 1) || memcmp(map + 7 * PAGE, wanted, PAGE) ||
		      munmap(map, PAGE) != -1 || munmap(map, size));
	}
	close(pipes[0]);
	munmap(map, size);
	close(pipes[1]);
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
}

static void test_fork(void **state)
{
	(void)state;
	on_cards(check_fork);
}

/* The observer's own /proc/self/mem, and what else could write. */
static void check_rights(const char *card, struct view *view)
{
	const bool has_pages = !strcmp(card, "oddgem-page");
	const size_t size = view->drawer.size;
	int read_only = expect_ok(snoop_reopen(view->snoop, O_RDONLY));
	int drm = expect_ok(snoop_steal_fd(view->drawer.pid, view->drawer.drm));
	uint8_t *map, byte = 0xe7, got[PAGE];
	unsigned int i;
	__u64 id;

	expect_ok(snoop_register(read_only, drm, &id));
	expect_ok(snoop_bind_object(read_only, id, view->drawer.handle, NULL));
	close(drm);
	drawer_draw(&view->drawer, 41);
	expect_error(try(read_only, 0, size, PROT_READ | PROT_WRITE), EACCES);
	map = window_map(read_only, 0, size, PROT_READ);
	expect_equal(map[PAGE], model_byte(41, PAGE));
	/* At a page that is there, and at one that is not. */
	for (i = 1; i < 4; i++)
		expect_true(window_write_mem(map + i * PAGE + i, &byte, 1) < 0);
	expect_error(window_store_by_kernel(map + PAGE, byte), EFAULT);
	expect_equal(window_store(map + PAGE, byte), SIGSEGV);
	expect_error(window_protect(map, size, PROT_READ | PROT_WRITE), EACCES);
	expect_error(window_protect(map, size, PROT_READ | PROT_EXEC), EACCES);
	window_check(map, 41, 0, size);
	drawer_check(&view->drawer, 41, 0, size);
	munmap(map, size);
	/* Registered for writing, and mapped for reading. */
	map = window_map(view->snoop, 0, size, PROT_READ);
	expect_true(window_write_mem(map + PAGE, &byte, 1) < 0);
	drawer_check(&view->drawer, 41, 0, size);
	munmap(map, size);

	map = window_map(view->snoop, 0, size, PROT_READ | PROT_WRITE);
	expect_ok(window_store_by_kernel(map + 2 * PAGE, byte));
	expect_equal(drawer_peek(&view->drawer, 2 * PAGE), byte);
	/* Where there is no page but a frame number, a debugger of the observer cannot. */
	if (has_pages) {
		expect_equal(window_write_mem(map + 3 * PAGE + 9, &byte, 1), 1);
		expect_equal(drawer_peek(&view->drawer, 3 * PAGE + 9), byte);
		expect_equal(window_read_mem(map + 4 * PAGE, got, PAGE), PAGE);
		window_check(got, 41, 4 * PAGE, PAGE);
	} else {
		expect_error(window_write_mem(map + 3 * PAGE + 9, &byte, 1), EIO);
		expect_error(window_read_mem(map + 4 * PAGE, got, PAGE), EIO);
	}
	munmap(map, size);
	close(read_only);
}

static void test_rights(void **state)
{
	(void)state;
	on_cards(check_rights);
}

/* The object lives as long as it is mapped. */
static void check_end(const char *card, struct view *view)
{
	const size_t size = view->drawer.size;
	uint8_t *map;

	(void)card;
	drawer_draw(&view->drawer, 51);
	map = window_map(view->snoop, 0, size, PROT_READ);
	drawer_close(&view->drawer);
	drawer_end(&view->drawer);
	window_check(map, 51, 0, size);
	expect_error(try(view->snoop, 0, size, PROT_READ), ESRCH);
	munmap(map, size);
}

static void test_end(void **state)
{
	(void)state;
	on_cards(check_end);
}

/* A driver whose faults return pages, which are not ours to insert: never a stale one. */
static void test_returned(void **state)
{
	struct view view;
	uint8_t *map;
	char byte;

	(void)state;
	view_open(&view, "oddgem-returned");
	view_bind(&view);
	drawer_draw(&view.drawer, 61);
	map = window_map(view.snoop, 0, view.drawer.size, PROT_READ);
	expect_equal(window_load(map), SIGBUS);
	expect_equal(window_load(map + view.drawer.size - PAGE), SIGBUS);
	expect_error(window_load_by_kernel(map), EFAULT);
	expect_error(window_read_mem(map, &byte, 1), EIO);
	drawer_check(&view.drawer, 61, 0, view.drawer.size);
	munmap(map, view.drawer.size);
	view_close(&view);
}

/* All pages are there when the driver's mmap returns: nobody could take them in time. */
static void test_at_once(void **state)
{
	static const char *const cards[] = { "oddgem-vmap", "oddgem-dmabuf", "oddgem-none" };
	struct view view;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		view_open(&view, cards[i]);
		view_bind(&view);
		drawer_draw(&view.drawer, 62);
		expect_error(try(view.snoop, 0, view.drawer.size, PROT_READ), EOPNOTSUPP);
		drawer_check(&view.drawer, 62, 0, view.drawer.size);
		view_close(&view);
	}
}

/* The driver may want more room in the address space than the object has bytes. */
static void test_not_mapped_by_target(void **state)
{
	struct drm_mode_create_dumb dumb = { .width = 64, .height = 64, .bpp = 32 };
	struct drm_mode_map_dumb offset = { };
	int snoop = expect_ok(snoop_open("oddgem-pfn", 0));
	int drm = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	__u64 id;

	(void)state;
	expect_ok(snoop_register(snoop, drm, &id));
	expect_ok(drmIoctl(drm, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	expect_ok(snoop_bind_object(snoop, id, dumb.handle, NULL));
	expect_error(try(snoop, 0, dumb.size, PROT_READ), EOPNOTSUPP);
	offset.handle = dumb.handle;
	expect_ok(drmIoctl(drm, DRM_IOCTL_MODE_MAP_DUMB, &offset));
	expect_ok(try(snoop, 0, dumb.size, PROT_READ));
	close(drm);
	close(snoop);
}

/* With all files closed. */
static void check_module(const char *card, struct view *view)
{
	const size_t size = view->drawer.size;
	uint8_t *map;

	(void)card;
	drawer_draw(&view->drawer, 71);
	map = window_map(view->snoop, 0, size, PROT_READ);
	drawer_end(&view->drawer);
	close(view->snoop);
	expect_true(odd_try_unload() != 0);
	window_check(map, 71, 0, size);
	munmap(map, size);
	expect_equal(odd_try_unload(), 0);
	odd_load(NULL);
	view->snoop = expect_ok(snoop_open("oddgem-pfn", 0));
}

static void test_module(void **state)
{
	(void)state;
	on_cards(check_module);
}

static void check_gone(const char *card, struct view *view)
{
	const size_t size = view->drawer.size;
	uint8_t *map, byte;

	drawer_draw(&view->drawer, 81);
	map = window_map(view->snoop, 0, size, PROT_READ | PROT_WRITE);
	window_check(map, 81, 0, 4 * PAGE);
	odd_unbind(card);
	/* A page that was seen, and one that was not. */
	expect_equal(window_load(map + PAGE), SIGBUS);
	expect_equal(window_load(map + 6 * PAGE), SIGBUS);
	expect_equal(window_store(map + PAGE, 1), SIGBUS);
	expect_error(window_load_by_kernel(map), EFAULT);
	expect_true(window_read_mem(map, &byte, 1) < 0);
	expect_error(try(view->snoop, 0, size, PROT_READ), ENODEV);
	odd_bind(card);
	expect_equal(window_load(map), SIGBUS);
	drawer_end(&view->drawer);
	expect_equal(window_load(map), SIGBUS);
	munmap(map, size);
}

/* Unbound while it is mapped; then the card's next life. */
static void test_gone(void **state)
{
	(void)state;
	on_cards(check_gone);
	on_cards(check_live);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_mremap),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_returned),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_not_mapped_by_target),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_gone),
	};

	return run_group("snoop-mmap-whole", tests, sizeof(tests) / sizeof(tests[0]), odd_load,
			 odd_unload);
}
