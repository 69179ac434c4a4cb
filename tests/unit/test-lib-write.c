// SPDX-License-Identifier: GPL-2.0-or-later
/* libdrmsnoop: writes, the process's memory, pages, snapshots; on a stand-in for drm_snoop. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"

#define RW (DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE)
#define RO (DRM_SNOOP_READABLE | DRM_SNOOP_READ_ONLY)

static const struct drm_snoop_range scene[] = {
	{ .start = 0x1000, .end = 0x3000, .kind = DRM_SNOOP_RANGE_OBJECT,
	  .flags = RW },
	{ .start = 0x3000, .end = 0x4000, .kind = DRM_SNOOP_RANGE_OBJECT,
	  .flags = RW },
	{ .start = 0x4000, .end = 0x5000, .kind = DRM_SNOOP_RANGE_OBJECT,
	  .flags = RO },
	{ .start = 0x5000, .end = 0x6000, .kind = DRM_SNOOP_RANGE_SPARSE,
	  .flags = RW },
	{ .start = 0x6000, .end = 0x7000, .kind = DRM_SNOOP_RANGE_USERPTR },
	{ .start = 0x8000, .end = 0x9000, .kind = DRM_SNOOP_RANGE_USERPTR,
	  .flags = DRM_SNOOP_READABLE },
	{ .start = 0xfffffffff000, .end = FAKE_VM_END,
	  .kind = DRM_SNOOP_RANGE_OBJECT, .flags = RW },
};

static struct drmsnoop *open_fake(bool write)
{
	struct drmsnoop *snoop;

	assert_int_equal(dsn_handle_new(dup(0), write, &fake_backend, &snoop),
			 0);
	return snoop;
}

static int setup(void **state)
{
	memset(&fake_kernel, 0, sizeof(fake_kernel));
	fake_kernel.ranges = scene;
	fake_kernel.range_count = sizeof(scene) / sizeof(scene[0]);
	fake_kernel.features = DRM_SNOOP_FEATURE_WRITE |
			       DRM_SNOOP_FEATURE_USERPTR;
	*state = open_fake(true);
	return drmsnoop_bind_vm(*state, FAKE_CLIENT, FAKE_VM, NULL);
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

static void write_whole(void **state)
{
	unsigned char buf[0x2000], back[0x2000];
	size_t i;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = i * 7 + i / 256;
	/* Over the border of two ranges, in bits, with interruptions. */
	fake_kernel.write_limit = 1000;
	fake_kernel.write_interrupts = true;
	assert_int_equal(drmsnoop_pwrite(*state, buf, sizeof(buf), 0x1801),
			 sizeof(buf));
	assert_int_equal(fake_kernel.written, sizeof(buf));
	assert_int_equal(drmsnoop_pread(*state, back, sizeof(back), 0x1801),
			 sizeof(back));
	assert_memory_equal(back, buf, sizeof(buf));
	assert_false(fake_kernel.is_kept[0x1800]);
	assert_false(fake_kernel.is_kept[0x3801]);
	assert_int_equal(drmsnoop_pwrite(*state, buf, 0, 0), 0);
	assert_int_equal(drmsnoop_pwrite(*state, buf, 16, 0xfffffffffffffff0),
			 16);
}

static void write_short(void **state)
{
	unsigned char buf[0x2000] = { 0 };

	/* Up to what is bound read-only, and then the reason. */
	assert_int_equal(drmsnoop_pwrite(*state, buf, sizeof(buf), 0x3ff0),
			 0x10);
	assert_int_equal(drmsnoop_pwrite(*state, buf, 1, 0x4000), -EACCES);
	says("nothing can be written at 0x4000: bound read-only");
	assert_int_equal(drmsnoop_pwrite(*state, buf, 1, 0x7000), -EIO);
	says("nothing is bound at 0x7000");
	assert_int_equal(drmsnoop_pwrite(*state, buf, 1, 0x6000), -EACCES);
	says("process memory: not registered");
	assert_int_equal(drmsnoop_pwrite(*state, buf, 32, FAKE_VM_END - 16),
			 16);
	assert_int_equal(drmsnoop_pwrite(*state, buf, 1, FAKE_VM_END),
			 -ENOSPC);
	says("past the end");
	assert_int_equal(drmsnoop_pwrite(*state, buf, 2, UINT64_MAX),
			 -EOVERFLOW);
	assert_int_equal(drmsnoop_pwrite(*state, buf, 1, 1ULL << 63), -EINVAL);
	fake_kernel.write_error = EBADF;
	assert_int_equal(drmsnoop_pwrite(*state, buf, 1, 0x1000), -EACCES);
	says("not open for writing");
	fake_kernel.write_error = ESRCH;
	assert_int_equal(drmsnoop_pwrite(*state, buf, 1, 0x1000), -ESRCH);
}

