// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O space of TTM resources.
 *
 * As ttm_mem_io_reserve() and ttm_mem_io_free() (6.12), which are not exported:
 * there is no count, so what was reserved before belongs to a mapping of the
 * target and must not be freed.
 */

#include <linux/dma-resv.h>

#include "object_ttm.h"

static void snoop_ttm_io_forget(struct ttm_resource *res)
{
	res->bus.offset = 0;
	res->bus.addr = NULL;
}

/**
 * snoop_ttm_io_get - reserve the I/O space of an object's memory
 * @bo: The object, with a resource; its reservation is held.
 *
 * A driver may fail with the offset already written (radeon and nouveau, 6.12). TTM
 * takes that for a reservation the next time, and radeon's for one of system memory:
 * ttm_bo_kmap_ttm() stops the kernel then if the object has none.
 *
 * Return: 1 when it was reserved, for snoop_ttm_io_put(); 0 when it is already, or
 * the memory needs none; or the driver's error, -EINVAL if the CPU cannot reach it.
 */
int snoop_ttm_io_get(struct ttm_buffer_object *bo)
{
	struct ttm_resource *res = bo->resource;
	int ret;

	dma_resv_assert_held(bo->base.resv);
	if (snoop_ttm_io_is_reserved(res)) {
		/* Left by a failure of the driver's own. */
		if (!res->bus.is_iomem && !ttm_manager_type(bo->bdev, res->mem_type)->use_tt)
			return -EINVAL;
		return 0;
	}
	res->bus.is_iomem = false;
	if (!bo->bdev->funcs->io_mem_reserve)
		return 0;
	ret = bo->bdev->funcs->io_mem_reserve(bo->bdev, res);
	if (!ret)
		return snoop_ttm_io_is_reserved(res);
	snoop_ttm_io_forget(res);
	return ret;
}

/**
 * snoop_ttm_io_put - undo snoop_ttm_io_get()
 * @bo: The object; its reservation was held all the time.
 */
void snoop_ttm_io_put(struct ttm_buffer_object *bo)
{
	dma_resv_assert_held(bo->base.resv);
	if (bo->bdev->funcs->io_mem_free)
		bo->bdev->funcs->io_mem_free(bo->bdev, bo->resource);
	snoop_ttm_io_forget(bo->resource);
}
