// SPDX-License-Identifier: GPL-2.0-only
/*
 * TTM: memory types, moves between them, eviction.
 */

#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_vma_manager.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_pool.h>
#include <drm/ttm/ttm_range_manager.h>
#include <drm/ttm/ttm_tt.h>

#include "compat_ttm.h"
#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_prime.h"
#include "gpusim_ttm.h"
#include "gpusim_vm.h"

static bool gpusim_access = true;
module_param_named(access_memory, gpusim_access, bool, 0644);
MODULE_PARM_DESC(access_memory,
		 "Let debuggers reach memory that the CPU cannot map; cards bound from then on (default Y)");

static u64 gpusim_vram_offset(const struct ttm_resource *res)
{
	return (u64)res->start << PAGE_SHIFT;
}

static struct gpusim_device *ttm_to_gpusim(struct ttm_device *bdev)
{
	return container_of(bdev, struct gpusim_device, ttm);
}

static struct ttm_tt *gpusim_tt_create(struct ttm_buffer_object *tbo, u32 page_flags)
{
	struct ttm_tt *tt = kzalloc(sizeof(*tt), GFP_KERNEL_ACCOUNT);

	if (!tt)
		return NULL;

	if (ttm_tt_init(tt, tbo, page_flags, ttm_cached, 0)) {
		kfree(tt);
		return NULL;
	}

	return tt;
}

static void gpusim_tt_destroy(struct ttm_device *bdev, struct ttm_tt *tt)
{
	ttm_tt_fini(tt);
	kfree(tt);
}

static int gpusim_tt_populate(struct ttm_device *bdev, struct ttm_tt *tt,
			      struct ttm_operation_ctx *ctx)
{
	if (tt->page_flags & TTM_TT_FLAG_EXTERNAL)
		return gpusim_prime_populate(ttm_to_gpusim(bdev)->drm.dev, tt);

	return ttm_pool_alloc(&bdev->pool, tt, ctx);
}

static void gpusim_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *tt)
{
	if (!(tt->page_flags & TTM_TT_FLAG_EXTERNAL))
		ttm_pool_free(&bdev->pool, tt);
}

/* Imported memory is another's to move, and none is won by moving it. */
static bool gpusim_eviction_valuable(struct ttm_buffer_object *tbo, const struct ttm_place *place)
{
	const struct gpusim_device *gdev = ttm_to_gpusim(tbo->bdev);

	return tbo->type != ttm_bo_type_sg && gpusim_swap_wants(&gdev->swap, tbo) &&
	       ttm_bo_eviction_valuable(tbo, place);
}

static void gpusim_evict_flags(struct ttm_buffer_object *tbo, struct ttm_placement *placement)
{
	static const struct ttm_place from_vram[] = {
		{ .mem_type = TTM_PL_TT },
		{ .mem_type = TTM_PL_SYSTEM, .flags = TTM_PL_FLAG_FALLBACK },
	};
	static const struct ttm_place from_tt = { .mem_type = TTM_PL_SYSTEM };

	/* VRAM of a device that is gone cannot be saved: drop it */
	if (drm_dev_is_unplugged(&ttm_to_gpusim(tbo->bdev)->drm) || !gpusim_bo_is_mine(tbo)) {
		placement->num_placement = 0;
	} else if (tbo->resource->mem_type == TTM_PL_VRAM) {
		placement->placement = from_vram;
		placement->num_placement = ARRAY_SIZE(from_vram);
	} else {
		placement->placement = &from_tt;
		placement->num_placement = 1;
	}
}

/* Memory of a BO's first placement: only VRAM, TTM zeroes system pages. */
static int gpusim_move_first(struct gpusim_device *gdev, struct ttm_buffer_object *tbo,
			     struct ttm_resource *new_mem)
{
	int ret;

	if (new_mem->mem_type == TTM_PL_VRAM) {
		ret = gpusim_vram_clear(gdev, gpusim_vram_offset(new_mem), tbo->base.size);
		if (ret)
			return ret;
	}

