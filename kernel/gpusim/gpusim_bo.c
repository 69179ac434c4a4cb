// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffer objects and their ioctls.
 */

#include <linux/dma-buf.h>
#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gpuvm.h>
#include <drm/drm_prime.h>
#include <drm/gpusim_drm.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_tt.h>

#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_file.h"
#include "gpusim_gem.h"
#include "gpusim_swap.h"
#include "gpusim_vm.h"

/* a table of page pointers is at most INT_MAX bytes, kvcalloc() warns above */
#define GPUSIM_BO_MAX_PAGES	(INT_MAX / (sizeof(struct page *) + sizeof(dma_addr_t)))

/* two parts of VRAM, and system memory */
#define GPUSIM_BO_MAX_PLACES	3

/**
 * gpusim_bo_destroy - last step of a BO's life, called by TTM
 * @tbo: BO whose memory has been freed
 */
void gpusim_bo_destroy(struct ttm_buffer_object *tbo)
{
	struct gpusim_bo *bo = ttm_to_gpusim_bo(tbo);

	if (tbo->base.import_attach)
		drm_prime_gem_destroy(&tbo->base, tbo->sg);
	drm_gem_object_release(&tbo->base);
	if (bo->dma_buf)
		dma_buf_put(bo->dma_buf);
	drm_gem_object_put(bo->vm_obj);
	kfree(bo);
}

/**
 * gpusim_bo_is_mine - tell BOs from the temporary ones that TTM makes
 * @tbo: any BO of the device
 *
 * Returns: true if @tbo is the base of a &struct gpusim_bo.
 */
bool gpusim_bo_is_mine(const struct ttm_buffer_object *tbo)
{
	return tbo->destroy == gpusim_bo_destroy;
}

/*
 * Where a BO can be for a placement, the most wanted first. BOs that the CPU maps
 * do not go where it cannot see them unless the rest is full, and the others leave
 * them the rest.
 */
static unsigned int gpusim_bo_places(const struct gpusim_bo *bo, u32 placement,
				     struct ttm_place places[GPUSIM_BO_MAX_PLACES])
{
	const struct gpusim_device *gdev = to_gpusim(bo->tbo.base.dev);
	unsigned int visible = gdev->vram.visible >> PAGE_SHIFT;

	if (placement != DRM_GPUSIM_PLACEMENT_VRAM) {
		places[0] = (struct ttm_place) { .mem_type = TTM_PL_TT };
		return 1;
	}

	places[0] = (struct ttm_place) { .mem_type = TTM_PL_VRAM, .flags = TTM_PL_FLAG_DESIRED };
	places[1] = (struct ttm_place) { .mem_type = TTM_PL_VRAM };
	if (bo->flags & DRM_GPUSIM_GEM_NO_CPU_ACCESS) {
		places[0].fpfn = visible;
		places[0].flags |= TTM_PL_FLAG_TOPDOWN;
		places[1].flags |= TTM_PL_FLAG_TOPDOWN;
	} else {
		places[0].lpfn = visible;
	}

	return 2;
}

/*
 * Allocates a BO that is not yet visible to anybody. A BO of VRAM starts in
 * system memory if VRAM is taken by BOs that cannot be evicted now.
 */
static struct gpusim_bo *gpusim_bo_create(struct gpusim_device *gdev, struct gpusim_vm *vm,
					  const struct drm_gpusim_gem_create *args,
					  u64 client_id)
{
	struct ttm_place places[GPUSIM_BO_MAX_PLACES];
	struct ttm_placement placement = { .placement = places };
	struct ttm_operation_ctx ctx = { .interruptible = true, .gfp_retry_mayfail = true };
	struct dma_resv *resv = NULL;
	struct gpusim_bo *bo;
	int ret;

	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);

	bo->home = args->placement;
	bo->flags = args->flags;
	bo->tbo.base.funcs = &gpusim_gem_funcs;
	drm_gem_private_object_init(&gdev->drm, &bo->tbo.base, args->size);

	placement.num_placement = gpusim_bo_places(bo, bo->home, places);
	if (bo->home == DRM_GPUSIM_PLACEMENT_VRAM)
		places[placement.num_placement++] = (struct ttm_place) {
			.mem_type = TTM_PL_TT, .flags = TTM_PL_FLAG_FALLBACK,
		};

	if (vm) {
		bo->vm_obj = vm->base.r_obj;
		drm_gem_object_get(bo->vm_obj);
		bo->client_id = client_id;
		resv = drm_gpuvm_resv(&vm->base);
		ret = dma_resv_lock_interruptible(resv, NULL);
		if (ret) {
			gpusim_bo_destroy(&bo->tbo);
			return ERR_PTR(ret);
		}
	}

	/* frees the BO by gpusim_bo_destroy() if it fails */
	ret = ttm_bo_init_reserved(&gdev->ttm, &bo->tbo, ttm_bo_type_device, &placement, 0, &ctx,
				   NULL, resv, gpusim_bo_destroy);
	if (!ret)
		ttm_bo_unreserve(&bo->tbo);
	else if (resv)
		dma_resv_unlock(resv);

	return ret ? ERR_PTR(ret) : bo;
}