static void check_before(void **state)
{
	struct drmsnoop *reader;
	uint64_t dropped = 9;

	assert_int_equal(drmsnoop_check_write(*state, 0x1001, 0x2fff,
					      &dropped), 0);
	assert_int_equal(dropped, 0);
	assert_int_equal(drmsnoop_check_write(*state, 0x3000, 0x1001, NULL),
			 -EACCES);
	says("0x4000: bound read-only");
	assert_int_equal(drmsnoop_check_write(*state, 0x5ff0, 0x10, &dropped),
			 0);
	assert_int_equal(dropped, 0x10);
	assert_int_equal(drmsnoop_check_write(*state, 0x0, 0x1001, NULL), -EIO);
	assert_int_equal(drmsnoop_check_write(*state, 0x6000, 1, NULL),
			 -EACCES);
	assert_int_equal(drmsnoop_check_write(*state, 0x8000, 1, NULL),
			 -EACCES);
	says("not registered for writing");
	assert_int_equal(drmsnoop_check_write(*state, FAKE_VM_END - 1, 2, NULL),
			 -ENOSPC);
	assert_int_equal(drmsnoop_check_write(*state, UINT64_MAX, 1, NULL), 0);

	reader = open_fake(false);
	assert_int_equal(drmsnoop_bind_vm(reader, FAKE_CLIENT, FAKE_VM, NULL),
			 0);
	assert_int_equal(drmsnoop_check_write(reader, 0x1000, 1, NULL),
			 -EACCES);
	says("the descriptor is not open for writing");
	drmsnoop_close(reader);
	assert_int_equal(fake_kernel.writes, 0);
}

static void sync_passes(void **state)
{
	assert_int_equal(drmsnoop_sync(*state), 0);
	assert_int_equal(fake_kernel.syncs, 1);
	fake_kernel.sync_error = EOPNOTSUPP;
	assert_int_equal(drmsnoop_sync(*state), -EOPNOTSUPP);
	says("does not see the caches of the CPU");
	fake_kernel.sync_error = ENODEV;
	assert_int_equal(drmsnoop_sync(*state), -ENODEV);
}

static void registers_for_writing(void **state)
{
	struct drmsnoop *reader = open_fake(false);

	assert_int_equal(drmsnoop_register_fd(*state, 0, NULL), 0);
	assert_int_equal(fake_kernel.register_flags, DRM_SNOOP_REGISTER_WRITE);
	assert_int_equal(drmsnoop_register_fd(reader, 0, NULL), 0);
	assert_int_equal(fake_kernel.register_flags, 0);
	fake_kernel.error = EACCES;
	assert_int_equal(drmsnoop_register_fd(*state, 0, NULL), -EACCES);
	says("not open for reading and writing");
	fake_kernel.error = EDQUOT;
	assert_int_equal(drmsnoop_register_fd(*state, 0, NULL), -EDQUOT);
	says("your limit of registrations is reached: close other observers");
	drmsnoop_close(reader);
}

static const char *reason(struct drmsnoop *snoop, size_t range,
			  unsigned int flags)
{
	return drmsnoop_range_reason(snoop, &scene[range], flags);
}

static void memory_is_registered(void **state)
{
	struct drmsnoop *reader = open_fake(false);

	assert_string_equal(reason(reader, 4, 0),
			    "process memory: not registered");
	assert_int_equal(drmsnoop_register_memory(reader, getpid()), 0);
	assert_int_equal(fake_kernel.memory_flags, 0);
	assert_int_equal(fake_kernel.memory_mode, O_RDONLY);
	assert_string_equal(reason(reader, 4, 0),
			    "process memory: of another process, or gone");
	assert_int_equal(drmsnoop_register_memory(*state, getpid()), 0);
	assert_int_equal(fake_kernel.memory_flags, DRM_SNOOP_REGISTER_WRITE);
	assert_int_equal(fake_kernel.memory_mode, O_RDWR);
	assert_int_equal(fake_kernel.memories, 2);
	drmsnoop_close(reader);
}

