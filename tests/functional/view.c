// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "model.h"
#include "snoop.h"
#include "view.h"

void view_open(struct view *view, const char *driver)
{
	int drm;

	view->snoop = expect_ok(snoop_open(driver, 0));
	drawer_start(&view->drawer, view->snoop);
	drm = expect_ok(snoop_steal_fd(view->drawer.pid, view->drawer.drm));
	expect_ok(snoop_register(view->snoop, drm, &view->client_id));
	close(drm);
}

void view_bind(const struct view *view)
{
	__u64 size;

	expect_ok(snoop_bind_object(view->snoop, view->client_id, view->drawer.handle, &size));
	expect_equal(size, view->drawer.size);
}

void view_close(struct view *view)
{
	drawer_stop(&view->drawer);
	close(view->snoop);
}

void view_check(const struct view *view, uint64_t seed, uint64_t offset, size_t len)
{
	uint8_t *got = malloc(len), *wanted = malloc(len);

	expect_true(got && wanted);
	expect_equal(snoop_pread(view->snoop, got, len, offset), len);
	model_fill(wanted, len, seed, offset);
	expect_bytes(got, wanted, len);
	free(got);
	free(wanted);
}

void view_check_all(const struct view *view, uint64_t seed)
{
	const uint64_t size = view->drawer.size;
	unsigned short random[3] = { 0x5eed, 7, 1 };
	char buf[64];
	int i;

	view_check(view, seed, 0, size);
	for (i = 0; i < 200; i++) {
		uint64_t offset = nrand48(random) % size;
		size_t len = 1 + nrand48(random) % (i % 2 ? 40 : 20000);

		view_check(view, seed, offset, len < size - offset ? len : size - offset);
	}
	expect_equal(snoop_pread(view->snoop, buf, sizeof(buf), size - 10), 10);
	expect_equal(snoop_pread(view->snoop, buf, sizeof(buf), size), 0);
}

void view_check_object(const struct view *view, __u32 kind, __u32 placement, __u32 flags)
{
	struct drm_snoop_object object;

	expect_ok(snoop_find_object(view->snoop, view->client_id, view->drawer.handle, &object));
	expect_equal(object.size, view->drawer.size);
	expect_equal(object.kind, kind);
	expect_equal(object.placement, placement);
	expect_equal(object.flags, flags);
}
