// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <uapi/linux/btf.h>

#include "btf.h"

/* Most typedefs and qualifiers in a row, and most members in a specification */
#define BTF_MAX_HOPS		32u
/* Most anonymous structs and unions inside each other */
#define BTF_MAX_DEPTH		8u
/* Most members looked at for one question */
#define BTF_MAX_VISITS		262144u

/* A named struct or union */
struct snoop_btf_tag {
	u32 hash;	/* of its name, name_hash() */
	u32 id;
};

/* A name inside a longer string; no NUL */
struct name {
	const char *s;
	size_t len;
};

/* Where a member is, counted from the start of the outermost struct */
struct place {
	u64 bits;
	u32 type;
	bool odd;	/* a bitfield, or does not begin at a byte */
};

/* FNV-1a, 32 bits */
static u32 name_hash(const char *s, size_t len)
{
	u32 hash = 0x811c9dc5;

	while (len--)
		hash = (hash ^ (u8)*s++) * 0x01000193;
	return hash;
}

static bool name_is(const struct name *name, const char *s)
{
	return !strncmp(s, name->s, name->len) && !s[name->len];
}

/* String at @offset; NULL if there is none */
static const char *btf_string(const struct snoop_btf *b, u32 offset)
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

static bool btf_is_compound(const struct btf_type *t)
{
	u32 kind = BTF_INFO_KIND(t->info);

	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/*
 * Walks the type section: counts types and tags while @b has no index, fills
 * the index when it has. The second walk sees what the first has checked.
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
		name = btf_string(b, t.name_off);
		if (!name)
			return -EINVAL;
		if (b->offsets)
			b->offsets[types] = pos;
		if (btf_is_compound(&t) && *name) {
			if (b->tags) {
				b->tags[tags].hash = name_hash(name, strlen(name));
				b->tags[tags].id = b->first_id + types;
			}
			tags++;
		}
		types++;
	}
	b->nr_types = types;
	b->nr_tags = tags;
	return 0;
}

/* Finds the sections of @raw */
static int btf_sections(struct snoop_btf *b, const u8 *raw, u32 len)
{
	struct btf_header h;
	u32 body;

	if (len < sizeof(h))
		return -EINVAL;
	memcpy(&h, raw, sizeof(h));
	if (h.magic == ((BTF_MAGIC & 0xff) << 8 | BTF_MAGIC >> 8))
		return -EOPNOTSUPP;
	if (h.magic != BTF_MAGIC)
		return -EINVAL;
	if (h.version != BTF_VERSION || h.flags)
		return -EOPNOTSUPP;
	if (h.hdr_len < sizeof(h) || h.hdr_len > len)
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
 * May sleep. Costs two walks over the types and four bytes for each.
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
	if (!ret)
		ret = btf_scan(b);
	if (ret)
		goto err;
	b->offsets = kvmalloc_array(b->nr_types, sizeof(*b->offsets), GFP_KERNEL);
	b->tags = kvmalloc_array(b->nr_tags, sizeof(*b->tags), GFP_KERNEL);
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

/* Reads the type @id; *tail (optional) is what follows it in the blob */
static int btf_get(const struct snoop_btf *b, u32 id, struct btf_type *t,
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

/*
 * Reads the type *id. Return: 1 if it is a typedef or a qualifier, with *id
 * moved on to what it stands for; 0 if it is a type proper, void (kind 0)
 * included; -EINVAL.
 */
static int btf_step(const struct snoop_btf *b, u32 *id, struct btf_type *t)
{
	int ret;

	memset(t, 0, sizeof(*t));
	if (!*id)
		return 0;
	ret = btf_get(b, *id, t, NULL);
	if (ret)
		return ret;
	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		*id = t->type;
		return 1;
	default:
		return 0;
	}
}

/* Moves *id over typedefs and qualifiers to the type proper, which is read */
static int btf_strip(const struct snoop_btf *b, u32 *id, struct btf_type *t)
{
	u32 hops;
	int ret;

	for (hops = 0; hops < BTF_MAX_HOPS; hops++) {
		ret = btf_step(b, id, t);
		if (ret <= 0)
			return ret;
	}
	return -EINVAL;
}

/* 0 if the type @id, a typedef of it included, is called @name */
static int btf_check_name(const struct snoop_btf *b, u32 id, const struct name *name)
{
	struct btf_type t;
	const char *s;
	u32 hops;
	int ret;

	for (hops = 0; hops < BTF_MAX_HOPS; hops++) {
		ret = btf_step(b, &id, &t);
		if (ret < 0)
			return ret;
		s = BTF_INFO_KIND(t.info) ? btf_string(b, t.name_off) : "void";
		if (!s)
			return -EINVAL;
		if (BTF_INFO_KIND(t.info) != BTF_KIND_TYPE_TAG && name_is(name, s))
			return 0;
		if (!ret)
			return -EPROTOTYPE;
	}
	return -EINVAL;
}

/* 0 if the type @id is what @type says: "name", "name *", "name **", ... */
static int btf_check_type(const struct snoop_btf *b, u32 id, const char *type)
{
	struct name name = { type, strlen(type) };
	struct btf_type t;
	u32 stars = 0;
	int ret;

	for (; name.len && type[name.len - 1] == '*'; name.len--)
		stars++;
	if (stars && name.len && type[name.len - 1] == ' ')
		name.len--;
	if (!name.len || stars > BTF_MAX_HOPS)
		return -EINVAL;
	while (stars--) {
		ret = btf_strip(b, &id, &t);
		if (ret)
			return ret;
		if (BTF_INFO_KIND(t.info) != BTF_KIND_PTR)
			return -EPROTOTYPE;
		id = t.type;
	}
	return btf_check_name(b, id, &name);
}

/*
 * Adds the offset of @m, a member of @outer, to @at and checks that it lies
 * inside @outer. Arrays are checked by their beginning only.
 */
static int btf_enter(const struct snoop_btf *b, const struct btf_type *outer,
		     const struct btf_member *m, struct place *at)
{
	u32 bits = m->offset, width = 0, id = m->type, ints;
	u64 size = 0;
	const u8 *tail;
	struct btf_type t;
	int ret;

	if (BTF_INFO_KFLAG(outer->info)) {
		bits = BTF_MEMBER_BIT_OFFSET(m->offset);
		width = BTF_MEMBER_BITFIELD_SIZE(m->offset);
	}
	at->odd |= width || bits % 8;

	ret = btf_strip(b, &id, &t);
	if (ret)
		return ret;
	switch (BTF_INFO_KIND(t.info)) {
	case BTF_KIND_INT:
		size = t.size;
		ret = btf_get(b, id, &t, &tail);
		if (ret)
			return ret;
		/* The older encoding of bitfields, in the integer type */
		memcpy(&ints, tail, sizeof(ints));
		at->odd |= BTF_INT_OFFSET(ints) || BTF_INT_BITS(ints) != size * 8;
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
		size = t.size;
		break;
	case BTF_KIND_PTR:
		size = sizeof(void *);
		break;
	}
	if (at->odd)
		size = 0;
	if (bits / 8 + size > outer->size)
		return -EINVAL;
	at->bits += bits;
	at->type = m->type;
	return 0;
}

/*
 * Finds the member @name of the struct or union that @at is the place of, also
 * in its anonymous members, and moves @at there. @at is unspecified on error.
 * Recursion is at most BTF_MAX_DEPTH deep, and all calls together look at no
 * more than *visits members.
 */
static int btf_find(const struct snoop_btf *b, const struct name *name,
		    u32 depth, u32 *visits, struct place *at)
{
	struct btf_type t;
	struct btf_member m;
	u32 i, id = at->type;
	struct place next;
	const u8 *tail;
	const char *s;
	int ret;

	ret = btf_strip(b, &id, &t);
	if (ret)
		return ret;
	if (!btf_is_compound(&t))
		return -ENOENT;
	if (depth > BTF_MAX_DEPTH)
		return -EINVAL;
	ret = btf_get(b, id, &t, &tail);
	if (ret)
		return ret;

	for (i = 0; i < BTF_INFO_VLEN(t.info); i++) {
		if (!*visits)
			return -EINVAL;
		--*visits;
		memcpy(&m, tail + i * sizeof(m), sizeof(m));
		s = btf_string(b, m.name_off);
		if (!s)
			return -EINVAL;
		next = *at;
		if (*s && !name_is(name, s))
			continue;
		ret = btf_enter(b, &t, &m, &next);
		if (!ret && !*s)
			ret = btf_find(b, name, depth + 1, visits, &next);
		if (ret == -ENOENT)
			continue;
		*at = next;
		return ret;
	}
	return -ENOENT;
}

/* Offset of the member @path ("member.member") in the struct @id */
static int btf_resolve(const struct snoop_btf *b, u32 id, const char *path,
		       const char *type, u32 *visits, u32 *offset)
{
	struct place at = { .type = id };
	struct name name = { .s = path };
	int ret;

	for (; *name.s; name.s += name.len + (name.s[name.len] == '.')) {
		name.len = strcspn(name.s, ".");
		ret = btf_find(b, &name, 0, visits, &at);
		if (ret)
			return ret;
	}
	if (at.odd)
		return -EDOM;
	if (at.bits / 8 > U32_MAX)
		return -EINVAL;
	if (type) {
		ret = btf_check_type(b, at.type, type);
		if (ret)
			return ret;
	}
	*offset = at.bits / 8;
	return 0;
}

/*
 * Next struct or union called @name in @b alone, from the tag *pos on, which is
 * moved behind it. Return: its id, 0 when there are no more.
 */
static u32 btf_next_tag(const struct snoop_btf *b, const struct name *name,
			u32 hash, u32 *pos)
{
	struct btf_type t;
	const char *s;
	u32 id;

	while (*pos < b->nr_tags) {
		id = b->tags[*pos].id;
		if (b->tags[(*pos)++].hash != hash || btf_get(b, id, &t, NULL))
			continue;
		s = btf_string(b, t.name_off);
		if (s && name_is(name, s))
			return id;
	}
	return 0;
}

/* -EINVAL unless @spec is names parted by single dots */
static int btf_check_spec(const char *spec)
{
	size_t len = strnlen(spec, SNOOP_BTF_MAX_SPEC + 1), i;
	u32 dots = 0;

	if (!len || len > SNOOP_BTF_MAX_SPEC || spec[len - 1] == '.')
		return -EINVAL;
	for (i = 0; i < len; i++) {
		if (spec[i] != '.')
			continue;
		if (!i || spec[i - 1] == '.' || ++dots > BTF_MAX_HOPS)
			return -EINVAL;
	}
	return 0;
}

/**
 * snoop_btf_member - offset of a member of a struct
 * @b: the module's blob, or vmlinux
 * @spec: "struct.member" or "struct.member.member" and so on: the tag of a
 *	struct or union, then members. Members of anonymous structs and unions
 *	count as their parent's, as in C. Pointers and arrays are not followed
 * @type: what the last member must be, NULL for anything: the name of its type,
 *	of a typedef on the way to it ("spinlock_t" and "spinlock" both fit), or
 *	with " *" behind it of what it points to. Basic types have the names that
 *	the compiler gives them ("long unsigned int"); "void *" is known
 * @offset: returned byte offset from the start of the struct, on success only
 *
 * The struct is looked for in @b and, if it is not there, in its base. Several
 * structs of one name in the same blob are fine while they agree.
 *
 * Return: 0; -ENOENT if there is no such struct or member; -EEXIST if there are
 * several such structs that give different answers; -EDOM if the member, or
 * what holds it, is a bitfield or does not begin at a byte; -EPROTOTYPE if it
 * is no @type; -EINVAL for a malformed @spec or @type, or for types that are
 * malformed, nested too deep, or circular.
 */
int snoop_btf_member(const struct snoop_btf *b, const char *spec,
		     const char *type, u32 *offset)
{
	u32 visits = BTF_MAX_VISITS, found = 0, first = 0, pos, id, hash;
	int ret = btf_check_spec(spec), answer = -ENOENT;
	struct name tag = { .s = spec };

	if (ret)
		return ret;
	tag.len = strcspn(spec, ".");
	if (!spec[tag.len] || (type && !*type))
		return -EINVAL;
	hash = name_hash(tag.s, tag.len);

	for (; b && !found; b = b->base) {
		pos = 0;
		while ((id = btf_next_tag(b, &tag, hash, &pos))) {
			u32 at = 0;

			ret = btf_resolve(b, id, spec + tag.len + 1, type, &visits, &at);
			if (found++ && (ret != answer || at != first))
				return -EEXIST;
			answer = ret;
			first = at;
		}
	}
	if (!answer)
		*offset = first;
	return answer;
}

/**
 * snoop_btf_struct_size - size of a struct
 * @b: the module's blob, or vmlinux
 * @name: tag of a struct or union, looked for in @b and, if it is not there,
 *	in its base
 * @size: returned size in bytes, on success only
 *
 * Return: 0; -ENOENT if there is no such struct; -EEXIST if there are several
 * of different size; -EINVAL for a malformed @name.
 */
int snoop_btf_struct_size(const struct snoop_btf *b, const char *name, u32 *size)
{
	struct name tag = { .s = name };
	u32 found = 0, first = 0, pos, id, hash;
	struct btf_type t;

	if (btf_check_spec(name) || strchr(name, '.'))
		return -EINVAL;
	tag.len = strlen(name);
	hash = name_hash(tag.s, tag.len);

	for (; b && !found; b = b->base) {
		pos = 0;
		while ((id = btf_next_tag(b, &tag, hash, &pos))) {
			if (btf_get(b, id, &t, NULL))
				return -EINVAL;
			if (found++ && t.size != first)
				return -EEXIST;
			first = t.size;
		}
	}
	if (!found)
		return -ENOENT;
	*size = first;
	return 0;
}
