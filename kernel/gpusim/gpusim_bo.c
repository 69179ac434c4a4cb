// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffer objects and their ioctls.
 */

#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_ttm_helper.h>
#include <drm/drm_gpuvm.h>
#include <drm/drm_prime.h>
#include <drm/gpusim_drm.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_tt.h>

#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_file.h"
#include "gpusim_vm.h"

/* a table of page pointers is at most INT_MAX bytes, kvcalloc() warns above */
#define GPUSIM_BO_MAX_PAGES	(INT_MAX / (sizeof(struct page *) + sizeof(dma_addr_t)))

/**
 * gpusim_bo_destroy - last step of a BO's life, called by TTM
 * @tbo: BO whose memory has been freed
 */
void gpusim_bo_destroy(struct ttm_buffer_object *tbo)
{
	struct gpusim_bo *bo = ttm_to_gpusim_bo(tbo);

	drm_gem_object_release(&tbo->base);
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

static void gpusim_gem_free(struct drm_gem_object *obj)
{
	ttm_bo_put(&to_gpusim_bo(obj)->tbo);
}

/* Private BOs do not leave their client, by whatever name they are found. */
static int gpusim_gem_open(struct drm_gem_object *obj, struct drm_file *file)
{
	struct gpusim_bo *bo = to_gpusim_bo(obj);

	return bo->vm_obj && bo->client_id != file->client_id ? -EPERM : 0;
}

static struct dma_buf *gpusim_gem_export(struct drm_gem_object *obj, int flags)
{
	if (to_gpusim_bo(obj)->vm_obj)
		return ERR_PTR(-EPERM);

	return drm_gem_prime_export(obj, flags);
}

static const struct drm_gem_object_funcs gpusim_gem_funcs = {
	.free = gpusim_gem_free,
	.open = gpusim_gem_open,
	.export = gpusim_gem_export,
	.print_info = drm_gem_ttm_print_info,
	.vmap = drm_gem_ttm_vmap,
	.vunmap = drm_gem_ttm_vunmap,
	.mmap = drm_gem_ttm_mmap,
};

/*
 * Allocates a BO that is not yet visible to anybody. A BO of VRAM starts in
 * system memory if VRAM is taken by BOs that cannot be evicted now.
 */
static struct gpusim_bo *gpusim_bo_create(struct gpusim_device *gdev, struct gpusim_vm *vm,
					  u64 size, u32 home, u64 client_id)
{
	static const struct ttm_place places[] = {
		{ .mem_type = TTM_PL_VRAM },
		{ .mem_type = TTM_PL_TT, .flags = TTM_PL_FLAG_FALLBACK },
	};
	static const struct ttm_place system = { .mem_type = TTM_PL_TT };
	struct ttm_placement placement = { .num_placement = 1, .placement = &system };
	struct ttm_operation_ctx ctx = { .interruptible = true, .gfp_retry_mayfail = true };
	struct dma_resv *resv = NULL;
	struct gpusim_bo *bo;
	int ret;

	bo = kzalloc(sizeof(*bo), GFP_KERNEL_ACCOUNT);
	if (!bo)
		return ERR_PTR(-ENOMEM);

	bo->home = home;
	bo->tbo.base.funcs = &gpusim_gem_funcs;
	drm_gem_private_object_init(&gdev->drm, &bo->tbo.base, size);

	if (home == DRM_GPUSIM_PLACEMENT_VRAM) {
		placement.placement = places;
		placement.num_placement = ARRAY_SIZE(places);
	}

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
 * gpusim_bo_place - move a BO
 * @bo: BO, whose reservation the caller holds
 * @placement: DRM_GPUSIM_PLACEMENT_*
 *
 * Waits for the BO's fences if it has to move, interruptibly.
 *
 * Returns: 0, -ENOSPC if there is no room in VRAM, or another negative error
 * code.
 */
int gpusim_bo_place(struct gpusim_bo *bo, u32 placement)
{
	bool vram = placement == DRM_GPUSIM_PLACEMENT_VRAM;
	struct ttm_place place = { .mem_type = vram ? TTM_PL_VRAM : TTM_PL_TT };
	struct ttm_placement list = { .num_placement = 1, .placement = &place };
	struct ttm_operation_ctx ctx = { .interruptible = true, .gfp_retry_mayfail = true };
	int ret;

	dma_resv_assert_held(bo->tbo.base.resv);

	ret = ttm_bo_validate(&bo->tbo, &list, &ctx);

	/* TTM tells a full memory as ENOMEM */
	return vram && ret == -ENOMEM ? -ENOSPC : ret;
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

	if (!tbo->resource)
		return;

	if (bo->home == DRM_GPUSIM_PLACEMENT_VRAM && tbo->resource->mem_type == TTM_PL_VRAM) {
		backing->vram = true;
		backing->vram_offset = (u64)tbo->resource->start << PAGE_SHIFT;
	} else if (bo->home == DRM_GPUSIM_PLACEMENT_SYSTEM &&
		   tbo->resource->mem_type == TTM_PL_TT && tbo->ttm &&
		   ttm_tt_is_populated(tbo->ttm)) {
		backing->pages = tbo->ttm->pages;
	}
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

	if (args->flags || !args->size || !IS_ALIGNED(args->size, PAGE_SIZE) ||
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

	bo = gpusim_bo_create(gdev, vm, args->size, args->placement, file->client_id);
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
	struct ttm_resource *res;
	int ret;

	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	ret = dma_resv_lock_interruptible(obj->resv, NULL);
	if (ret)
		goto out_put;

	res = to_gpusim_bo(obj)->tbo.resource;
	args->size = obj->size;
	if (res && res->mem_type == TTM_PL_VRAM) {
		args->placement = DRM_GPUSIM_PLACEMENT_VRAM;
		args->vram_offset = (u64)res->start << PAGE_SHIFT;
	} else {
		args->placement = DRM_GPUSIM_PLACEMENT_SYSTEM;
		args->vram_offset = ~0ull;
	}
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

	if (args->flags || args->pad || !gpusim_placement_valid(args->placement))
		return -EINVAL;

	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	bo = to_gpusim_bo(obj);
	if (args->placement == DRM_GPUSIM_PLACEMENT_VRAM &&
	    bo->home != DRM_GPUSIM_PLACEMENT_VRAM) {
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
	}
	if (!ret)
		ret = gpusim_bo_place(bo, args->placement);
	drm_exec_fini(&exec);

out_put:
	drm_gem_object_put(obj);
	return ret;
}
