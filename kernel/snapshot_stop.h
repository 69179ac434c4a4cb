/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_SNAPSHOT_STOP_H
#define SNOOP_SNAPSHOT_STOP_H

#include <linux/ktime.h>
#include <linux/types.h>
#include <linux/ww_mutex.h>

#include "access.h"
#include "range.h"

struct drm_gem_object;
struct snoop_space;

/* Ranges that one look gets. */
#define SNOOP_STOP_BATCH	16U

/**
 * struct snoop_stop_object - an object of which writers are to be stopped, or are not
 * @obj: The object, with a reference. The references are dropped with no reservation
 *	held, as freeing an object may take one.
 * @handles: Handles that the client has for it.
 * @flags: DRM_SNOOP_SNAPSHOT_*; with NOT_STOPPED it is only kept.
 * @locked: Its reservation was taken for it, and not for one that shares it.
 */
struct snoop_stop_object {
	struct drm_gem_object *obj;
	unsigned int handles;
	u32 flags;
	bool locked;
};

/**
 * struct snoop_stop - the time in which writers are stopped
 *
 * One access, from snoop_stop_begin() to snoop_stop_end(). Of the call that makes it. In
 * between snoop_stop_lock() to snoop_stop_unlock() hold the reservations of all objects
 * that are to be stopped, at once:
 *
 * - They are tried for with one ticket, in the order of the array, until the deadline:
 *   drm_exec would wait without a limit. With a ticket those who lock several objects in
 *   another order and are younger let go of theirs (wait-die), and lockdep knows how
 *   they nest. For the sake of older ones all are let go and tried again when one was not
 *   to be had for a while. Two snapshots have the same order.
 * - Inside, only the lock of the VM's tree is tried for, and locks that a driver takes to
 *   have its own memory read. No user memory and no mmap lock is touched.
 */
struct snoop_stop {
	/** @access: The access; its deadline is that of the stop. */
	struct snoop_access access;

	/** @ticket: Of all reservations that are held. */
	struct ww_acquire_ctx ticket;

	/** @held: snoop_stop_lock() succeeded. */
	bool held;

	/** @begun: When the first reservation was tried for. */
	ktime_t begun;

	/** @us: Microseconds from @begun to the end of the stop. */
	u64 us;

	/** @objects: The objects; once and in order after snoop_stop_judge(). */
	struct snoop_stop_object *objects;

	/** @count: Number of @objects. */
	unsigned int count;

	/** @room: Elements for which there is memory. */
	unsigned int room;

	/** @late: Ranges of which the references are dropped when nothing is held. */
	struct snoop_range late[SNOOP_STOP_BATCH];

	/** @late_count: Number of @late. */
	unsigned int late_count;
};

int snoop_stop_begin(struct snoop_stop *stop, struct snoop_space *space, unsigned int room,
		     unsigned int budget_ms);
void snoop_stop_end(struct snoop_stop *stop);
int snoop_stop_check(const struct snoop_stop *stop);

int snoop_stop_add(struct snoop_stop *stop, struct drm_gem_object *obj);
int snoop_stop_judge(struct snoop_stop *stop, bool shared_too);
const struct snoop_stop_object *snoop_stop_find(const struct snoop_stop *stop,
						const struct drm_gem_object *obj);
int snoop_stop_lock(struct snoop_stop *stop);
void snoop_stop_unlock(struct snoop_stop *stop);

#endif
