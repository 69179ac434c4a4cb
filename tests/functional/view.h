/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_VIEW_H
#define TESTS_VIEW_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

#include "drawer.h"

/*
 * A process that draws with a stock driver, and an observer of its buffer. All
 * functions fail the running test.
 */
struct view {
	struct drawer drawer;
	/* Registered with the drawer's client. */
	int snoop;
	__u64 client_id;
};

/* On the first card of a driver; nothing is bound. */
void view_open(struct view *view, const char *driver);
/* The same, registered for writing too. */
void view_open_write(struct view *view, const char *driver);
/* Binds the file to the buffer. */
void view_bind(const struct view *view);
void view_close(struct view *view);

/* [@offset, @offset + @len) of the buffer is the pattern of @seed. */
void view_check(const struct view *view, uint64_t seed, uint64_t offset, size_t len);
/* All of it, then pieces of all sizes at all alignments, then its end. */
void view_check_all(const struct view *view, uint64_t seed);
/* What LIST says of the buffer. */
void view_check_object(const struct view *view, __u32 kind, __u32 placement, __u32 flags);
/* LIST says that it is read by @path (DRM_SNOOP_PATH_*), or why not; bound. */
void view_check_path(const struct view *view, __u32 path, int error);
/* Writes pieces of the pattern of @seed, which the drawer then sees; bound for writing. */
void view_check_write(struct view *view, uint64_t seed);

#endif
