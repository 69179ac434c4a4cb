// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * Content of an object, by its handle: from its first to its last byte.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "expect.h"
#include "snoop.h"
#include "stage.h"

/* Binds the file to a named object; returns its handle. */
static uint32_t bind_object(struct stage *stage, const char *name, uint64_t size)
{
	uint32_t handle = stage_handle(stage, name);
	__u64 returned;

	expect_ok(snoop_bind_object(stage->snoop, stage->client_id, handle, &returned));
	expect_equal(returned, size);
	return handle;
}

static void check_content(const struct stage *stage, uint64_t seed, uint64_t offset, size_t len)
{
	uint8_t *got = malloc(len), *wanted = malloc(len);

	expect_true(got && wanted);
	expect_equal(snoop_pread(stage->snoop, got, len, offset), len);
	model_fill(wanted, len, seed, offset);
	expect_bytes(got, wanted, len);
	free(got);
	free(wanted);
}

static void check_object(struct stage *stage, const char *name, uint64_t seed)
{
	uint8_t *buf = malloc(STAGE_SIZE);
	unsigned int i;

	expect_true(buf);
	bind_object(stage, name, STAGE_SIZE);
	check_content(stage, seed, 0, STAGE_SIZE);
	for (i = 0; i < 20; i++)
		check_content(stage, seed, 1 + i * 4093, 1 + i * 811);
	/* The target sees the same through its own map. */
	expect_equal(snoop_pread(stage->snoop, buf, STAGE_SIZE, 0), STAGE_SIZE);
	expect_equal(crc32(0, buf, STAGE_SIZE),
		     target_number(&stage->target, "cpusum %s 0 %#llx", name, STAGE_SIZE));
	free(buf);
}

static void test_system(void **state)
{
	check_object(*state, "s", STAGE_S);
}

static void test_vram(void **state)
{
	check_object(*state, "m", STAGE_M);
}

static void test_evicted(void **state)
{
	check_object(*state, "e", STAGE_E);
}

static void test_end_of_file(void **state)
{
	struct stage *stage = *state;
	uint8_t buf[256], wanted[256];

	bind_object(stage, "m", STAGE_SIZE);
	memset(buf, 0xee, sizeof(buf));
	memset(wanted, 0xee, sizeof(wanted));
	model_fill(wanted, 100, STAGE_M, STAGE_SIZE - 100);
	expect_equal(snoop_pread(stage->snoop, buf, sizeof(buf), STAGE_SIZE - 100), 100);
	/* Nothing beyond the object, not even zeros. */
	expect_bytes(buf, wanted, sizeof(buf));
	expect_equal(snoop_pread(stage->snoop, buf, 1, STAGE_SIZE - 1), 1);
	expect_equal(snoop_pread(stage->snoop, buf, 1, STAGE_SIZE), 0);
	expect_equal(snoop_pread(stage->snoop, buf, 1, STAGE_SIZE + 1), 0);
	expect_equal(snoop_pread(stage->snoop, buf, 1, 1ULL << 47), 0);
	expect_equal(snoop_pread(stage->snoop, buf, 1, LLONG_MAX - 1), 0);
}

/* As cat does it. */
static void test_read_to_end(void **state)
{
	struct stage *stage = *state;
	uint8_t buf[10007], wanted[10007];
	uint64_t offset = 0;
	__u64 position;
	ssize_t ret;

	bind_object(stage, "s", STAGE_SIZE);
	expect_ok(snoop_seek(stage->snoop, 0, SEEK_SET, &position));
	while ((ret = expect_ok(snoop_read(stage->snoop, buf, sizeof(buf))))) {
		model_fill(wanted, ret, STAGE_S, offset);
		expect_bytes(buf, wanted, ret);
		offset += ret;
	}
	expect_equal(offset, STAGE_SIZE);
	expect_equal(snoop_read(stage->snoop, buf, sizeof(buf)), 0);
}

/* Offsets of objects have no sign: they end at the object's end. */
static void test_upper_half(void **state)
{
	static const uint64_t offsets[] = { 1ULL << 63, -1ULL << 48, -STAGE_SIZE, -0x1000ULL };
	struct stage *stage = *state;
	__u64 position;
	unsigned int i;
	char byte;

	bind_object(stage, "m", STAGE_SIZE);
	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		expect_ok(snoop_seek(stage->snoop, offsets[i], SEEK_SET, &position));
		expect_equal(snoop_read(stage->snoop, &byte, 1), 0);
	}
}

