// SPDX-License-Identifier: GPL-2.0-or-later
/* Live memory of a VM or object. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

static void fail(const struct image *image) __attribute__((noreturn));

static void fail(const struct image *image)
{
	die(image->command, "%s: %s", image->name, drmsnoop_error());
}

/* Take the first piece, and no more. */
struct first {
	struct image *image;
	struct image_piece *piece;
};

static int take_first(const struct drmsnoop_piece *from, void *data)
{
	static const enum image_state states[] = {
		[DRMSNOOP_HOLE_NONE] = IMAGE_DATA,
		[DRMSNOOP_HOLE_UNBOUND] = IMAGE_UNBOUND,
		[DRMSNOOP_HOLE_UNREADABLE] = IMAGE_UNREADABLE,
		[DRMSNOOP_HOLE_END] = IMAGE_END,
	};
	const struct first *first = data;
	struct image_piece *piece = first->piece;

	piece->size = from->size;
	piece->state = states[from->hole];
	piece->reason = from->reason;
	if (from->data) {
		if (piece->size > IMAGE_PIECE)
			piece->size = IMAGE_PIECE;
		memcpy(first->image->buf, from->data, piece->size);
		piece->data = first->image->buf;
	}
	return 1;
}

/* Read what is in the range that was found last, whatever is bound there by now. */
static void read_range(struct image *image, struct image_piece *piece)
{
	struct first first = { .image = image, .piece = piece };
	uint64_t most = piece->size < IMAGE_PIECE ? piece->size : IMAGE_PIECE;
	ssize_t n;

	n = drmsnoop_pread(image->snoop, image->buf, most, piece->addr);
	if (n > 0) {
		piece->size = n;
		piece->data = image->buf;
		return;
	}
	/* It knows what is there now, and asks once more. */
	if (drmsnoop_read(image->snoop, piece->addr, piece->size, take_first, &first) < 0)
		fail(image);
}

static void next_live(struct image *image, uint64_t addr, uint64_t most,
		      struct image_piece *piece)
{
	struct drm_snoop_range *range = &image->range;
	uint64_t end;
	int ret;

	*piece = (struct image_piece) { .addr = addr, .size = most };
	if (image->bound_end && addr >= image->bound_end) {
		piece->state = IMAGE_END;
		return;
	}
	if (addr < range->start || addr >= range->end) {
		ret = drmsnoop_query_range(image->snoop, addr, DRM_SNOOP_QUERY_NEXT,
					   range, sizeof(*range));
		if (ret == -ENOENT)
			memset(range, 0, sizeof(*range));
		else if (ret)
			fail(image);
	}
	if (addr < range->start || addr >= range->end) {
		piece->state = IMAGE_UNBOUND;
		end = range->start > addr ? range->start : image->bound_end;
		if (end && end - addr < most)
			piece->size = end - addr;
		/* What is bound by the time that its turn comes is to be seen. */
		memset(range, 0, sizeof(*range));
		return;
	}
	if (range->end - addr < most)
		piece->size = range->end - addr;
	if (range->kind == DRM_SNOOP_RANGE_SPARSE) {
		piece->state = IMAGE_ZEROS;
	} else if (!(range->flags & DRM_SNOOP_READABLE)) {
		piece->state = IMAGE_UNREADABLE;
		piece->reason = drmsnoop_range_reason(image->snoop, range, 0);
	} else {
		read_range(image, piece);
	}
}

void image_live(struct image *image, struct window *window, const char *name)
{
	const struct command *command = window->selection.command;

	*image = (struct image) {
		.command = command,
		.name = name,
		.fd = -1,
		.next = next_live,
		.snoop = window_open(window),
		.bound_end = window->bound.end,
		.end = window->bound.end ?: INT64_MAX,
		.buf = malloc(IMAGE_PIECE),
	};
	if (!image->buf)
		die(command, "out of memory");
}
