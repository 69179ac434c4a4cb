// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consistent snapshots: all objects of the window at one moment.
 *
 * What takes time and needs nothing of the target comes first: what is bound is looked
 * at, and room is made for its bytes. Then writers are stopped, what is bound is compared,
 * and all is copied; that is bounded by the caller's budget. What cannot be stopped, or
 * may not be, is copied last, as snoop_taking_run() does it.
 */

#include <linux/err.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "client.h"
#include "file.h"
#include "object.h"
#include "policy.h"
#include "snapshot.h"
#include "snapshot_parts.h"
#include "snapshot_stop.h"
#include "snapshot_taking.h"
#include "space.h"

static unsigned int max_stop_ms = 1000;
module_param(max_stop_ms, uint, 0644);
MODULE_PARM_DESC(max_stop_ms, "Longest time that a consistent snapshot stops writers, in milliseconds; 0: none are taken (default: 1000)");

/**
 * struct snoop_room - room for a piece of a part
 * @link: In &snoop_consistent.rooms.
 * @part: The part.
 * @piece: The room.
 * @copied: It was filled.
 */
struct snoop_room {
	struct list_head link;
	struct snoop_part *part;
	struct snoop_piece piece;
	bool copied;
};

/**
 * struct snoop_consistent - a consistent snapshot that is being taken
 * @taking: The snapshot.
 * @addr: First address of the window.
 * @end: First address after it.
 * @parts: What is bound there.
 * @rooms: Room for those parts that are to be copied at once, ascending.
 * @stop: The time in which that is done.
 *
 * Of the call that takes it.
 */
struct snoop_consistent {
	struct snoop_taking *taking;
	u64 addr;
	u64 end;
	struct snoop_parts parts;
	struct list_head rooms;
	struct snoop_stop stop;
};

/**
 * snoop_consistent_max_ms - the longest budget
 *
 * Return: milliseconds, 0 when there are no consistent snapshots.
 */
unsigned int snoop_consistent_max_ms(void)
{
	return READ_ONCE(max_stop_ms);
}

/**
 * snoop_consistent_check - may a consistent snapshot be taken?
 * @space: What of.
 *
 * Stopping a target is for those who may change it.
 *
 * Return: 0; -EPERM (switched off), -EACCES (not registered for writing).
 */
int snoop_consistent_check(const struct snoop_space *space)
{
	int ret = snoop_policy_write();

	if (!ret && !snoop_consistent_max_ms())
		ret = -EPERM;
	if (!ret && !snoop_client_may_write(space->client))
		ret = -EACCES;
	return ret;
}

static int snoop_consistent_find(struct snoop_consistent *consistent)
{
	struct snoop_taking *taking = consistent->taking;
	struct snoop_parts *parts = &consistent->parts;
	u64 addr = consistent->addr;
	int ret;

	while (addr < consistent->end) {
		ret = snoop_parts_next(parts, taking->space, addr, consistent->end);
		if (ret <= 0)
			return ret;
		addr = parts->parts[parts->count - 1].end;
		ret = snoop_taking_report(taking);
		if (ret)
			return ret;
	}
	return 0;
}

/* Makes room for [addr, addr + len) of a part. */
static int snoop_consistent_add_room(struct snoop_consistent *consistent, struct snoop_part *part,
				     u64 addr, size_t len)
{
	struct snoop_room *room, *last;
	int ret;

	room = kmalloc(sizeof(*room), SNOOP_SNAPSHOT_GFP);
	if (!room)
		return -ENOMEM;
	ret = snoop_piece_prepare(consistent->taking->snapshot, &room->piece, addr, len);
	if (ret) {
		kfree(room);
		return ret;
	}
	room->part = part;
	room->copied = false;
	/* A page of both stays, whichever of them fails. */
	if (!list_empty(&consistent->rooms)) {
		last = list_last_entry(&consistent->rooms, struct snoop_room, link);
		last->piece.new_end = min(last->piece.new_end, room->piece.first);
	}
	list_add_tail(&room->link, &consistent->rooms);
	return 0;
}

