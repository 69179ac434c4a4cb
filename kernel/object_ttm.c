// SPDX-License-Identifier: GPL-2.0-only
/*
 * TTM objects: system memory, VRAM and everything between
 * (drivers/gpu/drm/ttm/, 6.12).
 */

#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/iosys-map.h>
#include <linux/pm_runtime.h>

#include <drm/drm_device.h>
#include <drm/drm_gem_ttm_helper.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_resource.h>
#include <drm/ttm/ttm_tt.h>

#include <uapi/drm/drm_snoop.h>

#include "adapters/adapter.h"
#include "copy.h"
#include "object.h"
#include "object_ttm.h"

/*
 * Largest piece for a driver's access_memory. amdgpu hands whole pages to its
 * copy engine, which a hung GPU never finishes; smaller pieces go through
 * registers (amdgpu_ttm_access_memory(), 6.12).
 */
#define SNOOP_ACCESS_MEMORY_MAX	2048

static bool snoop_ttm_match(const struct drm_gem_object *obj)
{
	const struct drm_gem_object_funcs *funcs = obj->funcs;

	return funcs && (funcs->print_info == drm_gem_ttm_print_info ||
			 funcs->mmap == drm_gem_ttm_mmap ||
			 funcs->vmap == drm_gem_ttm_vmap ||
			 (funcs->vm_ops && funcs->vm_ops->open == ttm_bo_vm_open));
}

static void snoop_ttm_status(struct drm_gem_object *obj, struct snoop_object_state *state)
{
	const struct ttm_buffer_object *bo = drm_gem_ttm_of_gem(obj);

	dma_resv_assert_held(obj->resv);
	if (!bo->resource) {
		state->placement = DRM_SNOOP_PLACEMENT_NONE;
		state->error = -ENODATA;
		return;
	}
	if (snoop_ttm_is_foreign(bo))
		state->error = -EOPNOTSUPP;
	state->placement = snoop_ttm_placement(bo);
}

/*
 * What TTM swapped out is in a shmem file. Looking at it there leaves the object
 * swapped out, and TTM takes it back from there (ttm_tt_swapin(), 6.12).
 */
static int snoop_ttm_access_swapped(const struct ttm_tt *ttm, u64 offset, void *buf, size_t len,
				    bool write)
{
	if (!ttm->swap_storage)
		return -EUCLEAN;
	return snoop_copy_mapping(ttm->swap_storage->f_mapping, offset, buf, len, write);
}

/*
 * Undoes ttm_bo_kmap(), without the freeing of I/O space unless @reserved says that
 * it is ours (ttm_bo_kunmap(), 6.12).
 */
static void snoop_ttm_unmap_window(struct ttm_bo_kmap_obj *window, bool reserved)
{
	if (reserved)
		ttm_bo_kunmap(window);
	else if (window->bo_kmap_type == ttm_bo_map_iomap)
		iounmap((void __iomem *)window->virtual);
	else if (window->bo_kmap_type != ttm_bo_map_premapped)
		ttm_bo_kunmap(window);
}

/* Maps just the pages that are accessed. */
static int snoop_ttm_access_kmap(struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
				 bool write, bool reserved)
{
	unsigned long first = offset >> PAGE_SHIFT;
	unsigned long pages = PFN_UP(offset + len) - first;
	struct ttm_bo_kmap_obj window;
	struct iosys_map map;
	bool iomem;
	void *addr;
	int ret;

	ret = ttm_bo_kmap(bo, first, pages, &window);
	if (ret) {
		if (reserved)
			snoop_ttm_io_put(bo);
		return ret;
	}
	addr = ttm_kmap_obj_virtual(&window, &iomem);
	if (iomem)
		iosys_map_set_vaddr_iomem(&map, (void __iomem *)addr);
	else
		iosys_map_set_vaddr(&map, addr);
	snoop_copy_wc(&map, offset_in_page(offset), buf, len, write);
	snoop_ttm_unmap_window(&window, reserved);
	return 0;
}

static int snoop_ttm_access_window(struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
				   bool write)
{
	const struct ttm_resource *res = bo->resource;
	int reserved = snoop_ttm_io_get(bo);
	int ret;

	if (reserved < 0)
		return reserved;
	if (!res->bus.is_iomem || res->bus.addr || !PAGE_ALIGNED(res->bus.offset))
		return snoop_ttm_access_kmap(bo, offset, buf, len, write, reserved);
	ret = snoop_ttm_access_block(bo, offset, buf, len, write);
	if (reserved)
		snoop_ttm_io_put(bo);
	return ret;
}

/*
 * No pages yet: whoever touches them first will find zeros, if they come from
 * TTM. With a populate function of its own only the driver knows.
 */
static int snoop_ttm_read_unpopulated(const struct ttm_buffer_object *bo, void *buf, size_t len)
{
	if (bo->bdev->funcs->ttm_tt_populate ||
	    !(bo->ttm->page_flags & TTM_TT_FLAG_ZERO_ALLOC))
		return -ENODATA;
	memset(buf, 0, len);
	return 0;
}

