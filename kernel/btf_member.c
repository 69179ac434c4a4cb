// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members of structs, looked up by name in parsed BTF.
 */

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/types.h>
#include <uapi/linux/btf.h>

#include "btf.h"
#include "btf_blob.h"

/* Most typedefs and qualifiers in a row, and most members in a specification */
#define BTF_MAX_HOPS		32u
/* Most anonymous structs and unions inside each other */
#define BTF_MAX_DEPTH		8u
/* Most members looked at for one question */
#define BTF_MAX_VISITS		262144u

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

static bool name_is(const struct name *name, const char *s)
{
	return !strncmp(s, name->s, name->len) && !s[name->len];
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
	ret = snoop_btf_type(b, *id, t, NULL);
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
		s = BTF_INFO_KIND(t.info) ? snoop_btf_string(b, t.name_off) : "void";
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
		ret = snoop_btf_type(b, id, &t, &tail);
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
	ret = snoop_btf_type(b, id, &t, &tail);
	if (ret)
		return ret;

	for (i = 0; i < BTF_INFO_VLEN(t.info); i++) {
		if (!*visits)
			return -EINVAL;
		--*visits;
		memcpy(&m, tail + i * sizeof(m), sizeof(m));
		s = snoop_btf_string(b, m.name_off);
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
		if (b->tags[(*pos)++].hash != hash || snoop_btf_type(b, id, &t, NULL))
			continue;
		s = snoop_btf_string(b, t.name_off);
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
	hash = snoop_btf_hash(tag.s, tag.len);

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
	hash = snoop_btf_hash(tag.s, tag.len);

	for (; b && !found; b = b->base) {
		pos = 0;
		while ((id = btf_next_tag(b, &tag, hash, &pos))) {
			if (snoop_btf_type(b, id, &t, NULL))
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
