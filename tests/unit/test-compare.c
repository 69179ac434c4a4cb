// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop diff and find: the comparison, and the search. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare.h"
#include "matcher.h"

/* Bytes of an image that a test makes up; what is in no part is unbound. */
struct part {
	uint64_t start, end;
	enum image_state state;
	const char *reason;
};

#define SIZE (3 * COMPARE_KEPT)

static unsigned char a_bytes[SIZE], b_bytes[SIZE];

struct fake {
	struct image image;
	const unsigned char *bytes;
	const struct part *parts;
	size_t count;
	/* most bytes of a piece */
	uint64_t most;
};

static void next(struct image *image, uint64_t addr, uint64_t most, struct image_piece *piece)
{
	struct fake *fake = (struct fake *)image;
	const struct part *part;
	size_t i;

	*piece = (struct image_piece) {
		.addr = addr,
		.size = most < fake->most ? most : fake->most,
		.state = IMAGE_UNBOUND,
	};
	for (i = 0; i < fake->count; i++) {
		part = &fake->parts[i];
		if (addr < part->start) {
			if (part->start - addr < piece->size)
				piece->size = part->start - addr;
			return;
		}
		if (addr >= part->end)
			continue;
		if (part->end - addr < piece->size)
			piece->size = part->end - addr;
		piece->state = part->state;
		piece->reason = part->reason;
		if (part->state == IMAGE_DATA)
			piece->data = fake->bytes + addr;
		return;
	}
}

static struct fake side(const unsigned char *bytes, const struct part *parts, size_t count,
			uint64_t most)
{
	return (struct fake) {
		.image = { .next = next },
		.bytes = bytes,
		.parts = parts,
		.count = count,
		.most = most,
	};
}

static struct change changes[64];
static size_t change_count;

static int record(const struct change *change, void *data)
{
	assert_true(change_count < sizeof(changes) / sizeof(changes[0]));
	/* They come in order. */
	if (change_count)
		assert_true(changes[change_count - 1].at + changes[change_count - 1].size <=
			    change->at);
	if (change->a_bytes) {
		assert_memory_equal(change->a_bytes, a_bytes + change->at, change->size);
		assert_memory_equal(change->b_bytes, b_bytes + change->at, change->size);
	}
	changes[change_count++] = *change;
	return 0;
}

static struct compare compare;

static void run(const struct part *a, size_t a_count, const struct part *b, size_t b_count,
		uint64_t most, bool keep)
{
	struct fake left = side(a_bytes, a, a_count, most);
	struct fake right = side(b_bytes, b, b_count, most + 3);

	change_count = 0;
	compare.a = &left.image;
	compare.b = &right.image;
	compare.keep = keep;
	compare.put = record;
	assert_int_equal(compare_run(&compare, SIZE), 0);
}

static void change_is(size_t i, enum change_kind kind, uint64_t at, uint64_t size)
{
	assert_true(i < change_count);
	assert_int_equal(changes[i].kind, kind);
	assert_int_equal(changes[i].at, at);
	assert_int_equal(changes[i].size, size);
}

static const struct part all[] = { { 0, SIZE, IMAGE_DATA, NULL } };

static int fill(void **state)
{
	size_t i;

	for (i = 0; i < SIZE; i++)
		a_bytes[i] = i * 7 + 1;
	memcpy(b_bytes, a_bytes, SIZE);
	return 0;
}

static void bytes(void **state)
{
	static const uint64_t pieces[] = { 1, 5, 16, 4096, 5000, SIZE };
	size_t i;

	fill(NULL);
	b_bytes[0]++;
	/* Seven equal ones between: one change. */
	b_bytes[100]++;
	b_bytes[108]++;
	/* Eight: two. */
	b_bytes[200]++;
	b_bytes[209]++;
	b_bytes[SIZE - 1]++;
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		run(all, 1, all, 1, pieces[i], i % 2);
		assert_int_equal(change_count, 5);
		change_is(0, CHANGE_BYTES, 0, 1);
		change_is(1, CHANGE_BYTES, 100, 9);
		change_is(2, CHANGE_BYTES, 200, 1);
		change_is(3, CHANGE_BYTES, 209, 1);
		change_is(4, CHANGE_BYTES, SIZE - 1, 1);
		assert_int_equal(compare.changed, 6);
		assert_int_equal(compare.unknown, 0);
	}
}

