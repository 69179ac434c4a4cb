// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects that are reached through a dma-buf of their own only: the driver has no
 * vmap for them but an export that can be mapped (i915 and tegra, 6.12).
 *
 * The dma-buf is made for one call, and nobody else gets to see it.
 */

#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>

#include <drm/drm_device.h>
#include <drm/drm_gem.h>
#include <drm/drm_prime.h>

#include "access.h"
#include "adapters/adapter.h"
#include "dmabuf.h"
#include "object.h"
#include "wait.h"

/* The generic dma-buf of GEM is mapped by the object's vmap, which is missing. */
static bool snoop_export_is_generic(const struct dma_buf *dmabuf)
{
	return dmabuf->ops->vmap == drm_gem_dmabuf_vmap;
}

static void snoop_export_put(struct dma_buf *dmabuf)
{
	/* Now, not on return to user space: a list may make one for each object. */
	__fput_sync(dmabuf->file);
}

static struct dma_buf *snoop_export_get(struct drm_gem_object *obj)
{
	struct dma_buf *dmabuf;

	if (!obj->funcs || !obj->funcs->export)
		return ERR_PTR(-EOPNOTSUPP);
	dmabuf = obj->funcs->export(obj, O_CLOEXEC | O_RDWR);
	if (IS_ERR(dmabuf))
		return ERR_PTR(snoop_vmap_error(PTR_ERR(dmabuf)));
	if (snoop_export_is_generic(dmabuf) || dmabuf->size < obj->size) {
		snoop_export_put(dmabuf);
		return ERR_PTR(-EOPNOTSUPP);
	}
	return dmabuf;
}

/**
 * snoop_export_check - can an object be reached through a dma-buf?
 * @obj: The object, not imported and of no kind that is known.
 *
 * Return: 0, -EOPNOTSUPP, -EFBIG, -ENOMEM.
 */
int snoop_export_check(struct drm_gem_object *obj)
{
	const struct snoop_adapter *adapter = snoop_content_adapter(obj);
	struct dma_buf *dmabuf;
	int ret;

	if (IS_ERR(adapter))
		return PTR_ERR(adapter);
	dmabuf = snoop_export_get(obj);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	ret = snoop_dmabuf_check(dmabuf, obj->dev->dev);
	snoop_export_put(dmabuf);
	return ret;
}

/* With the reservation held, which is the object's if there is an adapter. */
static int snoop_export_access_locked(const struct snoop_adapter *adapter,
				      struct drm_gem_object *obj, struct dma_buf *dmabuf,
				      u64 offset, void *buf, size_t len, bool write)
{
	int held = adapter ? adapter->ops->content_begin(adapter, obj) : 0;
	int ret;

	if (held < 0)
		return held;
	ret = snoop_dmabuf_access_locked(dmabuf, offset, buf, len, write);
	if (held)
		adapter->ops->content_end(adapter, obj);
	return ret;
}

/**
 * snoop_export_access - copy content out of an object, or into it, by a dma-buf
 * @access: The access that it belongs to.
 * @obj: As for snoop_export_check().
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes.
 * @write: Into the object.
 *
 * Return: as snoop_object_access().
 */
int snoop_export_access(const struct snoop_access *access, struct drm_gem_object *obj,
			u64 offset, void *buf, size_t len, bool write)
{
	const struct snoop_adapter *adapter = snoop_content_adapter(obj);
	struct dma_buf *dmabuf;
	int ret;

	if (IS_ERR(adapter))
		return PTR_ERR(adapter);
	dmabuf = snoop_export_get(obj);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	ret = snoop_dmabuf_check(dmabuf, obj->dev->dev);
	/* The adapter looks at what the object's reservation guards. */
	if (!ret && adapter && dmabuf->resv != obj->resv)
		ret = -EOPNOTSUPP;
	if (!ret)
		ret = snoop_resv_lock(dmabuf->resv, access->deadline);
	if (!ret) {
		ret = snoop_export_access_locked(adapter, obj, dmabuf, offset, buf, len, write);
		dma_resv_unlock(dmabuf->resv);
	}
	snoop_export_put(dmabuf);
	return ret;
}
