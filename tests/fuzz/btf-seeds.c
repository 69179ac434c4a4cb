// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "../unit/btf-blob.h"
#include "btf-seeds.h"

#define INFO(kind, vlen)	BLOB_INFO(BTF_KIND_##kind, 0, vlen)

static void add_words(struct blob *b, unsigned int count)
{
	while (count--)
		blob_word(b, 0);
}

/* Each kind of type, and everything that a question can meet */
static void write_rich(struct blob *b)
{
	u32 word, in, bits, old, list, deep, low, twin;

	blob_open(b, NULL);
	in = blob_int(b, "int", 4);
	word = blob_int(b, "long unsigned int", 8);
	blob_type(b, "word_t", INFO(TYPEDEF, 0), word);				/* 3 */
	list = blob_struct(b, "list", 0, 2, 16);				/* 4 */
	blob_member(b, "next", 5, 0);
	blob_member(b, "prev", 6, 64);
	blob_type(b, NULL, INFO(PTR, 0), list);					/* 5 */
	blob_type(b, NULL, INFO(CONST, 0), 7);					/* 6 */
	blob_type(b, NULL, INFO(PTR, 0), 8);					/* 7 */
	blob_type(b, "rcu", INFO(TYPE_TAG, 0), list);				/* 8 */
	blob_type(b, NULL, INFO(VOLATILE, 0), in);				/* 9 */
	blob_type(b, NULL, INFO(RESTRICT, 0), 5);				/* 10 */
	blob_type(b, NULL, INFO(ARRAY, 0), 0);					/* 11 */
	blob_word(b, list);
	blob_word(b, in);
	blob_word(b, 3);
	blob_type(b, "state", INFO(ENUM, 2), 4);				/* 12 */
	add_words(b, 4);
	blob_type(b, "huge", INFO(ENUM64, 1), 8);				/* 13 */
	add_words(b, 3);
	blob_type(b, "peer", INFO(FWD, 0), 0);					/* 14 */
	blob_type(b, NULL, INFO(FUNC_PROTO, 2), in);				/* 15 */
	add_words(b, 4);
	blob_type(b, "call", INFO(FUNC, 1), 15);				/* 16 */
	blob_type(b, "var", INFO(VAR, 0), in);					/* 17 */
	add_words(b, 1);
	blob_type(b, ".data", INFO(DATASEC, 1), 4);				/* 18 */
	add_words(b, 3);
	blob_type(b, "double", INFO(FLOAT, 0), 8);				/* 19 */
	blob_type(b, "tag", INFO(DECL_TAG, 0), list);				/* 20 */
	add_words(b, 1);
	old = blob_type(b, "int", INFO(INT, 0), 4);				/* 21 */
	blob_word(b, 1 << 16 | 5);
	bits = blob_struct(b, NULL, 1, 3, 8);					/* 22 */
	blob_member(b, "a", in, BLOB_BITS(3, 0));
	blob_member(b, "b", in, BLOB_BITS(8, 8));
	blob_member(b, "whole", in, BLOB_BITS(0, 32));
	low = blob_struct(b, NULL, 0, 2, 8);					/* 23 */
	blob_member(b, "low", in, 0);
	blob_member(b, "odd", old, 32);
	deep = blob_type(b, NULL, INFO(UNION, 2), 8);				/* 24 */
	blob_member(b, NULL, low, 0);
	blob_member(b, "deep", word, 0);
	blob_struct(b, "box", 0, 13, 160);					/* 25 */
	blob_member(b, "word", 3, 0);
	blob_member(b, "next", 10, 64);
	blob_member(b, "bits", bits, 128);
	blob_member(b, NULL, deep, 192);
	blob_member(b, "list", list, 256);
	blob_member(b, "lists", 11, 384);
	blob_member(b, "state", 12, 768);
	blob_member(b, "huge", 13, 832);
	blob_member(b, "peer", 27, 896);
	blob_member(b, "any", 26, 960);
	blob_member(b, "ratio", 19, 1024);
	blob_member(b, "live", 9, 1088);
	blob_member(b, "skew", in, 1122);
	blob_type(b, NULL, INFO(PTR, 0), 0);					/* 26 */
	blob_type(b, NULL, INFO(PTR, 0), 14);					/* 27 */
	for (twin = 0; twin < 2; twin++) {
		blob_struct(b, "twin", 0, 1, 8);
		blob_member(b, "x", in, 32);
		blob_struct(b, "rival", 0, 1, 8);
		blob_member(b, "x", in, 32 * twin);
		/* two names of one hash */
		blob_struct(b, twin ? "costarring" : "liquid", 0, 1, 8);
		blob_member(b, "x", in, 32 * twin);
	}
	blob_close(b);
}

static void write_module(struct blob *b, const struct blob *base)
{
	blob_open(b, base);
	blob_struct(b, "drv", 1, 4, 200);
	blob_member(b, "vm", 25, BLOB_BITS(0, 0));
	blob_member(b, "own", base->next_id + 1, BLOB_BITS(0, 1280));
	blob_member(b, "flag", 1, BLOB_BITS(1, 1344));
	blob_member(b, NULL, 24, BLOB_BITS(0, 1408));
	blob_type(b, NULL, INFO(PTR, 0), base->next_id);
	/* hides the one of the base */
	blob_struct(b, "rival", 0, 1, 8);
	blob_member(b, "x", 1, 0);
	blob_close(b);
}

