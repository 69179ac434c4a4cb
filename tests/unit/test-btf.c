// SPDX-License-Identifier: GPL-2.0-or-later
/* BTF that is right: what compilers and libbpf write, and all that a header may say. */
#include <linux/types.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <bpf/btf.h>
#include <linux/btf.h>

#include "btf.h"
#include "btf-check.h"
#include "btf-samples.h"

static void test_samples(void **state)
{
	struct btf *own = btf__parse("/proc/self/exe", NULL);
	struct snoop_btf b;
	const void *raw;
	__u32 len;

	assert_non_null(own);
	raw = btf__raw_data(own, &len);
	assert_int_equal(snoop_btf_init(&b, raw, len, NULL), 0);

#define OUTER(member, type) \
	check_offset(&b, "sample_outer." #member, type, offsetof(struct sample_outer, member))
	OUTER(first, "unsigned char");
	OUTER(private, "void *");
	OUTER(peer, "sample_peer *");
	OUTER(table, "sample_inner **");
	OUTER(on, "_Bool");
	OUTER(ratio, "double");
	OUTER(inner, "sample_inner");
	OUTER(bytes, NULL);
	OUTER(state, "sample_state");
	OUTER(pair, NULL);
	OUTER(call, NULL);
	OUTER(last, "sample_inner");
	OUTER(tail, NULL);
	OUTER(inner.tag, "char");
	OUTER(inner.start, "uint64_t");
	OUTER(inner.start, "long unsigned int");
	OUTER(inner.id, "int");
	OUTER(inner.low, "short int");
	OUTER(inner.high, "char");
	OUTER(inner.top, "char");
	OUTER(inner.lock, "sample_lock");
	OUTER(inner.log, "FILE *");
	OUTER(inner.log, "_IO_FILE *");
	OUTER(last.lock.ticket, "short int");
#undef OUTER
	check_offset(&b, "sample_union.inner.top", "char", offsetof(union sample_union, inner.top));
	check_error(&b, "sample_outer.a", NULL, -EDOM);
	check_error(&b, "sample_outer.b", NULL, -EDOM);
	check_error(&b, "sample_outer.absent", NULL, -ENOENT);
	check_error(&b, "sample_empty.x", NULL, -ENOENT);
	/* only declared */
	check_error(&b, "sample_peer.x", NULL, -ENOENT);
	check_size(&b, "sample_outer", 0, sizeof(struct sample_outer));
	check_size(&b, "sample_union", 0, sizeof(union sample_union));
	check_size(&b, "sample_empty", 0, 0);
	check_size(&b, "sample_peer", -ENOENT, 0);

	snoop_btf_fini(&b);
	btf__free(own);
}

static void add_field(struct btf *btf, const char *name, int type, u32 bits)
{
	assert_int_equal(btf__add_field(btf, name, type, bits, 0), 0);
}

/* Base and split as libbpf writes them */
static void test_split_by_libbpf(void **state)
{
	struct btf *vmlinux = btf__new_empty(), *module;
	struct snoop_btf base, b;
	int word, list, shared, alias;
	const void *raw[2];
	__u32 len[2];

	assert_non_null(vmlinux);
	word = btf__add_int(vmlinux, "long unsigned int", 8, 0);
	list = btf__add_struct(vmlinux, "list_head", 16);
	add_field(vmlinux, "next", list + 1, 0);
	add_field(vmlinux, "prev", list + 1, 64);
	assert_int_equal(btf__add_ptr(vmlinux, list), list + 1);
	shared = btf__add_struct(vmlinux, "shared", 24);
	add_field(vmlinux, "flags", word, 0);
	add_field(vmlinux, "list", list, 64);
	btf__add_struct(vmlinux, "both", 8);
	add_field(vmlinux, "in_base", word, 0);

	module = btf__new_empty_split(vmlinux);
	assert_non_null(module);
	alias = btf__add_typedef(module, "shared_t", shared);
	btf__add_struct(module, "driver_vm", 64);
	add_field(module, "id", word, 0);
	add_field(module, "shared", alias, 64);
	add_field(module, "list", list, 256);
	btf__add_struct(module, "both", 16);
	add_field(module, "in_module", word, 64);

	raw[0] = btf__raw_data(vmlinux, &len[0]);
	raw[1] = btf__raw_data(module, &len[1]);
	assert_int_equal(snoop_btf_init(&base, raw[0], len[0], NULL), 0);
	assert_int_equal(snoop_btf_init(&b, raw[1], len[1], &base), 0);

	check_offset(&b, "driver_vm.id", "long unsigned int", 0);
	check_offset(&b, "driver_vm.shared", "shared", 8);
	check_offset(&b, "driver_vm.shared", "shared_t", 8);
	check_offset(&b, "driver_vm.shared.list", "list_head", 16);
	check_offset(&b, "driver_vm.list", "list_head", 32);
	check_offset(&b, "driver_vm.list.prev", "list_head *", 40);
	/* found in the base */
	check_offset(&b, "shared.list", "list_head", 8);
	check_size(&b, "shared", 0, 24);
	/* the module's own goes first, and hides the base's */
	check_offset(&b, "both.in_module", NULL, 8);
	check_error(&b, "both.in_base", NULL, -ENOENT);
	check_size(&b, "both", 0, 16);
	check_offset(&base, "both.in_base", NULL, 0);
	check_error(&base, "driver_vm.id", NULL, -ENOENT);
	check_size(&base, "driver_vm", -ENOENT, 0);

	snoop_btf_fini(&b);
	snoop_btf_fini(&base);
	btf__free(module);
	btf__free(vmlinux);
}

/* All named members of all structs of one name only, against libbpf */
static unsigned int compare_struct(const struct snoop_btf *b, const struct btf *ref, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(ref, id);
	const char *tag = btf__name_by_offset(ref, t->name_off);
	unsigned int i, n = 0;
	char spec[300];

	check_size(b, tag, 0, t->size);
	for (i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = btf_members(t) + i;
		const char *name = btf__name_by_offset(ref, m->name_off);
		__u32 bits = btf_member_bit_offset(t, i);
		bool odd = bits % 8 || btf_member_bitfield_size(t, i);

		if (!*name)
			continue;
		snprintf(spec, sizeof(spec), "%s.%s", tag, name);
		check_member(b, spec, NULL, odd ? -EDOM : 0, bits / 8);
		n++;
	}
	return n;
}

/* Return: number of members compared, of one struct in @step */
static unsigned int compare_all(struct btf *ref, unsigned int step)
{
	unsigned int id, types = btf__type_cnt(ref), members = 0;
	struct snoop_btf b;
	const void *raw;
	__u32 len;
	u32 *count;

	raw = btf__raw_data(ref, &len);
	assert_int_equal(snoop_btf_init(&b, raw, len, NULL), 0);
	assert_int_equal(b.nr_types, types - 1);

	/* names that two structs have, by the offset of the one string */
	count = calloc(len, sizeof(*count));
	for (id = 1; id < types; id++) {
		const struct btf_type *t = btf__type_by_id(ref, id);

		if (btf_is_composite(t))
			count[t->name_off]++;
	}
	for (id = 1; id < types; id += step) {
		const struct btf_type *t = btf__type_by_id(ref, id);

		if (btf_is_composite(t) && t->name_off && count[t->name_off] == 1)
			members += compare_struct(&b, ref, id);
	}
	free(count);
	snoop_btf_fini(&b);
	return members;
}

/* This program's own types; the running kernel's too where it tells them */
static void test_against_libbpf(void **state)
{
	struct btf *own = btf__parse("/proc/self/exe", NULL);
	struct btf *kernel = btf__parse("/sys/kernel/btf/vmlinux", NULL);

	assert_non_null(own);
	assert_true(compare_all(own, 1) > 15);
	btf__free(own);
	if (kernel) {
		assert_true(compare_all(kernel, 7) > 1000);
		btf__free(kernel);
	}
}

static void test_small(void **state)
{
	struct snoop_btf b;
	struct blob blob;

	open_small(&blob);
	open_blob(&b, &blob, NULL);
	check_offset(&b, "s.a", "int", 0);
	check_offset(&b, "s.b", "int", 4);
	check_offset(&b, "s.c", "int", 8);
	check_offset(&b, "s.in", "in", 12);
	check_offset(&b, "s.in.y", "int", 16);
	check_offset(&b, "s.p", "in *", 24);
	check_size(&b, "s", 0, 32);
	close_blob(&b, &blob);
}

/* Alignment of the blob in memory does not matter */
static void test_unaligned_blob(void **state)
{
	struct snoop_btf b;
	struct blob blob;
	u8 *copy;
	int shift;

	open_small(&blob);
	blob_close(&blob);
	for (shift = 1; shift < 8; shift++) {
		copy = malloc(blob.len + shift);
		memcpy(copy + shift, blob.raw, blob.len);
		assert_int_equal(snoop_btf_init(&b, copy + shift, blob.len, NULL), 0);
		check_offset(&b, "s.in.y", "int", 16);
		snoop_btf_fini(&b);
		free(copy);
	}
	blob_free(&blob);
}

/*
 * Lays the small blob out anew: @types and @strings are where the sections
 * begin, @hdr_len what the header says. The block ends with the later section.
 */
static u8 *lay_out(size_t hdr_len, size_t types, size_t strings, size_t *len)
{
	struct btf_header *h;
	struct blob blob;
	u8 *raw;

	open_small(&blob);
	*len = types > strings ? types + blob.header.type_len : strings + blob.header.str_len;
	raw = malloc(*len);
	memset(raw, 0x55, *len);
	h = (struct btf_header *)raw;
	*h = blob.header;
	h->hdr_len = hdr_len;
	h->type_off = types - hdr_len;
	h->str_off = strings - hdr_len;
	memcpy(raw + types, blob.types, h->type_len);
	memcpy(raw + strings, blob.strings, h->str_len);
	return raw;
}

/* A header with more members than this code knows, and gaps */
static void test_longer_header(void **state)
{
	struct snoop_btf b;
	size_t len;
	u8 *raw = lay_out(32, 36, 1003, &len);

	assert_int_equal(snoop_btf_init(&b, raw, len, NULL), 0);
	check_offset(&b, "s.in.y", "int", 16);
	snoop_btf_fini(&b);
	free(raw);
}

static void test_strings_first(void **state)
{
	struct btf_header *h;
	struct snoop_btf b;
	size_t len;
	u8 *raw = lay_out(sizeof(*h), 500, sizeof(*h), &len);

	assert_int_equal(snoop_btf_init(&b, raw, len, NULL), 0);
	check_offset(&b, "s.in.y", "int", 16);
	snoop_btf_fini(&b);

	/* there is nothing behind the types that stops the walk */
	h = (struct btf_header *)raw;
	h->type_len += 12;
	assert_int_equal(init_error(raw, len, NULL), -EINVAL);
	free(raw);
}

/* Right but for the one thing */
static void test_header_too_short(void **state)
{
	size_t len;
	u8 *raw = lay_out(20, 24, 1000, &len);

	assert_int_equal(init_error(raw, len, NULL), -EINVAL);
	free(raw);
}

static void test_types_not_aligned(void **state)
{
	size_t len;
	u8 *raw = lay_out(24, 26, 1000, &len);

	assert_int_equal(init_error(raw, len, NULL), -EINVAL);
	free(raw);
}

static void test_no_types(void **state)
{
	struct snoop_btf b;
	struct blob blob;

	blob_open(&blob, NULL);
	open_blob(&b, &blob, NULL);
	check_error(&b, "s.a", NULL, -ENOENT);
	check_size(&b, "s", -ENOENT, 0);
	close_blob(&b, &blob);
}

/* A module may have no strings of its own */
static void test_split_without_strings(void **state)
{
	struct blob blob, module;
	struct snoop_btf base, b;

	open_small(&blob);
	open_blob(&base, &blob, NULL);
	blob_open(&module, &blob);
	blob_type(&module, NULL, PTR_INFO, 1);
	open_blob(&b, &module, &base);
	assert_int_equal(b.strings_len, 0);
	check_offset(&b, "s.in.y", "int", 16);
	close_blob(&b, &module);
	close_blob(&base, &blob);
}

/* Every kind of type that there is, before a struct that is looked up */
static void test_all_kinds(void **state)
{
	static const struct { u32 kind, vlen, words; } kinds[] = {
		{ BTF_KIND_INT, 0, 1 }, { BTF_KIND_PTR, 0, 0 },
		{ BTF_KIND_ARRAY, 0, 3 }, { BTF_KIND_STRUCT, 2, 6 },
		{ BTF_KIND_UNION, 3, 9 }, { BTF_KIND_ENUM, 3, 6 },
		{ BTF_KIND_FWD, 0, 0 }, { BTF_KIND_TYPEDEF, 0, 0 },
		{ BTF_KIND_VOLATILE, 0, 0 }, { BTF_KIND_CONST, 0, 0 },
		{ BTF_KIND_RESTRICT, 0, 0 }, { BTF_KIND_FUNC, 2, 0 },
		{ BTF_KIND_FUNC_PROTO, 3, 6 }, { BTF_KIND_VAR, 0, 1 },
		{ BTF_KIND_DATASEC, 2, 6 }, { BTF_KIND_FLOAT, 0, 0 },
		{ BTF_KIND_DECL_TAG, 0, 1 }, { BTF_KIND_TYPE_TAG, 0, 0 },
		{ BTF_KIND_ENUM64, 2, 6 },
	};
	struct snoop_btf b;
	struct blob blob;
	u32 i, w, id;

	blob_open(&blob, NULL);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		blob_type(&blob, NULL, BLOB_INFO(kinds[i].kind, 0, kinds[i].vlen), 0);
		for (w = 0; w < kinds[i].words; w++)
			blob_word(&blob, 0);
	}
	assert_int_equal(i, BTF_KIND_ENUM64);
	id = blob_int(&blob, "int", 4);
	blob_struct(&blob, "last", 0, 1, 16);
	blob_member(&blob, "m", id, 64);
	open_blob(&b, &blob, NULL);
	assert_int_equal(b.nr_types, i + 2);
	check_offset(&b, "last.m", "int", 8);
	close_blob(&b, &blob);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_split_by_libbpf),
		cmocka_unit_test(test_against_libbpf),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_unaligned_blob),
		cmocka_unit_test(test_longer_header),
		cmocka_unit_test(test_strings_first),
		cmocka_unit_test(test_header_too_short),
		cmocka_unit_test(test_types_not_aligned),
		cmocka_unit_test(test_no_types),
		cmocka_unit_test(test_split_without_strings),
		cmocka_unit_test(test_all_kinds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
