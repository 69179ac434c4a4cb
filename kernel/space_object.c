// SPDX-License-Identifier: GPL-2.0-only
/*
 * The space of an object: offsets are its bytes.
 *
 * It names a handle and holds no reference, so that looking at an object never
 * keeps its memory when the target gives it up.
 */

#include <linux/err.h>
#include <linux/slab.h>

#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "object.h"
#include "range.h"
#include "space.h"

/**
 * struct snoop_object_space - space of one handle
 * @base: The space.
 * @handle: GEM handle in the client. Immutable.
 */
struct snoop_object_space {
	struct snoop_space base;
	u32 handle;
};

static int snoop_object_ranges(struct snoop_space *base, const struct snoop_access *access,
			       u64 addr, struct snoop_range *ranges, unsigned int max)
{
	struct snoop_object_space *space = container_of(base, struct snoop_object_space, base);
	struct drm_gem_object *obj;

	obj = snoop_object_get(access->client, space->handle);
	if (!obj)
		return -ENOENT;
	/* The handle may name another, smaller object by now. */
	if (addr >= obj->size) {
		drm_gem_object_put(obj);
		return 0;
	}
	*ranges = (struct snoop_range) {
		.end = obj->size,
		.obj = obj,
		.kind = DRM_SNOOP_RANGE_OBJECT,
	};
	return 1;
}

static void snoop_object_space_release(struct snoop_space *base)
{
	kfree(container_of(base, struct snoop_object_space, base));
}

static const struct snoop_space_ops snoop_object_space_ops = {
	.ranges = snoop_object_ranges,
	.release = snoop_object_space_release,
};

/**
 * snoop_object_space - make the space of a handle
 * @access: Access to its client.
 * @handle: GEM handle, at most 32 bit.
 *
 * Return: the space, to be completed by snoop_space_bind(); -ENOENT, -ENOMEM.
 */
struct snoop_space *snoop_object_space(const struct snoop_access *access, u64 handle)
{
	struct snoop_object_space *space;
	struct drm_gem_object *obj;

	obj = snoop_object_get(access->client, handle);
	if (!obj)
		return ERR_PTR(-ENOENT);
	space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);
	if (space) {
		space->base.ops = &snoop_object_space_ops;
		space->base.size = obj->size;
		space->base.eof = true;
		space->handle = handle;
	}
	drm_gem_object_put(obj);
	return space ? &space->base : ERR_PTR(-ENOMEM);
}