static void memory_is_not_registered(void **state)
{
	struct drmsnoop *old;

	assert_int_equal(drmsnoop_register_memory(*state, 8000001), -ESRCH);
	fake_kernel.memory_error = ESRCH;
	assert_int_equal(drmsnoop_register_memory(*state, getpid()), -ESRCH);
	assert_string_equal(reason(*state, 4, 0),
			    "process memory: the process ended");
	fake_kernel.memory_error = EDQUOT;
	assert_int_equal(drmsnoop_register_memory(*state, getpid()), -EDQUOT);
	says("process memory: your limit of registrations is reached");
	fake_kernel.memory_error = EACCES;
	assert_int_equal(drmsnoop_register_memory(*state, getpid()), -EACCES);
	assert_string_equal(reason(*state, 4, 0),
			    "process memory: permission denied");

	/* A module that does not know it is not even asked. */
	fake_kernel.features = 0;
	fake_kernel.memories = 0;
	old = open_fake(false);
	assert_int_equal(drmsnoop_register_memory(old, getpid()), -EOPNOTSUPP);
	assert_int_equal(fake_kernel.memories, 0);
	assert_string_equal(reason(old, 4, 0),
			    "process memory: this drm_snoop does not reach it");
	drmsnoop_close(old);
}

static void reasons(void **state)
{
	static const struct drm_snoop_range purged = {
		.kind = DRM_SNOOP_RANGE_OBJECT, .flags = DRM_SNOOP_PURGED,
	}, imported = {
		.kind = DRM_SNOOP_RANGE_OBJECT, .flags = DRM_SNOOP_IMPORTED,
	};

	assert_null(reason(*state, 0, 0));
	assert_null(reason(*state, 0, DRMSNOOP_WRITE));
	assert_null(reason(*state, 2, 0));
	assert_string_equal(reason(*state, 2, DRMSNOOP_WRITE),
			    "bound read-only, or a read-only dma-buf");
	assert_string_equal(drmsnoop_range_reason(*state, &purged, 0),
			    "purged by the driver");
	assert_string_equal(drmsnoop_range_reason(*state, &imported, 0),
			    "imported, and its exporter gives no access");
}

static int keep_reason(const struct drmsnoop_piece *piece, void *data)
{
	if (piece->hole == DRMSNOOP_HOLE_UNREADABLE)
		*(const char **)data = piece->reason;
	return 0;
}

static void holes_have_reasons(void **state)
{
	const char *why = NULL;
	char byte;

	assert_int_equal(drmsnoop_read(*state, 0x5000, 0x3000, keep_reason,
				       &why), 0);
	assert_string_equal(why, "process memory: not registered");
	assert_int_equal(drmsnoop_pread(*state, &byte, 1, 0x6000), -EIO);
	says("nothing can be read at 0x6000: process memory: not registered");
}

/* Pages: runs that can be joined in every way but one. */
static const struct drm_snoop_pages pages[] = {
	{ .start = 0x1000, .end = 0x2000, .object_id = 1, .object_offset = 0,
	  .vram_offset = 0x5000, .flags = DRM_SNOOP_PAGES_VRAM_OFFSET },
	{ .start = 0x2000, .end = 0x4000, .object_id = 1,
	  .object_offset = 0x1000, .vram_offset = 0x6000,
	  .flags = DRM_SNOOP_PAGES_VRAM_OFFSET },
	/* not where device memory goes on */
	{ .start = 0x4000, .end = 0x5000, .object_id = 1,
	  .object_offset = 0x3000, .vram_offset = 0x6000,
	  .flags = DRM_SNOOP_PAGES_VRAM_OFFSET },
	/* another object */
	{ .start = 0x5000, .end = 0x6000, .object_id = 2,
	  .object_offset = 0x4000, .vram_offset = 0x7000,
	  .flags = DRM_SNOOP_PAGES_VRAM_OFFSET },
	/* after a hole */
	{ .start = 0x8000, .end = 0x9000, .object_id = 2,
	  .object_offset = 0x5000, .flags = 0 },
	/* not where the object goes on */
	{ .start = 0x9000, .end = 0xa000, .object_id = 2,
	  .object_offset = 0x8000, .flags = 0 },
	{ .start = 0xa000, .end = 0xb000,
	  .kind = DRM_SNOOP_RANGE_SPARSE },
	{ .start = 0xb000, .end = 0xc000,
	  .kind = DRM_SNOOP_RANGE_SPARSE },
};

static const uint64_t runs[] = { 0x1000, 0x4000, 0x4000, 0x5000, 0x5000, 0x6000,
				 0x8000, 0x9000, 0x9000, 0xa000, 0xa000, 0xc000 };

static int check_run(const struct drm_snoop_pages *run, void *data)
{
	size_t *count = data;

	assert_true(*count < sizeof(runs) / sizeof(runs[0]));
	assert_int_equal(run->start, runs[*count]);
	assert_int_equal(run->end, runs[*count + 1]);
	*count += 2;
	return 0;
}

static int stop(const struct drm_snoop_pages *run, void *data)
{
	return ++*(int *)data == 2 ? 42 : 0;
}

