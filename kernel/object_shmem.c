// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of the GEM shmem helper: pages of a shmem file
 * (drivers/gpu/drm/drm_gem_shmem_helper.c, 6.12).
 */

#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_gem_shmem_helper.h>

#include <uapi/drm/drm_snoop.h>

#include "adapters/adapter.h"
#include "copy.h"
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

static u32 snoop_shmem_placement(const struct drm_gem_shmem_object *shmem)
{
	if (shmem->madv < 0)
		return DRM_SNOOP_PLACEMENT_NONE;
	/* Without pages the driver uses none of it; shmem may swap it out. */
	return shmem->pages ? DRM_SNOOP_PLACEMENT_TT : DRM_SNOOP_PLACEMENT_SYSTEM;
}

static void snoop_shmem_status(struct drm_gem_object *obj, struct snoop_object_state *state)
{
	const struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(obj);

	dma_resv_assert_held(obj->resv);
	if (shmem->madv < 0) {
		state->flags |= DRM_SNOOP_PURGED;
		state->error = -ENODATA;
	}
	state->placement = snoop_shmem_placement(shmem);
}

/*
 * What device and target write past the caches is seen through a mapping like theirs, of
 * just these pages.
 */
static int snoop_shmem_access_wc(struct page **pages, size_t offset, void *buf, size_t len,
				 bool write)
{
	unsigned int i, count = PFN_UP(offset + len);
	struct iosys_map map;
	void *addr;

	addr = vmap(pages, count, VM_MAP, pgprot_writecombine(PAGE_KERNEL));
	if (!addr)
		return -ENOMEM;
	iosys_map_set_vaddr(&map, addr);
	snoop_copy_wc(&map, offset, buf, len, write);
	for (i = 0; write && i < count; i++)
		set_page_dirty_lock(pages[i]);
	vunmap(addr);
	return 0;
}

/* Bytes of [@offset, @offset + @len) that are accessed at once. */
static size_t snoop_shmem_piece(const struct drm_gem_shmem_object *shmem, u64 offset, size_t len)
{
	size_t piece = PAGE_SIZE - offset_in_page(offset);
	pgoff_t index = offset >> PAGE_SHIFT;

	if (!snoop_shmem_is_coherent(shmem) && shmem->pages[index])
		while (piece < len && shmem->pages[++index])
			piece += PAGE_SIZE;
	return min(len, piece);
}

/*
 * One piece, of the driver's own array of pages if that has them: panfrost and lima
 * grow theirs page by page.
 */
static int snoop_shmem_access_piece(struct drm_gem_shmem_object *shmem, u64 offset, void *buf,
				    size_t len, bool write)
{
	pgoff_t index = offset >> PAGE_SHIFT;

	if (!snoop_shmem_is_coherent(shmem) && shmem->pages[index])
		return snoop_shmem_access_wc(&shmem->pages[index], offset_in_page(offset),
					     buf, len, write);
	if (shmem->pages && shmem->pages[index]) {
		snoop_copy_page(shmem->pages[index], offset_in_page(offset), buf, len, write);
		if (write)
			set_page_dirty_lock(shmem->pages[index]);
		return 0;
	}
	if (!shmem->base.filp)
		return -ENODATA;
	return snoop_copy_mapping(shmem->base.filp->f_mapping, offset, buf, len, write);
}

static int snoop_shmem_access(struct drm_gem_object *obj, u64 offset, void *buf, size_t len,
			      bool write)
{
	struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(obj);
	int ret;

	dma_resv_assert_held(obj->resv);
	if (shmem->madv < 0)
		return -ENODATA;
	while (len) {
		size_t part = snoop_shmem_piece(shmem, offset, len);

		ret = snoop_shmem_access_piece(shmem, offset, buf, part, write);
		if (ret)
			return ret;
		buf += part;
		offset += part;
		len -= part;
	}
	if (write) {
		/* The linear map may be write-combined, as the driver's mapping is. */
		wmb();
	}
	return 0;
}

static void snoop_shmem_locate(struct drm_gem_object *obj, u64 offset, bool addresses,
			       struct snoop_place *place)
{
	struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(obj);

	place->placement = snoop_shmem_placement(shmem);
	if (!shmem->pages || shmem->madv < 0)
		return;
	place->len = PAGE_SIZE - offset_in_page(offset);
	/* Heaps that grow have holes. */
	if (!shmem->pages[offset >> PAGE_SHIFT]) {
		place->placement = DRM_SNOOP_PLACEMENT_NONE;
	} else if (addresses) {
		place->flags |= DRM_SNOOP_PAGES_PHYS_ADDR;
		place->phys_addr = page_to_phys(shmem->pages[offset >> PAGE_SHIFT]) +
				   offset_in_page(offset);
	}
}

/*
 * drm_gem_shmem_fault() takes the reservation (6.12). Where faults of the GPU take it too,
 * work could not end while it is held, and the driver would reset the GPU.
 */
static bool snoop_shmem_can_stop(const struct drm_gem_object *obj)
{
	const struct snoop_driver *driver = snoop_driver_find(obj->dev->driver->name);

	return !driver || !driver->pages_by_fault;
}

const struct snoop_object_ops snoop_object_shmem = {
	.kind = DRM_SNOOP_OBJECT_SHMEM,
	.path = DRM_SNOOP_PATH_SHMEM,
	.match = snoop_shmem_match,
	.status = snoop_shmem_status,
	.access = snoop_shmem_access,
	.can_stop = snoop_shmem_can_stop,
	.locate = snoop_shmem_locate,
};
