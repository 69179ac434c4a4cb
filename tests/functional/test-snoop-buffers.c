// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 300
 *
 * The caller's side of a read: many segments, and memory that is not there.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "snoop.h"
#include "stage.h"

#define ADDR	(STAGE_ADDR + 0x3f801)
#define MAX_LEN	0x60000

static uint8_t wanted[MAX_LEN];

static ssize_t snoop_preadv(int snoop, const struct iovec *segments, int count, uint64_t addr)
{
	/* Not by the library's function, which may not be given bad arguments. */
	ssize_t ret = syscall(SYS_preadv, snoop, segments, (long)count, addr, 0L);

	return ret < 0 ? -errno : ret;
}

static ssize_t snoop_readv(int snoop, const struct iovec *segments, int count)
{
	ssize_t ret = readv(snoop, segments, count);

	return ret < 0 ? -errno : ret;
}

static uint64_t position(const struct stage *stage)
{
	__u64 offset;

	expect_ok(snoop_seek(stage->snoop, 0, SEEK_CUR, &offset));
	return offset;
}

static void seek_to(const struct stage *stage, uint64_t addr)
{
	__u64 offset;

	expect_ok(snoop_seek(stage->snoop, addr, SEEK_SET, &offset));
	expect_equal(offset, addr);
}

/* @pages pages that can be written and one that cannot be touched. */
static uint8_t *pages_and_gap(size_t pages)
{
	uint8_t *map = mmap(NULL, (pages + 1) * 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect_true(map != MAP_FAILED);
	expect_ok(mprotect(map + pages * 4096, 4096, PROT_NONE));
	return map;
}

/* Segments of many sizes, in memory in another order than in the list. */
static void test_segments(void **state)
{
	struct stage *stage = *state;
	static uint8_t memory[MAX_LEN + 1];
	struct iovec segments[IOV_MAX];
	size_t total = 0, at = MAX_LEN, done = 0;
	int i;

	for (i = 0; i < IOV_MAX; i++) {
		size_t len = i % 11 == 3 ? 0 : i % 97 == 5 ? 5000 : 1 + i * 7 % 200;

		at -= len;
		segments[i] = (struct iovec) { memory + at, len };
		total += len;
	}
	expect_true(total < MAX_LEN);
	expect_equal(model_read(&stage->model, wanted, total, ADDR), total);
	expect_equal(snoop_preadv(stage->snoop, segments, IOV_MAX, ADDR), total);
	for (i = 0; i < IOV_MAX; i++) {
		expect_bytes(segments[i].iov_base, wanted + done, segments[i].iov_len);
		done += segments[i].iov_len;
	}
}

static void test_readv(void **state)
{
	struct stage *stage = *state;
	static uint8_t memory[0x20000];
	struct iovec segments[3] = {
		{ memory, 1 },
		{ memory + 1, 0x10001 },
		{ memory + 0x10002, 77 },
	};

	seek_to(stage, ADDR);
	expect_equal(model_read(&stage->model, wanted, 2 * 0x1004f, ADDR), 2 * 0x1004f);
	expect_equal(snoop_readv(stage->snoop, segments, 3), 0x1004f);
	expect_bytes(memory, wanted, 0x1004f);
	expect_equal(position(stage), ADDR + 0x1004f);
	expect_equal(snoop_readv(stage->snoop, segments, 3), 0x1004f);
	expect_bytes(memory, wanted + 0x1004f, 0x1004f);
}

/* The hole comes in the middle of a segment: those before are filled. */
static void test_segments_into_hole(void **state)
{
	struct stage *stage = *state;
	uint8_t memory[64];
	struct iovec segments[4] = {
		{ memory, 16 }, { memory + 16, 16 }, { memory + 32, 16 }, { memory + 48, 16 },
	};
	uint64_t addr = STAGE_ADDR + 0xa2000 - 40;

	memset(memory, 0xee, sizeof(memory));
	memset(wanted, 0xee, sizeof(memory));
	expect_equal(model_read(&stage->model, wanted, 64, addr), 40);
	expect_equal(snoop_preadv(stage->snoop, segments, 4, addr), 40);
	expect_bytes(memory, wanted, sizeof(memory));
}

static void test_numbers_of_segments(void **state)
{
	struct stage *stage = *state;
	static uint8_t memory[IOV_MAX + 1];
	struct iovec segments[IOV_MAX + 1];
	int i;

	for (i = 0; i <= IOV_MAX; i++)
		segments[i] = (struct iovec) { memory + i, 1 };
	expect_equal(snoop_preadv(stage->snoop, segments, 0, ADDR), 0);
	expect_equal(snoop_preadv(stage->snoop, segments, IOV_MAX, ADDR), IOV_MAX);
	expect_error(snoop_preadv(stage->snoop, segments, IOV_MAX + 1, ADDR), EINVAL);
	expect_error(snoop_preadv(stage->snoop, segments, -1, ADDR), EINVAL);
	expect_error(snoop_preadv(stage->snoop, NULL, 1, ADDR), EFAULT);
	/* A length that no size can be. */
	segments[1].iov_len = SIZE_MAX;
	expect_error(snoop_preadv(stage->snoop, segments, 2, ADDR), EINVAL);
}

/* A bad segment behind good ones: what the good ones took. */
static void test_bad_segment(void **state)
{
	static const size_t firsts[] = { 1, 100, 128, 129, 4096, 65536, 65537, 100000 };
	struct stage *stage = *state;
	static uint8_t memory[0x20000];
	uint8_t *gap = pages_and_gap(0);
	unsigned int i;

	for (i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		struct iovec segments[3] = {
			{ memory, firsts[i] }, { gap, 50 }, { memory + 0x1f000, 50 },
		};

		memset(memory, 0xee, sizeof(memory));
		memset(wanted, 0xee, sizeof(memory));
		expect_equal(model_read(&stage->model, wanted, firsts[i], ADDR), firsts[i]);
		seek_to(stage, ADDR);
		expect_equal(snoop_readv(stage->snoop, segments, 3), firsts[i]);
		expect_bytes(memory, wanted, sizeof(memory));
		expect_equal(position(stage), ADDR + firsts[i]);
		/* The next one begins with the bad one. */
		expect_error(snoop_readv(stage->snoop, segments + 1, 2), EFAULT);
		expect_equal(position(stage), ADDR + firsts[i]);
	}
	munmap(gap, 4096);
}

static void test_bad_buffers(void **state)
{
	static const uint64_t buffers[] = {
		0, 1, 0x1000, 0x00007ffffffff000, 0x0000800000000000, 0x8000000000000000,
		0xffff888000000000, 0xffffc90000000000, 0xffffffff81000000, 0xfffffffffffff000,
	};
	static const size_t sizes[] = { 1, 8, 128, 129, 4096, 65536, 200000 };
	struct stage *stage = *state;
	unsigned int i, j;

	seek_to(stage, ADDR);
	for (i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++)
		for (j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			expect_error(snoop_pread(stage->snoop, (void *)buffers[i], sizes[j], ADDR),
				     EFAULT);
			expect_error(snoop_read(stage->snoop, (void *)buffers[i], sizes[j]),
				     EFAULT);
		}
	expect_equal(position(stage), ADDR);
}

static void test_read_only_buffer(void **state)
{
	struct stage *stage = *state;
	uint8_t *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect_true(map != MAP_FAILED);
	expect_error(snoop_pread(stage->snoop, map, 8, ADDR), EFAULT);
	expect_error(snoop_pread(stage->snoop, map, 4096, ADDR), EFAULT);
	expect_equal(map[0], 0);
	munmap(map, 4096);
}

/* The buffer ends before its length does: a part, and the position with it. */
static void test_buffer_ends(void **state)
{
	static const size_t rooms[] = { 1, 7, 8, 100, 127, 128, 4095, 4096, 65536, 131071 };
	struct stage *stage = *state;
	const size_t pages = 40;
	uint8_t *map = pages_and_gap(pages);
	unsigned int i;

	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		uint8_t *buf = map + pages * 4096 - rooms[i];
		ssize_t ret;

		memset(map, 0xee, pages * 4096);
		seek_to(stage, ADDR);
		ret = snoop_read(stage->snoop, buf, rooms[i] + 3000);
		/* Byte by byte or in words: never more than there is. */
		expect_true(ret > 0 && (size_t)ret <= rooms[i]);
		expect_true(rooms[i] - ret < 8);
		expect_equal(model_read(&stage->model, wanted, ret, ADDR), ret);
		expect_bytes(buf, wanted, ret);
		expect_equal(position(stage), ADDR + ret);
		/* Nothing is written before the buffer. */
		expect_equal(buf[-1], 0xee);
	}
	munmap(map, (pages + 1) * 4096);
}

