/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _BTF_CHECK_H_
#define _BTF_CHECK_H_

/* What the tests of the BTF parser share: a small blob, and questions that end a test. */

#include "btf.h"
#include "btf-blob.h"

/* What an answer has in it before it is given */
#define NOT_WRITTEN	0xdeadbeef

#define INT_INFO	BLOB_INFO(BTF_KIND_INT, 0, 0)
#define PTR_INFO	BLOB_INFO(BTF_KIND_PTR, 0, 0)
#define TYPEDEF_INFO	BLOB_INFO(BTF_KIND_TYPEDEF, 0, 0)
#define CONST_INFO	BLOB_INFO(BTF_KIND_CONST, 0, 0)

/*
 * Where a member is, or why that is not known; @type NULL: of whatever type. @expected: 0 or
 * an error, with which nothing is written
 */
void check_member(const struct snoop_btf *b, const char *spec, const char *type,
		  int expected, u32 offset);
void check_offset(const struct snoop_btf *b, const char *spec, const char *type, u32 offset);
void check_error(const struct snoop_btf *b, const char *spec, const char *type, int expected);
void check_size(const struct snoop_btf *b, const char *name, int expected, u32 size);

/* What snoop_btf_init() says of the blob; nothing is left in the struct */
int init_error(const void *raw, size_t len, const struct snoop_btf *base);

/* Ends the blob, and parses it, which is to succeed; and frees both */
void open_blob(struct snoop_btf *b, struct blob *blob, const struct snoop_btf *base);
void close_blob(struct snoop_btf *b, struct blob *blob);

/*
 * Begins a blob that is right: struct s { int a; struct { int b; union { int c; }; };
 * struct in in; const struct in *p; } and struct in { int x, y; }.
 */
void open_small(struct blob *blob);

#endif
