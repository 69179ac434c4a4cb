// SPDX-License-Identifier: GPL-2.0-or-later
/* Types that are wrong: what cannot be indexed, and loops. */
#include <linux/types.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/btf.h>

#include "btf.h"
#include "btf-check.h"

/* A blob with one more type, which cannot be indexed */
static void check_bad_type(u32 name, u32 info, u32 words, int expected)
{
	struct blob blob;
	u32 i;

	open_small(&blob);
	blob_word(&blob, name);
	blob_word(&blob, info);
	blob_word(&blob, 0);
	for (i = 0; i < words; i++)
		blob_word(&blob, 0);
	blob_close(&blob);
	assert_int_equal(init_error(blob.raw, blob.len, NULL), expected);
	blob_free(&blob);
}

static void test_type_void(void **state)
{
	check_bad_type(0, BLOB_INFO(BTF_KIND_UNKN, 0, 0), 0, -EINVAL);
}

static void test_type_unknown_kind(void **state)
{
	u32 kind;

	for (kind = BTF_KIND_ENUM64 + 1; kind < 32; kind++)
		check_bad_type(0, BLOB_INFO(kind, 0, 0), 0, -EOPNOTSUPP);
}

static void test_type_name_outside(void **state)
{
	check_bad_type(UINT_MAX, PTR_INFO, 0, -EINVAL);
	check_bad_type(0x1000, BLOB_INFO(BTF_KIND_STRUCT, 0, 0), 0, -EINVAL);
}

static void test_type_vlen_outside(void **state)
{
	static const u32 kinds[] = {
		BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_ENUM, BTF_KIND_FUNC_PROTO,
		BTF_KIND_DATASEC, BTF_KIND_ENUM64,
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		check_bad_type(0, BLOB_INFO(kinds[i], 0, 0xffff), 0, -EINVAL);
		check_bad_type(0, BLOB_INFO(kinds[i], 0, 1), 1, -EINVAL);
	}
}

static void test_type_cut(void **state)
{
	check_bad_type(0, INT_INFO, 0, -EINVAL);
	check_bad_type(0, BLOB_INFO(BTF_KIND_ARRAY, 0, 0), 2, -EINVAL);
	check_bad_type(0, BLOB_INFO(BTF_KIND_VAR, 0, 0), 0, -EINVAL);
	check_bad_type(0, BLOB_INFO(BTF_KIND_DECL_TAG, 0, 0), 0, -EINVAL);
	/* three words are a type, one and two are not */
	check_bad_type(0, PTR_INFO, 1, -EINVAL);
	check_bad_type(0, PTR_INFO, 2, -EINVAL);
}

/* struct s { TYPE m; } at bit OFFSET, SIZE bytes large; TYPE is the next id */
static u32 open_holder(struct blob *blob, u32 offset, u32 size)
{
	blob_open(blob, NULL);
	blob_struct(blob, "s", 0, 1, size);
	blob_member(blob, "m", 2, offset);
	return 2;
}

static void check_holder(struct blob *blob, const char *spec, const char *type, int expected)
{
	struct snoop_btf b;

	open_blob(&b, blob, NULL);
	check_error(&b, spec, type, expected);
	close_blob(&b, blob);
}

static void test_member_type_outside(void **state)
{
	struct blob blob;

	open_holder(&blob, 0, 8);
	check_holder(&blob, "s.m", NULL, -EINVAL);
	open_holder(&blob, 0, 8);
	check_holder(&blob, "s.m.x", NULL, -EINVAL);
}

static void test_member_name_outside(void **state)
{
	struct blob blob;

	blob_open(&blob, NULL);
	blob_struct(&blob, "s", 0, 1, 4);
	blob_word(&blob, 0x00ffffff);
	blob_word(&blob, 0);
	blob_word(&blob, 0);
	check_holder(&blob, "s.m", NULL, -EINVAL);
}

static void test_member_outside_struct(void **state)
{
	static const u32 offsets[] = { 8 * 5, 8 * 8, 8 * 9, 0xfffffff8 };
	struct blob blob;
	size_t i;

	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		open_holder(&blob, offsets[i], 8);
		blob_int(&blob, "int", 4);
		check_holder(&blob, "s.m", NULL, -EINVAL);
	}
	open_holder(&blob, 8, 8);
	blob_type(&blob, NULL, PTR_INFO, 0);
	check_holder(&blob, "s.m", NULL, -EINVAL);
}

