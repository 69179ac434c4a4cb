/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DRMSNOOP_LIB_MAP_H
#define DRMSNOOP_LIB_MAP_H

/* What map.c and map_copy.c share. */

#include <stdint.h>

struct drmsnoop;
struct window;

/* dsn_map_add - add a part to a window; returns 0 or -ENOMEM */
int dsn_map_add(struct window *window, uint64_t offset, uint64_t end, int error,
		uint64_t generation, uint32_t flags);

/*
 * dsn_map_place - move a map of [@offset, @end) into the window
 *
 * Unmaps it when that fails. Returns 0 or a negative errno.
 */
int dsn_map_place(struct window *window, void *addr, uint64_t offset, uint64_t end);

/*
 * dsn_map_copy - add parts that are copies, for all of [@offset, @end)
 *
 * Returns 0 or a negative errno, with the message set.
 */
int dsn_map_copy(struct window *window, struct drmsnoop *snoop, uint64_t offset, uint64_t end);

#endif
