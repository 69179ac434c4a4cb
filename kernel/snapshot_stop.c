// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stopping all who write to some objects, for a bounded time.
 *
 * New work needs the reservations of its objects, so whoever holds these has only to wait
 * for what is under way, of which each object has the fences. The CPU writes through
 * maps: without their pages it comes to the driver's fault handler, and waits there for the
 * reservation. Not stopped are maps of the kernel's own, and work without a fence.
 */

#include <linux/bsearch.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <drm/drm_device.h>
#include <drm/drm_gem.h>
#include <drm/drm_vma_manager.h>

#include <uapi/drm/drm_snoop.h>

#include "card.h"
#include "object.h"
#include "snapshot.h"
#include "snapshot_stop.h"
#include "space.h"
#include "wait.h"

/* Time that one reservation is tried for with others held. */
#define SNOOP_STOP_PATIENCE_MS	5

/**
 * snoop_stop_begin - begin the access in which writers are to be stopped
 * @stop: Zeroed; filled.
 * @space: Space of the objects.
 * @room: Most calls of snoop_stop_add().
 * @budget_ms: Milliseconds after which all must be over.
 *
 * Return: 0; -ENOMEM, or what snoop_access_begin() returns, and then nothing is held.
 */
int snoop_stop_begin(struct snoop_stop *stop, struct snoop_space *space, unsigned int room,
		     unsigned int budget_ms)
{
	int ret;

	stop->objects = kvcalloc(room, sizeof(*stop->objects), SNOOP_SNAPSHOT_GFP);
	if (!stop->objects)
		return -ENOMEM;
	stop->room = room;
	ret = snoop_space_begin(space, &stop->access);
	if (ret) {
		kvfree(stop->objects);
		return ret;
	}
	stop->access.deadline = jiffies + msecs_to_jiffies(budget_ms);
	return 0;
}

/**
 * snoop_stop_end - let go of objects and access
 * @stop: From snoop_stop_begin(), not locked.
 */
void snoop_stop_end(struct snoop_stop *stop)
{
	snoop_ranges_put(stop->late, stop->late_count);
	while (stop->count)
		drm_gem_object_put(stop->objects[--stop->count].obj);
	snoop_access_end(&stop->access);
	kvfree(stop->objects);
}

/**
 * snoop_stop_check - may it go on?
 * @stop: The stop.
 *
 * Return: 0; -ETIME, -EINTR, -ENODEV (the card goes, and waits for this).
 */
int snoop_stop_check(const struct snoop_stop *stop)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	if (snoop_card_is_dead(stop->access.card))
		return -ENODEV;
	cond_resched();
	return time_after(jiffies, stop->access.deadline) ? -ETIME : 0;
}

/**
 * snoop_stop_add - add an object
 * @stop: The stop, not locked.
 * @obj: The object, also one that was added before; takes over the caller's reference.
 *
 * Return: 0; -ESTALE when there are more than the room is for.
 */
int snoop_stop_add(struct snoop_stop *stop, struct drm_gem_object *obj)
{
	if (stop->count == stop->room) {
		drm_gem_object_put(obj);
		return -ESTALE;
	}
	stop->objects[stop->count++].obj = obj;
	return 0;
}

static int snoop_stop_compare(const void *a, const void *b)
{
	const struct snoop_stop_object *one = a, *other = b;

	return one->obj < other->obj ? -1 : one->obj > other->obj;
}

/* Each object once, in order. */
static void snoop_stop_settle(struct snoop_stop *stop)
{
	unsigned int i, count = 0;

	sort(stop->objects, stop->count, sizeof(*stop->objects), snoop_stop_compare, NULL);
	for (i = 0; i < stop->count; i++) {
		if (count && stop->objects[count - 1].obj == stop->objects[i].obj)
			drm_gem_object_put(stop->objects[i].obj);
		else
			stop->objects[count++].obj = stop->objects[i].obj;
	}
	stop->count = count;
}

/**
 * snoop_stop_find - what was found out about an object
 * @stop: The stop, after snoop_stop_judge().
 * @obj: The object.
 *
 * Return: it, or NULL.
 */
const struct snoop_stop_object *snoop_stop_find(const struct snoop_stop *stop,
						const struct drm_gem_object *obj)
{
	const struct snoop_stop_object key = { .obj = (struct drm_gem_object *)obj };

	return bsearch(&key, stop->objects, stop->count, sizeof(key), snoop_stop_compare);
}

/* Counts the handles that the client has. */
static int snoop_stop_count_handles(struct snoop_stop *stop)
{
	struct snoop_stop_object *found;
	struct drm_gem_object *obj;
	u32 handle = 0;
	int ret;

	while ((obj = snoop_object_next(stop->access.client, &handle))) {
		found = (struct snoop_stop_object *)snoop_stop_find(stop, obj);
		drm_gem_object_put(obj);
		if (found)
			found->handles++;
		ret = snoop_stop_check(stop);
		if (ret)
			return ret;
		handle++;
	}
	return 0;
}

/* By names that others can have for it; looked at without lock, it can change any time. */
static bool snoop_stop_is_shared(const struct snoop_stop_object *object)
{
	const struct drm_gem_object *obj = object->obj;

	return obj->import_attach || READ_ONCE(obj->dma_buf) ||
	       READ_ONCE(obj->handle_count) != object->handles;
}

/**
 * snoop_stop_judge - find out which objects are to be stopped
 * @stop: The stop, not locked. All objects were added.
 * @shared_too: Also those that others use.
 *
 * Return: 0, or an error of snoop_stop_check().
 */
