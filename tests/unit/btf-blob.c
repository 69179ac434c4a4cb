// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#include "btf-blob.h"

void blob_open(struct blob *b, const struct blob *base)
{
	memset(b, 0, sizeof(*b));
	b->header = (struct btf_header) {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(b->header),
		.str_len = base ? 0 : 1,
	};
	b->first_id = base ? base->next_id : 1;
	b->next_id = b->first_id;
	b->first_string = base ? base->header.str_len : 0;
}

u32 blob_string(struct blob *b, const char *s)
{
	u32 at = b->header.str_len, len = strlen(s) + 1;

	assert(at + len <= sizeof(b->strings));
	memcpy(b->strings + at, s, len);
	b->header.str_len += len;
	return b->first_string + at;
}

void blob_word(struct blob *b, u32 word)
{
	assert(b->header.type_len + sizeof(word) <= sizeof(b->types));
	memcpy(b->types + b->header.type_len, &word, sizeof(word));
	b->header.type_len += sizeof(word);
}

u32 blob_type(struct blob *b, const char *name, u32 info, u32 size_or_type)
{
	blob_word(b, name ? blob_string(b, name) : 0);
	blob_word(b, info);
	blob_word(b, size_or_type);
	return b->next_id++;
}

u32 blob_int(struct blob *b, const char *name, u32 size)
{
	u32 id = blob_type(b, name, BLOB_INFO(BTF_KIND_INT, 0, 0), size);

	blob_word(b, size * 8);
	return id;
}

u32 blob_struct(struct blob *b, const char *name, u32 kflag, u32 vlen, u32 size)
{
	return blob_type(b, name, BLOB_INFO(BTF_KIND_STRUCT, kflag, vlen), size);
}

void blob_member(struct blob *b, const char *name, u32 type, u32 offset)
{
	blob_word(b, name ? blob_string(b, name) : 0);
	blob_word(b, type);
	blob_word(b, offset);
}

void blob_close(struct blob *b)
{
	struct btf_header *h = &b->header;
	u32 types = h->type_len, strings = h->str_len;

	h->str_off = types;
	b->len = sizeof(*h) + types + strings;
	b->raw = malloc(b->len);
	assert(b->raw);
	memcpy(b->raw, h, sizeof(*h));
	memcpy(b->raw + sizeof(*h), b->types, types);
	memcpy(b->raw + sizeof(*h) + types, b->strings, strings);
}

struct btf_header *blob_header(struct blob *b)
{
	return (struct btf_header *)b->raw;
}

void blob_free(struct blob *b)
{
	free(b->raw);
	b->raw = NULL;
}
