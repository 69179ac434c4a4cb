// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of the GEM shmem helper: pages of a shmem file
 * (drivers/gpu/drm/drm_gem_shmem_helper.c, 6.12).
 */

#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include <drm/drm_gem_shmem_helper.h>

#include <uapi/drm/drm_snoop.h>

#include "object.h"

static bool snoop_shmem_match(const struct drm_gem_object *obj)
{
	return obj->funcs && obj->funcs->vm_ops == &drm_gem_shmem_vm_ops;
}

/*
 * Does the kernel's linear map show what the device and the target see? On x86
 * the helper makes it write-combined along with the object; elsewhere it stays
 * cached (drm_gem_shmem_get_pages(), 6.12).
 */
static bool snoop_shmem_is_coherent(const struct drm_gem_shmem_object *shmem)
{
	return IS_ENABLED(CONFIG_X86) || !shmem->pages || !shmem->map_wc;
}

static u32 snoop_shmem_status(struct drm_gem_object *obj, u32 *flags)
{
	const struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(obj);

	dma_resv_assert_held(obj->resv);
	if (shmem->madv < 0) {
		*flags |= DRM_SNOOP_PURGED;
		*flags &= ~DRM_SNOOP_READABLE;
		return DRM_SNOOP_PLACEMENT_NONE;
	}
	if (!snoop_shmem_is_coherent(shmem))
		*flags &= ~DRM_SNOOP_READABLE;
	/* Without pages the driver uses none of it; shmem may swap it out. */
	return shmem->pages ? DRM_SNOOP_PLACEMENT_TT : DRM_SNOOP_PLACEMENT_SYSTEM;
}

/*
 * Copies from one page, of the driver's own array if that has it: panfrost and
 * lima grow theirs page by page.
 */
static int snoop_shmem_read_page(struct drm_gem_shmem_object *shmem, u64 offset,
				 void *buf, size_t len)
{
	pgoff_t index = offset >> PAGE_SHIFT;
	struct page *page;

	if (shmem->pages && shmem->pages[index]) {
		memcpy_from_page(buf, shmem->pages[index], offset_in_page(offset), len);
		return 0;
	}
	if (!shmem->base.filp)
		return -ENODATA;
	page = shmem_read_mapping_page(shmem->base.filp->f_mapping, index);
	if (IS_ERR(page))
		return PTR_ERR(page);
	memcpy_from_page(buf, page, offset_in_page(offset), len);
	put_page(page);
	return 0;
}

static int snoop_shmem_read(struct drm_gem_object *obj, u64 offset, void *buf, size_t len)
{
	struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(obj);
	int ret;

	dma_resv_assert_held(obj->resv);
	if (shmem->madv < 0)
		return -ENODATA;
	if (!snoop_shmem_is_coherent(shmem))
		return -EOPNOTSUPP;
	while (len) {
		size_t part = min_t(size_t, len, PAGE_SIZE - offset_in_page(offset));

		ret = snoop_shmem_read_page(shmem, offset, buf, part);
		if (ret)
			return ret;
		buf += part;
		offset += part;
		len -= part;
	}
	return 0;
}

const struct snoop_object_ops snoop_object_shmem = {
	.kind = DRM_SNOOP_OBJECT_SHMEM,
	.match = snoop_shmem_match,
	.status = snoop_shmem_status,
	.read = snoop_shmem_read,
};
