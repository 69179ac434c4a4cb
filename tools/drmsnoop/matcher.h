/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MATCHER_H
#define MATCHER_H

/* Search for bytes in memory that comes piece by piece. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* matcher_fn - called per match; anything but 0 ends the search and is returned */
typedef int (*matcher_fn)(uint64_t addr, void *data);

/*
 * struct matcher - a search
 *
 * Start it with matcher_begin(), end it with matcher_end(). It keeps fewer bytes than
 * twice the pattern.
 */
struct matcher {
	/* the caller's */
	const unsigned char *pattern;
	size_t size;
	/* matches are at multiples of it */
	uint64_t align;
	matcher_fn found;
	void *data;

	/* all of the pattern is 0 */
	bool zeros;
	/* the last @held bytes, fewer than @size; and room for as many again */
	unsigned char *tail;
	size_t held;
	/* address behind them */
	uint64_t next;
};

/*
 * matcher_begin - start a search
 * @size: at least 1
 * @align: at least 1
 *
 * Returns false if there is no memory.
 */
bool matcher_begin(struct matcher *matcher, const unsigned char *pattern, size_t size,
		   uint64_t align, matcher_fn found, void *data);

/*
 * matcher_feed - go on with bytes
 * @addr: not below the end of those before; if it is above, nothing matches across
 *	the gap
 *
 * Matches may overlap each other.
 *
 * Returns 0, or what the callback returned.
 */
int matcher_feed(struct matcher *matcher, uint64_t addr, const unsigned char *data,
		 uint64_t size);

/*
 * matcher_zeros - go on with zeros
 *
 * As matcher_feed(), and takes no time for more zeros than the pattern has bytes,
 * unless it has nothing else.
 */
int matcher_zeros(struct matcher *matcher, uint64_t addr, uint64_t size);

void matcher_end(struct matcher *matcher);

#endif /* MATCHER_H */
