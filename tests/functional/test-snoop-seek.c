// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * lseek(): addresses are positions, what is bound is data, what is not is a hole.
 */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "expect.h"
#include "snoop.h"
#include "stage.h"

static void check(const struct stage *stage, uint64_t offset, int whence, uint64_t wanted,
		  int line)
{
	__u64 position = 0;
	int ret = snoop_seek(stage->snoop, offset, whence, &position);

	if (ret || position != wanted)
		expect_failed(__FILE__, line, "lseek(0x%lx, %d): %d and 0x%llx instead of 0x%lx",
			      offset, whence, ret, position, wanted);
	/* And there it is. */
	expect_ok(snoop_seek(stage->snoop, 0, SEEK_CUR, &position));
	expect_equal(position, wanted);
}

/* Fails, and the position stays. */
static void check_error(const struct stage *stage, uint64_t offset, int whence, int error,
			int line)
{
	__u64 before, position;
	int ret;

	expect_ok(snoop_seek(stage->snoop, 0, SEEK_CUR, &before));
	ret = snoop_seek(stage->snoop, offset, whence, &position);
	if (ret != -error)
		expect_failed(__FILE__, line, "lseek(0x%lx, %d): %d instead of %d", offset, whence,
			      ret, -error);
	expect_ok(snoop_seek(stage->snoop, 0, SEEK_CUR, &position));
	expect_equal(position, before);
}

#define CHECK(offset, whence, wanted)	check(stage, offset, whence, wanted, __LINE__)
#define CHECK_ERROR(offset, whence, error) \
	check_error(stage, offset, whence, error, __LINE__)

static void test_set(void **state)
{
	struct stage *stage = *state;

	CHECK(0, SEEK_SET, 0);
	CHECK(STAGE_ADDR + 0xa2003, SEEK_SET, STAGE_ADDR + 0xa2003);
	CHECK(STAGE_VM_END, SEEK_SET, STAGE_VM_END);
	CHECK(LLONG_MAX, SEEK_SET, LLONG_MAX);
	CHECK(1ULL << 63, SEEK_SET, 1ULL << 63);
	CHECK(-0x2000ULL, SEEK_SET, -0x2000ULL);
}

static void test_cur(void **state)
{
	struct stage *stage = *state;

	CHECK(1000, SEEK_SET, 1000);
	CHECK(0, SEEK_CUR, 1000);
	CHECK(-1, SEEK_CUR, 999);
	CHECK(-999, SEEK_CUR, 0);
	CHECK_ERROR(-1, SEEK_CUR, EINVAL);
	CHECK_ERROR(LLONG_MIN, SEEK_CUR, EINVAL);
	/* Up over the middle of 64 bits and down again. */
	CHECK(LLONG_MAX, SEEK_CUR, LLONG_MAX);
	CHECK(1, SEEK_CUR, 1ULL << 63);
	CHECK(LLONG_MIN, SEEK_CUR, 0);
	CHECK(-0x2000ULL, SEEK_SET, -0x2000ULL);
	CHECK_ERROR(0x2000, SEEK_CUR, EOVERFLOW);
	CHECK_ERROR(LLONG_MAX, SEEK_CUR, EOVERFLOW);
}

static void test_end(void **state)
{
	struct stage *stage = *state;

	CHECK(0, SEEK_END, STAGE_VM_END);
	CHECK(5, SEEK_END, STAGE_VM_END + 5);
	CHECK(-0x2000, SEEK_END, STAGE_LAST);
	CHECK(-(int64_t)STAGE_VM_END, SEEK_END, 0);
	CHECK_ERROR(-(int64_t)STAGE_VM_END - 1, SEEK_END, EINVAL);
	CHECK_ERROR(LLONG_MIN, SEEK_END, EINVAL);
	CHECK(LLONG_MAX, SEEK_END, LLONG_MAX + STAGE_VM_END);
}

static void test_unknown_whence(void **state)
{
	static const int whences[] = { 5, 6, 100, -1, INT_MAX, INT_MIN };
	struct stage *stage = *state;
	unsigned int i;

	for (i = 0; i < sizeof(whences) / sizeof(whences[0]); i++)
		CHECK_ERROR(0, whences[i], EINVAL);
}

static void test_data(void **state)
{
	struct stage *stage = *state;

	CHECK(0, SEEK_DATA, 0x1000);
	CHECK(0x1000, SEEK_DATA, 0x1000);
	CHECK(0x1fff, SEEK_DATA, 0x1fff);
	CHECK(0x2000, SEEK_DATA, STAGE_ADDR);
	CHECK(STAGE_ADDR + 0xa1fff, SEEK_DATA, STAGE_ADDR + 0xa1fff);
	CHECK(STAGE_ADDR + 0xa2000, SEEK_DATA, STAGE_ADDR + 0xa4000);
	CHECK(STAGE_ADDR + 0xa5001, SEEK_DATA, STAGE_ADDR + 0xa6000);
	CHECK(STAGE_UPPER + STAGE_SIZE, SEEK_DATA, STAGE_LAST);
	CHECK(STAGE_VM_END - 1, SEEK_DATA, STAGE_VM_END - 1);
	CHECK_ERROR(STAGE_VM_END, SEEK_DATA, ENXIO);
	CHECK_ERROR(LLONG_MAX, SEEK_DATA, ENXIO);
	CHECK_ERROR(1ULL << 63, SEEK_DATA, ENXIO);
}

