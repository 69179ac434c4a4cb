/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _BTF_ORACLE_H_
#define _BTF_ORACLE_H_

#include <linux/types.h>

/**
 * struct oracle - what a BTF blob says, read a second way
 * @base: that of the blob which this one continues, or NULL
 * @types: type section
 * @at: for each type its offset there
 * @nr_types: number of types
 * @first_id: id of the first
 * @strings: string section
 * @strings_len: its length
 * @strings_start: offset that names its first byte
 *
 * Written from the contract of kernel/btf.h for the one purpose of being compared
 * with the parser: slow, no index of names, and used only on blobs that
 * oracle_init() has walked in full.
 */
struct oracle {
	const struct oracle *base;
	const u8 *types;
	u32 *at;
	u32 nr_types, first_id;
	const char *strings;
	u32 strings_len, strings_start;
};

/* Is the blob right? Nothing is to be freed if it is not. */
bool oracle_init(struct oracle *o, const u8 *raw, size_t len, const struct oracle *base);
void oracle_fini(struct oracle *o);
/* As snoop_btf_member() and snoop_btf_struct_size() should answer */
int oracle_member(const struct oracle *o, const char *spec, const char *type, u32 *offset);
int oracle_size(const struct oracle *o, const char *name, u32 *size);

struct oracle_type {
	u32 name, kind, vlen, kflag;
	u32 value;		/* the size, or another type */
	const u8 *tail;
};

struct oracle_member {
	u32 name, type, offset;
};

/* false: there is no such type */
bool oracle_type(const struct oracle *o, u32 id, struct oracle_type *t);
struct oracle_member oracle_type_member(const struct oracle_type *t, u32 i);
/* NULL: there is no such string */
const char *oracle_string(const struct oracle *o, u32 offset);

#endif