static int snoop_ttm_access_system(struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
				   bool write)
{
	const struct ttm_tt *ttm = bo->ttm;

	if (!ttm)
		return -ENODATA;
	if (!ttm_tt_is_populated(bo->ttm)) {
		if (ttm->page_flags & TTM_TT_FLAG_SWAPPED)
			return snoop_ttm_access_swapped(ttm, offset, buf, len, write);
		/* Whoever writes first gives the object its pages. */
		if (!write)
			return snoop_ttm_read_unpopulated(bo, buf, len);
	} else if (ttm->caching == ttm_cached && !(ttm->page_flags & TTM_TT_FLAG_DECRYPTED)) {
		/* In the kernel's linear map already. */
		snoop_copy_pages(ttm->pages, offset, buf, len, write);
		return 0;
	}
	return snoop_ttm_access_window(bo, offset, buf, len, write);
}

/* Memory that the CPU does not see, by the driver's function for debuggers. */
static int snoop_ttm_access_memory(struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
				   bool write)
{
	while (len) {
		size_t part = min_t(size_t, len, SNOOP_ACCESS_MEMORY_MAX);
		int ret;

		ret = bo->bdev->funcs->access_memory(bo, offset, buf, part, write);
		/* -EIO of a driver: not this kind of memory. */
		if (ret == -EIO || ret == -EINVAL || (ret >= 0 && ret != part))
			return -EOPNOTSUPP;
		if (ret < 0)
			return ret;
		buf += part;
		offset += part;
		len -= part;
	}
	return 0;
}

/* Is it better not to ask the driver for memory that the CPU does not see? */
static bool snoop_ttm_is_window_only(const struct ttm_buffer_object *bo)
{
	return !bo->bdev->funcs->access_memory ||
	       (!snoop_ttm_has_window(bo) && snoop_content_is_window_only(&bo->base));
}

static int snoop_ttm_access_placed(struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
				   bool write)
{
	bool window_only = snoop_ttm_is_window_only(bo);
	int ret = -EOPNOTSUPP;

	/* ttm_bo_kmap_ttm() takes it for granted. */
	if (!bo->ttm && ttm_manager_type(bo->bdev, bo->resource->mem_type)->use_tt)
		return -ENODATA;
	if (snoop_ttm_has_window(bo))
		ret = snoop_ttm_access_window(bo, offset, buf, len, write);
	else if (window_only)
		ret = snoop_ttm_access_scattered(bo, offset, buf, len, write);
	if (ret && !window_only)
		ret = snoop_ttm_access_memory(bo, offset, buf, len, write);
	/* -EINVAL of a driver: the CPU does not see it. */
	return ret == -EINVAL ? -EOPNOTSUPP : ret;
}

/*
 * A driver that frees I/O space (nouveau, 6.12) may take it from an object that the
 * target has mapped, whoever has the reservation: only its adapter can tell it not to.
 * What is reserved for this access alone stays.
 */
static int snoop_ttm_access_device(struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
				   bool write)
{
	const struct snoop_adapter *adapter;
	int held, ret;

	if (!bo->bdev->funcs->io_mem_free)
		return snoop_ttm_access_placed(bo, offset, buf, len, write);
	adapter = snoop_content_adapter(&bo->base);
	if (IS_ERR_OR_NULL(adapter))
		return snoop_ttm_io_is_reserved(bo->resource) ? -EOPNOTSUPP :
		       snoop_ttm_access_placed(bo, offset, buf, len, write);
	held = adapter->ops->content_begin(adapter, &bo->base);
	if (held < 0)
		return held;
	ret = snoop_ttm_access_placed(bo, offset, buf, len, write);
	if (held)
		adapter->ops->content_end(adapter, &bo->base);
	return ret;
}

static int snoop_ttm_access(struct drm_gem_object *obj, u64 offset, void *buf, size_t len,
			    bool write)
{
	struct ttm_buffer_object *bo = drm_gem_ttm_of_gem(obj);
	int ret, active;

	dma_resv_assert_held(obj->resv);
	if (!bo->resource)
		return -ENODATA;
	if (snoop_ttm_is_foreign(bo))
		return -EOPNOTSUPP;
	if (snoop_ttm_is_system(bo))
		return snoop_ttm_access_system(bo, offset, buf, len, write);

	/* A sleeping device is not woken up to be looked at. */
	active = pm_runtime_get_if_active(obj->dev->dev);
	if (!active)
		return -EAGAIN;
	ret = snoop_ttm_access_device(bo, offset, buf, len, write);
	/* -EINVAL: runtime power management is off, the device is on. */
	if (active > 0)
		pm_runtime_put_autosuspend(obj->dev->dev);
	return ret;
}

/*
 * Moves depend on it: a fault that did not reserve would map what is being moved
 * (ttm_bo_vm_reserve(), 6.12, in the fault handlers of all drivers).
 */
static bool snoop_ttm_can_stop(const struct drm_gem_object *obj)
{
	const struct ttm_buffer_object *bo = drm_gem_ttm_of_gem((struct drm_gem_object *)obj);

	return bo->bdev->dev_mapping == obj->dev->anon_inode->i_mapping;
}

const struct snoop_object_ops snoop_object_ttm = {
	.kind = DRM_SNOOP_OBJECT_TTM,
	.path = DRM_SNOOP_PATH_TTM,
	.match = snoop_ttm_match,
	.status = snoop_ttm_status,
	.access = snoop_ttm_access,
	.can_stop = snoop_ttm_can_stop,
	.locate = snoop_ttm_locate,
};
