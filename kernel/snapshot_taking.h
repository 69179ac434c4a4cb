/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_SNAPSHOT_TAKING_H
#define SNOOP_SNAPSHOT_TAKING_H

#include <linux/types.h>

struct drm_snoop_progress;
struct drm_snoop_range;
struct drm_snoop_snapshot;
struct drm_snoop_snapshot_range;
struct snoop_snapshot;
struct snoop_space;

/* Times that something is looked at again because it was bound anew meanwhile. */
#define SNOOP_SNAPSHOT_TRIES	16

/**
 * struct snoop_taking - a snapshot that is being taken
 * @space: What it is made of.
 * @snapshot: The snapshot.
 * @progress: Where the caller wants to know how far it is, or NULL.
 * @addr: All below is done.
 * @end: First address after the window.
 * @pages: Pages that the next piece of a process's memory has at most: one after a page that
 *	cannot be read, for which more would be allocated in vain, then twice as many each time.
 * @stale: Times that the binding at @addr was another one than was found.
 * @flags: DRM_SNOOP_SNAPSHOT_* of all that is copied.
 *
 * Of the call that takes it.
 */
struct snoop_taking {
	struct snoop_space *space;
	struct snoop_snapshot *snapshot;
	struct drm_snoop_progress __user *progress;
	u64 addr;
	u64 end;
	unsigned int pages;
	unsigned int stale;
	u32 flags;
};

struct drm_snoop_snapshot_range snoop_taking_entry(const struct drm_snoop_range *range, u64 addr);
int snoop_taking_report(const struct snoop_taking *taking);
bool snoop_taking_is_over(const struct snoop_taking *taking, u32 kind, ssize_t error);
int snoop_taking_run(struct snoop_taking *taking);
int snoop_taking_run_at_once(struct snoop_taking *taking, struct drm_snoop_snapshot *request);

#endif
