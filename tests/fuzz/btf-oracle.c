// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "btf.h"
#include "btf-oracle.h"

/* The caps of kernel/btf_member.c */
#define MAX_HOPS	32
#define MAX_NESTED	8
#define MAX_VISITS	262144

/* Bytes behind a struct btf_type, and for each of its elements */
static const struct kind {
	bool known;
	u8 fixed, each;
} kinds[32] = {
	[BTF_KIND_INT] = { true, 4, 0 },
	[BTF_KIND_PTR] = { true, 0, 0 },
	[BTF_KIND_ARRAY] = { true, 12, 0 },
	[BTF_KIND_STRUCT] = { true, 0, 12 },
	[BTF_KIND_UNION] = { true, 0, 12 },
	[BTF_KIND_ENUM] = { true, 0, 8 },
	[BTF_KIND_FWD] = { true, 0, 0 },
	[BTF_KIND_TYPEDEF] = { true, 0, 0 },
	[BTF_KIND_VOLATILE] = { true, 0, 0 },
	[BTF_KIND_CONST] = { true, 0, 0 },
	[BTF_KIND_RESTRICT] = { true, 0, 0 },
	[BTF_KIND_FUNC] = { true, 0, 0 },
	[BTF_KIND_FUNC_PROTO] = { true, 0, 8 },
	[BTF_KIND_VAR] = { true, 4, 0 },
	[BTF_KIND_DATASEC] = { true, 0, 12 },
	[BTF_KIND_FLOAT] = { true, 0, 0 },
	[BTF_KIND_DECL_TAG] = { true, 4, 0 },
	[BTF_KIND_TYPE_TAG] = { true, 0, 0 },
	[BTF_KIND_ENUM64] = { true, 0, 12 },
};

static u32 word(const u8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
}

const char *oracle_string(const struct oracle *o, u32 offset)
{
	for (; o; o = o->base) {
		if (offset >= o->strings_start)
			return offset - o->strings_start < o->strings_len ?
			       o->strings + (offset - o->strings_start) : NULL;
	}
	return NULL;
}

static struct oracle_type decode(const u8 *p)
{
	u32 info = word(p + 4);

	return (struct oracle_type) {
		.name = word(p), .kind = info >> 24 & 0x1f, .vlen = info & 0xffff,
		.kflag = info >> 31, .value = word(p + 8), .tail = p + 12,
	};
}

bool oracle_type(const struct oracle *o, u32 id, struct oracle_type *t)
{
	for (; id && o; o = o->base) {
		if (id < o->first_id)
			continue;
		if (id - o->first_id >= o->nr_types)
			return false;
		*t = decode(o->types + o->at[id - o->first_id]);
		return true;
	}
	return false;
}

struct oracle_member oracle_type_member(const struct oracle_type *t, u32 i)
{
	const u8 *p = t->tail + 12ul * i;

	return (struct oracle_member) { word(p), word(p + 4), word(p + 8) };
}

static bool is_compound(const struct oracle_type *t)
{
	return t->kind == BTF_KIND_STRUCT || t->kind == BTF_KIND_UNION;
}

/* --- whole blobs ------------------------------------------------------- */

/* Finds the sections. */
static bool read_header(struct oracle *o, const u8 *raw, u64 len, u64 *types_len)
{
	u64 body, types, strings;

	if (len < 24 || len > SNOOP_BTF_MAX_LEN)
		return false;
	/* magic, version, flags */
	if (word(raw) != (0xeb9f | 1 << 16))
		return false;
	body = word(raw + 4);
	types = body + word(raw + 8);
	*types_len = word(raw + 12);
	strings = body + word(raw + 16);
	o->strings_len = word(raw + 20);
	if (body < 24 || body > len || types + *types_len > len ||
	    strings + o->strings_len > len || (types - body) % 4)
		return false;
	o->types = raw + types;
	o->strings = (const char *)raw + strings;
	if (!o->base && (!o->strings_len || o->strings[0]))
		return false;
	return !o->strings_len || !o->strings[o->strings_len - 1];
}