static void long_change(void **state)
{
	size_t i;

	fill(NULL);
	for (i = 10; i < COMPARE_KEPT + 30; i++)
		b_bytes[i] = ~a_bytes[i];
	run(all, 1, all, 1, 4096, false);
	assert_int_equal(change_count, 1);
	change_is(0, CHANGE_BYTES, 10, COMPARE_KEPT + 20);
	run(all, 1, all, 1, 4096, true);
	assert_int_equal(change_count, 2);
	change_is(0, CHANGE_BYTES, 10, COMPARE_KEPT);
	change_is(1, CHANGE_BYTES, COMPARE_KEPT + 10, 20);
	assert_int_equal(compare.changed, COMPARE_KEPT + 20);
}

/* What has no bytes is never taken for zeros. */
static void states(void **state)
{
	static const struct part a[] = {
		{ 0, 4096, IMAGE_DATA, NULL },
		{ 4096, 8192, IMAGE_ZEROS, NULL },
		{ 8192, 12288, IMAGE_UNREADABLE, "why" },
		{ 12288, 16384, IMAGE_UNREADABLE, "why" },
		{ 16384, 20480, IMAGE_DATA, NULL },
		{ 24576, 28672, IMAGE_OUTSIDE, NULL },
		{ 28672, 32768, IMAGE_OUTSIDE, NULL },
		{ 32768, 36864, IMAGE_ZEROS, NULL },
		{ 36864, SIZE, IMAGE_END, NULL },
	};
	static const struct part b[] = {
		{ 4096, 8192, IMAGE_DATA, NULL },
		{ 8192, 12288, IMAGE_DATA, NULL },
		{ 16384, 20480, IMAGE_UNREADABLE, "other" },
		{ 28672, 32768, IMAGE_OUTSIDE, NULL },
	};

	memset(a_bytes, 0, SIZE);
	memset(b_bytes, 0, SIZE);
	run(a, 9, b, 4, 1000, true);
	assert_int_equal(change_count, 6);
	/* data, though all zeros, and unbound */
	change_is(0, CHANGE_BOUND, 0, 4096);
	change_is(1, CHANGE_UNKNOWN, 8192, 4096);
	assert_string_equal(changes[1].a_reason, "why");
	assert_int_equal(changes[1].b, IMAGE_DATA);
	/* bound on one side only, whether or not it can be read */
	change_is(2, CHANGE_BOUND, 12288, 4096);
	change_is(3, CHANGE_UNKNOWN, 16384, 4096);
	change_is(4, CHANGE_UNKNOWN, 24576, 4096);
	/* sparse is bound */
	change_is(5, CHANGE_BOUND, 32768, 4096);
	assert_int_equal(compare.changed, 3 * 4096);
	assert_int_equal(compare.unknown, 3 * 4096);

	/* Zeros of a sparse range are those that are read. */
	b_bytes[5000] = 1;
	run(a, 9, b, 4, 1000, true);
	change_is(1, CHANGE_BYTES, 5000, 1);
}

static int stop(const struct change *change, void *data)
{
	change_count++;
	return 17;
}

static void stops(void **state)
{
	struct fake left = side(a_bytes, all, 1, 100), right = side(b_bytes, all, 1, 64);

	fill(NULL);
	b_bytes[5]++;
	b_bytes[500]++;
	change_count = 0;
	compare.a = &left.image;
	compare.b = &right.image;
	compare.put = stop;
	assert_int_equal(compare_run(&compare, SIZE), 17);
	assert_int_equal(change_count, 1);
}

/* Matches of a search. */
static uint64_t found[64];
static size_t found_count;

static int match(uint64_t addr, void *data)
{
	size_t *most = data;

	assert_true(found_count < sizeof(found) / sizeof(found[0]));
	found[found_count++] = addr;
	return most && found_count == *most;
}

static void begin(struct matcher *matcher, const char *pattern, size_t size, uint64_t align)
{
	found_count = 0;
	assert_true(matcher_begin(matcher, (const unsigned char *)pattern, size, align, match,
				  NULL));
}

