// SPDX-License-Identifier: GPL-2.0-or-later
/* The small blob with each byte and bit changed, and cut off at each byte. */
#include <linux/types.h>
#include <errno.h>
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

/* Asks all that can be asked; the answers may be anything defined */
static void ask_everything(const void *raw, size_t len, const struct snoop_btf *base)
{
	static const char *const specs[] = {
		"s.a", "s.b", "s.c", "s.in", "s.in.x", "s.in.y", "s.p", "s.p.x",
		"in.x", "in.y", "drv.own", "drv.shared.y", "drv.c",
	};
	static const char *const types[] = { NULL, "int", "in", "in *", "void **" };
	static const int errors[] = {
		0, -ENOENT, -EEXIST, -EDOM, -EPROTOTYPE, -EINVAL,
	};
	struct snoop_btf b;
	size_t i, t, e;
	u32 value;
	int ret = snoop_btf_init(&b, raw, len, base);

	if (ret) {
		assert_true(ret == -EINVAL || ret == -EOPNOTSUPP);
		return;
	}
	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		for (t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
			value = NOT_WRITTEN;
			ret = snoop_btf_member(&b, specs[i], types[t], &value);
			for (e = 0; errors[e] != ret; e++)
				assert_true(e + 1 < sizeof(errors) / sizeof(errors[0]));
			assert_true(!ret == (value != NOT_WRITTEN));
		}
	}
	ret = snoop_btf_struct_size(&b, "s", &value);
	assert_true(!ret || ret == -ENOENT || ret == -EEXIST);
	snoop_btf_fini(&b);
}

/* struct drv { int own; struct in shared; union {...}; } upon the small blob */
static void open_module(struct blob *blob, const struct blob *base)
{
	blob_open(blob, base);
	blob_struct(blob, "drv", 1, 3, 16);
	blob_member(blob, "own", 1, BLOB_BITS(0, 0));
	blob_member(blob, "shared", 2, BLOB_BITS(0, 32));
	blob_member(blob, NULL, 3, BLOB_BITS(0, 96));
}

/* Runs @mangle over the small blob and over a module upon it */
static void mangle_both(void (*mangle)(const struct blob *, const struct snoop_btf *))
{
	struct blob small, module;
	struct snoop_btf base, b;

	open_small(&small);
	open_blob(&base, &small, NULL);
	open_module(&module, &small);
	open_blob(&b, &module, &base);
	check_offset(&b, "drv.shared.y", "int", 8);
	check_offset(&b, "drv.c", "int", 12);

	mangle(&small, NULL);
	mangle(&module, &base);

	close_blob(&b, &module);
	close_blob(&base, &small);
}

static void truncate_blob(const struct blob *blob, const struct snoop_btf *base)
{
	size_t len;
	u8 *copy;

	for (len = 0; len < blob->len; len++) {
		copy = malloc(len ? len : 1);
		memcpy(copy, blob->raw, len);
		/* the last string is cut, or all that comes before */
		assert_int_equal(init_error(copy, len, base), -EINVAL);
		free(copy);
	}
}

static void test_truncated(void **state)
{
	mangle_both(truncate_blob);
}

/* Truncated with a header that agrees */
static void truncate_sections(const struct blob *blob, const struct snoop_btf *base)
{
	const struct btf_header *h = &blob->header;
	u32 types, strings;
	struct btf_header *new;
	u8 *copy;

	for (types = 0; types <= h->type_len; types++) {
		for (strings = 0; strings <= h->str_len; strings++) {
			copy = malloc(sizeof(*h) + types + strings);
			new = (struct btf_header *)copy;
			*new = *h;
			new->type_len = types;
			new->str_off = types;
			new->str_len = strings;
			memcpy(copy + sizeof(*h), blob->raw + sizeof(*h), types);
			memcpy(copy + sizeof(*h) + types,
			       blob->raw + sizeof(*h) + h->str_off, strings);
			ask_everything(copy, sizeof(*h) + types + strings, base);
			free(copy);
		}
	}
}

static void test_truncated_sections(void **state)
{
	mangle_both(truncate_sections);
}

static void flip_bits(const struct blob *blob, const struct snoop_btf *base)
{
	u8 *copy = malloc(blob->len);
	size_t bit;

	for (bit = 0; bit < blob->len * 8; bit++) {
		memcpy(copy, blob->raw, blob->len);
		copy[bit / 8] ^= 1 << bit % 8;
		ask_everything(copy, blob->len, base);
	}
	free(copy);
}

static void test_bit_flips(void **state)
{
	mangle_both(flip_bits);
}

static void set_bytes(const struct blob *blob, const struct snoop_btf *base)
{
	static const u8 values[] = { 0, 1, 0x7f, 0x80, 0xff };
	u8 *copy = malloc(blob->len);
	size_t i, v, width;

	for (width = 1; width <= 4; width *= 4) {
		for (i = 0; i + width <= blob->len; i++) {
			for (v = 0; v < sizeof(values); v++) {
				memcpy(copy, blob->raw, blob->len);
				memset(copy + i, values[v], width);
				ask_everything(copy, blob->len, base);
			}
		}
	}
	free(copy);
}

static void test_bytes_set(void **state)
{
	mangle_both(set_bytes);
}

/* The base of a module changes under it: other ids, other strings */
static void test_wrong_base(void **state)
{
	struct blob small, module, other;
	struct snoop_btf base;

	open_small(&small);
	blob_close(&small);
	open_module(&module, &small);
	blob_close(&module);
	blob_open(&other, NULL);
	open_blob(&base, &other, NULL);
	ask_everything(module.raw, module.len, &base);
	ask_everything(module.raw, module.len, NULL);
	close_blob(&base, &other);
	blob_free(&module);
	blob_free(&small);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_truncated_sections),
		cmocka_unit_test(test_bit_flips),
		cmocka_unit_test(test_bytes_set),
		cmocka_unit_test(test_wrong_base),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