static bool read_types(struct oracle *o, u64 len)
{
	u64 pos = 0, size;
	struct oracle_type t;

	while (pos < len) {
		if (len - pos < 12)
			return false;
		t = decode(o->types + pos);
		if (!kinds[t.kind].known || !oracle_string(o, t.name))
			return false;
		size = 12 + kinds[t.kind].fixed + (u64)kinds[t.kind].each * t.vlen;
		if (size > len - pos || o->first_id + o->nr_types >= SNOOP_BTF_MAX_TYPES)
			return false;
		o->at[o->nr_types++] = pos;
		pos += size;
	}
	return true;
}

bool oracle_init(struct oracle *o, const u8 *raw, size_t len, const struct oracle *base)
{
	u64 types_len;

	memset(o, 0, sizeof(*o));
	if (base && base->base)
		return false;
	o->base = base;
	o->first_id = base ? base->first_id + base->nr_types : 1;
	o->strings_start = base ? base->strings_len : 0;
	if (!read_header(o, raw, len, &types_len))
		return false;
	o->at = malloc(types_len / 3 + 4);
	assert(o->at);
	if (read_types(o, types_len))
		return true;
	oracle_fini(o);
	return false;
}

void oracle_fini(struct oracle *o)
{
	free(o->at);
	memset(o, 0, sizeof(*o));
}

/* --- answers ----------------------------------------------------------- */

struct walk {
	const struct oracle *o;
	u32 visits;		/* left */
};

struct spot {
	u32 type;
	u64 bits;
	bool odd;
};

