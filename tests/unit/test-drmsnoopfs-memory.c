// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoopfs: open files of memory, on a stand-in for libdrmsnoop. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "attr.h"
#include "drmsnoopfs-fixture.h"
#include "memory.h"

static bool never(void *data)
{
	return false;
}

static bool after_one(void *data)
{
	return (*(int *)data)++ > 0;
}

static bool at_once(void *data)
{
	return true;
}

static void test_read_mem(void **state)
{
	static uint8_t buf[0x5000];
	struct memory *memory;

	add_range(0x1000, 0x2000, 1);
	add_range(0x2000, 0x3000, 2);
	add_range(0x5000, 0x6000, 3);
	assert_int_equal(memory_open(walk(VM "mem"), false, &memory), 0);
	/* Hole at the first byte. */
	assert_int_equal(memory_read(memory, buf, 16, 0xff0, never, NULL),
			 -EIO);
	assert_int_equal(memory_read(memory, buf, 1, 0x3000, never, NULL),
			 -EIO);
	/* Across a border of ranges, up to a hole. */
	assert_int_equal(memory_read(memory, buf, sizeof(buf), 0x1ffd, never,
				     NULL), 0x1003);
	for (int i = 0; i < 0x1003; i++)
		assert_int_equal(buf[i], fake_byte(0x1ffd + i));
	assert_int_equal(memory_read(memory, buf, 10, FAKE_VM_END, never,
				     NULL), 0);
	/* A binding that changes is none of mem's business. */
	fake.ranges[0].generation = 9;
	assert_int_equal(memory_read(memory, buf, 10, 0x1000, never, NULL), 10);
	memory_close(memory);
	assert_int_equal(fake.handles, 0);
}

static void test_seek_mem(void **state)
{
	struct memory *memory;

	add_range(0x1000, 0x2000, 1);
	add_range(0x5000, 0x6000, 3);
	assert_int_equal(memory_open(walk(VM "mem"), false, &memory), 0);
	assert_int_equal(memory_seek(memory, 0, SEEK_DATA), 0x1000);
	assert_int_equal(memory_seek(memory, 0x1234, SEEK_DATA), 0x1234);
	assert_int_equal(memory_seek(memory, 0x1234, SEEK_HOLE), 0x2000);
	assert_int_equal(memory_seek(memory, 0x2000, SEEK_DATA), 0x5000);
	assert_int_equal(memory_seek(memory, 0x6000, SEEK_DATA), -ENXIO);
	assert_int_equal(memory_seek(memory, 0x6000, SEEK_HOLE), 0x6000);
	assert_int_equal(memory_seek(memory, FAKE_VM_END, SEEK_HOLE), -ENXIO);
	assert_int_equal(memory_seek(memory, 0, SEEK_END), -EINVAL);
	memory_close(memory);
}

static void test_range_file(void **state)
{
	struct memory *memory;
	uint8_t buf[0x3000];

	add_range(0x1000, 0x2000, 1);
	add_range(0x2000, 0x3000, 2);
	assert_int_equal(memory_open(walk(RANGE), false, &memory), 0);
	/* Ends where the range ends, though the VM goes on. */
	assert_int_equal(memory_read(memory, buf, sizeof(buf), 0xff0, never,
				     NULL), 0x10);
	assert_int_equal(buf[0], fake_byte(0x1ff0));
	assert_int_equal(memory_read(memory, buf, 1, 0x1000, never, NULL), 0);
	assert_int_equal(memory_seek(memory, 0, SEEK_DATA), 0);
	assert_int_equal(memory_seek(memory, 7, SEEK_HOLE), 0x1000);
	assert_int_equal(memory_seek(memory, 0x1000, SEEK_DATA), -ENXIO);
	/* Bound anew at the same place. */
	fake.ranges[0].generation = 5;
	assert_int_equal(memory_read(memory, buf, 1, 0, never, NULL), -ESTALE);
	assert_int_equal(memory_seek(memory, 0, SEEK_DATA), -ESTALE);
	/* Unbound. */
	fake.ranges[0].generation = 1;
	fake.ranges[0].start = 0x1800;
	assert_int_equal(memory_read(memory, buf, 1, 0, never, NULL), -ESTALE);
	assert_int_equal(memory_read(memory, buf, 1, 0x900, never, NULL),
			 -ESTALE);
	/* The client ended. */
	fake.gone = true;
	assert_int_equal(memory_read(memory, buf, 1, 0, never, NULL), -ESRCH);
	memory_close(memory);
}

