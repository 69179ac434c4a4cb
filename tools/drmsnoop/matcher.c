// SPDX-License-Identifier: GPL-2.0-or-later
/* Search for bytes in memory that comes piece by piece. */

#include <stdlib.h>
#include <string.h>

#include "matcher.h"

bool matcher_begin(struct matcher *matcher, const unsigned char *pattern, size_t size,
		   uint64_t align, matcher_fn found, void *data)
{
	size_t i;

	*matcher = (struct matcher) {
		.pattern = pattern,
		.size = size,
		.align = align,
		.found = found,
		.data = data,
		.tail = malloc(2 * size),
		.zeros = true,
	};
	for (i = 0; i < size; i++)
		matcher->zeros &= !pattern[i];
	return matcher->tail;
}

/* Matches that begin in the first @starts bytes. */
static int search(const struct matcher *matcher, uint64_t addr, const unsigned char *data,
		  size_t size, size_t starts)
{
	const unsigned char *p = data;
	uint64_t over;
	int ret;

	while ((size_t)(p - data) < starts) {
		p = memmem(p, size - (p - data), matcher->pattern, matcher->size);
		if (!p || (size_t)(p - data) >= starts)
			return 0;
		over = (addr + (p - data)) % matcher->align;
		if (!over) {
			ret = matcher->found(addr + (p - data), matcher->data);
			if (ret)
				return ret;
		}
		if (matcher->align - over > size - (p - data))
			return 0;
		p += matcher->align - over;
	}
	return 0;
}

/* Keep what the next match may begin with. */
static void keep(struct matcher *matcher, const unsigned char *data, size_t size)
{
	size_t most = matcher->size - 1, old;

	if (size > most) {
		data += size - most;
		size = most;
	}
	old = most - size < matcher->held ? most - size : matcher->held;
	memmove(matcher->tail, matcher->tail + matcher->held - old, old);
	memcpy(matcher->tail + old, data, size);
	matcher->held = old + size;
}

int matcher_feed(struct matcher *matcher, uint64_t addr, const unsigned char *data,
		 uint64_t size)
{
	size_t more = size < matcher->size - 1 ? size : matcher->size - 1;
	int ret = 0;

	if (addr != matcher->next)
		matcher->held = 0;
	if (matcher->held) {
		memcpy(matcher->tail + matcher->held, data, more);
		ret = search(matcher, addr - matcher->held, matcher->tail,
			     matcher->held + more, matcher->held);
	}
	if (!ret)
		ret = search(matcher, addr, data, size, size);
	keep(matcher, data, size);
	matcher->next = addr + size;
	return ret;
}

int matcher_zeros(struct matcher *matcher, uint64_t addr, uint64_t size)
{
	static const unsigned char zeros[65536];
	uint64_t most = matcher->size - 1, n;
	int ret = 0;

	/* A match with other bytes ends or begins within @most of one end. */
	if (!matcher->zeros && size > 2 * most) {
		ret = matcher_zeros(matcher, addr, most);
		return ret ? ret : matcher_zeros(matcher, addr + size - most, most);
	}
	while (!ret && size) {
		n = size < sizeof(zeros) ? size : sizeof(zeros);
		ret = matcher_feed(matcher, addr, zeros, n);
		addr += n;
		size -= n;
	}
	return ret;
}

void matcher_end(struct matcher *matcher)
{
	free(matcher->tail);
}
