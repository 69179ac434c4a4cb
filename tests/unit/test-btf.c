// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/types.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include <bpf/btf.h>
#include <linux/btf.h>

#include "btf.h"
#include "btf-blob.h"
#include "btf-samples.h"

#define NOT_WRITTEN	0xdeadbeef
#define INT_INFO	BLOB_INFO(BTF_KIND_INT, 0, 0)
#define PTR_INFO	BLOB_INFO(BTF_KIND_PTR, 0, 0)
#define TYPEDEF_INFO	BLOB_INFO(BTF_KIND_TYPEDEF, 0, 0)
#define CONST_INFO	BLOB_INFO(BTF_KIND_CONST, 0, 0)

/* Allocations of kernel/btf.c that still succeed; the linker leads them here */
static int allocations_left = INT_MAX;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	return allocations_left-- > 0 ? __real_calloc(n, size) : NULL;
}

static void check_member(const struct snoop_btf *b, const char *spec,
			 const char *type, int expected, u32 offset)
{
	u32 got = NOT_WRITTEN;
	int ret = snoop_btf_member(b, spec, type, &got);

	if (ret != expected || got != (expected ? NOT_WRITTEN : offset))
		fail_msg("%s (%s): %d, offset %#x; expected %d, %#x", spec,
			 type ? type : "any", ret, got, expected, offset);
}

static void check_offset(const struct snoop_btf *b, const char *spec,
			 const char *type, u32 offset)
{
	check_member(b, spec, type, 0, offset);
}

static void check_error(const struct snoop_btf *b, const char *spec,
			const char *type, int expected)
{
	check_member(b, spec, type, expected, 0);
}

static void check_size(const struct snoop_btf *b, const char *name, int expected, u32 size)
{
	u32 got = NOT_WRITTEN;

	assert_int_equal(snoop_btf_struct_size(b, name, &got), expected);
	assert_int_equal(got, expected ? NOT_WRITTEN : size);
}

/* What snoop_btf_init() says of the blob; nothing is left in the struct */
static int init_error(const void *raw, size_t len, const struct snoop_btf *base)
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

static void open_blob(struct snoop_btf *b, struct blob *blob, const struct snoop_btf *base)
{
	blob_close(blob);
	assert_int_equal(snoop_btf_init(b, blob->raw, blob->len, base), 0);
}

static void close_blob(struct snoop_btf *b, struct blob *blob)
{
	snoop_btf_fini(b);
	blob_free(blob);
}

/*
 * A blob that is right: struct s { int a; struct { int b; union { int c; }; };
 * struct in in; const struct in *p; } and struct in { int x, y; }.
 */
static void open_small(struct blob *blob)
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

/* --- right blobs ------------------------------------------------------- */

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
	count = __real_calloc(len, sizeof(*count));
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

/* --- answers ----------------------------------------------------------- */

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

/* --- malformed headers ------------------------------------------------- */

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

/* --- malformed types --------------------------------------------------- */

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

/* --- every byte -------------------------------------------------------- */

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
		cmocka_unit_test(test_types_differ),
		cmocka_unit_test(test_names_on_the_way),
		cmocka_unit_test(test_bad_types),
		cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_bitfields),
		cmocka_unit_test(test_offset_without_kflag),
		cmocka_unit_test(test_same_name),
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
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_truncated_sections),
		cmocka_unit_test(test_bit_flips),
		cmocka_unit_test(test_bytes_set),
		cmocka_unit_test(test_wrong_base),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
