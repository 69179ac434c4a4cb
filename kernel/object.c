// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects: GEM objects of a client, whatever driver they are from.
 *
 * The kind of an object is seen from the helper functions in its function
 * tables; private structures are never needed.
 */

#include <linux/idr.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "object.h"
#include "wait.h"

static const struct snoop_object_ops *const object_kinds[] = {
	&snoop_object_ttm,
	&snoop_object_shmem,
};

static const struct snoop_object_ops *snoop_object_ops(const struct drm_gem_object *obj)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(object_kinds); i++)
		if (object_kinds[i]->match(obj))
			return object_kinds[i];
	return NULL;
}

/**
 * snoop_object_get - object of a handle
 * @client: Client of an access.
 * @handle: GEM handle.
 *
 * Return: the object with a reference, or NULL.
 */
struct drm_gem_object *snoop_object_get(struct drm_file *client, u32 handle)
{
	struct drm_gem_object *obj;

	spin_lock(&client->table_lock);
	/* NULL while a handle is being made (drm_gem_handle_create_tail()). */
	obj = idr_find(&client->object_idr, handle);
	if (obj)
		drm_gem_object_get(obj);
	spin_unlock(&client->table_lock);
	return obj;
}

/**
 * snoop_object_next - walk the handles of a client
 * @client: Client of an access.
 * @handle: Lowest handle that is wanted; returned: the one found.
 *
 * Return: the object with a reference, or NULL at the end.
 */
struct drm_gem_object *snoop_object_next(struct drm_file *client, u32 *handle)
{
	struct drm_gem_object *obj;
	int id;

	if (*handle > INT_MAX)
		return NULL;
	id = *handle;
	spin_lock(&client->table_lock);
	/* Skips half-made handles. */
	obj = idr_get_next(&client->object_idr, &id);
	if (obj) {
		drm_gem_object_get(obj);
		*handle = id;
	}
	spin_unlock(&client->table_lock);
	return obj;
}

/**
 * snoop_object_kind - how the driver keeps an object
 * @obj: The object.
 *
 * Return: DRM_SNOOP_OBJECT_*.
 */
u32 snoop_object_kind(const struct drm_gem_object *obj)
{
	const struct snoop_object_ops *ops = snoop_object_ops(obj);

	return ops ? ops->kind : DRM_SNOOP_OBJECT_OTHER;
}

/**
 * snoop_object_status - where an object is and what can be done with it
 * @obj: The object.
 * @placement: Returned DRM_SNOOP_PLACEMENT_*; UNKNOWN when it is busy.
 * @flags: Returned DRM_SNOOP_READABLE and others.
 *
 * Waits for nothing.
 */
void snoop_object_status(struct drm_gem_object *obj, u32 *placement, u32 *flags)
{
	const struct snoop_object_ops *ops = snoop_object_ops(obj);

	*placement = DRM_SNOOP_PLACEMENT_UNKNOWN;
	*flags = 0;
	if (READ_ONCE(obj->dma_buf))
		*flags |= DRM_SNOOP_EXPORTED;
	if (obj->import_attach) {
		*flags &= ~DRM_SNOOP_EXPORTED;
		*flags |= DRM_SNOOP_IMPORTED;
		return;
	}
	if (!ops)
		return;
	*flags |= DRM_SNOOP_READABLE;
	if (!dma_resv_trylock(obj->resv))
		return;
	*placement = ops->status(obj, flags);
	dma_resv_unlock(obj->resv);
}

/**
 * snoop_object_read - copy content out of an object
 * @access: The access that it belongs to.
 * @obj: The object; the caller has a reference.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes; [@offset, @offset + @len) is inside the object. Bounded by the
 *       caller, as the reservation is held over the copy.
 *
 * Return: 0 with all bytes copied; -EOPNOTSUPP (nobody knows how to read such
 * an object), -ENODATA (it has no content), -EBUSY, -EINTR, -ERESTARTSYS, -EAGAIN
 * (the device sleeps), -ENOMEM.
 */
int snoop_object_read(const struct snoop_access *access, struct drm_gem_object *obj,
		      u64 offset, void *buf, size_t len)
{
	const struct snoop_object_ops *ops = snoop_object_ops(obj);
	int ret;

	if (!ops || obj->import_attach)
		return -EOPNOTSUPP;
	if (WARN_ON_ONCE(offset > obj->size || len > obj->size - offset))
		return -EUCLEAN;
	ret = snoop_resv_lock(obj->resv, access->deadline);
	if (ret)
		return ret;
	ret = ops->read(obj, offset, buf, len);
	dma_resv_unlock(obj->resv);
	return ret;
}