static int snoop_consistent_make_room(struct snoop_consistent *consistent)
{
	struct snoop_taking *taking = consistent->taking;
	unsigned int i;
	int ret;

	for (i = 0; i < consistent->parts.count; i++) {
		struct snoop_part *part = &consistent->parts.parts[i];
		u64 addr = part->start;

		while (part->stops && addr < part->end) {
			size_t len = snoop_snapshot_piece(taking->snapshot, addr, part->end);

			ret = snoop_consistent_add_room(consistent, part, addr, len);
			if (!ret)
				ret = snoop_taking_report(taking);
			if (ret)
				return ret;
			addr += len;
		}
	}
	return 0;
}

static void snoop_consistent_free_rooms(struct snoop_consistent *consistent)
{
	struct snoop_room *room, *next;

	list_for_each_entry_safe(room, next, &consistent->rooms, link) {
		snoop_piece_finish(consistent->taking->snapshot, &room->piece,
				   room->copied ? room->piece.len : 0);
		kfree(room);
	}
	INIT_LIST_HEAD(&consistent->rooms);
}

/* What was found out about the objects, to the parts. */
static void snoop_consistent_judge_parts(struct snoop_consistent *consistent)
{
	unsigned int i;

	for (i = 0; i < consistent->parts.count; i++) {
		struct snoop_part *part = &consistent->parts.parts[i];

		if (part->obj)
			part->flags = snoop_stop_find(&consistent->stop, part->obj)->flags;
		else
			part->flags = DRM_SNOOP_SNAPSHOT_NOT_STOPPED;
		if (!part->stops)
			part->flags |= DRM_SNOOP_SNAPSHOT_NOT_STOPPED;
		if (part->flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED)
			part->stops = false;
	}
}

/* All that is copied at once, with the reservations held and nobody writing. */
static int snoop_consistent_copy(struct snoop_consistent *consistent)
{
	const struct snoop_taking *taking = consistent->taking;
	struct snoop_room *room;
	int ret;

	list_for_each_entry(room, &consistent->rooms, link) {
		struct snoop_part *part = room->part;
		struct snoop_piece *piece = &room->piece;

		if (!part->stops || part->error)
			continue;
		ret = snoop_stop_check(&consistent->stop);
		if (ret)
			return ret;
		if (part->done == part->start)
			part->range.placement = snoop_object_placement_held(part->obj);
		ret = snoop_object_read_held(&consistent->stop.access, part->obj,
					     part->range.object_offset +
					     (piece->addr - part->range.start),
					     snoop_piece_mem(taking->snapshot, piece), piece->len);
		if (snoop_taking_is_over(taking, part->range.kind, ret))
			return ret;
		part->error = -ret;
		room->copied = !ret;
		if (!ret)
			part->done = piece->addr + piece->len;
	}
	return 0;
}

static int snoop_consistent_walk(struct snoop_consistent *consistent, bool collect)
{
	return snoop_parts_walk(&consistent->parts, consistent->taking->space, &consistent->stop,
				consistent->addr, consistent->end, collect);
}

/* Within the access, with nothing else held. */
static int snoop_consistent_stop_writers(struct snoop_consistent *consistent)
{
	const struct snoop_space *space = consistent->taking->space;
	bool shared_too = file_ns_capable(space->file->account.filp, &init_user_ns, CAP_SYS_ADMIN);
	int ret;

	ret = snoop_consistent_walk(consistent, true);
	if (!ret)
		ret = snoop_stop_judge(&consistent->stop, shared_too);
	if (ret)
		return ret;
	snoop_consistent_judge_parts(consistent);
	ret = snoop_stop_lock(&consistent->stop);
	if (ret)
		return ret;
	/* Now is the moment, if nothing was bound anew until now. */
	if (!space->ranges_reserve)
		ret = snoop_consistent_walk(consistent, false);
	if (!ret)
		ret = snoop_consistent_copy(consistent);
	snoop_stop_unlock(&consistent->stop);
	/* Otherwise nothing must have been until afterwards. */
	if (!ret && space->ranges_reserve)
		ret = snoop_consistent_walk(consistent, false);
	return ret;
}

