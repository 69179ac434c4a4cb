// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-bufs whose memory nobody knows: a kernel mapping of the whole of it.
 *
 * The exporter keeps the pages in memory as long as the mapping lives, which is one
 * access.
 */

#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-resv.h>
#include <linux/iosys-map.h>
#include <linux/module.h>

#include <drm/drm_gem.h>
#include <drm/drm_prime.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "copy.h"
#include "dmabuf.h"
#include "object.h"
#include "wait.h"

/**
 * snoop_dmabuf_check - can a dma-buf be mapped?
 * @dmabuf: The dma-buf.
 * @dev: Device that uses it.
 *
 * Return: 0, -EOPNOTSUPP, or -EFBIG for one larger than DRM_SNOOP_WHOLE_MAX.
 */
int snoop_dmabuf_check(const struct dma_buf *dmabuf, struct device *dev)
{
	/* begin_cpu_access, without a bound in time, would be needed. */
	if (!dmabuf->ops->vmap || !dev_is_dma_coherent(dev))
		return -EOPNOTSUPP;
	return dmabuf->size > DRM_SNOOP_WHOLE_MAX ? -EFBIG : 0;
}

/**
 * snoop_dmabuf_access_locked - copy content out of a dma-buf, or into it
 * @dmabuf: The dma-buf, that snoop_dmabuf_check() allows; its reservation is held, and
 *	its memory is in place.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes; [@offset, @offset + @len) is inside the dma-buf.
 * @write: Into the dma-buf.
 *
 * As dma_buf_vmap() and dma_buf_vunmap() (6.12), which warn in the kernel log when an
 * exporter refuses. Others find no mapping: the reservation is held all the time.
 *
 * Return: as snoop_object_access().
 */
int snoop_dmabuf_access_locked(struct dma_buf *dmabuf, u64 offset, void *buf, size_t len,
			       bool write)
{
	bool mapped = dmabuf->vmapping_counter;
	struct iosys_map map = { };
	int ret;

	dma_resv_assert_held(dmabuf->resv);
	ret = mapped ? dma_buf_vmap(dmabuf, &map) : dmabuf->ops->vmap(dmabuf, &map);
	if (ret)
		return snoop_vmap_error(ret);
	snoop_copy_wc(&map, offset, buf, len, write);
	if (mapped)
		dma_buf_vunmap(dmabuf, &map);
	else if (dmabuf->ops->vunmap)
		dmabuf->ops->vunmap(dmabuf, &map);
	return 0;
}

/**
 * snoop_dmabuf_access - copy content out of a dma-buf, or into it
 * @access: The access that it belongs to.
 * @dmabuf: The dma-buf; the caller keeps it.
 * @dev: Device that uses it.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes; [@offset, @offset + @len) is inside the dma-buf.
 * @write: Into the dma-buf.
 *
 * Return: as snoop_object_access().
 */
int snoop_dmabuf_access(const struct snoop_access *access, struct dma_buf *dmabuf,
			struct device *dev, u64 offset, void *buf, size_t len, bool write)
{
	int ret;

	ret = snoop_dmabuf_check(dmabuf, dev);
	if (ret)
		return ret;
	ret = snoop_resv_lock(dmabuf->resv, access->deadline);
	if (ret)
		return ret;
	ret = snoop_dmabuf_access_locked(dmabuf, offset, buf, len, write);
	dma_resv_unlock(dmabuf->resv);
	return ret;
}

MODULE_INFO(import_ns, "DMA_BUF");