/* A module without strings of its own */
static void write_bare_module(struct blob *b, const struct blob *base)
{
	blob_open(b, base);
	blob_type(b, NULL, INFO(PTR, 0), 25);
	blob_close(b);
}

/* struct chain { m; } with @hops typedefs before the int */
static void write_chain(struct blob *b, unsigned int hops)
{
	unsigned int i;

	blob_open(b, NULL);
	blob_struct(b, "chain", 0, 1, 4);
	blob_member(b, "m", 2, 0);
	for (i = 0; i < hops; i++)
		blob_type(b, NULL, INFO(TYPEDEF, 0), 3 + i);
	blob_int(b, "int", 4);
	blob_close(b);
}

/* struct s { m; } inside @levels unions without a name; @fan in each of the next */
static void write_nest(struct blob *b, unsigned int levels, unsigned int fan)
{
	unsigned int i, k;

	blob_open(b, NULL);
	blob_int(b, "int", 4);
	blob_struct(b, "s", 0, 1, 8);
	blob_member(b, NULL, 3, 0);
	for (i = 1; i < levels; i++) {
		blob_type(b, NULL, INFO(UNION, fan), 8);
		for (k = 0; k < fan; k++)
			blob_member(b, NULL, 3 + i, 0);
	}
	blob_type(b, NULL, INFO(UNION, 1), 8);
	blob_member(b, fan > 1 ? "other" : "m", 1, 32);
	blob_close(b);
}

/* What holds itself, or is a name of itself, or points to itself */
static void write_loops(struct blob *b)
{
	blob_open(b, NULL);
	blob_struct(b, "s", 0, 2, 16);
	blob_member(b, "self", 1, 0);
	blob_member(b, "m", 2, 64);
	blob_type(b, NULL, INFO(PTR, 0), 2);
	blob_struct(b, "box", 0, 1, 8);
	blob_member(b, "word", 4, 0);
	blob_type(b, NULL, INFO(CONST, 0), 5);
	blob_type(b, "loop", INFO(TYPEDEF, 0), 4);
	blob_struct(b, "twin", 0, 1, 8);
	blob_member(b, NULL, 7, 0);
	blob_struct(b, NULL, 0, 1, 8);
	blob_member(b, NULL, 7, 0);
	blob_close(b);
}

/* The strings before the types, so that nothing stops a walk over the end */
static void swap_sections(struct blob *b)
{
	struct btf_header *h = blob_header(b);
	u8 *types = b->raw + sizeof(*h), *copy = malloc(b->len);

	assert(copy);
	h->type_off = (h->str_len + 3) / 4 * 4;
	h->str_off = 0;
	memcpy(copy, h, sizeof(*h));
	b->len = sizeof(*h) + h->type_off + h->type_len;
	copy = realloc(copy, b->len);
	memset(copy + sizeof(*h), 0, h->type_off);
	memcpy(copy + sizeof(*h), b->strings, h->str_len);
	memcpy(copy + sizeof(*h) + h->type_off, types, h->type_len);
	free(b->raw);
	b->raw = copy;
}

/* What gcc wrote for btf-samples.c, which is part of the program */
static void read_own(struct seed *seed)
{
	struct btf *own = btf__parse("/proc/self/exe", NULL);
	const void *raw;
	__u32 len;

	if (!own)
		return;
	raw = btf__raw_data(own, &len);
	seed->base = malloc(len);
	memcpy(seed->base, raw, len);
	seed->base_len = len;
	btf__free(own);
}

static struct seed take(const char *name, struct blob *base, struct blob *module)
{
	return (struct seed) {
		.name = name, .base = base->raw, .base_len = base->len,
		.module = module ? module->raw : NULL, .module_len = module ? module->len : 0,
	};
}

unsigned int btf_seeds(const struct seed **seeds)
{
	static struct seed all[16];
	unsigned int n = 0;
	struct blob base, module;

	write_rich(&base);
	write_module(&module, &base);
	all[n++] = take("rich", &base, &module);
	write_rich(&base);
	swap_sections(&base);
	write_module(&module, &base);
	swap_sections(&module);
	all[n++] = take("swapped", &base, &module);
	write_rich(&base);
	write_bare_module(&module, &base);
	all[n++] = take("bare", &base, &module);
	write_chain(&base, 31);
	all[n++] = take("chain", &base, NULL);
	write_chain(&base, 32);
	all[n++] = take("long-chain", &base, NULL);
	write_nest(&base, 8, 1);
	all[n++] = take("nest", &base, NULL);
	write_nest(&base, 9, 1);
	all[n++] = take("deep-nest", &base, NULL);
	write_loops(&base);
	all[n++] = take("loops", &base, NULL);
	all[n].name = "gcc";
	read_own(&all[n]);
	n += all[n].base_len > 0;
	/* 6^7 members to look at, if nobody counts; the last, as it takes long */
	write_nest(&base, 8, 6);
	all[n++] = take("fan", &base, NULL);
	*seeds = all;
	return n;
}
