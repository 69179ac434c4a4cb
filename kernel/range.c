// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges: what is bound at an address.
 */

#include <linux/string.h>

#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "identity.h"
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
 * snoop_range_describe - a range in the words of the uAPI
 * @range: The range.
 * @out: Filled completely.
 *
 * Looks at the object's placement, so within an access; waits for nothing.
 */
void snoop_range_describe(const struct snoop_range *range, struct drm_snoop_range *out)
{
	memset(out, 0, sizeof(*out));
	out->start = range->start;
	out->end = range->end;
	out->kind = range->kind;
	out->generation = snoop_range_generation(range);
	if (range->obj) {
		out->object_id = snoop_object_id(range->obj);
		out->object_offset = range->obj_offset;
		out->object_size = range->obj->size;
		snoop_object_status(range->obj, &out->placement, &out->flags);
	} else if (range->kind == DRM_SNOOP_RANGE_SPARSE) {
		out->flags = DRM_SNOOP_READABLE;
	}
}
