/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPAT_TTM_H
#define COMPAT_TTM_H

#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_tt.h>

#include "features.h"

/* Without flags: neither coherent DMA memory nor memory below 4 GiB. */
#ifndef HAVE_TTM_ALLOCATION
static inline int compat_ttm_device_init(struct ttm_device *bdev,
					 const struct ttm_device_funcs *funcs, struct device *dev,
					 struct address_space *mapping,
					 struct drm_vma_offset_manager *manager,
					 unsigned int alloc_flags)
{
	return ttm_device_init(bdev, funcs, dev, mapping, manager, false, false);
}

#define ttm_device_init	compat_ttm_device_init
#endif

#ifndef HAVE_TTM_BO_FINI
#define ttm_bo_fini	ttm_bo_put
#endif

#ifndef HAVE_TTM_BO_POPULATE
static inline int ttm_bo_populate(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx)
{
	return ttm_tt_populate(bo->bdev, bo->ttm, ctx);
}
#endif

#endif
