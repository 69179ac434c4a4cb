// SPDX-License-Identifier: GPL-2.0-or-later
/* libdrmsnoop: lists, reads with holes and texts, on a stand-in for drm_snoop. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"

/* A handle on the stand-in; its descriptor is only closed. */
static struct drmsnoop *open_fake(void)
{
	struct drmsnoop *snoop;

	assert_int_equal(dsn_handle_new(dup(0), false, &fake_backend, &snoop), 0);
	return snoop;
}

static int setup(void **state)
{
	memset(&fake_kernel, 0, sizeof(fake_kernel));
	*state = open_fake();
	return 0;
}

static int teardown(void **state)
{
	drmsnoop_close(*state);
	return 0;
}

static struct drm_snoop_range *many_ranges(size_t count)
{
	struct drm_snoop_range *ranges = calloc(count, sizeof(*ranges));
	size_t i;

	for (i = 0; i < count; i++) {
		ranges[i].start = i * 0x2000;
		ranges[i].end = i * 0x2000 + 0x1000;
		ranges[i].kind = DRM_SNOOP_RANGE_OBJECT;
	}
	fake_kernel.ranges = ranges;
	fake_kernel.range_count = count;
	return ranges;
}

static int count_range(const struct drm_snoop_range *range, void *data)
{
	uint64_t *count = data;

	/* In order, none twice, none left out. */
	assert_int_equal(range->start, *count * 0x2000);
	(*count)++;
	return 0;
}

static void list_resumes(void **state)
{
	static const uint32_t batches[] = { 0, 1, 7, 255, 256, 257 };
	static const size_t counts[] = { 0, 1, 255, 256, 257, 512, 1000 };
	struct drm_snoop_range *ranges;
	uint64_t count;
	size_t i, j;

	for (i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
		for (j = 0; j < sizeof(counts) / sizeof(counts[0]); j++) {
			ranges = many_ranges(counts[j]);
			fake_kernel.list_batch = batches[i];
			count = 0;
			assert_int_equal(drmsnoop_foreach_range(*state,
								FAKE_CLIENT,
								FAKE_VM,
								count_range,
								&count), 0);
			assert_int_equal(count, counts[j]);
			free(ranges);
		}
	}
}

static int stop_after_three(const struct drm_snoop_range *range, void *data)
{
	return ++*(int *)data == 3 ? 42 : 0;
}

static void list_stops(void **state)
{
	struct drm_snoop_range *ranges = many_ranges(1000);
	int calls = 0;

	assert_int_equal(drmsnoop_foreach_range(*state, FAKE_CLIENT, FAKE_VM,
						stop_after_three, &calls), 42);
	assert_int_equal(calls, 3);
	assert_int_equal(fake_kernel.lists, 1);
	free(ranges);
}

static void list_fails(void **state)
{
	struct drm_snoop_range *ranges = many_ranges(1000);
	uint64_t count = 0;

	assert_int_equal(drmsnoop_foreach_range(*state, FAKE_CLIENT + 1, FAKE_VM,
						count_range, &count), -ENOENT);
	assert_int_equal(drmsnoop_foreach_range(*state, FAKE_CLIENT, 99,
						count_range, &count), -ENOENT);
	assert_string_equal(drmsnoop_error(), "client 7 has no VM 99");
	assert_int_equal(count, 0);

	fake_kernel.list_error = ESRCH;
	assert_int_equal(drmsnoop_foreach_range(*state, FAKE_CLIENT, FAKE_VM,
						count_range, &count), -ESRCH);
	assert_string_equal(drmsnoop_error(), "client 7 ended");
	assert_int_equal(count, 256);

	count = 0;
	fake_kernel.list_error = EOPNOTSUPP;
	assert_int_equal(drmsnoop_foreach_range(*state, FAKE_CLIENT, FAKE_VM,
						count_range, &count), -EOPNOTSUPP);
	assert_non_null(strstr(drmsnoop_error(), "no such member"));

	/* A kernel that does not go on must not hang the caller. */
	fake_kernel.list_error = 0;
	fake_kernel.list_stuck = true;
	assert_int_equal(drmsnoop_foreach_range(*state, FAKE_CLIENT, FAKE_VM,
						count_range, &count), -EIO);
	free(ranges);
}

/* Range that is readable, with @kind, and one whose content cannot be read. */
#define READABLE(s, e) \
	{ .start = (s), .end = (e), .kind = DRM_SNOOP_RANGE_OBJECT, \
	  .flags = DRM_SNOOP_READABLE }
#define UNREADABLE(s, e) \
	{ .start = (s), .end = (e), .kind = DRM_SNOOP_RANGE_USERPTR }

static const struct drm_snoop_range scene[] = {
	READABLE(0x1000, 0x3000),
	READABLE(0x3000, 0x4000),
	UNREADABLE(0x6000, 0x7000),
	UNREADABLE(0x7000, 0x9000),
	READABLE(0x9000, 0xa000),
	READABLE(0x800000000000, 0x800000001000),
};

