// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges: what is bound at an address.
 */

#include <linux/string.h>

#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "client.h"
#include "identity.h"
#include "memory.h"
#include "object.h"
#include "range.h"

/**
 * snoop_range_put - drop what a range holds
 * @range: The range; its object is NULL afterwards.
 */
void snoop_range_put(struct snoop_range *range)
{
	if (range->obj)
		drm_gem_object_put(range->obj);
	range->obj = NULL;
}

/**
 * snoop_ranges_put - drop what several ranges hold
 * @ranges: Array.
 * @count: Elements.
 */
void snoop_ranges_put(struct snoop_range *ranges, unsigned int count)
{
	while (count--)
		snoop_range_put(ranges++);
}

/**
 * snoop_range_is_same - are two looks at a userptr of the same binding?
 * @a: A range.
 * @b: Another one, of the same space.
 *
 * Return: true if nothing has changed in between, or was put back as it was.
 */
bool snoop_range_is_same(const struct snoop_range *a, const struct snoop_range *b)
{
	return a->kind == b->kind && a->start == b->start && a->end == b->end &&
	       a->obj_offset == b->obj_offset && a->binding == b->binding && a->mm == b->mm;
}

/* A CPU address says how the process is laid out: for those who may know. */
static void snoop_range_describe_userptr(const struct snoop_access *access,
					 const struct snoop_range *range,
					 struct drm_snoop_range *out)
{
	const struct snoop_memory *memory = snoop_memories_find(access->memories, range->mm);

	if (!memory)
		return;
	out->object_offset = range->obj_offset;
	out->flags |= DRM_SNOOP_READABLE;
	if (!range->read_only && snoop_memory_may_write(memory) &&
	    snoop_client_may_write(access->registration))
		out->flags |= DRM_SNOOP_WRITABLE;
}

/**
 * snoop_range_describe - a range in the words of the uAPI
 * @access: The access that it belongs to.
 * @range: The range.
 * @out: Filled completely.
 *
 * Looks at the object's placement; waits for nothing.
 */
void snoop_range_describe(const struct snoop_access *access, const struct snoop_range *range,
			  struct drm_snoop_range *out)
{
	struct snoop_object_state state;

	memset(out, 0, sizeof(*out));
	out->start = range->start;
	out->end = range->end;
	out->kind = range->kind;
	out->generation = snoop_range_generation(range);
	switch (range->kind) {
	case DRM_SNOOP_RANGE_OBJECT:
		out->object_id = snoop_object_id(range->obj);
		out->object_offset = range->obj_offset;
		out->object_size = range->obj->size;
		snoop_object_status(access, range->obj, &state);
		out->placement = state.placement;
		out->flags = state.flags;
		break;
	case DRM_SNOOP_RANGE_USERPTR:
		snoop_range_describe_userptr(access, range, out);
		break;
	case DRM_SNOOP_RANGE_SPARSE:
		out->flags = DRM_SNOOP_READABLE;
		if (snoop_client_may_write(access->registration))
			out->flags |= DRM_SNOOP_WRITABLE;
		break;
	}
	if (range->read_only) {
		out->flags |= DRM_SNOOP_READ_ONLY;
		out->flags &= ~DRM_SNOOP_WRITABLE;
	}
}