static int snoop_consistent_stop(struct snoop_consistent *consistent,
				 struct drm_snoop_snapshot *request)
{
	u64 budget_us = (u64)request->budget_ms * USEC_PER_MSEC;
	struct snoop_stop *stop = &consistent->stop;
	int ret;

	if (request->stopped_us >= budget_us)
		return -ETIME;
	ret = snoop_stop_begin(stop, consistent->taking->space, consistent->parts.count,
			       DIV_ROUND_UP_ULL(budget_us - request->stopped_us, USEC_PER_MSEC));
	if (ret)
		return ret;
	ret = snoop_consistent_stop_writers(consistent);
	/* Of a lock of the driver's. */
	if (ret == -EBUSY && time_after(jiffies, stop->access.deadline))
		ret = -ETIME;
	snoop_stop_end(stop);
	request->stopped_us = min(request->stopped_us + stop->us, U32_MAX);
	return ret;
}

/* Adds what became of a part, and copies it if it was not stopped. */
static int snoop_consistent_add_part(struct snoop_consistent *consistent, struct snoop_part *part)
{
	struct snoop_taking *taking = consistent->taking;
	struct snoop_table *table = &taking->snapshot->table;
	struct drm_snoop_snapshot_range entry;
	int ret = 0;

	if (!part->stops) {
		taking->addr = part->start;
		taking->end = part->end;
		taking->flags = part->flags;
		return snoop_taking_run(taking);
	}
	entry = snoop_taking_entry(&part->range, part->start);
	entry.end = part->done;
	entry.flags = part->flags;
	if (entry.start < entry.end)
		ret = snoop_table_add(table, &entry);
	entry = snoop_taking_entry(&part->range, part->done);
	entry.end = part->end;
	entry.error = part->error;
	if (!ret && entry.start < entry.end)
		ret = snoop_table_add(table, &entry);
	taking->addr = part->end;
	return ret ?: snoop_taking_report(taking);
}

static int snoop_consistent_finish(struct snoop_consistent *consistent)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < consistent->parts.count; i++)
		ret = snoop_consistent_add_part(consistent, &consistent->parts.parts[i]);
	consistent->taking->end = consistent->end;
	consistent->taking->addr = consistent->end;
	return ret ?: snoop_taking_report(consistent->taking);
}

static int snoop_consistent_run(struct snoop_consistent *consistent,
				struct drm_snoop_snapshot *request)
{
	int ret;

	ret = snoop_consistent_find(consistent);
	if (!ret)
		ret = snoop_consistent_make_room(consistent);
	if (!ret && consistent->parts.count)
		ret = snoop_consistent_stop(consistent, request);
	snoop_consistent_free_rooms(consistent);
	if (!ret)
		ret = snoop_consistent_finish(consistent);
	snoop_parts_free(&consistent->parts);
	return ret;
}

/**
 * snoop_taking_run_at_once - copy what is bound at one moment
 * @taking: The snapshot, from its addr to its end.
 * @request: Its budget; the time that writers were stopped for is added.
 *
 * Return: 0 with addr at the end; -ESTALE (something was bound anew, so it may be tried
 * again with another snapshot), -ETIME, -ERESTARTSYS, or an error of snoop_taking_run().
 */
int snoop_taking_run_at_once(struct snoop_taking *taking, struct drm_snoop_snapshot *request)
{
	struct snoop_consistent *consistent;
	int ret;

	request->budget_ms = min(request->budget_ms, snoop_consistent_max_ms());
	consistent = kzalloc(sizeof(*consistent), GFP_KERNEL_ACCOUNT);
	if (!consistent)
		return -ENOMEM;
	consistent->taking = taking;
	consistent->addr = taking->addr;
	consistent->end = taking->end;
	consistent->parts.account = &taking->snapshot->account;
	INIT_LIST_HEAD(&consistent->rooms);
	ret = snoop_consistent_run(consistent, request);
	kfree(consistent);
	return ret;
}