	ttm_bo_move_null(tbo, new_mem);
	return 0;
}

/*
 * Copies into VRAM, out of it or within it, a page at a time: not all of it can be
 * mapped, which is what ttm_bo_move_memcpy() does.
 */
static int gpusim_move_copy(struct gpusim_device *gdev, struct ttm_buffer_object *tbo,
			    struct ttm_operation_ctx *ctx, struct ttm_resource *new_mem)
{
	bool from_vram = tbo->resource->mem_type == TTM_PL_VRAM;
	bool to_vram = new_mem->mem_type == TTM_PL_VRAM;
	struct page *bounce = NULL;
	u64 offset;
	int ret = 0;

	if (from_vram && to_vram) {
		bounce = alloc_page(GFP_KERNEL);
		if (!bounce)
			return -ENOMEM;
	} else {
		/* also swaps in */
		ret = ttm_bo_populate(tbo, ctx);
	}

	for (offset = 0; !ret && offset < tbo->base.size; offset += PAGE_SIZE) {
		void *p = kmap_local_page(bounce ?: tbo->ttm->pages[offset >> PAGE_SHIFT]);

		if (from_vram)
			ret = gpusim_vram_read(gdev, gpusim_vram_offset(tbo->resource) + offset, p,
					       PAGE_SIZE);
		if (!ret && to_vram)
			ret = gpusim_vram_write(gdev, gpusim_vram_offset(new_mem) + offset, p,
						PAGE_SIZE);
		kunmap_local(p);
		cond_resched();
	}

	if (bounce)
		__free_page(bounce);

	return ret;
}

static int gpusim_move(struct ttm_buffer_object *tbo, bool evict, struct ttm_operation_ctx *ctx,
		       struct ttm_resource *new_mem, struct ttm_place *hop)
{
	struct gpusim_device *gdev = ttm_to_gpusim(tbo->bdev);
	struct ttm_resource *old_mem = tbo->resource;
	int ret;

	if (!old_mem)
		return gpusim_move_first(gdev, tbo, new_mem);

	/* all work of all VMs that have it bound */
	ret = ttm_bo_wait_ctx(tbo, ctx);
	if (ret)
		return ret;

	if (gpusim_bo_is_mine(tbo))
		gpusim_vm_invalidate_bo(ttm_to_gpusim_bo(tbo));

	if (old_mem->mem_type != TTM_PL_VRAM && new_mem->mem_type != TTM_PL_VRAM) {
		ttm_bo_move_null(tbo, new_mem);
		return 0;
	}

	ret = gpusim_move_copy(gdev, tbo, ctx, new_mem);
	if (ret)
		return ret;

	ttm_bo_move_sync_cleanup(tbo, new_mem);
	return 0;
}

static int gpusim_io_mem_reserve(struct ttm_device *bdev, struct ttm_resource *mem)
{
	struct gpusim_device *gdev = ttm_to_gpusim(bdev);
	u64 offset = gpusim_vram_offset(mem);

	if (mem->mem_type != TTM_PL_VRAM)
		return 0;

	if (drm_dev_is_unplugged(&gdev->drm))
		return -ENODEV;

	if (!gpusim_vram_is_visible(&gdev->vram, mem))
		return -EINVAL;

	mem->bus.addr = (void __force *)(gdev->vram.base + offset);
	mem->bus.offset = gdev->vram.phys + offset;
	mem->bus.is_iomem = true;
	mem->bus.caching = ttm_write_combined;

	return 0;
}

static unsigned long gpusim_io_mem_pfn(struct ttm_buffer_object *tbo, unsigned long page_offset)
{
	return PHYS_PFN(tbo->resource->bus.offset) + page_offset;
}

