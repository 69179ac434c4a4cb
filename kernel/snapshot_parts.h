/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_SNAPSHOT_PARTS_H
#define SNOOP_SNAPSHOT_PARTS_H

#include <linux/types.h>

#include <uapi/drm/drm_snoop.h>

struct drm_gem_object;
struct snoop_account;
struct snoop_range;
struct snoop_space;
struct snoop_stop;

/**
 * struct snoop_part - what one range has of the window of a consistent snapshot
 * @range: The range, as it was found.
 * @start: First address in the window.
 * @end: First address after that.
 * @obj: Object of the range; only during the stop, which has the reference.
 * @done: Everything below was copied.
 * @flags: DRM_SNOOP_SNAPSHOT_* of its object.
 * @error: Why the rest was not copied: a positive error number or 0.
 * @stops: It is copied with its object's writers stopped.
 */
struct snoop_part {
	struct drm_snoop_range range;
	u64 start;
	u64 end;
	struct drm_gem_object *obj;
	u64 done;
	u32 flags;
	u32 error;
	bool stops;
};

/**
 * struct snoop_parts - all of them, in ascending order
 * @parts: Array.
 * @count: Number of @parts.
 * @room: Elements for which there is memory.
 * @account: What the memory is charged to.
 *
 * Of the call that takes the snapshot.
 */
struct snoop_parts {
	struct snoop_part *parts;
	unsigned int count;
	unsigned int room;
	const struct snoop_account *account;
};

void snoop_parts_free(struct snoop_parts *parts);
int snoop_parts_next(struct snoop_parts *parts, struct snoop_space *space, u64 addr, u64 end);
int snoop_parts_walk(struct snoop_parts *parts, struct snoop_space *space, struct snoop_stop *stop,
		     u64 addr, u64 end, bool collect);

#endif
