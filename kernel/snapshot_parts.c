// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is bound in the window of a consistent snapshot: found once with nothing held, and
 * compared with what is there later.
 */

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <drm/drm_gem.h>

#include "access.h"
#include "identity.h"
#include "object.h"
#include "range.h"
#include "snapshot.h"
#include "snapshot_parts.h"
#include "snapshot_stop.h"
#include "space.h"
#include "user.h"

#define SNOOP_PARTS_MIN		64U
#define SNOOP_PARTS_MAX		1048576U

/**
 * snoop_parts_free - free the array
 * @parts: Empty afterwards.
 */
void snoop_parts_free(struct snoop_parts *parts)
{
	kvfree(parts->parts);
	snoop_uncharge_snapshot(parts->account, parts->room * sizeof(*parts->parts));
	parts->parts = NULL;
	parts->room = 0;
	parts->count = 0;
}

static int snoop_parts_grow(struct snoop_parts *parts)
{
	unsigned int room = max(2 * parts->room, SNOOP_PARTS_MIN);
	struct snoop_part *grown;
	int ret;

	if (room > SNOOP_PARTS_MAX)
		return -ENOMEM;
	ret = snoop_charge_snapshot(parts->account, room * sizeof(*grown));
	if (ret)
		return ret;
	grown = kvmalloc_array(room, sizeof(*grown), SNOOP_SNAPSHOT_GFP);
	if (!grown) {
		snoop_uncharge_snapshot(parts->account, room * sizeof(*grown));
		return -ENOMEM;
	}
	if (parts->count)
		memcpy(grown, parts->parts, parts->count * sizeof(*grown));
	kvfree(parts->parts);
	snoop_uncharge_snapshot(parts->account, parts->room * sizeof(*grown));
	parts->parts = grown;
	parts->room = room;
	return 0;
}

/* What can be read, of which the CPU can be stopped. Whether it may be is seen later. */
static bool snoop_part_can_stop(const struct snoop_part *part, const struct snoop_range *range)
{
	return part->range.kind == DRM_SNOOP_RANGE_OBJECT &&
	       (part->range.flags & DRM_SNOOP_READABLE) && snoop_object_can_stop(range->obj);
}

/**
 * snoop_parts_next - find the next part
 * @parts: It is added there.
 * @space: Space of the window.
 * @addr: Address below which all was found.
 * @end: First address after the window.
 *
 * Return: 1, 0 when there is none; -EDQUOT, -ENOMEM, or an error of snoop_space_next().
 */
int snoop_parts_next(struct snoop_parts *parts, struct snoop_space *space, u64 addr, u64 end)
{
	struct snoop_access access;
	struct snoop_range range;
	struct snoop_part *part;
	int ret;

	ret = parts->count == parts->room ? snoop_parts_grow(parts) : 0;
	if (ret)
		return ret;
	ret = snoop_space_begin(space, &access);
	if (ret)
		return ret;
	ret = space->ops->ranges(space, &access, addr, &range, 1);
	if (ret > 0) {
		part = &parts->parts[parts->count];
		memset(part, 0, sizeof(*part));
		snoop_range_describe(&access, &range, &part->range);
		part->stops = snoop_part_can_stop(part, &range);
		part->start = max(addr, range.start);
		part->end = min(end, range.end);
		part->done = part->start;
		ret = range.start < end;
		parts->count += ret;
		snoop_range_put(&range);
	}
	snoop_access_end(&access);
	return ret;
}

static bool snoop_part_is(const struct snoop_part *part, const struct snoop_range *range)
{
	return part->range.start == range->start && part->range.end == range->end &&
	       part->range.generation == snoop_range_generation(range);
}

/**
 * struct snoop_walk - one comparison
 * @parts: What was found.
 * @stop: Where references go to.
 * @next: Part that comes next.
 * @end: First address after the window.
 * @collect: Objects are added to @stop; otherwise they are there.
 */
struct snoop_walk {
	struct snoop_parts *parts;
	struct snoop_stop *stop;
	unsigned int next;
	u64 end;
	bool collect;
};

/* Takes over the reference, unless it fails. */
static int snoop_walk_range(struct snoop_walk *walk, struct snoop_range *range)
{
	struct snoop_part *part = &walk->parts->parts[walk->next];
	struct drm_gem_object *obj = range->obj;

	if (walk->next == walk->parts->count || !snoop_part_is(part, range) ||
	    (!walk->collect && part->obj != obj))
		return -ESTALE;
	walk->next++;
	if (!obj)
		return 0;
	range->obj = NULL;
	if (walk->collect) {
		part->obj = obj;
		return snoop_stop_add(walk->stop, obj);
	}
	/* Not the last one: the stop has another. */
	drm_gem_object_put(obj);
	return 0;
}

/* The address up to which it is compared in @addr; 0, 1: at the end; or an error. */
static int snoop_walk_batch(struct snoop_walk *walk, const struct snoop_range *ranges,
			    unsigned int count, u64 *addr)
{
	struct snoop_stop *stop = walk->stop;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < count && ranges[i].start < walk->end; i++) {
		struct snoop_range range = ranges[i];

		*addr = range.end;
		ret = snoop_walk_range(walk, &range);
		if (ret && range.obj)
			break;
	}
	/* Perhaps the last references, and reservations may be held. */
	if (i < count) {
		memcpy(stop->late, &ranges[i], (count - i) * sizeof(*ranges));
		stop->late_count = count - i;
		return ret ?: 1;
	}
	return ret;
}

/**
 * snoop_parts_walk - compare with what is bound now
 * @parts: What was found.
 * @space: Space of the window.
 * @stop: In which it is done.
 * @addr: First address of the window.
 * @end: First address after it.
 * @collect: Add all objects to @stop, which is not locked, and to the parts. Otherwise that
 *	was done before.
 *
 * At most once without @collect: it can leave references for snoop_stop_end() to drop.
 *
 * Return: 0 if all is as it was found, down to the objects; -ESTALE; an error of
 * snoop_stop_check(), or what the space's ranges returns.
 */
int snoop_parts_walk(struct snoop_parts *parts, struct snoop_space *space, struct snoop_stop *stop,
		     u64 addr, u64 end, bool collect)
{
	struct snoop_walk walk = {
		.parts = parts, .stop = stop, .end = end, .collect = collect,
	};
	struct snoop_range ranges[SNOOP_STOP_BATCH];
	int ret = 0, count;

	while (!ret && addr < end) {
		ret = snoop_stop_check(stop);
		if (ret)
			return ret;
		count = space->ops->ranges(space, &stop->access, addr, ranges, SNOOP_STOP_BATCH);
		if (count < 0)
			return count;
		ret = count ? snoop_walk_batch(&walk, ranges, count, &addr) : 1;
		if (collect) {
			snoop_ranges_put(stop->late, stop->late_count);
			stop->late_count = 0;
		}
	}
	if (ret < 0)
		return ret;
	return walk.next == parts->count ? 0 : -ESTALE;
}
