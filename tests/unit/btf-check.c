// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/types.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <linux/btf.h>

#include "btf-check.h"

void check_member(const struct snoop_btf *b, const char *spec, const char *type,
		  int expected, u32 offset)
{
	u32 got = NOT_WRITTEN;
	int ret = snoop_btf_member(b, spec, type, &got);

	if (ret != expected || got != (expected ? NOT_WRITTEN : offset))
		fail_msg("%s (%s): %d, offset %#x; expected %d, %#x", spec,
			 type ? type : "any", ret, got, expected, offset);
}

void check_offset(const struct snoop_btf *b, const char *spec, const char *type, u32 offset)
{
	check_member(b, spec, type, 0, offset);
}

void check_error(const struct snoop_btf *b, const char *spec, const char *type, int expected)
{
	check_member(b, spec, type, expected, 0);
}

void check_size(const struct snoop_btf *b, const char *name, int expected, u32 size)
{
	u32 got = NOT_WRITTEN;

	assert_int_equal(snoop_btf_struct_size(b, name, &got), expected);
	assert_int_equal(got, expected ? NOT_WRITTEN : size);
}

int init_error(const void *raw, size_t len, const struct snoop_btf *base)
{
	static const struct snoop_btf zero;
	struct snoop_btf b;
	int ret;

	memset(&b, 0xff, sizeof(b));
	ret = snoop_btf_init(&b, raw, len, base);
	if (ret)
		assert_memory_equal(&b, &zero, sizeof(b));
	snoop_btf_fini(&b);
	assert_memory_equal(&b, &zero, sizeof(b));
	return ret;
}

void open_blob(struct snoop_btf *b, struct blob *blob, const struct snoop_btf *base)
{
	blob_close(blob);
	assert_int_equal(snoop_btf_init(b, blob->raw, blob->len, base), 0);
}

void close_blob(struct snoop_btf *b, struct blob *blob)
{
	snoop_btf_fini(b);
	blob_free(blob);
}

void open_small(struct blob *blob)
{
	u32 i, in, anon, both, ptr, cst;

	blob_open(blob, NULL);
	i = blob_int(blob, "int", 4);
	in = blob_struct(blob, "in", 0, 2, 8);
	blob_member(blob, "x", i, 0);
	blob_member(blob, "y", i, 32);
	anon = blob_type(blob, NULL, BLOB_INFO(BTF_KIND_UNION, 0, 1), 4);
	blob_member(blob, "c", i, 0);
	both = blob_struct(blob, NULL, 0, 2, 8);
	blob_member(blob, "b", i, 0);
	blob_member(blob, NULL, anon, 32);
	cst = blob_type(blob, NULL, CONST_INFO, in);
	ptr = blob_type(blob, NULL, PTR_INFO, cst);
	blob_struct(blob, "s", 0, 4, 32);
	blob_member(blob, "a", i, 0);
	blob_member(blob, NULL, both, 32);
	blob_member(blob, "in", in, 96);
	blob_member(blob, "p", ptr, 192);
}
