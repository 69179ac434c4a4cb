// SPDX-License-Identifier: GPL-2.0-or-later
#include "tree.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ADDRESS_DIGITS	16

static const struct fixed {
	enum node_kind parent;
	enum node_kind kind;
	const char *name;
} fixed[] = {
	{ NODE_ROOT,	NODE_BY_PID,	"by-pid" },
	{ NODE_PROCESS,	NODE_COMM,	"comm" },
	{ NODE_PROCESS,	NODE_PROC_LINK,	"proc" },
	{ NODE_PROCESS,	NODE_CLIENTS,	"clients" },
	{ NODE_CLIENT,	NODE_FDINFO,	"fdinfo" },
	{ NODE_CLIENT,	NODE_OBJECTS,	"objects" },
	{ NODE_CLIENT,	NODE_BOS,	"bo" },
	{ NODE_CLIENT,	NODE_VMS,	"vm" },
	{ NODE_VM,	NODE_MEM,	"mem" },
	{ NODE_VM,	NODE_MAPS,	"maps" },
	{ NODE_VM,	NODE_MAPS_JSON,	"maps.json" },
	{ NODE_VM,	NODE_RANGES,	"ranges" },
	{ NODE_VM,	NODE_CORE,	"core" },
	{ NODE_VM,	NODE_SNAPSHOTS,	"snapshots" },
	{ NODE_SNAPSHOT, NODE_FROZEN_MEM, "mem" },
	{ NODE_SNAPSHOT, NODE_FROZEN_MAPS, "maps" },
	{ NODE_SNAPSHOT, NODE_FROZEN_MAPS_JSON, "maps.json" },
	{ NODE_SNAPSHOT, NODE_FROZEN_RANGES, "ranges" },
	{ NODE_SNAPSHOT, NODE_FROZEN_CORE, "core" },
};

#define FIXED_COUNT	(sizeof(fixed) / sizeof(fixed[0]))

/* Directories whose other children are called by one decimal number. */
static const struct numbered {
	enum node_kind parent;
	enum node_kind kind;
	const char *prefix;
	uint64_t min;
	uint64_t max;
} numbered[] = {
	{ NODE_ROOT,	NODE_CARD,	"card",	0, INT_MAX },
	{ NODE_CARD,	NODE_PROCESS,	"",	1, INT_MAX },
	{ NODE_BY_PID,	NODE_PID_LINK,	"",	1, INT_MAX },
	{ NODE_CLIENTS,	NODE_CLIENT,	"",	1, UINT64_MAX },
	{ NODE_BOS,	NODE_BO,	"",	1, UINT32_MAX },
	{ NODE_VMS,	NODE_VM,	"",	0, UINT64_MAX },
};

#define NUMBERED_COUNT	(sizeof(numbered) / sizeof(numbered[0]))

static int parse_decimal(const char *text, uint64_t *value)
{
	uint64_t v = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -ENOENT;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*text - '0'), &v))
			return -ENOENT;
	}
	*value = v;
	return 0;
}

static int parse_address(const char *text, uint64_t *value)
{
	uint64_t v = 0;

	for (int i = 0; i < ADDRESS_DIGITS; i++) {
		char c = text[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			return -ENOENT;
	}
	*value = v;
	return 0;
}

static int parse_range(const char *name, enum node_kind kind,
		       struct node_id *id)
{
	if (strlen(name) != 2 * ADDRESS_DIGITS + 1 ||
	    name[ADDRESS_DIGITS] != '-' ||
	    parse_address(name, &id->a) ||
	    parse_address(name + ADDRESS_DIGITS + 1, &id->b) ||
	    id->a >= id->b)
		return -ENOENT;
	id->kind = kind;
	return 0;
}

int tree_parse(enum node_kind parent, const char *name, struct node_id *id)
{
	*id = (struct node_id) { 0 };
	for (size_t i = 0; i < FIXED_COUNT; i++) {
		if (fixed[i].parent == parent && !strcmp(fixed[i].name, name)) {
			id->kind = fixed[i].kind;
			return 0;
		}
	}
	if (parent == NODE_RANGES)
		return parse_range(name, NODE_RANGE, id);
	if (parent == NODE_FROZEN_RANGES)
		return parse_range(name, NODE_FROZEN_RANGE, id);
	for (size_t i = 0; i < NUMBERED_COUNT; i++) {
		const struct numbered *entry = &numbered[i];
		size_t length = strlen(entry->prefix);

		if (entry->parent != parent)
			continue;
		if (strncmp(name, entry->prefix, length) ||
		    parse_decimal(name + length, &id->a) ||
		    id->a < entry->min || id->a > entry->max)
			return -ENOENT;
		id->kind = entry->kind;
		return 0;
	}
	return -ENOENT;
}

void tree_name(const struct node_id *id, char name[TREE_NAME_SIZE])
{
	for (size_t i = 0; i < FIXED_COUNT; i++) {
		if (fixed[i].kind == id->kind) {
			strcpy(name, fixed[i].name);
			return;
		}
	}
	for (size_t i = 0; i < NUMBERED_COUNT; i++) {
		if (numbered[i].kind == id->kind) {
			snprintf(name, TREE_NAME_SIZE, "%s%" PRIu64,
				 numbered[i].prefix, id->a);
			return;
		}
	}
	snprintf(name, TREE_NAME_SIZE, "%016" PRIx64 "-%016" PRIx64,
		 id->a, id->b);
}

int tree_fixed(enum node_kind parent, size_t index, struct node_id *id)
{
	for (size_t i = 0; i < FIXED_COUNT; i++) {
		if (fixed[i].parent == parent && !index--) {
			*id = (struct node_id) { .kind = fixed[i].kind };
			return 0;
		}
	}
	return -ENOENT;
}

bool tree_is_fixed(enum node_kind kind)
{
	for (size_t i = 0; i < FIXED_COUNT; i++) {
		if (fixed[i].kind == kind)
			return true;
	}
	return kind == NODE_ROOT;
}

mode_t tree_mode(enum node_kind kind)
{
	switch (kind) {
	case NODE_PID_LINK:
	case NODE_PROC_LINK:
		return S_IFLNK | 0777;
	case NODE_COMM:
	case NODE_FDINFO:
	case NODE_OBJECTS:
	case NODE_MAPS:
	case NODE_MAPS_JSON:
	case NODE_CORE:
	case NODE_MEM:
	case NODE_BO:
	case NODE_RANGE:
	case NODE_FROZEN_MAPS:
	case NODE_FROZEN_MAPS_JSON:
	case NODE_FROZEN_CORE:
	case NODE_FROZEN_MEM:
	case NODE_FROZEN_RANGE:
		return S_IFREG | 0400;
	default:
		return S_IFDIR | 0500;
	}
}

bool tree_is_text(enum node_kind kind)
{
	return S_ISREG(tree_mode(kind)) && !tree_is_memory(kind) &&
	       !tree_is_frozen(kind) && kind != NODE_CORE;
}

bool tree_is_memory(enum node_kind kind)
{
	return kind == NODE_MEM || kind == NODE_BO || kind == NODE_RANGE;
}

bool tree_is_frozen(enum node_kind kind)
{
	return kind == NODE_FROZEN_MEM || kind == NODE_FROZEN_RANGE ||
	       kind == NODE_FROZEN_CORE;
}
