// SPDX-License-Identifier: GPL-2.0-or-later
/* libdrmsnoop: windows made of ranges; on a stand-in for drm_snoop. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"

#define RW (DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE)

static const struct drm_snoop_range scene[] = {
	{ .start = 0x10000, .end = 0x13000, .kind = DRM_SNOOP_RANGE_OBJECT, .flags = RW,
	  .generation = 1 },
	{ .start = 0x13000, .end = 0x14000, .kind = DRM_SNOOP_RANGE_OBJECT,
	  .flags = DRM_SNOOP_READABLE | DRM_SNOOP_READ_ONLY, .generation = 2 },
	{ .start = 0x15000, .end = 0x16000, .kind = DRM_SNOOP_RANGE_USERPTR, .flags = RW,
	  .generation = 3 },
	/* Half pages, as of a GPU with smaller ones. */
	{ .start = 0x17800, .end = 0x19400, .kind = DRM_SNOOP_RANGE_OBJECT, .flags = RW,
	  .generation = 4 },
	{ .start = 0x19400, .end = 0x19c00, .kind = DRM_SNOOP_RANGE_OBJECT, .flags = RW,
	  .generation = 5 },
};

static int setup(void **state)
{
	struct drmsnoop *snoop;

	memset(&fake_kernel, 0, sizeof(fake_kernel));
	fake_kernel.ranges = scene;
	fake_kernel.range_count = sizeof(scene) / sizeof(scene[0]);
	fake_kernel.features = DRM_SNOOP_FEATURE_WRITE | DRM_SNOOP_FEATURE_MMAP;
	assert_int_equal(dsn_handle_new(dup(0), true, &fake_backend, &snoop), 0);
	*state = snoop;
	return drmsnoop_bind_vm(snoop, FAKE_CLIENT, FAKE_VM, NULL);
}

static int teardown(void **state)
{
	drmsnoop_close(*state);
	return 0;
}

static void says(const char *words)
{
	if (!strstr(drmsnoop_error(), words))
		fail_msg("'%s' does not say '%s'", drmsnoop_error(), words);
}

/* Maps in /proc/self/maps; of the library, what a failure must not leave. */
static unsigned int count_maps(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned int lines = 0;
	int c;

	assert_non_null(maps);
	while ((c = getc(maps)) != EOF)
		lines += c == '\n';
	fclose(maps);
	return lines;
}

static void expect_parts(const struct drmsnoop_map *map, const struct drmsnoop_part *wanted,
			 size_t count)
{
	size_t i;

	assert_int_equal(map->part_count, count);
	for (i = 0; i < count; i++) {
		assert_int_equal(map->parts[i].offset, wanted[i].offset);
		assert_int_equal(map->parts[i].size, wanted[i].size);
		assert_int_equal(map->parts[i].generation, wanted[i].generation);
		assert_int_equal(map->parts[i].error, wanted[i].error);
	}
}

static void expect_bytes(const struct drmsnoop_map *map, uint64_t start, uint64_t end)
{
	const unsigned char *bytes = map->addr;

	for (; start < end; start++)
		assert_int_equal(bytes[start - map->offset], fake_byte(start));
}

static void map_parts(void **state)
{
	static const struct drmsnoop_part wanted[] = {
		{ 0xf000, 0x1000, 0, -ENXIO, 0 },
		{ 0x10000, 0x3000, 1, 0, 0 },
		{ 0x13000, 0x1000, 2, 0, 0 },
		{ 0x14000, 0x1000, 0, -ENXIO, 0 },
		{ 0x15000, 0x1000, 3, -EOPNOTSUPP, 0 },
		{ 0x16000, 0x1000, 0, -ENXIO, 0 },
		{ 0x17000, 0x1000, 4, -EOPNOTSUPP, 0 },
		{ 0x18000, 0x1000, 4, 0, 0 },
		{ 0x19000, 0x1000, 4, -EOPNOTSUPP, 0 },
		{ 0x1a000, 0x2000, 0, -ENXIO, 0 },
	};
	struct drmsnoop_map *map;

	/* Interrupted, it goes on. */
	fake_kernel.interrupts = true;
	assert_int_equal(drmsnoop_map(*state, 0xffff, 0xb002, 0, &map), 0);
	assert_int_equal(map->offset, 0xf000);
	assert_int_equal(map->size, 0xd000);
	expect_parts(map, wanted, sizeof(wanted) / sizeof(wanted[0]));
	expect_bytes(map, 0x10000, 0x14000);
	expect_bytes(map, 0x18000, 0x19000);
	drmsnoop_unmap(map);
}

/* Inside of one range. */
static void map_inside(void **state)
{
	static const struct drmsnoop_part wanted[] = { { 0x11000, 0x1000, 1, 0, 0 } };
	struct drmsnoop_map *map;

	assert_int_equal(drmsnoop_map(*state, 0x11800, 1, 0, &map), 0);
	expect_parts(map, wanted, 1);
	expect_bytes(map, 0x11000, 0x12000);
	drmsnoop_unmap(map);
}