static void found_is(size_t count, ...)
{
	va_list list;
	size_t i;

	assert_int_equal(found_count, count);
	va_start(list, count);
	for (i = 0; i < count; i++)
		assert_int_equal(found[i], va_arg(list, int));
	va_end(list);
}

static int feed(struct matcher *matcher, uint64_t addr, const char *text, size_t size)
{
	/* Of its own size, for the sanitizer to watch. */
	unsigned char *copy = malloc(size);
	int ret;

	memcpy(copy, text, size);
	ret = matcher_feed(matcher, addr, copy, size);
	free(copy);
	return ret;
}

/* However the bytes come, the same is found. */
static void borders(void **state)
{
	static const char text[] = "abcabcababcabcabc..abab";
	struct matcher matcher;
	size_t piece, at, n;

	for (piece = 1; piece < sizeof(text); piece++) {
		begin(&matcher, "abcabc", 6, 1);
		for (at = 0; at < sizeof(text) - 1; at += n) {
			n = sizeof(text) - 1 - at < piece ? sizeof(text) - 1 - at : piece;
			assert_int_equal(feed(&matcher, 0x100 + at, text + at, n), 0);
		}
		found_is(3, 0x100, 0x108, 0x10b);
		matcher_end(&matcher);
	}
}

static void gaps(void **state)
{
	struct matcher matcher;

	begin(&matcher, "abcd", 4, 1);
	feed(&matcher, 0x1000, "..ab", 4);
	/* Not adjacent. */
	feed(&matcher, 0x1005, "cdab", 4);
	feed(&matcher, 0x1009, "c", 1);
	feed(&matcher, 0x100a, "d.", 2);
	found_is(1, 0x1007);
	matcher_end(&matcher);
}

static void alignment(void **state)
{
	struct matcher matcher;

	begin(&matcher, "\0\0", 2, 4);
	feed(&matcher, 2, "\0\0\0\0\0\0\0\1\0\0", 10);
	feed(&matcher, 12, "\0\0\0", 3);
	found_is(2, 4, 12);
	matcher_end(&matcher);

	begin(&matcher, "xx", 2, 0x4000000000000000);
	feed(&matcher, 0, "xxxxxx", 6);
	found_is(1, 0);
	matcher_end(&matcher);
}

/* A terabyte of zeros takes no time, unless zeros are searched for. */
static void zeros(void **state)
{
	const uint64_t size = 1ULL << 40;
	struct matcher matcher;
	size_t most = 3;

	begin(&matcher, "x\0\0", 3, 1);
	feed(&matcher, 0xff, "x", 1);
	matcher_zeros(&matcher, 0x100, size);
	found_is(1, 0xff);
	matcher_end(&matcher);

	begin(&matcher, "\0\0x", 3, 1);
	matcher_zeros(&matcher, 0x100, size);
	feed(&matcher, 0x100 + size, "x", 1);
	assert_int_equal(found_count, 1);
	assert_true(found[0] == 0xfe + size);
	matcher_end(&matcher);

	begin(&matcher, "x\0\0y", 4, 1);
	feed(&matcher, 0, "x", 1);
	matcher_zeros(&matcher, 1, 2);
	feed(&matcher, 3, "yx", 2);
	matcher_zeros(&matcher, 5, 3);
	feed(&matcher, 8, "y", 1);
	found_is(1, 0);
	matcher_end(&matcher);

	begin(&matcher, "x", 1, 1);
	matcher_zeros(&matcher, 0, size);
	feed(&matcher, size, "x", 1);
	assert_int_equal(found_count, 1);
	matcher_end(&matcher);

	begin(&matcher, "\0\0\0\0", 4, 4);
	matcher.data = &most;
	assert_int_equal(matcher_zeros(&matcher, 2, size), 1);
	found_is(3, 4, 8, 12);
	matcher_end(&matcher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(long_change),
		cmocka_unit_test(states),
		cmocka_unit_test(stops),
		cmocka_unit_test(borders),
		cmocka_unit_test(gaps),
		cmocka_unit_test(alignment),
		cmocka_unit_test(zeros),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
