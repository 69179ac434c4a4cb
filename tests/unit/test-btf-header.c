// SPDX-License-Identifier: GPL-2.0-or-later
/* Headers that are wrong, blobs that are too large, and no memory. */
#include <linux/types.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/btf.h>

#include "btf.h"
#include "btf-check.h"

/* Allocations of kernel/btf.c that still succeed; the linker leads them here */
static int allocations_left = INT_MAX;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	return allocations_left-- > 0 ? __real_calloc(n, size) : NULL;
}

/* Changes one thing in the header of the small blob */
#define HEADER_TEST(name, change, expected) \
static void test_header_##name(void **state) \
{ \
	struct btf_header *h; \
	struct blob blob; \
	open_small(&blob); \
	blob_close(&blob); \
	h = blob_header(&blob); \
	assert_int_equal(init_error(blob.raw, blob.len, NULL), 0); \
	change; \
	assert_int_equal(init_error(blob.raw, blob.len, NULL), expected); \
	blob_free(&blob); \
}

HEADER_TEST(magic, h->magic = 0x1234, -EINVAL)
HEADER_TEST(swapped, h->magic = 0x9feb, -EOPNOTSUPP)
HEADER_TEST(version, h->version = 2, -EOPNOTSUPP)
HEADER_TEST(flags, h->flags = 1, -EOPNOTSUPP)
HEADER_TEST(short_hdr_len, h->hdr_len = sizeof(*h) - 1, -EINVAL)
HEADER_TEST(zero_hdr_len, h->hdr_len = 0, -EINVAL)
HEADER_TEST(long_hdr_len, h->hdr_len = blob.len + 1, -EINVAL)
HEADER_TEST(huge_hdr_len, h->hdr_len = UINT_MAX, -EINVAL)
HEADER_TEST(type_off_outside, h->type_off = blob.len, -EINVAL)
HEADER_TEST(type_off_huge, h->type_off = 0xfffffffc, -EINVAL)
HEADER_TEST(type_len_outside, h->type_len = blob.len - sizeof(*h) + 1, -EINVAL)
HEADER_TEST(type_len_huge, h->type_len = UINT_MAX, -EINVAL)
HEADER_TEST(type_len_cut, h->type_len -= 4, -EINVAL)
HEADER_TEST(str_off_outside, h->str_off = blob.len, -EINVAL)
HEADER_TEST(str_off_huge, h->str_off = UINT_MAX, -EINVAL)
HEADER_TEST(str_len_outside, h->str_len += 1, -EINVAL)
HEADER_TEST(str_len_huge, h->str_len = UINT_MAX, -EINVAL)
HEADER_TEST(no_strings, h->str_len = 0, -EINVAL)
HEADER_TEST(first_string, blob.raw[sizeof(*h) + h->str_off] = 'x', -EINVAL)
HEADER_TEST(last_string, blob.raw[sizeof(*h) + h->str_off + h->str_len - 1] = 'x', -EINVAL)

static void test_too_long(void **state)
{
	struct blob blob;

	open_small(&blob);
	blob_close(&blob);
	/* looked at before the data is */
	assert_int_equal(init_error(blob.raw, (size_t)SNOOP_BTF_MAX_LEN + 1, NULL), -E2BIG);
	assert_int_equal(init_error(blob.raw, SIZE_MAX, NULL), -E2BIG);
	blob_free(&blob);
}

static void test_too_many_types(void **state)
{
	const struct btf_type pointer = { .info = PTR_INFO };
	size_t count = SNOOP_BTF_MAX_TYPES, len, i;
	struct btf_header *h;
	u8 *raw;

	len = sizeof(*h) + count * sizeof(pointer) + 1;
	raw = malloc(len);
	assert_non_null(raw);
	h = (struct btf_header *)raw;
	*h = (struct btf_header) {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(*h),
		.type_len = count * sizeof(pointer),
		.str_off = count * sizeof(pointer), .str_len = 1,
	};
	for (i = 0; i < count; i++)
		memcpy(raw + sizeof(*h) + i * sizeof(pointer), &pointer, sizeof(pointer));
	raw[len - 1] = 0;
	assert_int_equal(init_error(raw, len, NULL), -E2BIG);
	h->type_len -= sizeof(pointer);
	assert_int_equal(init_error(raw, len, NULL), 0);
	free(raw);
}

/* A module of a module */
static void test_base_is_split(void **state)
{
	struct blob blobs[3];
	struct snoop_btf b[2];

	open_small(&blobs[0]);
	open_blob(&b[0], &blobs[0], NULL);
	blob_open(&blobs[1], &blobs[0]);
	open_blob(&b[1], &blobs[1], &b[0]);
	blob_open(&blobs[2], &blobs[1]);
	blob_close(&blobs[2]);
	assert_int_equal(init_error(blobs[2].raw, blobs[2].len, &b[1]), -EINVAL);
	blob_free(&blobs[2]);
	close_blob(&b[1], &blobs[1]);
	close_blob(&b[0], &blobs[0]);
}

static void test_out_of_memory(void **state)
{
	struct blob blob;
	int left;

	open_small(&blob);
	blob_close(&blob);
	for (left = 0; left < 2; left++) {
		allocations_left = left;
		assert_int_equal(init_error(blob.raw, blob.len, NULL), -ENOMEM);
	}
	allocations_left = left;
	assert_int_equal(init_error(blob.raw, blob.len, NULL), 0);
	allocations_left = INT_MAX;
	blob_free(&blob);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_magic),
		cmocka_unit_test(test_header_swapped),
		cmocka_unit_test(test_header_version),
		cmocka_unit_test(test_header_flags),
		cmocka_unit_test(test_header_short_hdr_len),
		cmocka_unit_test(test_header_zero_hdr_len),
		cmocka_unit_test(test_header_long_hdr_len),
		cmocka_unit_test(test_header_huge_hdr_len),
		cmocka_unit_test(test_header_type_off_outside),
		cmocka_unit_test(test_header_type_off_huge),
		cmocka_unit_test(test_header_type_len_outside),
		cmocka_unit_test(test_header_type_len_huge),
		cmocka_unit_test(test_header_type_len_cut),
		cmocka_unit_test(test_header_str_off_outside),
		cmocka_unit_test(test_header_str_off_huge),
		cmocka_unit_test(test_header_str_len_outside),
		cmocka_unit_test(test_header_str_len_huge),
		cmocka_unit_test(test_header_no_strings),
		cmocka_unit_test(test_header_first_string),
		cmocka_unit_test(test_header_last_string),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_too_many_types),
		cmocka_unit_test(test_base_is_split),
		cmocka_unit_test(test_out_of_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