static void bind_scene(struct drmsnoop *snoop)
{
	uint64_t end;

	fake_kernel.ranges = scene;
	fake_kernel.range_count = sizeof(scene) / sizeof(scene[0]);
	assert_int_equal(drmsnoop_bind_vm(snoop, FAKE_CLIENT, FAKE_VM, &end), 0);
	assert_true(end == FAKE_VM_END);
}

/* Checks every byte, and writes the pieces as text, bytes in a row as one. */
struct record {
	char text[512];
	/* where in text the last piece starts, if it is bytes, and its start */
	size_t last;
	uint64_t start;
	bool is_data;
	uint64_t next;
	uint64_t base;
};

static int record_piece(const struct drmsnoop_piece *piece, void *data)
{
	const unsigned char *bytes = piece->data;
	struct record *record = data;
	size_t len = strlen(record->text);
	uint64_t i;

	assert_true(piece->size > 0);
	assert_true(piece->offset == record->next);
	record->next += piece->size;
	if (bytes) {
		assert_int_equal(piece->hole, DRMSNOOP_HOLE_NONE);
		for (i = 0; i < piece->size; i++)
			assert_int_equal(bytes[i],
					 fake_byte(piece->offset + i));
	}
	if (!bytes || !record->is_data) {
		record->last = len;
		record->start = piece->offset;
		record->is_data = bytes;
	}
	snprintf(record->text + record->last,
		 sizeof(record->text) - record->last, "%llx+%llx %s;",
		 (unsigned long long)record->start,
		 (unsigned long long)(record->next - record->start),
		 drmsnoop_hole_name(piece->hole));
	return 0;
}

static void reads_as(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
		     const char *want)
{
	struct record record = {
		.next = drmsnoop_strip_sign(FAKE_VM_END, offset),
	};
	uint64_t start = record.next;

	assert_int_equal(drmsnoop_read(snoop, offset, size, record_piece,
				       &record), 0);
	assert_string_equal(record.text, want);
	assert_true(record.next == start + size);
}

static void read_holes(void **state)
{
	bind_scene(*state);
	reads_as(*state, 0x1000, 0x3000, "1000+3000 data;");
	reads_as(*state, 0x1fff, 2, "1fff+2 data;");
	reads_as(*state, 0x3fff, 2, "3fff+1 data;4000+1 unbound;");
	reads_as(*state, 0, 0x1001, "0+1000 unbound;1000+1 data;");
	reads_as(*state, 0x5000, 0x10, "5000+10 unbound;");
	/* two unreadable ranges are one hole */
	reads_as(*state, 0x4000, 0x5010,
		 "4000+2000 unbound;6000+3000 unreadable;9000+10 data;");
	reads_as(*state, 0x6800, 0x100, "6800+100 unreadable;");
	reads_as(*state, 0xa000, 0x1000, "a000+1000 unbound;");
	/* one walk over the whole VM must not look at every page */
	fake_kernel.reads = 0;
	reads_as(*state, 0x9ff0, 0x800000001000 - 0x9ff0,
		 "9ff0+10 data;a000+7fffffff6000 unbound;800000000000+1000 data;");
	assert_true(fake_kernel.reads < 10);
	reads_as(*state, FAKE_VM_END - 16, 32,
		 "fffffffffff0+10 unbound;1000000000000+10 end;");
	reads_as(*state, FAKE_VM_END, 1, "1000000000000+1 end;");
}

static void read_sign_extended(void **state)
{
	bind_scene(*state);
	reads_as(*state, 0xffff800000000ff0, 0x20,
		 "800000000ff0+10 data;800000001000+10 unbound;");
}

static void read_in_bits(void **state)
{
	bind_scene(*state);
	fake_kernel.read_limit = 5;
	fake_kernel.interrupts = true;
	reads_as(*state, 0x2ff1, 0x1020,
		 "2ff1+100f data;4000+11 unbound;");
}

static void read_bad_page(void **state)
{
	bind_scene(*state);
	/* Bound and readable, and still an error: only that page is a hole. */
	fake_kernel.bad_page = 0x2000;
	reads_as(*state, 0x1800, 0x2000,
		 "1800+800 data;2000+1000 unreadable;3000+800 data;");
	reads_as(*state, 0x2800, 0x10, "2800+10 unreadable;");
}

static void read_bound_late(void **state)
{
	bind_scene(*state);
	/* Bound between the read that failed and the question why. */
	fake_kernel.late = 0x1000;
	fake_kernel.late_times = 1;
	reads_as(*state, 0x1000, 0x10, "1000+10 data;");
}

static int refuse(const struct drmsnoop_piece *piece, void *data)
{
	return piece->data ? 0 : -ECANCELED;
}

