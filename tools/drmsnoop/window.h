/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WINDOW_H
#define WINDOW_H

/* Which bytes of a VM or object a command works on. */

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

/*
 * struct window - a window that was chosen
 */
struct window {
	bool has_va;
	uint64_t va;
	bool has_offset;
	uint64_t offset;
	bool has_size;
	uint64_t size;
};

/*
 * window_option - take one of the options above
 *
 * Returns false if @key is none of them.
 */
bool window_option(struct window *window, const struct command *command,
		   int key, const char *value);

/*
 * window_check - end with status 2 if options do not go together
 * @need_size: of a VM, the size must be given
 *
 * To be called before anything is opened.
 */
void window_check(const struct window *window,
		  const struct selection *selection, bool need_size);

/*
 * window_resolve - find out what the bytes are
 * @bound: what the handle is bound to
 * @start: returned first file offset
 * @size: returned number of bytes: as chosen, or up to the end of an object; 0 of
 *	a VM if no size was chosen
 *
 * Ends with status 1 if the window begins past the end of an object.
 */
void window_resolve(const struct window *window,
		    const struct selection *selection,
		    const struct bound *bound, uint64_t *start, uint64_t *size);

/*
 * window_range - read "START-END", or an address, which is one byte
 *
 * Ends with status 2 if it is none of them.
 */
void window_range(const struct command *command, const char *text,
		  uint64_t *start, uint64_t *size);

#endif /* WINDOW_H */