/* TTM has checked the range and holds the reservation. */
static int gpusim_access_memory(struct ttm_buffer_object *tbo, unsigned long offset, void *buf,
				int len, int write)
{
	struct gpusim_device *gdev = ttm_to_gpusim(tbo->bdev);
	u64 vram = gpusim_vram_offset(tbo->resource) + offset;
	int ret;

	if (tbo->resource->mem_type != TTM_PL_VRAM)
		return -EIO;

	if (write)
		ret = gpusim_vram_write(gdev, vram, buf, len);
	else
		ret = gpusim_vram_read(gdev, vram, buf, len);

	return ret ? -EIO : len;
}

static struct ttm_device_funcs gpusim_ttm_funcs = {
	.ttm_tt_create = gpusim_tt_create,
	.ttm_tt_destroy = gpusim_tt_destroy,
	.ttm_tt_populate = gpusim_tt_populate,
	.ttm_tt_unpopulate = gpusim_tt_unpopulate,
	.eviction_valuable = gpusim_eviction_valuable,
	.evict_flags = gpusim_evict_flags,
	.move = gpusim_move,
	.io_mem_reserve = gpusim_io_mem_reserve,
	.io_mem_pfn = gpusim_io_mem_pfn,
	.access_memory = gpusim_access_memory,
};

/* As some drivers are: what the CPU cannot map it cannot reach at all. */
static struct ttm_device_funcs gpusim_ttm_funcs_window = {
	.ttm_tt_create = gpusim_tt_create,
	.ttm_tt_destroy = gpusim_tt_destroy,
	.ttm_tt_populate = gpusim_tt_populate,
	.ttm_tt_unpopulate = gpusim_tt_unpopulate,
	.eviction_valuable = gpusim_eviction_valuable,
	.evict_flags = gpusim_evict_flags,
	.move = gpusim_move,
	.io_mem_reserve = gpusim_io_mem_reserve,
	.io_mem_pfn = gpusim_io_mem_pfn,
};

static void gpusim_ttm_fini_device(struct drm_device *drm, void *data)
{
	ttm_device_fini(data);
}

static void gpusim_ttm_fini_vram(struct drm_device *drm, void *data)
{
	ttm_range_man_fini(data, TTM_PL_VRAM);
}

static void gpusim_ttm_fini_tt(struct drm_device *drm, void *data)
{
	ttm_range_man_fini(data, TTM_PL_TT);
}

/**
 * gpusim_ttm_init - set TTM up
 * @gdev: device whose VRAM is known
 *
 * Three memory types: VRAM, TT (system memory that the engine can use, as much
 * as TTM allows in all) and SYSTEM (system memory that it cannot). Taken down
 * with the last reference to the DRM device.
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ttm_init(struct gpusim_device *gdev)
{
	struct drm_device *drm = &gdev->drm;
	int ret;

	ret = gpusim_swap_init(&gdev->swap);
	if (ret)
		return ret;

	ret = ttm_device_init(&gdev->ttm,
			      gpusim_access ? &gpusim_ttm_funcs : &gpusim_ttm_funcs_window,
			      drm->dev,
			      drm->anon_inode->i_mapping, drm->vma_offset_manager, 0);
	if (ret)
		return ret;
	ret = drmm_add_action_or_reset(drm, gpusim_ttm_fini_device, &gdev->ttm);
	if (ret)
		return ret;

	ret = ttm_range_man_init(&gdev->ttm, TTM_PL_TT, true, ttm_tt_pages_limit());
	if (ret)
		return ret;
	ret = drmm_add_action_or_reset(drm, gpusim_ttm_fini_tt, &gdev->ttm);
	if (ret)
		return ret;

	ret = ttm_range_man_init(&gdev->ttm, TTM_PL_VRAM, false, gdev->vram.size >> PAGE_SHIFT);
	if (ret)
		return ret;
	return drmm_add_action_or_reset(drm, gpusim_ttm_fini_vram, &gdev->ttm);
}

/**
 * gpusim_ttm_vram_used - tell how full VRAM is
 * @gdev: device
 *
 * Returns: bytes in use.
 */
u64 gpusim_ttm_vram_used(struct gpusim_device *gdev)
{
	return ttm_resource_manager_usage(ttm_manager_type(&gdev->ttm, TTM_PL_VRAM));
}
