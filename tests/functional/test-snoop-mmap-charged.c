// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 *
 * What live maps cost: objects that nobody used yet get their pages for the observer,
 * whose user pays for all of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "model.h"
#include "open-as.h"
#include "snoop-module.h"
#include "snoop.h"
#include "window.h"

#define DEFAULT_MEMORY_MB	64

/* Half of 1 MiB, in vgem: pages come with the first map of the object. */
#define HALF		0x80000UL

struct half {
	int drm;
	__u32 handle;
};

static void half_init(struct half *half)
{
	struct drm_mode_create_dumb dumb = { .width = 512, .height = 256, .bpp = 32 };
	int snoop = expect_ok(snoop_open("vgem", 0));

	half->drm = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	close(snoop);
	expect_ok(drmIoctl(half->drm, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	expect_equal(dumb.size, HALF);
	half->handle = dumb.handle;
}

static int half_open(const struct half *half, const char *user)
{
	int snoop = open_card_as("vgem", user);
	__u64 id;

	expect_ok(snoop_register(snoop, half->drm, &id));
	expect_ok(snoop_bind_object(snoop, id, half->handle, NULL));
	return snoop;
}

/* The client's own map, which uses all pages. */
static uint8_t *half_use(const struct half *half)
{
	struct drm_mode_map_dumb offset = { .handle = half->handle };
	void *map;

	expect_ok(drmIoctl(half->drm, DRM_IOCTL_MODE_MAP_DUMB, &offset));
	map = mmap(NULL, HALF, PROT_READ | PROT_WRITE, MAP_SHARED, half->drm, offset.offset);
	expect_true(map != MAP_FAILED);
	return map;
}

static int try_map(int snoop)
{
	return window_flags(snoop, 0, WINDOW_PAGE, PROT_READ, MAP_SHARED);
}

/*
 * Whoever brings the pages in pays for all of them, also with a second map that finds
 * them there because of the first: else the one could end, and the other keep them.
 */
static void test_charge(void **state)
{
	struct half half;
	uint8_t *maps[3], *own;
	int alice, again, bob, root;

	(void)state;
	half_init(&half);
	alice = half_open(&half, "alice");
	again = half_open(&half, "alice");
	bob = half_open(&half, "bob");
	root = half_open(&half, NULL);
	/* However small the window is, and through whatever file. */
	maps[0] = window_map(alice, 0, WINDOW_PAGE, PROT_READ);
	maps[1] = window_map(again, 3 * WINDOW_PAGE, 2 * WINDOW_PAGE, PROT_READ);
	expect_error(try_map(alice), EDQUOT);
	expect_error(try_map(again), EDQUOT);
	/* Others have room of their own, or no limit. */
	maps[2] = window_map(bob, 0, HALF, PROT_READ);
	expect_ok(try_map(bob));
	expect_ok(try_map(root));
	/* The first one ends; the second still keeps the pages, and pays. */
	munmap(maps[0], WINDOW_PAGE);
	maps[0] = window_map(alice, 0, HALF, PROT_READ);
	expect_error(try_map(again), EDQUOT);
	munmap(maps[0], HALF / 2);
	expect_error(try_map(again), EDQUOT);
	munmap(maps[0] + HALF / 2, HALF / 2);
	expect_ok(try_map(again));

	/* That the client uses it by now changes nothing for those who have paid. */
	own = half_use(&half);
	model_fill(own, HALF, 7, 0);
	window_check(maps[1], 7, 3 * WINDOW_PAGE, 2 * WINDOW_PAGE);
	window_check(maps[2], 7, 0, HALF);
	maps[0] = window_map(alice, 0, HALF, PROT_READ);
	expect_error(try_map(alice), EDQUOT);
	munmap(maps[0], HALF);
	munmap(maps[1], 2 * WINDOW_PAGE);
	munmap(maps[2], HALF);
	/* Pages that the client has are for nothing. */
	maps[0] = window_map(alice, 0, HALF, PROT_READ);
	maps[1] = window_map(alice, 0, HALF, PROT_READ);
	maps[2] = window_map(again, 0, HALF, PROT_READ);
	window_check(maps[2], 7, 0, HALF);
	munmap(own, HALF);
	munmap(maps[0], HALF);
	munmap(maps[1], HALF);
	munmap(maps[2], HALF);
	close(alice);
	close(again);
	close(bob);
	close(root);
	close(half.drm);
}

static int setup(void **state)
{
	(void)state;
	snoop_module_set("max_memory_mb", 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	snoop_module_set("max_memory_mb", DEFAULT_MEMORY_MB);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_charge, setup, teardown),
	};

	return run_group("snoop-mmap-charged", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