static void map_for_writing(void **state)
{
	static const struct drmsnoop_part wanted[] = {
		{ 0x12000, 0x1000, 1, 0, 0 },
		{ 0x13000, 0x1000, 2, -EACCES, 0 },
	};
	struct drmsnoop_map *map;

	assert_int_equal(drmsnoop_map(*state, 0x12000, 0x2000, DRMSNOOP_WRITE, &map), 0);
	expect_parts(map, wanted, 2);
	*(unsigned char *)map->addr = 1;
	drmsnoop_unmap(map);
	assert_int_equal(drmsnoop_map(*state, 0x13000, 0x1000, DRMSNOOP_WRITE, &map), -EACCES);
	says("read-only");
}

/* What is bound changes between the question and the map: asked again, not for ever. */
static void map_changes(void **state)
{
	static const int errors[] = { ENXIO, EINVAL };
	struct drmsnoop_map *map;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		fake_kernel.map_error = errors[i];
		fake_kernel.map_times = 5;
		assert_int_equal(drmsnoop_map(*state, 0x10000, 0x1000, 0, &map), 0);
		expect_bytes(map, 0x10000, 0x11000);
		drmsnoop_unmap(map);
		fake_kernel.map_times = 100000;
		assert_int_equal(drmsnoop_map(*state, 0x10000, 0x1000, 0, &map), -ESTALE);
		says("again and again");
		fake_kernel.map_times = 0;
	}
}

/* After some parts are mapped: nothing is left of them. */
static void map_fails(void **state)
{
	static const struct {
		int error;
		const char *words;
	} cases[] = {
		{ EDQUOT, "max_memory_mb" }, { ENOMEM, "vm.max_map_count" },
		{ EPERM, "locked down" },
		{ EBUSY, "try again" }, { ENODEV, "gone" }, { ESRCH, "ended" },
		{ ENOENT, "closed it" },
	};
	struct drmsnoop_map *map = (void *)1;
	unsigned int before, i;

	fake_kernel.map_bad = 0x13000;
	before = count_maps();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_kernel.map_error = cases[i].error;
		fake_kernel.map_times = 1;
		assert_int_equal(drmsnoop_map(*state, 0x10000, 0x4000, 0, &map), -cases[i].error);
		says(cases[i].words);
	}
	assert_int_equal(count_maps(), before);
	assert_ptr_equal(map, (void *)1);
}

static void map_refused(void **state)
{
	struct drmsnoop *snoop = *state, *reader;
	struct drmsnoop_map *map = (void *)1;

	assert_int_equal(drmsnoop_map(snoop, 0x10000, 0, 0, &map), -EINVAL);
	says("0 bytes");
	assert_int_equal(drmsnoop_map(snoop, 0x10000, 1, DRMSNOOP_COPY << 1, &map), -EINVAL);
	says("flags");
	assert_int_equal(drmsnoop_map(snoop, 0x10000, 1, DRMSNOOP_WRITE | DRMSNOOP_COPY, &map),
			 -EINVAL);
	assert_int_equal(drmsnoop_map(snoop, 0x10000, UINT64_MAX, 0, &map), -EOVERFLOW);
	assert_int_equal(drmsnoop_map(snoop, 0x10000, 1ULL << 62, 0, &map), -ENOMEM);
	says("no room");
	assert_int_equal(drmsnoop_map(snoop, 1ULL << 63, 1, 0, &map), -EINVAL);
	assert_int_equal(drmsnoop_map(snoop, 0x1000, 0x2000, 0, &map), -ENXIO);
	says("nothing is bound");
	/* What is there says more than what is not. */
	assert_int_equal(drmsnoop_map(snoop, 0x14000, 0x2000, 0, &map), -EOPNOTSUPP);
	says("0x15000");
	assert_int_equal(dsn_handle_new(dup(0), false, &fake_backend, &reader), 0);
	assert_int_equal(drmsnoop_bind_vm(reader, FAKE_CLIENT, FAKE_VM, NULL), 0);
	assert_int_equal(drmsnoop_map(reader, 0x10000, 1, DRMSNOOP_WRITE, &map), -EACCES);
	says("not open for writing");
	drmsnoop_close(reader);
	snoop->info.features = 0;
	assert_int_equal(drmsnoop_map(snoop, 0x10000, 1, 0, &map), -EOPNOTSUPP);
	says("does not map");
	assert_ptr_equal(map, (void *)1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(map_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(map_inside, setup, teardown),
		cmocka_unit_test_setup_teardown(map_for_writing, setup, teardown),
		cmocka_unit_test_setup_teardown(map_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(map_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(map_refused, setup, teardown),
	};

	return cmocka_run_group_tests_name("lib-map", tests, NULL, NULL);
}