/**
 * gpusim_bo_import - make a BO of another device's memory
 * @gdev: device
 * @dma_buf: the memory
 * @sgt: where it is for @gdev
 *
 * The BO shares the reservation of @dma_buf. It never moves.
 *
 * Returns: the BO, or an error pointer: -EINVAL for what is not system memory.
 */
struct gpusim_bo *gpusim_bo_import(struct gpusim_device *gdev, struct dma_buf *dma_buf,
				   struct sg_table *sgt)
{
	static const struct ttm_place place = { .mem_type = TTM_PL_TT };
	struct ttm_placement placement = { .num_placement = 1, .placement = &place };
	struct ttm_operation_ctx ctx = { .interruptible = true, .gfp_retry_mayfail = true };
	struct gpusim_bo *bo;
	int ret;

	if (!dma_buf->size || !IS_ALIGNED(dma_buf->size, PAGE_SIZE))
		return ERR_PTR(-EINVAL);
	if (dma_buf->size >> PAGE_SHIFT > GPUSIM_BO_MAX_PAGES)
		return ERR_PTR(-ENOMEM);

	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);

	bo->home = DRM_GPUSIM_PLACEMENT_SYSTEM;
	bo->flags = DRM_GPUSIM_GEM_IMPORTED;
	bo->dma_buf = dma_buf;
	get_dma_buf(dma_buf);
	bo->read_only = !(dma_buf->file->f_mode & FMODE_WRITE);
	bo->tbo.base.funcs = &gpusim_gem_funcs;
	drm_gem_private_object_init(&gdev->drm, &bo->tbo.base, dma_buf->size);

	dma_resv_lock(dma_buf->resv, NULL);
	/* frees the BO by gpusim_bo_destroy() if it fails */
	ret = ttm_bo_init_reserved(&gdev->ttm, &bo->tbo, ttm_bo_type_sg, &placement, 0, &ctx, sgt,
				   dma_buf->resv, gpusim_bo_destroy);
	dma_resv_unlock(dma_buf->resv);

	return ret ? ERR_PTR(ret) : bo;
}

/**
 * gpusim_bo_place - move a BO
 * @bo: BO, whose reservation the caller holds
 * @placement: DRM_GPUSIM_PLACEMENT_*
 *
 * Waits for the BO's fences if it has to move, interruptibly.
 *
 * Returns: 0, -ENOSPC if there is no room in VRAM, -EBUSY if the BO is pinned
 * elsewhere, or another negative error code.
 */
int gpusim_bo_place(struct gpusim_bo *bo, u32 placement)
{
	struct ttm_place places[GPUSIM_BO_MAX_PLACES];
	struct ttm_placement list = { .placement = places };
	struct ttm_operation_ctx ctx = { .interruptible = true, .gfp_retry_mayfail = true };
	int ret;

	dma_resv_assert_held(bo->tbo.base.resv);

	list.num_placement = gpusim_bo_places(bo, placement, places);
	ret = ttm_bo_validate(&bo->tbo, &list, &ctx);

	if (bo->tbo.pin_count && ret == -EINVAL)
		return -EBUSY;

	/* TTM tells a full memory as ENOMEM */
	return placement == DRM_GPUSIM_PLACEMENT_VRAM && ret == -ENOMEM ? -ENOSPC : ret;
}

