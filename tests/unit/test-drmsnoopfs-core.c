// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoopfs: open cores, on a stand-in for libdrmsnoop. */

#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "attr.h"
#include "core.h"
#include "drmsnoopfs-fixture.h"

#define CORE VM "core"

static bool never(void *data)
{
	return false;
}

static bool at_once(void *data)
{
	return true;
}

static struct core *open_one(void)
{
	struct core *core;

	assert_int_equal(core_open(walk(CORE), &core), 0);
	return core;
}

static void expect_byte(struct core *core, uint64_t offset, uint8_t byte)
{
	uint8_t got;

	assert_int_equal(core_read(core, &got, 1, offset, never, NULL), 1);
	assert_int_equal(got, byte);
}

static void test_read_core(void **state)
{
	static uint8_t buf[0x8000];
	Elf64_Phdr headers[3];
	struct core *core;
	Elf64_Ehdr header;
	struct stat st;
	size_t size;

	add_range(0x1000, 0x2000, 1);
	add_range(0x5000, 0x7000, 2);
	core = open_one();
	assert_int_equal(attr_get(&fs, walk(CORE), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0400);
	assert_int_equal(core_read(core, &header, sizeof(header), 0, never, NULL), sizeof(header));
	assert_memory_equal(header.e_ident, ELFMAG, SELFMAG);
	assert_int_equal(header.e_phnum, 3);
	assert_int_equal(core_read(core, headers, sizeof(headers), header.e_phoff, never, NULL),
			 sizeof(headers));
	assert_int_equal(headers[2].p_vaddr, 0x5000);
	assert_int_equal(headers[2].p_filesz, 0x2000);
	expect_byte(core, headers[1].p_offset + 7, fake_byte(0x1007));
	expect_byte(core, headers[2].p_offset + 0x1fff, fake_byte(0x6fff));
	/* All of it, to the end. */
	size = core_read(core, buf, sizeof(buf), 0, never, NULL);
	assert_int_equal(size, st.st_size);
	assert_int_equal(core_read(core, buf, 1, size, never, NULL), 0);
	assert_int_equal(core_read(core, buf, 1, 0, at_once, NULL), -EINTR);
	core_close(core);
	assert_int_equal(fake.handles, 0);
}

/* Content is that of now, and the rest of the open. */
static void test_live_core(void **state)
{
	struct core *core, *later;
	uint8_t buf[0x2000];
	struct stat st;
	off_t size;

	add_range(0x1000, 0x3000, 1);
	core = open_one();
	assert_int_equal(attr_get(&fs, walk(CORE), &st), 0);
	size = st.st_size;
	expect_byte(core, 0x1003, fake_byte(0x1003));
	fake.kept[0x1003] = 0x77;
	fake.is_kept[0x1003] = true;
	expect_byte(core, 0x1003, 0x77);
	/* The second page is unbound; something new is bound. */
	fake.ranges[0].end = 0x2000;
	add_range(0x8000, 0x9000, 2);
	assert_int_equal(core_read(core, buf, sizeof(buf), 0x1000, never, NULL), 0x1000);
	assert_int_equal(core_read(core, buf, 1, 0x2000, never, NULL), -EIO);
	/* The size is that of what is open, until nothing is. */
	assert_int_equal(attr_get(&fs, walk(CORE), &st), 0);
	assert_int_equal(st.st_size, size);
	later = open_one();
	assert_int_equal(attr_get(&fs, walk(CORE), &st), 0);
	assert_int_not_equal(st.st_size, size);
	core_close(later);
	assert_int_equal(attr_get(&fs, walk(CORE), &st), 0);
	assert_int_equal(st.st_size, size);
	core_close(core);
	assert_int_equal(attr_get(&fs, walk(CORE), &st), 0);
	assert_int_not_equal(st.st_size, size);
	assert_int_equal(fake.handles, 0);
}

/* Ranges are listed once in a second, and not when the answer is known already. */
static void test_size_core(void **state)
{
	struct node *node = walk(CORE);
	struct core *core;
	struct stat st;
	off_t size;

	/* Of an earlier test. */
	usleep(1100000);
	add_range(0x1000, 0x3000, 1);
	for (int i = 0; i < 100; i++)
		assert_int_equal(attr_get(&fs, node, &st), 0);
	size = st.st_size;
	assert_int_equal(fake.lists, 1);
	add_range(0x8000, 0x9000, 2);
	core = open_one();
	assert_int_equal(attr_get(&fs, node, &st), 0);
	assert_int_not_equal(st.st_size, size);
	size = st.st_size;
	core_close(core);
	assert_int_equal(attr_get(&fs, node, &st), 0);
	assert_int_equal(st.st_size, size);
	assert_int_equal(fake.lists, 2);
	usleep(1100000);
	add_range(0xa000, 0xb000, 3);
	assert_int_equal(attr_get(&fs, node, &st), 0);
	assert_int_not_equal(st.st_size, size);
	assert_int_equal(fake.lists, 3);
	core = open_one();
	size = st.st_size;
	assert_int_equal(attr_get(&fs, node, &st), 0);
	assert_int_equal(st.st_size, size);
	core_close(core);
	assert_int_equal(fake.handles, 0);
}

static void test_seek_core(void **state)
{
	struct core *core;
	struct stat st;

	add_range(0x1000, 0x3000, 1);
	core = open_one();
	assert_int_equal(attr_get(&fs, walk(CORE), &st), 0);
	assert_int_equal(core_seek(core, 5, SEEK_DATA), 5);
	assert_int_equal(core_seek(core, 5, SEEK_HOLE), st.st_size);
	assert_int_equal(core_seek(core, st.st_size, SEEK_DATA), -ENXIO);
	assert_int_equal(core_seek(core, 0, SEEK_END), -EINVAL);
	core_close(core);
}

static void test_refused_core(void **state)
{
	struct node *node = walk(CORE);
	struct core *core;
	struct stat st;

	fake.get = -EPERM;
	assert_int_equal(core_open(node, &core), -EACCES);
	assert_int_equal(attr_get(&fs, node, &st), -EACCES);
	fake.get = 0;
	fake.gone = true;
	assert_int_equal(core_open(node, &core), -ENOENT);
	assert_int_equal(attr_get(&fs, node, &st), -ENOENT);
	assert_int_equal(fake.handles, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read_core),
		TEST(test_live_core),
		TEST(test_size_core),
		TEST(test_seek_core),
		TEST(test_refused_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
