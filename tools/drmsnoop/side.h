/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIDE_H
#define SIDE_H

/*
 * An argument that is live memory or a copy that was kept: PID, @FD or FILE, with
 * ",va=ADDR" and the like behind it, where it differs from the options.
 */

#include "image.h"

/*
 * struct side - a side of a comparison, or what is searched
 *
 * Start it with SIDE_INIT, end it with side_close().
 */
struct side {
	/* options that hold for it */
	struct window window;
	/* the argument without what is behind it, owned */
	char *name;
	bool live;
	/* open after side_open() */
	struct image image;
	/* first address, set by sides_window() */
	uint64_t start;
};

#define SIDE_INIT(cmd)	{ .window = WINDOW_INIT(cmd) }

/*
 * side_argument - take an argument, after the last option, or end with status 2
 * @text: NULL if there is none
 */
void side_argument(struct side *side, const char *text);

/* side_open - open what was chosen, or end with the status of a failure */
void side_open(struct side *side);

/*
 * sides_window - find out which addresses belong together
 * @sides: open ones; their start is returned
 *
 * Where none was chosen, all start at the same address, and what is in files is
 * taken, or without files all that there is.
 *
 * Returns the number of bytes, at least 1, or ends with the status of a failure.
 */
uint64_t sides_window(struct side *sides, size_t count);

void side_close(struct side *side);

#endif /* SIDE_H */