/* The bad memory is of no interest where there is nothing to store. */
static void test_hole_before_fault(void **state)
{
	struct stage *stage = *state;

	expect_error(snoop_pread(stage->snoop, NULL, 8, STAGE_ADDR + 0xa2000), EIO);
}

/* Memory that the kernel must first bring in. */
static void test_untouched_buffer(void **state)
{
	struct stage *stage = *state;
	uint8_t *map = mmap(NULL, MAX_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	expect_true(map != MAP_FAILED);
	expect_equal(model_read(&stage->model, wanted, MAX_LEN, ADDR), MAX_LEN);
	expect_equal(snoop_pread(stage->snoop, map, MAX_LEN, ADDR), MAX_LEN);
	expect_bytes(map, wanted, MAX_LEN);
	munmap(map, MAX_LEN);
}

/*
 * The buffer is GPU memory too, and of the very object that is read: were the
 * object held while the buffer is touched, both would wait for each other.
 */
static void test_buffer_is_the_object(void **state)
{
	struct stage *stage = *state;
	int drm = expect_ok(target_getfd(&stage->target, 0));
	uint32_t handles[2] = { stage_handle(stage, "s"), stage_handle(stage, "m") };
	const uint64_t addrs[2] = { STAGE_ADDR, STAGE_ADDR + 0x40000 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		uint8_t *map = gc_bo_mmap(drm, handles[i], STAGE_SIZE);

		expect_true(map);

		/* Its third 64 KiB to its first, which is not yet mapped. */
		expect_equal(snoop_pread(stage->snoop, map, 0x10000, addrs[i] + 0x20000), 0x10000);
		model_fill(wanted, 0x10000, STAGE_S + i, 0x20000);
		expect_bytes(map, wanted, 0x10000);
		/* And the read bytes are what is there now. */
		memset(map + 0x10000, 0, 100);
		expect_equal(snoop_pread(stage->snoop, map + 0x10000, 100, addrs[i]), 100);
		expect_bytes(map + 0x10000, wanted, 100);
		munmap(map, STAGE_SIZE);
		stage_pattern(stage, i ? "m" : "s", STAGE_SIZE, STAGE_S + i);
	}
	stage_check(stage, STAGE_ADDR, 0x80000);
	close(drm);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_segments),
		TEST(test_readv),
		TEST(test_segments_into_hole),
		TEST(test_numbers_of_segments),
		TEST(test_bad_segment),
		TEST(test_bad_buffers),
		TEST(test_read_only_buffer),
		TEST(test_buffer_ends),
		TEST(test_hole_before_fault),
		TEST(test_untouched_buffer),
		TEST(test_buffer_is_the_object),
	};

	return run_group("snoop-buffers", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
