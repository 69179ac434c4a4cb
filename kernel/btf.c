// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <uapi/linux/btf.h>

#include "btf.h"
#include "btf_blob.h"

/**
 * snoop_btf_hash - hash of a name
 * @s: the name
 * @len: its length in bytes
 *
 * FNV-1a, 32 bits.
 *
 * Return: the hash.
 */
u32 snoop_btf_hash(const char *s, size_t len)
{
	u32 hash = 0x811c9dc5;

	while (len--)
		hash = (hash ^ (u8)*s++) * 0x01000193;
	return hash;
}

/**
 * snoop_btf_string - string of a blob
 * @b: the blob; strings of its base are found through it
 * @offset: offset of the string
 *
 * Return: the string, or NULL if there is none.
 */
const char *snoop_btf_string(const struct snoop_btf *b, u32 offset)
{
	while (b && offset < b->strings_start)
		b = b->base;
	if (!b || offset - b->strings_start >= b->strings_len)
		return NULL;
	return b->strings + (offset - b->strings_start);
}

/* Bytes that follow the struct btf_type of a type, or an errno */
static int btf_tail(const struct btf_type *t)
{
	u32 vlen = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_UNKN:
		return -EINVAL;
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(u32);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	default:
		return -EOPNOTSUPP;
	}
}

/* Most types that the type section, which is not looked at yet, may have */
static u32 btf_most_types(const struct snoop_btf *b)
{
	u32 most = b->types_len / sizeof(struct btf_type);

	return most < SNOOP_BTF_MAX_TYPES - b->first_id ? most : SNOOP_BTF_MAX_TYPES - b->first_id;
}

/*
 * Walks the type section and fills the index, which has room for whatever may be there:
 * a walk that counts would take longer than the memory costs.
 */
static int btf_scan(struct snoop_btf *b)
{
	u32 pos, types = 0, tags = 0;
	struct btf_type t;
	const char *name;
	int tail;

	for (pos = 0; pos < b->types_len; pos += sizeof(t) + tail) {
		if (b->types_len - pos < sizeof(t))
			return -EINVAL;
		memcpy(&t, b->types + pos, sizeof(t));
		tail = btf_tail(&t);
		if (tail < 0)
			return tail;
		if (b->types_len - pos - sizeof(t) < (u32)tail)
			return -EINVAL;
		if (types >= SNOOP_BTF_MAX_TYPES - b->first_id)
			return -E2BIG;
		name = snoop_btf_string(b, t.name_off);
		if (!name)
			return -EINVAL;
		if (btf_is_compound(&t) && *name) {
			b->tags[tags].hash = snoop_btf_hash(name, strlen(name));
			b->tags[tags++].id = b->first_id + types;
		}
		b->offsets[types++] = pos;
	}
	b->nr_types = types;
	b->nr_tags = tags;
	return 0;
}

/*
 * What every blob has of struct btf_header. Later kernels know more members, and
 * their blobs may still be without.
 */
#define BTF_HEADER_LEN	(offsetof(struct btf_header, str_len) + sizeof(u32))

/* Finds the sections of @raw */
static int btf_sections(struct snoop_btf *b, const u8 *raw, u32 len)
{
	struct btf_header h;
	u32 body;

	if (len < BTF_HEADER_LEN)
		return -EINVAL;
	memcpy(&h, raw, BTF_HEADER_LEN);
	if (h.magic == ((BTF_MAGIC & 0xff) << 8 | BTF_MAGIC >> 8))
		return -EOPNOTSUPP;
	if (h.magic != BTF_MAGIC)
		return -EINVAL;
	if (h.version != BTF_VERSION || h.flags)
		return -EOPNOTSUPP;
	if (h.hdr_len < BTF_HEADER_LEN || h.hdr_len > len)
		return -EINVAL;
	body = len - h.hdr_len;
	if (h.type_off % sizeof(u32) || h.type_off > body ||
	    h.type_len > body - h.type_off ||
	    h.str_off > body || h.str_len > body - h.str_off)
		return -EINVAL;
	b->types = raw + h.hdr_len + h.type_off;
	b->types_len = h.type_len;
	b->strings = (const char *)raw + h.hdr_len + h.str_off;
	b->strings_len = h.str_len;

	/* Offset 0 is the empty string; a split blob finds it in its base. */
	if (!b->base && (!h.str_len || b->strings[0]))
		return -EINVAL;
	if (h.str_len && b->strings[h.str_len - 1])
		return -EINVAL;
	return 0;
}

/**
 * snoop_btf_init - parse a BTF blob
 * @b: to set up; zeroed when this fails
 * @raw: the blob, of any alignment; not copied, must outlive @b
 * @len: length of @raw in bytes
 * @base: what a module's blob continues; NULL for vmlinux. Must outlive @b
 *
 * May sleep. Costs one walk over the types, and as many bytes as they take.
 *
 * Return: 0; -EINVAL if the blob is malformed, or @base is itself split;
 * -EOPNOTSUPP for another byte order, version, or kind of type than this code
 * knows; -E2BIG above SNOOP_BTF_MAX_LEN or SNOOP_BTF_MAX_TYPES; -ENOMEM.
 */
int snoop_btf_init(struct snoop_btf *b, const void *raw, size_t len,
		   const struct snoop_btf *base)
{
	int ret;

	memset(b, 0, sizeof(*b));
	if (base && base->base)
		return -EINVAL;
	if (len > SNOOP_BTF_MAX_LEN)
		return -E2BIG;
	b->base = base;
	b->first_id = base ? base->first_id + base->nr_types : 1;
	b->strings_start = base ? base->strings_len : 0;
	ret = btf_sections(b, raw, len);
	if (ret)
		goto err;
	b->offsets = kvmalloc_array(btf_most_types(b), sizeof(*b->offsets), GFP_KERNEL);
	b->tags = kvmalloc_array(btf_most_types(b), sizeof(*b->tags), GFP_KERNEL);
	if (!b->offsets || !b->tags) {
		ret = -ENOMEM;
		goto err;
	}
	ret = btf_scan(b);
	if (ret)
		goto err;
	return 0;

err:
	snoop_btf_fini(b);
	return ret;
}

/**
 * snoop_btf_fini - drop the index of a BTF blob
 * @b: set up by snoop_btf_init(), successfully or not; zeroed
 *
 * The blob itself stays the caller's. No other blob may still have @b as its
 * base.
 */
void snoop_btf_fini(struct snoop_btf *b)
{
	kvfree(b->tags);
	kvfree(b->offsets);
	memset(b, 0, sizeof(*b));
}

/**
 * snoop_btf_type - read a type
 * @b: the blob; types of its base are found through it
 * @id: id of the type, not 0
 * @t: returned type
 * @tail: returned place in the blob of what follows it; optional
 *
 * Return: 0, or -EINVAL if there is no such type.
 */
int snoop_btf_type(const struct snoop_btf *b, u32 id, struct btf_type *t,
		   const u8 **tail)
{
	const u8 *p;

	while (b && id < b->first_id)
		b = b->base;
	if (!b || id - b->first_id >= b->nr_types)
		return -EINVAL;
	p = b->types + b->offsets[id - b->first_id];
	memcpy(t, p, sizeof(*t));
	if (tail)
		*tail = p + sizeof(*t);
	return 0;
}