/**
 * gpusim_bo_make_visible - move a BO to where the CPU can map it
 * @bo: BO, whose reservation the caller holds
 *
 * Waits for the BO's fences if it has to move, interruptibly. To system memory if
 * there is no room in the part of VRAM that the CPU sees; then the next EXEC
 * brings it back to VRAM.
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_bo_make_visible(struct gpusim_bo *bo)
{
	const struct gpusim_device *gdev = to_gpusim(bo->tbo.base.dev);
	const struct ttm_place places[] = {
		{ .mem_type = TTM_PL_VRAM, .lpfn = gdev->vram.visible >> PAGE_SHIFT },
		{ .mem_type = TTM_PL_TT, .flags = TTM_PL_FLAG_FALLBACK },
	};
	struct ttm_placement list = { ARRAY_SIZE(places), places };
	struct ttm_operation_ctx ctx = { .interruptible = true };

	dma_resv_assert_held(bo->tbo.base.resv);

	if (!bo->tbo.resource)
		return -ENODATA;

	if (gpusim_vram_is_visible(&gdev->vram, bo->tbo.resource))
		return 0;

	return ttm_bo_validate(&bo->tbo, &list, &ctx);
}

/**
 * gpusim_bo_is_home - tell whether a BO is where it belongs
 * @bo: BO, whose reservation the caller holds
 *
 * Returns: true if so.
 */
bool gpusim_bo_is_home(const struct gpusim_bo *bo)
{
	const struct ttm_resource *res = bo->tbo.resource;

	dma_resv_assert_held(bo->tbo.base.resv);

	if (!res)
		return false;

	return res->mem_type == (bo->home == DRM_GPUSIM_PLACEMENT_VRAM ? TTM_PL_VRAM : TTM_PL_TT);
}

/**
 * gpusim_bo_bring_home - make a BO ready for the engine
 * @bo: BO, whose reservation the caller holds
 *
 * Returns: what gpusim_bo_place() returns. A BO that is pinned is ready.
 */
int gpusim_bo_bring_home(struct gpusim_bo *bo)
{
	return bo->tbo.pin_count ? 0 : gpusim_bo_place(bo, bo->home);
}

/**
 * gpusim_bo_backing - tell where a BO is
 * @bo: BO, whose reservation the caller holds
 * @backing: filled; empty if the BO is not where the engine wants it
 */
void gpusim_bo_backing(const struct gpusim_bo *bo, struct gpusim_backing *backing)
{
	const struct ttm_buffer_object *tbo = &bo->tbo;

	dma_resv_assert_held(tbo->base.resv);

	*backing = (struct gpusim_backing) { };

	/* pinned elsewhere it is used there */
	if (!tbo->resource || !(tbo->pin_count || gpusim_bo_is_home(bo)))
		return;

	if (tbo->resource->mem_type == TTM_PL_VRAM) {
		backing->vram = true;
		backing->vram_offset = (u64)tbo->resource->start << PAGE_SHIFT;
	} else if (tbo->resource->mem_type == TTM_PL_TT && tbo->ttm &&
		   ttm_tt_is_populated(tbo->ttm)) {
		backing->pages = tbo->ttm->pages;
	}
}

static u32 gpusim_bo_placement(const struct gpusim_bo *bo)
{
	if (gpusim_swap_is_out(bo))
		return DRM_GPUSIM_PLACEMENT_SWAPPED;
	if (bo->tbo.resource && bo->tbo.resource->mem_type == TTM_PL_VRAM)
		return DRM_GPUSIM_PLACEMENT_VRAM;

	return DRM_GPUSIM_PLACEMENT_SYSTEM;
}

static bool gpusim_placement_valid(u32 placement)
{
	return placement == DRM_GPUSIM_PLACEMENT_SYSTEM || placement == DRM_GPUSIM_PLACEMENT_VRAM;
}