static void read_refused(void **state)
{
	bind_scene(*state);
	assert_int_equal(drmsnoop_read(*state, 0x3ff0, 0x100, refuse, NULL),
			 -ECANCELED);
	assert_int_equal(drmsnoop_read(*state, UINT64_MAX, 2, refuse, NULL),
			 -EOVERFLOW);
	assert_int_equal(drmsnoop_read(*state, 1ULL << 63, 2, refuse, NULL),
			 -EINVAL);
	assert_int_equal(drmsnoop_read(*state, 0, 0, refuse, NULL), 0);
}

static void pread_edges(void **state)
{
	unsigned char buf[64];
	ssize_t i;

	bind_scene(*state);
	assert_int_equal(drmsnoop_pread(*state, buf, 64, 0x2fe0), 64);
	for (i = 0; i < 64; i++)
		assert_int_equal(buf[i], fake_byte(0x2fe0 + i));
	assert_int_equal(drmsnoop_pread(*state, buf, 64, 0x3ff0), 16);
	assert_int_equal(drmsnoop_pread(*state, buf, 64, 0x4000), -EIO);
	assert_string_equal(drmsnoop_error(), "nothing can be read at 0x4000");
	assert_int_equal(drmsnoop_pread(*state, buf, 64, FAKE_VM_END), 0);
	assert_int_equal(drmsnoop_pread(*state, buf, 0, 0x4000), 0);
	assert_int_equal(drmsnoop_pread(*state, buf, 64, 0xffff800000000000),
			 64);
	assert_int_equal(buf[1], fake_byte(0x800000000001));
	assert_int_equal(drmsnoop_pread(*state, buf, 64, UINT64_MAX - 3),
			 -EOVERFLOW);
	assert_int_equal(drmsnoop_pread(*state, buf, 4, UINT64_MAX - 3), -EIO);
	assert_int_equal(drmsnoop_pread(*state, buf, 4, 0xff00000000000000),
			 -EINVAL);
}

static void query_sizes(void **state)
{
	struct {
		struct drm_snoop_range range;
		uint64_t later;
	} big;
	uint64_t small[2] = { 0 };
	void *range = small;

	bind_scene(*state);
	assert_int_equal(drmsnoop_query_range(*state, 0x3500, 0, &big.range,
					      sizeof(big.range)), 0);
	assert_int_equal(big.range.start, 0x3000);
	assert_int_equal(drmsnoop_query_range(*state, 0x4000, 0, &big.range,
					      sizeof(big.range)), -ENOENT);
	/* A caller that knows more members, and one that knows fewer. */
	memset(&big, 0xff, sizeof(big));
	assert_int_equal(drmsnoop_query_range(*state, 0x4000,
					      DRM_SNOOP_QUERY_NEXT, &big.range,
					      sizeof(big)), 0);
	assert_int_equal(big.range.start, 0x6000);
	assert_int_equal(big.later, 0);
	assert_int_equal(drmsnoop_query_range(*state, 0xffff800000000000, 0,
					      range, 8), 0);
	assert_true(small[0] == 0x800000000000);
	assert_int_equal(small[1], 0);
}

static void strip_sign(void **state)
{
	assert_true(drmsnoop_strip_sign(0, 0x1000) == 0x1000);
	assert_true(drmsnoop_strip_sign(0, 0xffff800000001000) ==
		    0x800000001000);
	assert_true(drmsnoop_strip_sign(1ULL << 48, UINT64_MAX) ==
		    0xffffffffffff);
	/* bit 47 is not set: not the extension of a 48-bit address */
	assert_true(drmsnoop_strip_sign(1ULL << 48, 0xffff000000001000) ==
		    0xffff000000001000);
	assert_true(drmsnoop_strip_sign(1ULL << 57, 0xff00000000001000) ==
		    0x100000000001000);
	assert_true(drmsnoop_strip_sign(1ULL << 57, 0xfe00000000001000) ==
		    0xfe00000000001000);
	/* an end that is no power of two */
	assert_true(drmsnoop_strip_sign(0xfffff000, 0xffffffff80000000) ==
		    0x80000000);
	assert_true(drmsnoop_strip_sign(UINT64_MAX, 0xffff800000001000) ==
		    0xffff800000001000);
	assert_true(drmsnoop_strip_sign(1, 1ULL << 63) == 1ULL << 63);
}

