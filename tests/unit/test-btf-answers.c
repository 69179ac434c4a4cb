// SPDX-License-Identifier: GPL-2.0-or-later
/* What a right blob answers: names, types, bit-fields, what is not there. */
#include <linux/types.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <linux/btf.h>

#include "btf.h"
#include "btf-check.h"

static void test_types_differ(void **state)
{
	struct snoop_btf b;
	struct blob blob;

	open_small(&blob);
	open_blob(&b, &blob, NULL);
	check_error(&b, "s.a", "in", -EPROTOTYPE);
	check_error(&b, "s.a", "in *", -EPROTOTYPE);
	check_error(&b, "s.a", "int *", -EPROTOTYPE);
	check_error(&b, "s.a", "void", -EPROTOTYPE);
	check_error(&b, "s.in", "in *", -EPROTOTYPE);
	check_error(&b, "s.in", "i", -EPROTOTYPE);
	check_error(&b, "s.in", "int", -EPROTOTYPE);
	check_error(&b, "s.p", "in", -EPROTOTYPE);
	check_error(&b, "s.p", "in **", -EPROTOTYPE);
	check_error(&b, "s.p", "s *", -EPROTOTYPE);
	check_error(&b, "s.p", "void *", -EPROTOTYPE);
	close_blob(&b, &blob);
}

/* The names of typedefs count, those of qualifiers and tags do not */
static void test_names_on_the_way(void **state)
{
	struct snoop_btf b;
	struct blob blob;

	blob_open(&blob, NULL);
	blob_struct(&blob, "s", 0, 1, 8);
	blob_member(&blob, "m", 2, 0);
	blob_type(&blob, NULL, CONST_INFO, 3);
	blob_type(&blob, "alias", TYPEDEF_INFO, 4);
	blob_type(&blob, NULL, PTR_INFO, 5);
	blob_type(&blob, "rcu", BLOB_INFO(BTF_KIND_TYPE_TAG, 0, 0), 6);
	blob_type(&blob, "target", TYPEDEF_INFO, 7);
	blob_int(&blob, "int", 4);
	open_blob(&b, &blob, NULL);
	check_offset(&b, "s.m", "alias", 0);
	check_offset(&b, "s.m", "target *", 0);
	check_offset(&b, "s.m", "target*", 0);
	check_offset(&b, "s.m", "int *", 0);
	check_error(&b, "s.m", "rcu *", -EPROTOTYPE);
	check_error(&b, "s.m", "alias *", -EPROTOTYPE);
	check_error(&b, "s.m", "int", -EPROTOTYPE);
	close_blob(&b, &blob);
}

static void test_bad_types(void **state)
{
	static const char *const types[] = { "", "*", " *", "**" };
	struct snoop_btf b;
	struct blob blob;
	char stars[64];
	size_t i;

	open_small(&blob);
	open_blob(&b, &blob, NULL);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		check_error(&b, "s.p", types[i], -EINVAL);
	memset(stars, '*', sizeof(stars));
	stars[0] = 'x';
	stars[sizeof(stars) - 1] = '\0';
	check_error(&b, "s.p", stars, -EINVAL);
	close_blob(&b, &blob);
}

static void test_bad_specs(void **state)
{
	static const char *const specs[] = {
		"", ".", "s", ".a", "s.", "s..a", "s.a.", ".s.a", "s.in..y", "..",
	};
	char longest[SNOOP_BTF_MAX_SPEC + 2], dots[128];
	struct snoop_btf b;
	struct blob blob;
	size_t i;

	open_small(&blob);
	open_blob(&b, &blob, NULL);
	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		check_error(&b, specs[i], NULL, -EINVAL);
	memset(longest, 'x', sizeof(longest));
	longest[1] = '.';
	longest[SNOOP_BTF_MAX_SPEC + 1] = '\0';
	check_error(&b, longest, NULL, -EINVAL);
	longest[SNOOP_BTF_MAX_SPEC] = '\0';
	check_error(&b, longest, NULL, -ENOENT);
	for (i = 0; i < sizeof(dots); i++)
		dots[i] = i % 2 ? '.' : 's';
	dots[sizeof(dots) - 1] = '\0';
	check_error(&b, dots, NULL, -EINVAL);
	check_size(&b, "", -EINVAL, 0);
	check_size(&b, "s.a", -EINVAL, 0);
	check_size(&b, longest + 2, -ENOENT, 0);
	close_blob(&b, &blob);
}

/* Names are compared whole */
static void test_absent(void **state)
{
	static const char *const specs[] = {
		"s.x", "t.a", "ss.a", "in.xx", "s.i", "s.inn", "s.in.z", "s.a.x",
		"s.p.x", "int.x",
	};
	struct snoop_btf b;
	struct blob blob;
	size_t i;

	open_small(&blob);
	open_blob(&b, &blob, NULL);
	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		check_error(&b, specs[i], NULL, -ENOENT);
	check_size(&b, "int", -ENOENT, 0);
	close_blob(&b, &blob);
}