/**
 * gpusim_ioctl_gem_create - DRM_IOCTL_GPUSIM_GEM_CREATE
 * @drm: device
 * @data: &struct drm_gpusim_gem_create
 * @file: client
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_gem_create(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct gpusim_device *gdev = to_gpusim(drm);
	struct drm_gpusim_gem_create *args = data;
	struct gpusim_vm *vm = NULL;
	struct gpusim_bo *bo;
	int ret;

	if (args->flags & ~DRM_GPUSIM_GEM_NO_CPU_ACCESS)
		return -EINVAL;

	if (!args->size || !IS_ALIGNED(args->size, PAGE_SIZE) ||
	    !gpusim_placement_valid(args->placement))
		return -EINVAL;

	if (args->placement == DRM_GPUSIM_PLACEMENT_VRAM && args->size > gdev->vram.size)
		return -EINVAL;

	if (args->size >> PAGE_SHIFT > min_t(u64, ttm_tt_pages_limit(), GPUSIM_BO_MAX_PAGES))
		return -ENOMEM;

	if (args->vm_id) {
		vm = gpusim_vm_lookup(file->driver_priv, args->vm_id);
		if (!vm)
			return -ENOENT;
	}

	bo = gpusim_bo_create(gdev, vm, args, file->client_id);
	if (IS_ERR(bo)) {
		ret = PTR_ERR(bo);
	} else {
		ret = drm_gem_handle_create(file, &bo->tbo.base, &args->handle);
		drm_gem_object_put(&bo->tbo.base);
	}

	gpusim_vm_put(vm);
	return ret;
}

/**
 * gpusim_ioctl_gem_mmap_offset - DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET
 * @drm: device
 * @data: &struct drm_gpusim_gem_mmap_offset
 * @file: client
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_gem_mmap_offset(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gpusim_gem_mmap_offset *args = data;
	struct drm_gem_object *obj;
	int ret = 0;

	if (args->flags)
		return -EINVAL;

	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	if (obj->import_attach)
		ret = -EINVAL;
	else if (to_gpusim_bo(obj)->flags & DRM_GPUSIM_GEM_NO_CPU_ACCESS)
		ret = -EACCES;
	else
		args->offset = drm_vma_node_offset_addr(&obj->vma_node);

	drm_gem_object_put(obj);
	return ret;
}

/**
 * gpusim_ioctl_gem_info - DRM_IOCTL_GPUSIM_GEM_INFO
 * @drm: device
 * @data: &struct drm_gpusim_gem_info
 * @file: client
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_gem_info(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gpusim_gem_info *args = data;
	struct drm_gem_object *obj;
	struct gpusim_bo *bo;
	int ret;

	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	ret = dma_resv_lock_interruptible(obj->resv, NULL);
	if (ret)
		goto out_put;

	bo = to_gpusim_bo(obj);
	args->size = obj->size;
	args->flags = bo->flags;
	args->pad = 0;
	args->placement = gpusim_bo_placement(bo);
	args->vram_offset = ~0ull;
	if (args->placement == DRM_GPUSIM_PLACEMENT_VRAM)
		args->vram_offset = (u64)bo->tbo.resource->start << PAGE_SHIFT;
	dma_resv_unlock(obj->resv);

out_put:
	drm_gem_object_put(obj);
	return ret;
}

/**
 * gpusim_ioctl_gem_migrate - DRM_IOCTL_GPUSIM_GEM_MIGRATE
 * @drm: device
 * @data: &struct drm_gpusim_gem_migrate
 * @file: client
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_gem_migrate(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gpusim_gem_migrate *args = data;
	struct drm_gem_object *obj;
	struct drm_exec exec;
	struct gpusim_bo *bo;
	int ret;

	if (args->flags || args->pad)
		return -EINVAL;
	if (!gpusim_placement_valid(args->placement) &&
	    args->placement != DRM_GPUSIM_PLACEMENT_SWAPPED)
		return -EINVAL;

	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	bo = to_gpusim_bo(obj);
	if (obj->import_attach || (args->placement == DRM_GPUSIM_PLACEMENT_VRAM &&
				   bo->home != DRM_GPUSIM_PLACEMENT_VRAM)) {
		ret = -EINVAL;
		goto out_put;
	}

	/* with a ticket, so that BOs in use by others can be waited for */
	drm_exec_init(&exec, DRM_EXEC_INTERRUPTIBLE_WAIT, 1);
	drm_exec_until_all_locked(&exec) {
		ret = drm_exec_lock_obj(&exec, obj);
		drm_exec_retry_on_contention(&exec);
		if (ret)
			break;
		if (args->placement == DRM_GPUSIM_PLACEMENT_SWAPPED)
			ret = gpusim_swap_out(bo);
		else
			ret = gpusim_bo_place(bo, args->placement);
		if (ret)
			break;
	}
	drm_exec_fini(&exec);

out_put:
	drm_gem_object_put(obj);
	return ret;
}