/* lseek() knows where the object ends. */
static void check_size(const struct stage *stage, uint64_t size)
{
	__u64 position;

	expect_ok(snoop_seek(stage->snoop, 0, SEEK_END, &position));
	expect_equal(position, size);
	expect_ok(snoop_seek(stage->snoop, size - 1, SEEK_DATA, &position));
	expect_ok(snoop_seek(stage->snoop, 1, SEEK_HOLE, &position));
	expect_equal(position, size);
	expect_error(snoop_seek(stage->snoop, size, SEEK_DATA, &position), ENXIO);
	expect_error(snoop_seek(stage->snoop, size, SEEK_HOLE, &position), ENXIO);
}

static void test_closed_handle(void **state)
{
	struct stage *stage = *state;
	struct target *target = &stage->target;
	uint8_t buf[16];
	__u64 position;
	uint32_t handle;

	target_cmd(target, "bo c 64K vram");
	stage_pattern(stage, "c", 0x10000, 77);
	handle = bind_object(stage, "c", 0x10000);
	check_content(stage, 77, 5, 1000);
	target_cmd(target, "close c");
	expect_error(snoop_pread(stage->snoop, buf, sizeof(buf), 0), ENOENT);
	expect_error(snoop_pread(stage->snoop, buf, sizeof(buf), 0x10000), ENOENT);
	expect_error(snoop_seek(stage->snoop, 0, SEEK_DATA, &position), ENOENT);
	expect_error(snoop_seek(stage->snoop, 0, SEEK_HOLE, &position), ENOENT);
	expect_error(snoop_bind_object(stage->snoop, stage->client_id, handle, NULL), ENOENT);

	/* The number names another, smaller object. */
	target_cmd(target, "bo d 8K system");
	stage_pattern(stage, "d", 0x2000, 78);
	expect_equal(stage_handle(stage, "d"), handle);
	check_content(stage, 78, 0, 0x2000);
	expect_equal(snoop_pread(stage->snoop, buf, sizeof(buf), 0x2000), 0);
	expect_equal(snoop_pread(stage->snoop, buf, sizeof(buf), 0x1ff8), 8);
	check_size(stage, 0x2000);
	target_cmd(target, "close d");

	/* And then a larger one. */
	target_cmd(target, "bo f 128K vram");
	stage_pattern(stage, "f", 0x20000, 80);
	expect_equal(stage_handle(stage, "f"), handle);
	check_content(stage, 80, 0, 0x20000);
	expect_equal(snoop_pread(stage->snoop, buf, sizeof(buf), 0x20000), 0);
	check_size(stage, 0x20000);
	target_cmd(target, "close f");
}

/* Private to a VM: only its reservation is another one. */
static void test_private_object(void **state)
{
	struct stage *stage = *state;
	struct target *target = &stage->target;

	target_cmd(target, "bo p 64K vram private v");
	stage_pattern(stage, "p", 0x10000, 79);
	bind_object(stage, "p", 0x10000);
	check_content(stage, 79, 3, 0xfff0);
	target_cmd(target, "bind v 0x500000000 p 0x5000");
	expect_ok(snoop_bind_vm(stage->snoop, stage->client_id, stage->vm, NULL));
	stage_check_engine(stage, "v", 0x500000001, 0xafff);
	target_cmd(target, "unbind v 0x500000000 0xb000");
	target_cmd(target, "close p");
}

/* The file goes from one to the other and back. */
static void test_rebinding(void **state)
{
	struct stage *stage = *state;

	bind_object(stage, "s", STAGE_SIZE);
	check_content(stage, STAGE_S, 0x1001, 4096);
	bind_object(stage, "m", STAGE_SIZE);
	check_content(stage, STAGE_M, 0x1001, 4096);
	stage_bind(state);
	stage_check(stage, STAGE_ADDR + 0x1001, 4096);
	bind_object(stage, "bs", STAGE_BIG);
	check_content(stage, STAGE_BS, STAGE_BIG - 5000, 5000);
}

/* Two files of one process are bound each on its own. */
static void test_two_files(void **state)
{
	struct stage *stage = *state;
	int other = stage_open(stage);
	uint8_t byte;

	bind_object(stage, "s", STAGE_SIZE);
	expect_error(snoop_pread(other, &byte, 1, 0), ENXIO);
	expect_ok(snoop_bind_object(other, stage->client_id, stage_handle(stage, "m"), NULL));
	check_content(stage, STAGE_S, 9, 500);
	expect_equal(snoop_pread(other, &byte, 1, 9), 1);
	expect_equal(byte, model_byte(STAGE_M, 9));
	close(other);
	check_content(stage, STAGE_S, 9, 500);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_system),
		TEST(test_vram),
		TEST(test_evicted),
		TEST(test_end_of_file),
		TEST(test_read_to_end),
		TEST(test_upper_half),
		TEST(test_closed_handle),
		TEST(test_private_object),
		TEST(test_rebinding),
		TEST(test_two_files),
	};

	return run_group("snoop-object", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
