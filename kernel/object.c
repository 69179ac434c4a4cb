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
#include "adapters/adapter.h"
#include "client.h"
#include "dmabuf.h"
#include "import.h"
#include "object.h"
#include "wait.h"

static const struct snoop_object_ops *const object_kinds[] = {
	&snoop_object_ttm,
	&snoop_object_shmem,
	/* Whatever is left. */
	&snoop_object_vmap,
};

/**
 * snoop_object_ops - how the memory of an object is reached
 * @obj: The object, not imported.
 *
 * Return: the operations of its kind, or NULL: by a dma-buf, if at all.
 */
const struct snoop_object_ops *snoop_object_ops(const struct drm_gem_object *obj)
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
 * @access: The access that it belongs to; says what is registered.
 * @obj: The object.
 * @state: Filled completely.
 *
 * Waits for nothing.
 */
void snoop_object_status(const struct snoop_access *access, struct drm_gem_object *obj,
			 struct snoop_object_state *state)
{
	*state = (struct snoop_object_state) {
		.placement = DRM_SNOOP_PLACEMENT_UNKNOWN,
		.path = DRM_SNOOP_PATH_NONE,
		.error = -EOPNOTSUPP,
	};
	if (obj->import_attach) {
		state->flags |= DRM_SNOOP_IMPORTED;
		snoop_import_status(obj, state);
	} else {
		if (READ_ONCE(obj->dma_buf))
			state->flags |= DRM_SNOOP_EXPORTED;
		snoop_memory_status(obj, state);
		state->error = snoop_content_check(access->card, obj) ?: state->error;
	}
	if (state->error) {
		state->path = DRM_SNOOP_PATH_NONE;
		return;
	}
	state->flags |= DRM_SNOOP_READABLE;
	if (!(state->flags & DRM_SNOOP_READ_ONLY) && snoop_client_may_write(access->registration))
		state->flags |= DRM_SNOOP_WRITABLE;
}

/**
 * snoop_memory_status - where the memory of an object is
 * @obj: The object, not imported.
 * @state: Path, error and, if it is not busy, placement are set; PURGED is added.
 */
void snoop_memory_status(struct drm_gem_object *obj, struct snoop_object_state *state)
{
	const struct snoop_object_ops *ops = snoop_object_ops(obj);

	if (!ops) {
		state->path = DRM_SNOOP_PATH_DMABUF;
		state->error = snoop_export_check(obj);
		return;
	}
	state->path = ops->path;
	state->error = 0;
	if (!dma_resv_trylock(obj->resv))
		return;
	ops->status(obj, state);
	dma_resv_unlock(obj->resv);
}

/**
 * snoop_memory_access - copy content out of an object's own memory, or into it
 * @access: The access that it belongs to.
 * @obj: The object, not imported; the caller keeps it and its device.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes.
 * @write: Into the object.
 *
 * Return: as snoop_object_access().
 */
int snoop_memory_access(const struct snoop_access *access, struct drm_gem_object *obj,
			u64 offset, void *buf, size_t len, bool write)
{
	const struct snoop_object_ops *ops = snoop_object_ops(obj);
	int ret;

	if (!ops)
		return snoop_export_access(access, obj, offset, buf, len, write);
	ret = snoop_resv_lock(obj->resv, access->deadline);
	if (ret)
		return ret;
	ret = ops->access(obj, offset, buf, len, write);
	dma_resv_unlock(obj->resv);
	return ret;
}

/**
 * snoop_object_access - copy content out of an object, or into it
 * @access: The access that it belongs to.
 * @obj: The object; the caller has a reference.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes; [@offset, @offset + @len) is inside the object. Bounded by the
 *       caller, as the reservation is held over the copy.
 * @write: Into the object; the caller has checked that the client is registered
 *         for that. A failed write may have written a part.
 *
 * Return: 0 with all bytes copied; -EOPNOTSUPP (nobody knows how to reach such
 * an object), -EFBIG (it would be mapped as a whole and is too large for that),
 * -EACCES (it must not be written), -ENODATA (it has no content), -ENOKEY (it is protected),
 * -EBUSY, -EINTR, -ERESTARTSYS, -EAGAIN (the device sleeps), -ENODEV (the device
 * of an imported object is gone), -ENOMEM.
 */
int snoop_object_access(const struct snoop_access *access, struct drm_gem_object *obj,
			u64 offset, void *buf, size_t len, bool write)
{
	int ret;

	if (WARN_ON_ONCE(offset > obj->size || len > obj->size - offset))
		return -EUCLEAN;
	if (obj->import_attach)
		return snoop_import_access(access, obj, offset, buf, len, write);
	ret = snoop_content_check(access->card, obj);
	if (ret)
		return ret;
	return snoop_memory_access(access, obj, offset, buf, len, write);
}

/**
 * snoop_object_can_stop - can the CPU be kept from writing to an object?
 * @obj: The object.
 *
 * Imported ones are mapped by their exporter.
 *
 * Return: as snoop_object_ops.can_stop.
 */
bool snoop_object_can_stop(const struct drm_gem_object *obj)
{
	const struct snoop_object_ops *ops = snoop_object_ops(obj);

	return !obj->import_attach && ops && ops->can_stop && ops->can_stop(obj);
}

/**
 * snoop_object_read_held - copy content out of an object whose reservation is held
 * @access: The access that it belongs to.
 * @obj: The object, for which snoop_object_can_stop(); its fences have signalled.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes; as for snoop_object_access().
 *
 * Return: 0 with all bytes copied, or an error of snoop_object_access().
 */
int snoop_object_read_held(const struct snoop_access *access, struct drm_gem_object *obj,
			   u64 offset, void *buf, size_t len)
{
	int ret;

	dma_resv_assert_held(obj->resv);
	if (WARN_ON_ONCE(offset > obj->size || len > obj->size - offset))
		return -EUCLEAN;
	ret = snoop_content_check(access->card, obj);
	return ret ?: snoop_object_ops(obj)->access(obj, offset, buf, len, false);
}

/**
 * snoop_object_placement_held - where an object is whose reservation is held
 * @obj: The object, for which snoop_object_can_stop().
 *
 * Return: DRM_SNOOP_PLACEMENT_*.
 */
u32 snoop_object_placement_held(struct drm_gem_object *obj)
{
	struct snoop_object_state state = { .placement = DRM_SNOOP_PLACEMENT_UNKNOWN };

	dma_resv_assert_held(obj->resv);
	snoop_object_ops(obj)->status(obj, &state);
	return state.placement;
}
