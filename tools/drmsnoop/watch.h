/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WATCH_H
#define WATCH_H

/* What changes in a map of GPU memory. */

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "drmsnoop.h"

/* Most bytes of a piece. */
#define WATCH_PAGE 4096

/*
 * struct watch - a map that is watched
 *
 * The first members are the caller's to set.
 */
struct watch {
	const struct command *command;
	struct drmsnoop *snoop;
	const struct drmsnoop_map *map;
	/* the bytes of the map that are of interest */
	uint64_t start, end;
	/* how long, 0: without end; milliseconds between two looks */
	uint64_t seconds;
	uint64_t interval;
	bool json;

	/* what was there at the last look */
	unsigned char *seen;
	/* parts that were bound anew, which was said */
	bool *rebound;
	/* when it began */
	double begin;
};

/* watch_piece - how many of @size bytes at @offset are on one page */
uint64_t watch_piece(uint64_t offset, uint64_t size);

/*
 * watch_clip - what of [@start, @end) is in a part
 * @first, @last: returned; @first >= @last: nothing
 */
void watch_clip(const struct drmsnoop_part *part, uint64_t start, uint64_t end,
		uint64_t *first, uint64_t *last);

/*
 * watch_begin - take the first look
 *
 * What changes from here on is printed by watch_run(). Ends the program without
 * memory.
 */
void watch_begin(struct watch *watch);

/*
 * watch_run - print lines that change, until the time is over or the client ends
 *
 * A line is that of a dump behind the seconds since watch_begin(). When something
 * else is bound to a part by now, or its client ended, that is said on standard
 * error.
 *
 * Returns the exit status: 1 if the card went.
 */
int watch_run(struct watch *watch);

#endif /* WATCH_H */
