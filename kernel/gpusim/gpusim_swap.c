// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swapping out a BO that somebody names.
 */

#include <linux/gfp.h>
#include <linux/sched.h>

#include <drm/drm_managed.h>
#include <drm/gpusim_drm.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_tt.h>

#include "compat_ttm.h"
#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_swap.h"

/**
 * gpusim_swap_init - nothing is to be swapped out
 * @swap: to initialise
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_swap_init(struct gpusim_swap *swap)
{
	struct gpusim_device *gdev = container_of(swap, struct gpusim_device, swap);

	return drmm_mutex_init(&gdev->drm, &swap->lock);
}

/**
 * gpusim_swap_wants - tell whether TTM may take a BO
 * @swap: state
 * @tbo: BO that TTM proposes to the calling process
 *
 * Returns: false if the caller swaps out another one.
 */
bool gpusim_swap_wants(const struct gpusim_swap *swap, const struct ttm_buffer_object *tbo)
{
	return READ_ONCE(swap->task) != current || swap->bo == tbo;
}

/**
 * gpusim_swap_is_out - tell whether a BO is swapped out
 * @bo: BO, whose reservation the caller holds
 *
 * Returns: true if so.
 */
bool gpusim_swap_is_out(const struct gpusim_bo *bo)
{
	const struct ttm_tt *tt = bo->tbo.ttm;

	dma_resv_assert_held(bo->tbo.base.resv);

	return tt && tt->page_flags & TTM_TT_FLAG_SWAPPED;
}

/* To the memory type that TTM swaps out of, and with pages. */
static int gpusim_swap_prepare(struct gpusim_bo *bo, struct ttm_operation_ctx *ctx)
{
	static const struct ttm_place place = { .mem_type = TTM_PL_SYSTEM };
	struct ttm_placement list = { .num_placement = 1, .placement = &place };
	int ret;

	/* VRAM has its pages only on the way */
	ret = gpusim_bo_place(bo, DRM_GPUSIM_PLACEMENT_SYSTEM);
	if (!ret)
		ret = ttm_bo_validate(&bo->tbo, &list, ctx);
	if (!ret)
		ret = ttm_bo_populate(&bo->tbo, ctx);

	return ret;
}

/**
 * gpusim_swap_out - swap a BO out
 * @bo: BO, whose reservation the caller holds
 *
 * Waits for the BO's fences, interruptibly.
 *
 * Returns: 0, -EBUSY if the BO is pinned, -ENOSPC if there is no room, or another
 * negative error code.
 */
int gpusim_swap_out(struct gpusim_bo *bo)
{
	struct gpusim_device *gdev = to_gpusim(bo->tbo.base.dev);
	struct gpusim_swap *swap = &gdev->swap;
	struct ttm_operation_ctx ctx = {
		.interruptible = true,
		.gfp_retry_mayfail = true,
		/* the BO itself may be taken though its reservation is held */
		.allow_res_evict = true,
		.resv = bo->tbo.base.resv,
	};
	int ret;

	dma_resv_assert_held(bo->tbo.base.resv);

	if (gpusim_swap_is_out(bo))
		return 0;

	if (bo->tbo.pin_count)
		return -EBUSY;

	ret = gpusim_swap_prepare(bo, &ctx);
	if (ret)
		return ret;

	mutex_lock(&swap->lock);
	swap->bo = &bo->tbo;
	WRITE_ONCE(swap->task, current);
	ret = ttm_device_swapout(&gdev->ttm, &ctx, GFP_KERNEL);
	WRITE_ONCE(swap->task, NULL);
	swap->bo = NULL;
	mutex_unlock(&swap->lock);

	/* TTM tells a BO that could not be swapped out as none found */
	if (ret >= 0)
		ret = gpusim_swap_is_out(bo) ? 0 : -ENOSPC;

	return ret;
}