static void pages_are_joined(void **state)
{
	size_t count;
	int calls = 0;

	fake_kernel.pages = pages;
	fake_kernel.page_count = sizeof(pages) / sizeof(pages[0]);
	for (uint32_t batch = 0; batch < 10; batch++) {
		fake_kernel.pages_batch = batch;
		count = 0;
		assert_int_equal(drmsnoop_foreach_pages(*state, 0, 0x10000,
							check_run, &count), 0);
		assert_int_equal(count, sizeof(runs) / sizeof(runs[0]));
	}
	assert_int_equal(drmsnoop_foreach_pages(*state, 0, 0x10000, stop,
						&calls), 42);
	assert_int_equal(calls, 2);
	fake_kernel.page_queries = 0;
	assert_int_equal(drmsnoop_foreach_pages(*state, 0, 0, stop, &calls), 0);
	assert_int_equal(fake_kernel.page_queries, 0);
	fake_kernel.pages_stuck = true;
	fake_kernel.page_count = 0;
	assert_int_equal(drmsnoop_foreach_pages(*state, 0, 0x1000, stop,
						&calls), -EIO);
	assert_int_equal(drmsnoop_foreach_pages(*state, UINT64_MAX, 2, stop,
						&calls), -EOVERFLOW);
}

#define WITH_HANDLE(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

/* Whole pages around the window, at the address without sign extension. */
static void snapshot_of_pages(void **state)
{
	uint64_t page = sysconf(_SC_PAGESIZE), start;
	int fd;

	fd = drmsnoop_snapshot(*state, 0xffff800000001234, 2 * page, NULL);
	assert_true(fd >= 0);
	assert_int_equal(fake_kernel.snapshot_addr, 0x800000001234 & ~(page - 1));
	assert_int_equal(fake_kernel.snapshot_size, 3 * page);
	/* It is no snapshot in truth. */
	assert_int_equal(drmsnoop_snapshot_start(fd, &start), -ENOTTY);
	assert_non_null(strstr(drmsnoop_error(), "not a descriptor of a snapshot"));
	close(fd);
	assert_int_equal(drmsnoop_snapshot_start(fd, &start), -EBADF);
}

static void snapshot_errors(void **state)
{
	static const struct {
		int error, returned;
		const char *text;
	} errors[] = {
		{ ENOTTY, EOPNOTSUPP, "takes no snapshots" },
		{ EDQUOT, EDQUOT, "max_snapshot_mb" },
		{ ENOMEM, ENOMEM, "control group" },
		{ EFBIG, EFBIG, "more bytes than a file" },
		{ ENXIO, ENXIO, "" },
	};
	size_t i;

	assert_int_equal(drmsnoop_snapshot(*state, 0x1000, 0, NULL), -EINVAL);
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake_kernel.snapshot_error = errors[i].error;
		assert_int_equal(drmsnoop_snapshot(*state, 0x1000, 1, NULL), -errors[i].returned);
		assert_non_null(strstr(drmsnoop_error(), errors[i].text));
	}
}

static void snapshot_consistent(void **state)
{
	static const struct {
		int error, returned;
		const char *text;
	} errors[] = {
		{ E2BIG, EOPNOTSUPP, "update" },
		{ EACCES, EACCES, "not registered for writing" },
		{ ETIME, ETIME, "max_stop_ms" },
		{ EBUSY, EBUSY, "again and again" },
		{ ENOMEM, ENOMEM, "control group" },
	};
	uint32_t stopped = 0;
	size_t i;
	int fd;

	fd = drmsnoop_snapshot_consistent(*state, 0x1000, 1, 0, &stopped, NULL);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(stopped, 77);
	assert_int_equal(fake_kernel.snapshot_flags, DRM_SNOOP_SNAPSHOT_CONSISTENT);
	assert_int_equal(fake_kernel.snapshot_budget_ms, UINT32_MAX);
	close(drmsnoop_snapshot_consistent(*state, 0x1000, 1, 20, NULL, NULL));
	assert_int_equal(fake_kernel.snapshot_budget_ms, 20);
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake_kernel.snapshot_error = errors[i].error;
		assert_int_equal(drmsnoop_snapshot_consistent(*state, 0x1000, 1, 20, NULL, NULL),
				 -errors[i].returned);
		assert_non_null(strstr(drmsnoop_error(), errors[i].text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HANDLE(write_whole),
		WITH_HANDLE(write_short),
		WITH_HANDLE(check_before),
		WITH_HANDLE(sync_passes),
		WITH_HANDLE(registers_for_writing),
		WITH_HANDLE(memory_is_registered),
		WITH_HANDLE(memory_is_not_registered),
		WITH_HANDLE(reasons),
		WITH_HANDLE(holes_have_reasons),
		WITH_HANDLE(pages_are_joined),
		WITH_HANDLE(snapshot_of_pages),
		WITH_HANDLE(snapshot_errors),
		WITH_HANDLE(snapshot_consistent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