static void test_hole(void **state)
{
	struct stage *stage = *state;

	CHECK(0, SEEK_HOLE, 0);
	CHECK(0x1000, SEEK_HOLE, 0x2000);
	CHECK(0x1fff, SEEK_HOLE, 0x2000);
	/* Over the seams of five ranges. */
	CHECK(STAGE_ADDR, SEEK_HOLE, STAGE_ADDR + 0xa2000);
	CHECK(STAGE_ADDR + 0x40000, SEEK_HOLE, STAGE_ADDR + 0xa2000);
	CHECK(STAGE_ADDR + 0xa2001, SEEK_HOLE, STAGE_ADDR + 0xa2001);
	CHECK(STAGE_ADDR + 0xa4fff, SEEK_HOLE, STAGE_ADDR + 0xa5000);
	CHECK(STAGE_BIG_ADDR + 1, SEEK_HOLE, STAGE_BIG_ADDR + 2 * STAGE_BIG);
	/* There is a hole at the end of every file. */
	CHECK(STAGE_LAST, SEEK_HOLE, STAGE_VM_END);
	CHECK(STAGE_VM_END - 1, SEEK_HOLE, STAGE_VM_END);
	CHECK_ERROR(STAGE_VM_END, SEEK_HOLE, ENXIO);
	CHECK_ERROR(LLONG_MAX, SEEK_HOLE, ENXIO);
	CHECK_ERROR(1ULL << 63, SEEK_HOLE, ENXIO);
}

/* From an alias of an address to the address. */
static void test_alias(void **state)
{
	struct stage *stage = *state;

	CHECK(STAGE_ALIAS + 3, SEEK_DATA, STAGE_UPPER + 3);
	CHECK(STAGE_ALIAS - 3, SEEK_DATA, STAGE_UPPER);
	CHECK(STAGE_ALIAS + 3, SEEK_HOLE, STAGE_UPPER + STAGE_SIZE);
	CHECK(STAGE_ALIAS - 3, SEEK_HOLE, STAGE_UPPER - 3);
}

/* More ranges in a row than the kernel looks at in one go. */
static void test_many_ranges(void **state)
{
	static const unsigned int counts[] = { 15, 16, 17, 32, 33, 200 };
	struct stage *stage = *state;
	unsigned int i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const uint64_t addr = 0x700000000000, size = counts[i] * 0x1000;

		target_cmd(&stage->target, "bindmany v %#lx %u s 0x1000", addr, counts[i]);
		CHECK(addr + 1, SEEK_HOLE, addr + size);
		CHECK(addr + size - 1, SEEK_HOLE, addr + size);
		CHECK(addr + size, SEEK_DATA, STAGE_UPPER);
		target_cmd(&stage->target, "unbind v %#lx %#lx", addr, size);
	}
}

/* All data found by walking is all that is bound. */
static void test_walk(void **state)
{
	struct stage *stage = *state;
	const struct model *model = &stage->model;
	unsigned int i = 0;
	__u64 data = 0, hole;

	for (; i < model->count; i++) {
		expect_ok(snoop_seek(stage->snoop, data, SEEK_DATA, &data));
		expect_equal(data, model->pieces[i].start);
		while (i + 1 < model->count && model->pieces[i + 1].start == model->pieces[i].end)
			i++;
		expect_ok(snoop_seek(stage->snoop, data, SEEK_HOLE, &hole));
		expect_equal(hole, model->pieces[i].end);
		data = hole;
	}
	expect_error(snoop_seek(stage->snoop, data, SEEK_DATA, &data), ENXIO);
}

static void test_object(void **state)
{
	struct stage *stage = *state;

	expect_ok(snoop_bind_object(stage->snoop, stage->client_id, stage_handle(stage, "m"),
				    NULL));
	CHECK(0, SEEK_END, STAGE_SIZE);
	CHECK(-1, SEEK_END, STAGE_SIZE - 1);
	CHECK_ERROR(-(int64_t)STAGE_SIZE - 1, SEEK_END, EINVAL);
	CHECK(0, SEEK_DATA, 0);
	CHECK(STAGE_SIZE - 1, SEEK_DATA, STAGE_SIZE - 1);
	CHECK_ERROR(STAGE_SIZE, SEEK_DATA, ENXIO);
	CHECK(0, SEEK_HOLE, STAGE_SIZE);
	CHECK(STAGE_SIZE - 1, SEEK_HOLE, STAGE_SIZE);
	CHECK_ERROR(STAGE_SIZE, SEEK_HOLE, ENXIO);
	/* An object has no alias. */
	CHECK_ERROR(-1ULL << 48, SEEK_DATA, ENXIO);
	CHECK_ERROR(-1ULL << 20, SEEK_HOLE, ENXIO);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_set),
		TEST(test_cur),
		TEST(test_end),
		TEST(test_unknown_whence),
		TEST(test_data),
		TEST(test_hole),
		TEST(test_alias),
		TEST(test_many_ranges),
		TEST(test_walk),
		TEST(test_object),
	};

	return run_group("snoop-seek", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
