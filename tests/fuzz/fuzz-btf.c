// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One input for the BTF parser: the length of a base in four bytes, the base, and a
 * blob that continues it. Each blob must be accepted or refused as the oracle says,
 * and each question have the oracle's answer: those below, and others that are made
 * of the names and types in the blob. The sanitizers see the rest.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf.h"
#include "btf_blob.h"
#include "btf-oracle.h"
#include "fuzz-btf.h"

#define NOT_WRITTEN	0xdeadbeef
/* Of one blob: structs that are asked for, members of each */
#define MAX_TAGS	8u
#define MAX_MEMBERS	5u
/* Types above which little is asked: the oracle looks at each for each question */
#define MANY_TYPES	10000u

unsigned long fuzz_accepted, fuzz_refused, fuzz_answered;

/* A blob as the parser and the oracle have it */
struct pair {
	struct snoop_btf btf;
	struct oracle oracle;
	u8 *block;
};

#define require(condition, ...) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "not so: " #condition ": " __VA_ARGS__); \
			fputc('\n', stderr); \
			abort(); \
		} \
	} while (0)

static void ask_member(const struct pair *p, const char *spec, const char *type)
{
	u32 value = NOT_WRITTEN, expected = NOT_WRITTEN;
	int ret = snoop_btf_member(&p->btf, spec, type, &value);
	int right = oracle_member(&p->oracle, spec, type, &expected);

	require(ret == right && value == expected, "%s (%s): %d, %#x, expected %d, %#x",
		spec, type ? type : "any", ret, value, right, expected);
	fuzz_answered += !ret;
}

static void ask_size(const struct pair *p, const char *name)
{
	u32 value = NOT_WRITTEN, expected = NOT_WRITTEN;
	int ret = snoop_btf_struct_size(&p->btf, name, &value);
	int right = oracle_size(&p->oracle, name, &expected);

	require(ret == right && value == expected, "%s: %d, %#x, expected %d, %#x",
		name, ret, value, right, expected);
	fuzz_answered += !ret;
}

/* Names of the samples, and what is no question */
static void ask_fixed(const struct pair *p)
{
	static const char *const specs[] = {
		"box.word", "box.next", "box.bits.a", "box.low", "box.deep", "box.list.next",
		"twin.x", "rival.x", "costarring.x", "liquid.x", "chain.m", "drv.vm.list.prev",
		"drv.own", "sample_outer.inner.lock.ticket", "s.m", "absent.x",
		"", ".", "box", "box.", ".word", "box..word", "box.word.",
		"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a",
		"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a",
	};
	static const char *const names[] = {
		"box", "twin", "rival", "liquid", "costarring", "drv", "", "box.word",
	};
	static const char *const types[] = {
		"list *", "const", "void *", "int", "word_t", "long unsigned int", "*", "",
		" *", "x **********************************",
	};
	char longest[SNOOP_BTF_MAX_SPEC + 2];
	size_t i;

	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		ask_member(p, specs[i], NULL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ask_size(p, names[i]);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ask_member(p, "box.word", types[i]);
		ask_member(p, "box.list.next", types[i]);
		ask_member(p, "s.m", types[i]);
	}
	memset(longest, 'x', sizeof(longest));
	longest[1] = '.';
	longest[SNOOP_BTF_MAX_SPEC + 1] = '\0';
	ask_member(p, longest, NULL);
	ask_size(p, longest + 2);
	longest[1] = 'x';
	ask_size(p, longest);
}

/* The name of the type, with stars, or "" if it has none that fits */
static void name_type(const struct oracle *o, u32 id, char *text, size_t size)
{
	struct oracle_type t;
	const char *name = "void";
	int hops, stars = 0, i;
	size_t n;

	for (hops = 0; hops < 8 && id && oracle_type(o, id, &t); hops++) {
		name = oracle_string(o, t.name);
		if (t.kind == BTF_KIND_PTR)
			stars++;
		else if (*name && t.kind != BTF_KIND_TYPE_TAG)
			break;
		id = t.value;
		name = "void";
	}
	n = snprintf(text, size, "%s%s", name, stars ? " " : "");
	for (i = 0; i < stars && n + 1 < size; i++)
		text[n++] = '*';
	text[n < size ? n : size - 1] = '\0';
}

