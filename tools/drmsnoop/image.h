/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAGE_H
#define IMAGE_H

/*
 * Memory of a VM or object, live or kept in a file, as pieces of bytes and of what has
 * none. An image keeps one piece in memory, and of a file its table of ranges.
 */

#include <stddef.h>

#include "window.h"

/* Most bytes of a piece with data that are not all 0. */
#define IMAGE_PIECE (256 << 10)

/* What there is at an address. */
enum image_state {
	IMAGE_DATA,
	/* sparse: bound to nothing, reads as zeros */
	IMAGE_ZEROS,
	IMAGE_UNBOUND,
	/* bound, and the bytes are not known */
	IMAGE_UNREADABLE,
	/* past the end of the VM or object */
	IMAGE_END,
	/* not in the file: nothing is known */
	IMAGE_OUTSIDE,
};

/*
 * struct image_piece - bytes with the same state
 *
 * Valid until the next piece of the same image is asked for.
 */
struct image_piece {
	uint64_t addr;
	/* at least 1 */
	uint64_t size;
	enum image_state state;
	/* with IMAGE_DATA: @size bytes, or NULL: all of them are 0; else NULL */
	const unsigned char *data;
	/* with IMAGE_UNREADABLE: why, or NULL; as long as the image */
	const char *reason;
};

/*
 * struct image_range - a range of a file
 *
 * Immutable once read, except that adjacent ones are merged when they are added.
 */
struct image_range {
	uint64_t start;
	uint64_t end;
	/* where the byte of @start is in the file */
	uint64_t offset;
	enum image_state state;
	/* with IMAGE_UNREADABLE: errno */
	int error;
};

/*
 * struct image - an image that is read
 */
struct image {
	const struct command *command;
	/* for messages */
	const char *name;
	/* what is read if nothing was chosen: [@start, @end) */
	uint64_t start;
	uint64_t end;
	/*
	 * The piece at @addr, of at most @most bytes, which is at least 1. Ends the
	 * program if that fails.
	 */
	void (*next)(struct image *image, uint64_t addr, uint64_t most,
		     struct image_piece *piece);
	/* IMAGE_PIECE bytes, owned */
	unsigned char *buf;

	/* live: bound and owned, or NULL */
	struct drmsnoop *snoop;
	/* size of the object, or first address after the VM; 0: unknown */
	uint64_t bound_end;
	/* the last range that was found; @end is 0 if there is none */
	struct drm_snoop_range range;

	/* kept: descriptor, or -1, and size of the file in bytes when it was opened */
	int fd;
	uint64_t size;
	/* ascending, owned */
	struct image_range *ranges;
	size_t count;
	size_t room;
};

/*
 * image_live - open what was chosen, or end with the status of a failure
 * @window: to be opened; opened on return
 * @name: for messages; to be valid as long as the image
 */
void image_live(struct image *image, struct window *window, const char *name);

/*
 * image_file - open a copy that was kept, or end with the status of a failure
 * @name: of drmsnoop snapshot, with its table in NAME.json, or of drmsnoop core
 */
void image_file(struct image *image, const struct command *command, const char *name);

/*
 * image_begin - open a file, of which nothing is known yet
 *
 * For those who read its table: they add ranges, and set start and end.
 */
void image_begin(struct image *image, const struct command *command, const char *name);

/*
 * image_open - open a regular file to be read, or end with the status of a failure
 * @size: returned: its size in bytes
 *
 * Does not wait for a file of another kind. Returns a descriptor, which the caller closes.
 */
int image_open(const struct command *command, const char *name, uint64_t *size);

/*
 * image_add_range - add a range of a file
 * @range: behind all that were added
 *
 * Returns false if it is not behind them, or if it is empty.
 */
bool image_add_range(struct image *image, const struct image_range *range);

/* image_state_name - "data", "zeros", "unbound", "unreadable", "end", "outside" */
const char *image_state_name(enum image_state state);

void image_close(struct image *image);

#endif /* IMAGE_H */