static bool is_modifier(u32 kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

static bool same(const char *s, const char *name, size_t len)
{
	return strlen(s) == len && !memcmp(s, name, len);
}

/* The type proper; 0 is void. */
static int strip(const struct oracle *o, u32 *id, struct oracle_type *t)
{
	int hops;

	for (hops = 0; hops < MAX_HOPS; hops++) {
		memset(t, 0, sizeof(*t));
		if (!*id)
			return 0;
		if (!oracle_type(o, *id, t))
			return -EINVAL;
		if (!is_modifier(t->kind))
			return 0;
		*id = t->value;
	}
	return -EINVAL;
}

/* Goes into member @m of @outer. */
static int enter(const struct oracle *o, const struct oracle_type *outer,
		 struct oracle_member m, struct spot *spot)
{
	u32 id = m.type, bits = m.offset, encoding;
	struct oracle_type t;
	u64 size = 0;

	if (outer->kflag) {
		bits &= 0xffffff;
		spot->odd |= m.offset > 0xffffff;
	}
	spot->odd |= bits & 7;
	if (strip(o, &id, &t))
		return -EINVAL;
	if (t.kind == BTF_KIND_INT) {
		size = t.value;
		encoding = word(t.tail);
		spot->odd |= (encoding >> 16 & 0xff) || (encoding & 0xff) != size * 8;
	} else if (t.kind == BTF_KIND_PTR) {
		size = 8;
	} else if (is_compound(&t) || t.kind == BTF_KIND_ENUM || t.kind == BTF_KIND_ENUM64 ||
		   t.kind == BTF_KIND_FLOAT) {
		size = t.value;
	}
	if (!spot->odd && bits / 8 + size > outer->value)
		return -EINVAL;
	if (spot->odd && bits / 8 > outer->value)
		return -EINVAL;
	spot->bits += bits;
	spot->type = m.type;
	return 0;
}

/* The first member of that name, from the front on and into what is anonymous. */
static int find(struct walk *w, const char *name, size_t len, int nested, struct spot *spot)
{
	struct oracle_type t;
	u32 i, id = spot->type;

	if (strip(w->o, &id, &t))
		return -EINVAL;
	if (!is_compound(&t))
		return -ENOENT;
	if (nested > MAX_NESTED)
		return -EINVAL;
	for (i = 0; i < t.vlen; i++) {
		struct oracle_member m = oracle_type_member(&t, i);
		struct spot next = *spot;
		const char *s = oracle_string(w->o, m.name);
		int ret;

		if (!w->visits || !s)
			return -EINVAL;
		w->visits--;
		if (*s && !same(s, name, len))
			continue;
		ret = enter(w->o, &t, m, &next);
		if (!ret && !*s)
			ret = find(w, name, len, nested + 1, &next);
		if (ret == -ENOENT)
			continue;
		*spot = next;
		return ret;
	}
	return -ENOENT;
}

static int check_type(const struct oracle *o, u32 id, const char *type)
{
	size_t len = strlen(type);
	struct oracle_type t;
	int stars = 0, hops;

	while (len && type[len - 1] == '*') {
		len--;
		stars++;
	}
	if (stars && len && type[len - 1] == ' ')
		len--;
	if (!len || stars > MAX_HOPS)
		return -EINVAL;
	for (; stars; stars--) {
		if (strip(o, &id, &t))
			return -EINVAL;
		if (t.kind != BTF_KIND_PTR)
			return -EPROTOTYPE;
		id = t.value;
	}
	for (hops = 0; hops < MAX_HOPS; hops++) {
		if (!id)
			return same("void", type, len) ? 0 : -EPROTOTYPE;
		if (!oracle_type(o, id, &t))
			return -EINVAL;
		if (t.kind != BTF_KIND_TYPE_TAG && same(oracle_string(o, t.name), type, len))
			return 0;
		if (!is_modifier(t.kind))
			return -EPROTOTYPE;
		id = t.value;
	}
	return -EINVAL;
}

static int resolve(struct walk *w, u32 id, const char *path, const char *type, u32 *offset)
{
	struct spot spot = { .type = id };
	int ret;

	for (;;) {
		size_t len = strcspn(path, ".");

		ret = find(w, path, len, 0, &spot);
		if (ret)
			return ret;
		if (!path[len])
			break;
		path += len + 1;
	}
	if (spot.odd)
		return -EDOM;
	if (spot.bits / 8 > UINT32_MAX)
		return -EINVAL;
	ret = type ? check_type(w->o, spot.type, type) : 0;
	if (!ret)
		*offset = spot.bits / 8;
	return ret;
}

/* Names with single dots between them; the number of dots, or -1. */
static int count_dots(const char *spec)
{
	int dots = 0;

	if (strlen(spec) > SNOOP_BTF_MAX_SPEC)
		return -1;
	for (;; spec++) {
		size_t len = strcspn(spec, ".");

		if (!len)
			return -1;
		spec += len;
		if (!*spec)
			return dots > MAX_HOPS ? -1 : dots;
		dots++;
	}
}

/* Is the type, which is in @o itself, a struct or union of that name? */
static bool is_tag(const struct oracle *o, u32 id, const char *name, size_t len,
		   struct oracle_type *t)
{
	return oracle_type(o, id, t) && is_compound(t) &&
	       same(oracle_string(o, t->name), name, len);
}

int oracle_member(const struct oracle *o, const char *spec, const char *type, u32 *offset)
{
	size_t len = strcspn(spec, ".");
	struct walk w = { .visits = MAX_VISITS };
	u32 id, found = 0, value, first = 0;
	struct oracle_type t;
	int ret, answer = -ENOENT;

	if (count_dots(spec) < 1 || (type && !*type))
		return -EINVAL;
	for (; o && !found; o = o->base) {
		w.o = o;
		for (id = o->first_id; id < o->first_id + o->nr_types; id++) {
			if (!is_tag(o, id, spec, len, &t))
				continue;
			value = 0;
			ret = resolve(&w, id, spec + len + 1, type, &value);
			if (found++ && (ret != answer || value != first))
				return -EEXIST;
			answer = ret;
			first = value;
		}
	}
	if (!answer)
		*offset = first;
	return answer;
}

int oracle_size(const struct oracle *o, const char *name, u32 *size)
{
	u32 id, found = 0, first = 0;
	struct oracle_type t;

	if (count_dots(name))
		return -EINVAL;
	for (; o && !found; o = o->base) {
		for (id = o->first_id; id < o->first_id + o->nr_types; id++) {
			if (!is_tag(o, id, name, strlen(name), &t))
				continue;
			if (found++ && t.value != first)
				return -EEXIST;
			first = t.value;
		}
	}
	if (!found)
		return -ENOENT;
	*size = first;
	return 0;
}
