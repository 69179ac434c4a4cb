// SPDX-License-Identifier: GPL-2.0-only
/*
 * What others do with BOs: handles, maps of the CPU and of the kernel, dma-bufs.
 */

#include <linux/dma-buf.h>
#include <linux/mm.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_ttm_helper.h>
#include <drm/drm_prime.h>
#include <drm/gpusim_drm.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_tt.h>

#include "compat_ttm.h"
#include "gpusim_bo.h"
#include "gpusim_gem.h"
#include "gpusim_vm.h"

static void gpusim_gem_free(struct drm_gem_object *obj)
{
	ttm_bo_fini(&to_gpusim_bo(obj)->tbo);
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

/*
 * Other devices reach system memory only, and the BO stays there while they are
 * attached. The engine works on it there, wherever it would be otherwise.
 */
static int gpusim_gem_pin(struct drm_gem_object *obj)
{
	struct gpusim_bo *bo = to_gpusim_bo(obj);
	int ret;

	if (bo->flags & DRM_GPUSIM_GEM_NO_CPU_ACCESS)
		return -EACCES;

	ret = gpusim_bo_place(bo, DRM_GPUSIM_PLACEMENT_SYSTEM);
	if (ret)
		return ret;

	ttm_bo_pin(&bo->tbo);
	return 0;
}

static void gpusim_gem_unpin(struct drm_gem_object *obj)
{
	struct gpusim_bo *bo = to_gpusim_bo(obj);

	ttm_bo_unpin(&bo->tbo);
	/* it can go home */
	if (!bo->tbo.pin_count && !gpusim_bo_is_home(bo))
		gpusim_vm_revalidate_bo(bo);
}

static struct sg_table *gpusim_gem_get_sg_table(struct drm_gem_object *obj)
{
	const struct ttm_tt *tt = to_gpusim_bo(obj)->tbo.ttm;

	dma_resv_assert_held(obj->resv);

	return drm_prime_pages_to_sg(obj->dev, tt->pages, tt->num_pages);
}

/* The mapping is of one place: the BO stays there. */
static int gpusim_gem_vmap(struct drm_gem_object *obj, struct iosys_map *map)
{
	struct gpusim_bo *bo = to_gpusim_bo(obj);
	int ret;

	if (obj->import_attach)
		return dma_buf_vmap(obj->import_attach->dmabuf, map);

	if (bo->flags & DRM_GPUSIM_GEM_NO_CPU_ACCESS)
		return -EACCES;

	ret = gpusim_bo_make_visible(bo);
	if (ret)
		return ret;

	ttm_bo_pin(&bo->tbo);
	ret = ttm_bo_vmap(&bo->tbo, map);
	if (ret)
		ttm_bo_unpin(&bo->tbo);

	return ret;
}

static void gpusim_gem_vunmap(struct drm_gem_object *obj, struct iosys_map *map)
{
	if (obj->import_attach) {
		dma_buf_vunmap(obj->import_attach->dmabuf, map);
		return;
	}

	ttm_bo_vunmap(&to_gpusim_bo(obj)->tbo, map);
	gpusim_gem_unpin(obj);
}

static int gpusim_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	if (to_gpusim_bo(obj)->flags & DRM_GPUSIM_GEM_NO_CPU_ACCESS)
		return -EACCES;

	/* its exporter's to map */
	if (obj->import_attach)
		return -EINVAL;

	return drm_gem_ttm_mmap(obj, vma);
}

static vm_fault_t gpusim_gem_fault_reserved(struct gpusim_bo *bo, struct vm_fault *vmf)
{
	int ret = gpusim_bo_make_visible(bo);

	/* a signal, or BOs in use elsewhere: once more, from the start */
	if (ret == -ERESTARTSYS || ret == -EINTR || ret == -EBUSY)
		return VM_FAULT_NOPAGE;
	if (ret)
		return ret == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;

	return ttm_bo_vm_fault_reserved(vmf, vmf->vma->vm_page_prot, TTM_BO_VM_NUM_PREFAULT);
}

/* ttm_bo_vm_fault() for memory that may have to move to where the CPU can see it. */
static vm_fault_t gpusim_gem_fault(struct vm_fault *vmf)
{
	struct ttm_buffer_object *tbo = vmf->vma->vm_private_data;
	vm_fault_t ret;
	int idx;

	ret = ttm_bo_vm_reserve(tbo, vmf);
	if (ret)
		return ret;

	if (drm_dev_enter(tbo->base.dev, &idx)) {
		ret = gpusim_gem_fault_reserved(ttm_to_gpusim_bo(tbo), vmf);
		drm_dev_exit(idx);
	} else {
		ret = ttm_bo_vm_dummy_page(vmf, vmf->vma->vm_page_prot);
	}

	/* then TTM has let go of it */
	if (ret == VM_FAULT_RETRY && !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		return ret;

	dma_resv_unlock(tbo->base.resv);
	return ret;
}

static const struct vm_operations_struct gpusim_gem_vm_ops = {
	.fault = gpusim_gem_fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = ttm_bo_vm_access,
};

const struct drm_gem_object_funcs gpusim_gem_funcs = {
	.free = gpusim_gem_free,
	.open = gpusim_gem_open,
	.export = gpusim_gem_export,
	.pin = gpusim_gem_pin,
	.unpin = gpusim_gem_unpin,
	.get_sg_table = gpusim_gem_get_sg_table,
	.print_info = drm_gem_ttm_print_info,
	.vmap = gpusim_gem_vmap,
	.vunmap = gpusim_gem_vunmap,
	.mmap = gpusim_gem_mmap,
	.vm_ops = &gpusim_gem_vm_ops,
};