static void ranges_as_lines(void **state)
{
	static const struct drm_snoop_object objects[] = {
		{ .object_id = 50, .handle = 1, .size = 0x1000 },
		{ .object_id = 40, .handle = 2, .size = 0x1000 },
		{ .object_id = 40, .handle = 3, .size = 0x1000 },
	};
	struct drm_snoop_range range = {
		.start = 0x100000,
		.end = 0x101000,
		.object_id = 40,
		.object_offset = 0x2000,
		.object_size = 0x10000,
		.kind = DRM_SNOOP_RANGE_OBJECT,
		.placement = DRM_SNOOP_PLACEMENT_VRAM,
		.flags = DRM_SNOOP_READABLE | DRM_SNOOP_EXPORTED,
	};
	struct drmsnoop_objects *table;
	char line[160], tiny[8];

	fake_kernel.objects = objects;
	fake_kernel.object_count = 3;
	assert_int_equal(drmsnoop_objects_get(*state, FAKE_CLIENT, &table), 0);
	assert_null(drmsnoop_objects_find(table, 45));
	assert_null(drmsnoop_objects_find(table, 60));
	assert_int_equal(drmsnoop_objects_find(table, 50)->handle, 1);

	drmsnoop_format_range(&range, table, NULL, line, sizeof(line));
	assert_string_equal(line, "000000100000-000000101000 rw-e- object vram 2:0x2000 0x10000\n");
	assert_int_equal(drmsnoop_format_range(&range, table, NULL, tiny,
					       sizeof(tiny)), strlen(line));
	assert_string_equal(tiny, "0000001");
	drmsnoop_format_range(&range, NULL, NULL, line, sizeof(line));
	assert_string_equal(line, "000000100000-000000101000 rw-e- object vram 0:0x2000 0x10000\n");
	range = (struct drm_snoop_range){
		.start = 0xfffffffff000,
		.end = 1ULL << 48,
		.kind = DRM_SNOOP_RANGE_SPARSE,
		.placement = 99,
		.flags = DRM_SNOOP_READABLE,
	};
	drmsnoop_format_range(&range, table, NULL, line, sizeof(line));
	assert_string_equal(line, "fffffffff000-1000000000000 rw--- sparse ? -:0x0 0x0\n");
	range = (struct drm_snoop_range){
		.start = 0x1000,
		.end = 0x3000,
		.kind = DRM_SNOOP_RANGE_USERPTR,
		.placement = DRM_SNOOP_PLACEMENT_SYSTEM,
	};
	drmsnoop_format_range(&range, table, "process memory: permission denied",
			      line, sizeof(line));
	assert_string_equal(line, "000000001000-000000003000 ----- userptr system -:0x0 0x0 # process memory: permission denied\n");
	range.object_offset = 0x7f0000004000;
	range.flags = DRM_SNOOP_READABLE | DRM_SNOOP_READ_ONLY;
	drmsnoop_format_range(&range, table, NULL, line, sizeof(line));
	assert_string_equal(line, "000000001000-000000003000 r---- userptr system cpu:0x7f0000004000 0x0\n");
	drmsnoop_objects_free(table);
	drmsnoop_objects_free(NULL);
}

static void handles(void **state)
{
	struct drmsnoop *snoop = *state, *none = NULL;
	uint64_t id = 0;

	assert_int_equal(strlen(drmsnoop_card_info(snoop)->driver),
			 sizeof(drmsnoop_card_info(snoop)->driver) - 1);
	assert_int_equal(drmsnoop_register_fd(snoop, 0, &id), 0);
	assert_int_equal(id, FAKE_CLIENT);
	assert_int_equal(drmsnoop_bind_vm(snoop, FAKE_CLIENT, 8, NULL), -ENOENT);
	assert_string_equal(drmsnoop_error(), "client 7 has no VM 8");

	fake_kernel.error = EINVAL;
	assert_int_equal(drmsnoop_register_fd(snoop, 0, &id), -EINVAL);
	fake_kernel.error = ENODEV;
	assert_int_equal(drmsnoop_register_fd(snoop, 0, &id), -ENODEV);
	assert_string_equal(drmsnoop_error(), "card0 is gone");
	assert_int_equal(dsn_handle_new(0, false, &fake_backend, &none), -ENODEV);

	/* Real descriptors that are no snoop nodes stay open. */
	assert_int_equal(drmsnoop_open_fd(-1, &none), -EBADF);
	assert_int_equal(drmsnoop_open_fd(1, &none), -ENOTTY);
	assert_null(none);
	assert_true(dup2(1, 1) == 1);
	drmsnoop_close(NULL);
}

#define WITH_HANDLE(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HANDLE(list_resumes),
		WITH_HANDLE(list_stops),
		WITH_HANDLE(list_fails),
		WITH_HANDLE(read_holes),
		WITH_HANDLE(read_sign_extended),
		WITH_HANDLE(read_in_bits),
		WITH_HANDLE(read_bad_page),
		WITH_HANDLE(read_bound_late),
		WITH_HANDLE(read_refused),
		WITH_HANDLE(pread_edges),
		WITH_HANDLE(query_sizes),
		cmocka_unit_test(strip_sign),
		WITH_HANDLE(ranges_as_lines),
		WITH_HANDLE(handles),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
