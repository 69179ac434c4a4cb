/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_OBJECT_TTM_H
#define SNOOP_OBJECT_TTM_H

#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_resource.h>
#include <drm/ttm/ttm_tt.h>

struct device;
struct drm_gem_object;
struct snoop_place;

/* All with the reservation held and a resource. */

static inline bool snoop_ttm_is_system(const struct ttm_buffer_object *bo)
{
	return bo->resource->mem_type == TTM_PL_SYSTEM ||
	       bo->resource->mem_type == TTM_PL_TT;
}

/*
 * Pages that TTM did not allocate: a userptr's or a scatter list's. They may
 * belong to somebody else by now; TTM does not map them either
 * (ttm_bo_vm_reserve(), 6.12).
 */
static inline bool snoop_ttm_is_foreign(const struct ttm_buffer_object *bo)
{
	return bo->ttm && (bo->ttm->page_flags & TTM_TT_FLAG_EXTERNAL);
}

/*
 * ttm_bo_kmap() takes the memory of an object to be one block. Drivers with
 * scattered VRAM have an io_mem_pfn to say where each page is, so theirs is
 * not read through a window.
 */
static inline bool snoop_ttm_has_window(const struct ttm_buffer_object *bo)
{
	return !bo->bdev->funcs->io_mem_pfn;
}

bool snoop_ttm_is_on_bus(struct device *dev, u64 addr);
int snoop_ttm_access_block(const struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
			   bool write);
int snoop_ttm_access_scattered(struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
			       bool write);

/* By us, or for a mapping of the target. */
static inline bool snoop_ttm_io_is_reserved(const struct ttm_resource *res)
{
	return res->bus.offset || res->bus.addr;
}

int snoop_ttm_io_get(struct ttm_buffer_object *bo);
void snoop_ttm_io_put(struct ttm_buffer_object *bo);

u32 snoop_ttm_placement(const struct ttm_buffer_object *bo);
void snoop_ttm_locate(struct drm_gem_object *obj, u64 offset, bool addresses,
		      struct snoop_place *place);

#endif
