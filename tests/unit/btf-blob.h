/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _BTF_BLOB_H_
#define _BTF_BLOB_H_

#include <linux/types.h>
#include <linux/btf.h>

/* The info word of a struct btf_type */
#define BLOB_INFO(kind, kflag, vlen)	((u32)(kflag) << 31 | (kind) << 24 | (vlen))
/* The offset word of a member of a struct with kflag set */
#define BLOB_BITS(width, bits)		((u32)(width) << 24 | (bits))

/**
 * struct blob - BTF written word by word, also what no compiler would write
 *
 * blob_open() begins it, blob_type() and what follows it fill it, blob_close()
 * makes @raw of it, in a heap block of exactly @len bytes, so that the address
 * sanitizer sees a read of one byte too many. Tests of bad headers write to
 * blob_header() then.
 */
struct blob {
	struct btf_header header;
	u32 first_id, next_id;
	u32 first_string;
	u8 types[4096];
	char strings[4096];
	u8 *raw;
	size_t len;
};

/* @base: blob that this one continues, or NULL */
void blob_open(struct blob *b, const struct blob *base);
/* Return: offset of the new string */
u32 blob_string(struct blob *b, const char *s);
void blob_word(struct blob *b, u32 word);
/* Writes a struct btf_type; name NULL: none. Return: its id */
u32 blob_type(struct blob *b, const char *name, u32 info, u32 size_or_type);
/* Writes an int with its encoding word */
u32 blob_int(struct blob *b, const char *name, u32 size);
/* Writes the head of a struct; vlen blob_member() follow */
u32 blob_struct(struct blob *b, const char *name, u32 kflag, u32 vlen, u32 size);
void blob_member(struct blob *b, const char *name, u32 type, u32 offset);
void blob_close(struct blob *b);
struct btf_header *blob_header(struct blob *b);
void blob_free(struct blob *b);

#endif
