// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the pages of TTM objects are.
 */

#include <linux/dma-resv.h>
#include <linux/mm.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_gem_ttm_helper.h>

#include <uapi/drm/drm_snoop.h>

#include "object.h"
#include "object_ttm.h"

/*
 * Drivers that give VRAM out in one block an object, so that ttm_resource.start is
 * the first page of it: those that manage it by ttm_range_man_init()
 * (radeon_ttm.c, qxl_ttm.c, drm_gem_vram_helper.c in 6.12). Other managers keep
 * something else there, or nothing.
 */
static const char *const snoop_ttm_block_drivers[] = {
	"gpusim", "radeon", "qxl", "bochs-drm",
};

static bool snoop_ttm_has_blocks(const struct drm_device *drm)
{
	return match_string(snoop_ttm_block_drivers, ARRAY_SIZE(snoop_ttm_block_drivers),
			    drm->driver->name) >= 0;
}

/**
 * snoop_ttm_placement - where an object is
 * @bo: The object, with a resource; its reservation is held.
 *
 * Return: DRM_SNOOP_PLACEMENT_*.
 */
u32 snoop_ttm_placement(const struct ttm_buffer_object *bo)
{
	dma_resv_assert_held(bo->base.resv);
	if (bo->ttm && snoop_ttm_is_system(bo) && (bo->ttm->page_flags & TTM_TT_FLAG_SWAPPED))
		return DRM_SNOOP_PLACEMENT_SWAPPED;
	switch (bo->resource->mem_type) {
	case TTM_PL_SYSTEM:
		return DRM_SNOOP_PLACEMENT_SYSTEM;
	case TTM_PL_TT:
		return DRM_SNOOP_PLACEMENT_TT;
	case TTM_PL_VRAM:
		return DRM_SNOOP_PLACEMENT_VRAM;
	default:
		return DRM_SNOOP_PLACEMENT_PRIVATE;
	}
}

/* One page of system memory. Of pages that are not TTM's nothing is known. */
static void snoop_ttm_locate_system(const struct ttm_buffer_object *bo, u64 offset,
				    struct snoop_place *place)
{
	const struct ttm_tt *ttm = bo->ttm;
	unsigned long index = offset >> PAGE_SHIFT;

	if (!ttm || !ttm_tt_is_populated(bo->ttm) || snoop_ttm_is_foreign(bo))
		return;
	place->len = PAGE_SIZE - offset_in_page(offset);
	place->flags |= DRM_SNOOP_PAGES_PHYS_ADDR;
	place->phys_addr = page_to_phys(ttm->pages[index]) + offset_in_page(offset);
	if (ttm->dma_address && ttm->dma_address[index]) {
		place->flags |= DRM_SNOOP_PAGES_DMA_ADDR;
		place->dma_addr = ttm->dma_address[index] + offset_in_page(offset);
	}
}

/* One page behind the bus. The driver says where, once I/O space is reserved. */
static void snoop_ttm_locate_bus(struct ttm_buffer_object *bo, u64 offset,
				 struct snoop_place *place)
{
	const struct ttm_device_funcs *funcs = bo->bdev->funcs;
	struct ttm_resource *res = bo->resource;
	int reserved = snoop_ttm_io_get(bo);
	u64 base;

	if (reserved < 0)
		return;
	if (res->bus.is_iomem && (res->bus.offset || funcs->io_mem_pfn)) {
		if (funcs->io_mem_pfn)
			base = PFN_PHYS(funcs->io_mem_pfn(bo, offset >> PAGE_SHIFT));
		else
			base = res->bus.offset + (offset & PAGE_MASK);
		place->len = PAGE_SIZE - offset_in_page(offset);
		if (snoop_ttm_is_on_bus(bo->base.dev->dev, base)) {
			place->flags |= DRM_SNOOP_PAGES_PHYS_ADDR;
			place->phys_addr = base + offset_in_page(offset);
		}
	}
	if (reserved)
		snoop_ttm_io_put(bo);
}

static void snoop_ttm_locate_device(struct ttm_buffer_object *bo, u64 offset,
				    struct snoop_place *place)
{
	struct device *dev = bo->base.dev->dev;
	int active;

	if (bo->resource->mem_type == TTM_PL_VRAM && snoop_ttm_has_blocks(bo->base.dev)) {
		place->flags |= DRM_SNOOP_PAGES_VRAM_OFFSET;
		place->vram_offset = PFN_PHYS((u64)bo->resource->start) + offset;
	}
	/* A sleeping device is not woken up to be looked at. */
	active = pm_runtime_get_if_active(dev);
	if (!active)
		return;
	snoop_ttm_locate_bus(bo, offset, place);
	/* -EINVAL: runtime power management is off, the device is on. */
	if (active > 0)
		pm_runtime_put_autosuspend(dev);
}

/**
 * snoop_ttm_locate - snoop_object_ops.locate of TTM objects
 * @obj: The object.
 * @offset: Byte of it.
 * @addresses: Addresses are wanted too.
 * @place: Filled.
 */
void snoop_ttm_locate(struct drm_gem_object *obj, u64 offset, bool addresses,
		      struct snoop_place *place)
{
	struct ttm_buffer_object *bo = drm_gem_ttm_of_gem(obj);

	dma_resv_assert_held(obj->resv);
	if (!bo->resource) {
		place->placement = DRM_SNOOP_PLACEMENT_NONE;
		return;
	}
	place->placement = snoop_ttm_placement(bo);
	if (!addresses)
		return;
	if (snoop_ttm_is_system(bo))
		snoop_ttm_locate_system(bo, offset, place);
	else
		snoop_ttm_locate_device(bo, offset, place);
}