static void test_bitfields(void **state)
{
	struct snoop_btf b;
	struct blob blob;
	u32 i, old, shifted, in;

	blob_open(&blob, NULL);
	i = blob_int(&blob, "int", 4);
	old = blob_type(&blob, "int", INT_INFO, 4);
	blob_word(&blob, 5);			/* 5 bits of 32: the older way */
	shifted = blob_type(&blob, "int", INT_INFO, 4);
	blob_word(&blob, 1 << 16 | 32);		/* from the second bit on */
	in = blob_struct(&blob, "in", 0, 1, 4);
	blob_member(&blob, "x", i, 0);
	blob_struct(&blob, "s", 1, 8, 64);
	blob_member(&blob, "plain", i, BLOB_BITS(0, 8 * 4));
	blob_member(&blob, "narrow", i, BLOB_BITS(3, 8 * 8));
	blob_member(&blob, "wide", i, BLOB_BITS(32, 8 * 8));
	blob_member(&blob, "between", i, BLOB_BITS(0, 8 * 12 + 1));
	blob_member(&blob, "older", old, BLOB_BITS(0, 8 * 16));
	blob_member(&blob, NULL, i, BLOB_BITS(7, 8 * 20));
	blob_member(&blob, "shifted", shifted, BLOB_BITS(0, 8 * 28));
	blob_member(&blob, "odd", in, BLOB_BITS(0, 8 * 24 + 4));
	open_blob(&b, &blob, NULL);
	check_offset(&b, "s.plain", "int", 4);
	check_error(&b, "s.narrow", NULL, -EDOM);
	check_error(&b, "s.wide", NULL, -EDOM);
	check_error(&b, "s.between", NULL, -EDOM);
	check_error(&b, "s.older", NULL, -EDOM);
	check_error(&b, "s.shifted", NULL, -EDOM);
	check_error(&b, "s.odd", NULL, -EDOM);
	/* what holds it is not at a byte */
	check_error(&b, "s.odd.x", NULL, -EDOM);
	close_blob(&b, &blob);
}

/* Without kflag the upper bits are part of the offset */
static void test_offset_without_kflag(void **state)
{
	struct snoop_btf b;
	struct blob blob;
	u32 i;

	blob_open(&blob, NULL);
	i = blob_int(&blob, "int", 4);
	blob_struct(&blob, "s", 0, 1, 0x10000000);
	blob_member(&blob, "far", i, 0x7fffff00);
	open_blob(&b, &blob, NULL);
	check_offset(&b, "s.far", NULL, 0x7fffff00 / 8);
	close_blob(&b, &blob);
}

static void test_same_name(void **state)
{
	struct snoop_btf b;
	struct blob blob;
	u32 i, l, n;

	blob_open(&blob, NULL);
	i = blob_int(&blob, "int", 4);
	l = blob_int(&blob, "long", 4);
	for (n = 0; n < 2; n++) {
		blob_struct(&blob, "s", 0, 5 + n, 32 + n);
		blob_member(&blob, "first", n ? i : l, 0);
		blob_member(&blob, "same", i, 0);
		blob_member(&blob, "moved", i, 64 + 64 * n);
		blob_member(&blob, "type", n ? i : l, 32);
		blob_member(&blob, "bits", i, 64 + n);
		if (n)
			blob_member(&blob, "added", i, 32);
	}
	for (n = 0; n < 2; n++) {
		blob_struct(&blob, "twin", 0, 1, 8);
		blob_member(&blob, "m", i, 32);
	}
	open_blob(&b, &blob, NULL);
	check_offset(&b, "s.same", "int", 0);
	check_offset(&b, "s.type", NULL, 4);
	check_error(&b, "s.type", "int", -EEXIST);
	check_error(&b, "s.first", "int", -EEXIST);
	check_error(&b, "s.type", "in", -EPROTOTYPE);
	check_error(&b, "s.moved", NULL, -EEXIST);
	check_error(&b, "s.bits", NULL, -EEXIST);
	check_error(&b, "s.added", NULL, -EEXIST);
	check_error(&b, "s.absent", NULL, -ENOENT);
	check_size(&b, "s", -EEXIST, 0);
	check_offset(&b, "twin.m", "int", 4);
	check_size(&b, "twin", 0, 8);
	close_blob(&b, &blob);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_differ),
		cmocka_unit_test(test_names_on_the_way),
		cmocka_unit_test(test_bad_types),
		cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_bitfields),
		cmocka_unit_test(test_offset_without_kflag),
		cmocka_unit_test(test_same_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