/* struct s is 8 bytes, its anonymous member says that it is 16 */
static void test_anonymous_outside_struct(void **state)
{
	struct blob blob;
	u32 i;

	blob_open(&blob, NULL);
	i = blob_int(&blob, "int", 4);
	blob_struct(&blob, NULL, 0, 1, 16);
	blob_member(&blob, "m", i, 96);
	blob_struct(&blob, "s", 0, 1, 8);
	blob_member(&blob, NULL, 2, 0);
	check_holder(&blob, "s.m", NULL, -EINVAL);
}

static void test_modifier_loop(void **state)
{
	static const u32 kinds[] = {
		BTF_KIND_TYPEDEF, BTF_KIND_CONST, BTF_KIND_VOLATILE,
		BTF_KIND_RESTRICT, BTF_KIND_TYPE_TAG,
	};
	struct blob blob;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		open_holder(&blob, 0, 8);
		blob_type(&blob, NULL, BLOB_INFO(kinds[i], 0, 0), 3);
		blob_type(&blob, NULL, BLOB_INFO(kinds[i], 0, 0), 2);
		check_holder(&blob, "s.m", NULL, -EINVAL);
	}
	/* behind a pointer it matters to who asks for the type only */
	for (i = 0; i < 2; i++) {
		u32 ptr = open_holder(&blob, 0, 8);

		assert_int_equal(blob_type(&blob, NULL, PTR_INFO, 3), ptr);
		blob_type(&blob, NULL, CONST_INFO, 3);
		check_holder(&blob, "s.m", i ? "x *" : "x **", -EINVAL);
	}
}

/* A pointer to itself is no loop: each star is one step */
static void test_pointer_loop(void **state)
{
	struct blob blob;

	open_holder(&blob, 0, 8);
	blob_type(&blob, NULL, PTR_INFO, 2);
	check_holder(&blob, "s.m", "x ***", -EPROTOTYPE);
}

static void test_long_modifier_chain(void **state)
{
	struct blob blob;
	u32 i;

	open_holder(&blob, 0, 8);
	for (i = 0; i < 40; i++)
		blob_type(&blob, NULL, TYPEDEF_INFO, 3 + i);
	blob_int(&blob, "int", 4);
	check_holder(&blob, "s.m", "int", -EINVAL);
}

static void test_anonymous_loop(void **state)
{
	struct blob blob;

	blob_open(&blob, NULL);
	blob_struct(&blob, "s", 0, 1, 8);
	blob_member(&blob, NULL, 2, 0);
	blob_struct(&blob, NULL, 0, 1, 8);
	blob_member(&blob, NULL, 2, 0);
	check_holder(&blob, "s.m", NULL, -EINVAL);
}

/* Each level holds the next 16 times: 16^12 visits if nobody counts them */
static void test_anonymous_explosion(void **state)
{
	struct blob blob;
	u32 level, i;

	blob_open(&blob, NULL);
	blob_struct(&blob, "s", 0, 1, 8);
	blob_member(&blob, NULL, 2, 0);
	for (level = 0; level < 12; level++) {
		blob_type(&blob, NULL, BLOB_INFO(BTF_KIND_UNION, 0, 16), 8);
		for (i = 0; i < 16; i++)
			blob_member(&blob, NULL, 3 + level, 0);
	}
	blob_type(&blob, NULL, BLOB_INFO(BTF_KIND_UNION, 0, 0), 8);
	check_holder(&blob, "s.m", NULL, -EINVAL);
}

static void test_named_loop(void **state)
{
	struct snoop_btf b;
	struct blob blob;

	blob_open(&blob, NULL);
	blob_struct(&blob, "s", 0, 1, 8);
	blob_member(&blob, "s", 1, 0);
	open_blob(&b, &blob, NULL);
	/* as long as the question, no longer */
	check_offset(&b, "s.s.s.s.s.s.s.s.s.s.s.s", "s", 0);
	close_blob(&b, &blob);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_type_void),
		cmocka_unit_test(test_type_unknown_kind),
		cmocka_unit_test(test_type_name_outside),
		cmocka_unit_test(test_type_vlen_outside),
		cmocka_unit_test(test_type_cut),
		cmocka_unit_test(test_member_type_outside),
		cmocka_unit_test(test_member_name_outside),
		cmocka_unit_test(test_member_outside_struct),
		cmocka_unit_test(test_anonymous_outside_struct),
		cmocka_unit_test(test_modifier_loop),
		cmocka_unit_test(test_pointer_loop),
		cmocka_unit_test(test_long_modifier_chain),
		cmocka_unit_test(test_anonymous_loop),
		cmocka_unit_test(test_anonymous_explosion),
		cmocka_unit_test(test_named_loop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
