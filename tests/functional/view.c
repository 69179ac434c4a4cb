// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "model.h"
#include "snoop.h"
#include "view.h"

static void open_with(struct view *view, const char *driver, int mode, __u32 flags)
{
	int snoop = expect_ok(snoop_open(driver, 0));
	int drm;

	view->snoop = expect_ok(snoop_reopen(snoop, mode));
	close(snoop);
	drawer_start(&view->drawer, view->snoop);
	drm = expect_ok(snoop_steal_fd(view->drawer.pid, view->drawer.drm));
	expect_ok(snoop_register_flags(view->snoop, drm, flags, &view->client_id));
	close(drm);
}

void view_open(struct view *view, const char *driver)
{
	open_with(view, driver, O_RDONLY, 0);
}

void view_open_write(struct view *view, const char *driver)
{
	open_with(view, driver, O_RDWR, DRM_SNOOP_REGISTER_WRITE);
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

void view_check_path(const struct view *view, __u32 path, int error)
{
	struct drm_snoop_object object;
	char byte;

	expect_ok(snoop_find_object(view->snoop, view->client_id, view->drawer.handle, &object));
	expect_equal(object.path, path);
	expect_equal(object.error, error);
	expect_equal(!error, !!(object.flags & DRM_SNOOP_READABLE));
	/* The list says what a read then does. */
	if (error)
		expect_error(snoop_pread(view->snoop, &byte, 1, 0), error);
	else
		expect_equal(snoop_pread(view->snoop, &byte, 1, 0), 1);
}

void view_check_write(struct view *view, uint64_t seed)
{
	const uint64_t size = view->drawer.size;
	const struct {
		uint64_t offset;
		size_t len;
	} pieces[] = {
		{ 0, 8 }, { 4093, 4103 }, { 8200, 1 }, { 70001, 100000 }, { size - 5, 5 },
	};
	uint8_t *data = malloc(size);
	unsigned int i;

	expect_true(data);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		model_fill(data, pieces[i].len, seed, pieces[i].offset);
		expect_equal(expect_ok(snoop_pwrite(view->snoop, data, pieces[i].len,
						    pieces[i].offset)), pieces[i].len);
	}
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		drawer_check(&view->drawer, seed, pieces[i].offset, pieces[i].len);
	expect_error(snoop_pwrite(view->snoop, data, 1, size), ENOSPC);
	free(data);
}
