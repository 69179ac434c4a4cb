/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WINDOW_H
#define WINDOW_H

/*
 * Which bytes of a VM or object a command works on: its options, from those of the
 * command line to a handle that is bound.
 */

#include "select.h"

/* Keys of the options below. */
enum {
	KEY_VA = KEY_OWN,
	KEY_OFFSET,
	KEY_SIZE,
	/* first key that a command may use for its own */
	KEY_WINDOW_OWN,
};

#define OPTION_VA	{ KEY_VA, "va", "ADDR", "first GPU virtual address" }
#define OPTION_OFFSET	{ KEY_OFFSET, "offset", "N", "with --bo: first byte (default 0)" }
#define OPTION_SIZE	{ KEY_SIZE, "size", "N", "number of bytes; with --bo, default: to the end" }

/* The same of a command that takes all. */
#define OPTION_SIZE_ALL	{ KEY_SIZE, "size", "N", "number of bytes (default: all)" }

/* All that choose a window, but its size. */
#define OPTIONS_PLACE	OPTION_CARD, OPTION_CLIENT, OPTION_VM, OPTION_VA, OPTION_BO, OPTION_OFFSET
#define OPTIONS_WINDOW	OPTIONS_PLACE, OPTION_SIZE

/*
 * struct window - a window that was chosen, and what it is
 *
 * Start it with WINDOW_INIT. window_option() and window_arguments() set what was
 * chosen, window_open() the rest.
 */
struct window {
	struct selection selection;
	bool has_va;
	uint64_t va;
	bool has_offset;
	uint64_t offset;
	/* @size was chosen */
	bool has_size;
	/* what the handle is bound to */
	struct bound bound;
	/* first file offset */
	uint64_t start;
	/* as chosen, or up to the end of an object; 0 of a VM if none was chosen */
	uint64_t size;
};

#define WINDOW_INIT(cmd)	{ .selection = SELECTION_INIT(cmd) }

/*
 * window_option - take one of the options above, or one of select.h
 *
 * Returns false if @key is none of them.
 */
bool window_option(struct window *window, int key, const char *value);

/* Of a VM, what must be given. */
enum window_need { WINDOW_NOTHING, WINDOW_START, WINDOW_SIZE };

/*
 * window_check - end with status 2 if options do not go together
 *
 * To be called before anything is opened, after the last option.
 */
void window_check(const struct window *window, enum window_need need);

/*
 * window_arguments - take the only argument, or end with status 2
 *
 * Ends so too as window_check() does.
 */
void window_arguments(struct window *window, int argc, char **argv, enum window_need need);

/*
 * window_open - open, register and bind what was chosen, or end with status 1
 *
 * Ends so too if the window begins past the end of an object.
 *
 * Returns a handle; the caller closes it.
 */
struct drmsnoop *window_open(struct window *window);

/*
 * window_range - read "START-END", or an address, which is one byte
 *
 * Ends with status 2 if it is none of them.
 */
void window_range(const struct command *command, const char *text,
		  uint64_t *start, uint64_t *size);

#endif /* WINDOW_H */