int snoop_stop_judge(struct snoop_stop *stop, bool shared_too)
{
	unsigned int i;
	int ret;

	snoop_stop_settle(stop);
	ret = snoop_stop_count_handles(stop);
	for (i = 0; !ret && i < stop->count; i++) {
		struct snoop_stop_object *object = &stop->objects[i];

		if (!snoop_object_can_stop(object->obj))
			object->flags |= DRM_SNOOP_SNAPSHOT_NOT_STOPPED;
		if (snoop_stop_is_shared(object))
			object->flags |= DRM_SNOOP_SNAPSHOT_SHARED |
					 (shared_too ? 0 : DRM_SNOOP_SNAPSHOT_NOT_STOPPED);
	}
	return ret;
}

/* 0, -EDEADLK when somebody else keeps it for long; -EBUSY, -EINTR. */
static int snoop_stop_try(struct snoop_stop *stop, struct dma_resv *resv)
{
	unsigned long patience = jiffies + msecs_to_jiffies(SNOOP_STOP_PATIENCE_MS);
	unsigned int pause_us = SNOOP_PAUSE_MIN_US;
	int ret;

	while (!ww_mutex_trylock(&resv->lock, &stop->ticket)) {
		if (time_after(jiffies, patience))
			return -EDEADLK;
		ret = snoop_pause(stop->access.deadline, &pause_us);
		if (ret)
			return ret;
	}
	return 0;
}

static void snoop_stop_drop(struct snoop_stop *stop)
{
	unsigned int i = stop->count;

	while (i--) {
		if (stop->objects[i].locked)
			dma_resv_unlock(stop->objects[i].obj->resv);
		stop->objects[i].locked = false;
	}
}

/* All of them, or an error of snoop_stop_try() and none. */
static int snoop_stop_try_all(struct snoop_stop *stop)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < stop->count; i++) {
		struct dma_resv *resv = stop->objects[i].obj->resv;

		if ((stop->objects[i].flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED) ||
		    dma_resv_locking_ctx(resv) == &stop->ticket)
			continue;
		ret = snoop_stop_check(stop) ?: snoop_stop_try(stop, resv);
		stop->objects[i].locked = !ret;
	}
	if (ret)
		snoop_stop_drop(stop);
	return ret;
}

static int snoop_stop_lock_all(struct snoop_stop *stop)
{
	unsigned int pause_us = SNOOP_PAUSE_MIN_US;
	int ret;

	for (;;) {
		ret = snoop_stop_try_all(stop);
		if (ret != -EDEADLK)
			return ret;
		ret = snoop_pause(stop->access.deadline, &pause_us);
		if (ret)
			return ret;
	}
}

/*
 * Whoever began work may write until it is done, whatever the driver says that it does
 * with the object: explicit synchronisation has all as BOOKKEEP.
 */
static int snoop_stop_wait(struct snoop_stop *stop, unsigned long until)
{
	unsigned int i;
	int ret;

	for (i = 0; i < stop->count; i++) {
		unsigned long now = jiffies;
		long left;

		if (stop->objects[i].flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED)
			continue;
		ret = snoop_stop_check(stop);
		if (ret)
			return ret;
		left = time_before(now, until) ? until - now : 1;
		left = dma_resv_wait_timeout(stop->objects[i].obj->resv, DMA_RESV_USAGE_BOOKKEEP,
					     true, left);
		if (left <= 0)
			return left ?: -ETIME;
	}
	return 0;
}

/* From now on the CPU waits for the reservation, too. */
static int snoop_stop_unmap(struct snoop_stop *stop)
{
	unsigned int i;
	int ret;

	for (i = 0; i < stop->count; i++) {
		struct drm_gem_object *obj = stop->objects[i].obj;

		if (stop->objects[i].flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED)
			continue;
		ret = snoop_stop_check(stop);
		if (ret)
			return ret;
		dma_resv_assert_held(obj->resv);
		drm_vma_node_unmap(&obj->vma_node, obj->dev->anon_inode->i_mapping);
	}
	return 0;
}

/**
 * snoop_stop_lock - stop all who write to the objects
 * @stop: The stop, after snoop_stop_judge().
 *
 * Return: 0, for snoop_stop_unlock(): nobody writes, and moves and clears are done.
 * Otherwise nothing is held: -ETIME, -EINTR, -ERESTARTSYS for a signal, -ENODEV.
 */
int snoop_stop_lock(struct snoop_stop *stop)
{
	int ret;

	/* Up to half of the time while the target runs: then there is less to wait for. */
	ret = snoop_stop_wait(stop, jiffies + (stop->access.deadline - jiffies) / 2);
	if (ret == -ETIME)
		ret = snoop_stop_check(stop);
	if (ret)
		return ret;
	stop->begun = ktime_get();
	ww_acquire_init(&stop->ticket, &reservation_ww_class);
	ret = snoop_stop_lock_all(stop);
	stop->held = true;
	if (!ret) {
		ww_acquire_done(&stop->ticket);
		ret = snoop_stop_wait(stop, stop->access.deadline);
	}
	if (!ret)
		ret = snoop_stop_unmap(stop);
	if (ret)
		snoop_stop_unlock(stop);
	/* Of snoop_pause(): the time is up. */
	return ret == -EBUSY ? -ETIME : ret;
}

/**
 * snoop_stop_unlock - let the writers run
 * @stop: The stop; again: nothing.
 */
void snoop_stop_unlock(struct snoop_stop *stop)
{
	if (!stop->held)
		return;
	snoop_stop_drop(stop);
	ww_acquire_fini(&stop->ticket);
	stop->us = ktime_us_delta(ktime_get(), stop->begun);
	stop->held = false;
}