/* Up to MAX_MEMBERS of @t, at the end of the question in @spec; with theirs, too */
static void ask_members(const struct pair *p, struct oracle_type t, char *spec, size_t len,
			int level)
{
	const struct oracle *o = &p->oracle;
	struct oracle_type inner;
	char type[64];
	u32 i, step = t.vlen / MAX_MEMBERS + 1, id;

	for (i = 0; i < t.vlen; i += step) {
		struct oracle_member m = oracle_type_member(&t, i);
		const char *name = oracle_string(o, m.name);
		int n;

		if (!name || !*name)
			name = "x";
		n = snprintf(spec + len, 2 * SNOOP_BTF_MAX_SPEC - len, ".%s", name);
		if (len + n > SNOOP_BTF_MAX_SPEC)
			n = 0;
		ask_member(p, spec, NULL);
		name_type(o, m.type, type, sizeof(type) - 1);
		ask_member(p, spec, type);
		strcat(type, "*");
		ask_member(p, spec, type);
		id = m.type;
		if (level && n && oracle_type(o, id, &inner) &&
		    (inner.kind == BTF_KIND_STRUCT || inner.kind == BTF_KIND_UNION))
			ask_members(p, inner, spec, len + n, level - 1);
	}
}

/* Structs that the blob names, whatever it names them */
static void ask_own(const struct pair *p)
{
	const struct oracle *o = &p->oracle;
	char spec[2 * SNOOP_BTF_MAX_SPEC];
	struct oracle_type t;
	u32 id, tags = 0;

	for (id = o->first_id; id < o->first_id + o->nr_types && tags < MAX_TAGS; id++) {
		const char *name;

		if (!oracle_type(o, id, &t) ||
		    (t.kind != BTF_KIND_STRUCT && t.kind != BTF_KIND_UNION))
			continue;
		name = oracle_string(o, t.name);
		if (!*name || strlen(name) > SNOOP_BTF_MAX_SPEC)
			continue;
		tags++;
		ask_size(p, name);
		strcpy(spec, name);
		ask_members(p, t, spec, strlen(name), 1);
	}
}

/*
 * Parses @len bytes as what continues @base. The block ends with the blob, so that
 * the sanitizer sees one byte too many, and the blob is aligned to nothing.
 */
static bool open_pair(struct pair *p, const u8 *raw, size_t len, const struct pair *base)
{
	static const struct snoop_btf zero;
	bool right;
	int ret;

	p->block = malloc(len + 1);
	if (len)
		memcpy(p->block + 1, raw, len);
	memset(&p->btf, 0xff, sizeof(p->btf));
	ret = snoop_btf_init(&p->btf, p->block + 1, len, base ? &base->btf : NULL);
	right = oracle_init(&p->oracle, p->block + 1, len, base ? &base->oracle : NULL);
	require(!ret == right, "init: %d, but the blob is %s", ret, right ? "right" : "wrong");
	if (!ret) {
		require(p->btf.nr_types == p->oracle.nr_types, "%u types, not %u",
			p->btf.nr_types, p->oracle.nr_types);
		fuzz_accepted++;
		return true;
	}
	require(ret == -EINVAL || ret == -EOPNOTSUPP || ret == -E2BIG, "init: %d", ret);
	require(!memcmp(&p->btf, &zero, sizeof(zero)), "left behind");
	fuzz_refused++;
	free(p->block);
	return false;
}

static void close_pair(struct pair *p)
{
	snoop_btf_fini(&p->btf);
	oracle_fini(&p->oracle);
	free(p->block);
}

static void ask_all(const struct pair *p)
{
	if (p->oracle.nr_types > MANY_TYPES) {
		ask_size(p, "box");
		return;
	}
	ask_fixed(p);
	ask_own(p);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct pair base, module, third;
	u32 base_len;

	if (size < sizeof(base_len))
		return 0;
	memcpy(&base_len, data, sizeof(base_len));
	data += sizeof(base_len);
	size -= sizeof(base_len);
	if (base_len > size)
		base_len = size;
	if (!open_pair(&base, data, base_len, NULL))
		return 0;
	ask_all(&base);
	if (size > base_len && open_pair(&module, data + base_len, size - base_len, &base)) {
		ask_all(&module);
		/* nothing continues what is itself split */
		if (open_pair(&third, data + base_len, size - base_len, &module))
			close_pair(&third);
		close_pair(&module);
	}
	close_pair(&base);
	return 0;
}