static void test_bo_file(void **state)
{
	struct memory *memory;
	uint8_t buf[0x3000];

	add_object(4, 0x2000, 900);
	assert_int_equal(memory_open(walk(CLIENT "bo/4"), false, &memory), 0);
	assert_int_equal(memory_read(memory, buf, sizeof(buf), 1, never, NULL),
			 0x1fff);
	assert_int_equal(buf[0], fake_byte(1));
	/* The handle names another object by now. */
	fake.objects[0].object_id = 901;
	assert_int_equal(memory_read(memory, buf, 1, 0, never, NULL), -ESTALE);
	fake.object_count = 0;
	assert_int_equal(memory_read(memory, buf, 1, 0, never, NULL), -ESTALE);
	memory_close(memory);
	assert_int_equal(memory_open(walk(CLIENT "bo/4"), false, &memory),
			 -ENOENT);
	assert_int_equal(fake.handles, 0);
}

static void test_interrupted_read(void **state)
{
	static uint8_t buf[FS_READ_MAX];
	struct memory *memory;
	int calls = 0;

	add_range(0, FS_READ_MAX, 1);
	assert_int_equal(memory_open(walk(VM "mem"), false, &memory), 0);
	assert_int_equal(memory_read(memory, buf, sizeof(buf), 0, never, NULL),
			 sizeof(buf));
	assert_int_equal(memory_read(memory, buf, sizeof(buf), 0, at_once,
				     NULL), -EINTR);
	/* What is there already is not thrown away. */
	assert_int_equal(memory_read(memory, buf, sizeof(buf), 0, after_one,
				     &calls), 256 << 10);
	memory_close(memory);
}

static ssize_t put(struct memory *memory, const char *text, uint64_t offset)
{
	return memory_write(memory, text, strlen(text), offset, never, NULL);
}

static void test_write_mem(void **state)
{
	struct memory *memory;
	char back[8] = "";

	add_range(0x1000, 0x2000, 1);
	add_range(0x2000, 0x3000, 2);
	add_range(0x3000, 0x4000, 3);
	fake.ranges[2].flags |= DRM_SNOOP_READ_ONLY;
	assert_int_equal(memory_open(walk(VM "mem"), true, &memory), 0);
	/* Over a border. */
	assert_int_equal(put(memory, "border", 0x1ffd), 6);
	assert_int_equal(memory_read(memory, back, 6, 0x1ffd, never, NULL), 6);
	assert_string_equal(back, "border");
	assert_int_equal(fake.written, 6);
	/* Short before what is read-only, before a hole; errors at them. */
	assert_int_equal(put(memory, "short", 0x2ffe), 2);
	assert_int_equal(put(memory, "x", 0x3000), -EACCES);
	assert_int_equal(put(memory, "x", 0x4000), -EIO);
	assert_int_equal(put(memory, "x", 0), -EIO);
	assert_int_equal(put(memory, "x", FAKE_VM_END), -ENOSPC);
	assert_int_equal(put(memory, "", FAKE_VM_END), 0);
	assert_int_equal(fake.written, 8);
	assert_int_equal(memory_sync(memory), 0);
	assert_int_equal(fake.syncs, 1);
	memory_close(memory);
	assert_int_equal(fake.handles, 0);
}

static void test_write_is_asked_for(void **state)
{
	struct memory *memory;

	add_range(0x1000, 0x2000, 1);
	assert_int_equal(memory_open(walk(VM "mem"), false, &memory), 0);
	assert_int_equal(put(memory, "x", 0x1000), -EBADF);
	/* There is nothing to make visible. */
	assert_int_equal(memory_sync(memory), 0);
	assert_int_equal(fake.syncs, 0);
	memory_close(memory);
	fake.no_writes = true;
	assert_int_equal(memory_open(walk(VM "mem"), true, &memory), -EACCES);
	assert_int_equal(fake.handles, 0);
}

static void test_write_range(void **state)
{
	struct memory *memory;

	add_range(0x1000, 0x2000, 1);
	add_range(0x2000, 0x3000, 2);
	assert_int_equal(memory_open(walk(RANGE), true, &memory), 0);
	/* The end of the file is that of the range, though the VM goes on. */
	assert_int_equal(put(memory, "end", 0xffe), 2);
	assert_int_equal(put(memory, "x", 0x1000), -ENOSPC);
	/* Bound anew: what is there now is left alone. */
	fake.written = 0;
	fake.ranges[0].generation = 5;
	assert_int_equal(put(memory, "x", 0), -ESTALE);
	assert_int_equal(fake.written, 0);
	fake.ranges[0].generation = 1;
	fake.gone = true;
	assert_int_equal(put(memory, "x", 0), -ESRCH);
	memory_close(memory);
	fake.gone = false;
	fake.ranges[0].flags |= DRM_SNOOP_READ_ONLY;
	assert_int_equal(memory_open(walk(RANGE), true, &memory), -EACCES);
	assert_int_equal(memory_open(walk(RANGE), false, &memory), 0);
	memory_close(memory);
	assert_int_equal(fake.handles, 0);
}

static void test_write_bo(void **state)
{
	struct memory *memory;

	add_object(4, 0x2000, 900);
	assert_int_equal(memory_open(walk(CLIENT "bo/4"), true, &memory), 0);
	assert_int_equal(put(memory, "ab", 0x1fff), 1);
	assert_int_equal(put(memory, "b", 0x2000), -ENOSPC);
	fake.written = 0;
	fake.objects[0].object_id = 901;
	assert_int_equal(put(memory, "x", 0), -ESTALE);
	fake.object_count = 0;
	assert_int_equal(put(memory, "x", 0), -ESTALE);
	assert_int_equal(fake.written, 0);
	memory_close(memory);
}

static void test_interrupted_write(void **state)
{
	static uint8_t buf[FS_READ_MAX];
	struct memory *memory;
	int calls = 0;

	add_range(0, FS_READ_MAX, 1);
	assert_int_equal(memory_open(walk(VM "mem"), true, &memory), 0);
	assert_int_equal(memory_write(memory, buf, sizeof(buf), 0, never, NULL),
			 sizeof(buf));
	assert_int_equal(memory_write(memory, buf, sizeof(buf), 0, at_once,
				      NULL), -EINTR);
	assert_int_equal(memory_write(memory, buf, sizeof(buf), 0, after_one,
				      &calls), 256 << 10);
	memory_close(memory);
}

/* Modes say what may be written, and only where the mount allows it. */
static void test_modes(void **state)
{
	struct stat st;

	add_object(4, 0x5000, 900);
	add_object(5, 0x5000, 901);
	add_range(0x1000, 0x2000, 1);
	add_range(0x2000, 0x3000, 2);
	fake.objects[1].flags |= DRM_SNOOP_READ_ONLY;
	fake.ranges[1].flags |= DRM_SNOOP_READ_ONLY;
	fs.writable = true;
#define MODE(path, mode) do { \
	assert_int_equal(attr_get(&fs, walk(path), &st), 0); \
	assert_int_equal(st.st_mode & 0777, mode); \
} while (0)
	MODE(CLIENT "bo/4", 0600);
	MODE(CLIENT "bo/5", 0400);
	MODE(RANGE, 0600);
	MODE(VM "ranges/0000000000002000-0000000000003000", 0400);
	MODE(VM "mem", 0600);
	MODE(VM "maps", 0400);
	MODE(CLIENT "objects", 0400);
	MODE(VM, 0500);
	fs.writable = false;
	MODE(CLIENT "bo/4", 0400);
	MODE(RANGE, 0400);
	MODE(VM "mem", 0400);
#undef MODE
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read_mem),
		TEST(test_seek_mem),
		TEST(test_range_file),
		TEST(test_bo_file),
		TEST(test_interrupted_read),
		TEST(test_write_mem),
		TEST(test_write_is_asked_for),
		TEST(test_write_range),
		TEST(test_write_bo),
		TEST(test_interrupted_write),
		TEST(test_modes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("drmsnoopfs memory", tests, NULL,
					   NULL);
}
