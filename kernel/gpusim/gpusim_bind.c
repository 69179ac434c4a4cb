// SPDX-License-Identifier: GPL-2.0-only
/*
 * VM_BIND.
 *
 * All that can fail (allocations, waits, reservations) comes first. Then the
 * tree is changed in one go under its lock, so that no reader sees half of an
 * operation, and last the page tables, for which tables are in stock.
 */

#include <linux/sizes.h>
#include <linux/uaccess.h>

#include <drm/drm_exec.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/gpusim_drm.h>

#include "compat_gpuvm.h"
#include "gpusim_bind.h"
#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_vm.h"

/*
 * Largest mapping without a BO, which has a size that was paid for. Bounds the
 * page tables: 32 MiB of them.
 */
#define GPUSIM_BIND_MAX_RANGE	(16ULL * SZ_1G)

/* One VM_BIND under way. Belongs to the caller of the ioctl. */
struct gpusim_bind {
	struct gpusim_vm *vm;
	u32 op;				/* DRM_GPUSIM_BIND_* */
	enum drm_gpuva_flags flags;	/* of what is mapped */
	struct drm_gem_object *obj;	/* to map, or NULL */
	u64 bo_offset;
	u64 addr;
	u64 range;

	struct drm_gpuvm_bo *vm_bo;	/* of obj, under its reservation */
	struct gpusim_pt_stock stock;
	struct gpusim_vma *map;		/* the new mapping, until it is in the tree */
	struct gpusim_vma *prev, *next;	/* what is left of others before and after */
	struct list_head gone;		/* vmas taken out of the tree */
};

static bool gpusim_bind_maps(const struct gpusim_bind *bind)
{
	return bind->op != DRM_GPUSIM_BIND_UNMAP;
}

/**
 * gpusim_bind_step_map - add the new mapping to the tree
 * @op: operation
 * @priv: &struct gpusim_bind
 *
 * Returns: 0.
 */
int gpusim_bind_step_map(struct drm_gpuva_op *op, void *priv)
{
	struct gpusim_bind *bind = priv;
	struct gpusim_vma *vma = no_free_ptr(bind->map);

	if (WARN_ON_ONCE(!vma))
		return -ENOMEM;

	drm_gpuva_map(&bind->vm->base, &vma->base, &op->map);
	drm_gpuva_link(&vma->base, bind->vm_bo);
	gpusim_vma_enter(vma);

	return 0;
}

/**
 * gpusim_bind_step_remap - put what is left of a mapping in its place
 * @op: operation
 * @priv: &struct gpusim_bind
 *
 * Returns: 0.
 */
int gpusim_bind_step_remap(struct drm_gpuva_op *op, void *priv)
{
	struct gpusim_vma *old = to_gpusim_vma(op->remap.unmap->va);
	struct gpusim_bind *bind = priv;
	struct gpusim_vma *prev = op->remap.prev ? no_free_ptr(bind->prev) : NULL;
	struct gpusim_vma *next = op->remap.next ? no_free_ptr(bind->next) : NULL;

	if (WARN_ON_ONCE((op->remap.prev && !prev) || (op->remap.next && !next))) {
		bind->prev = prev;
		bind->next = next;
		return -ENOMEM;
	}

	/* an offset in nothing */
	if (next && gpusim_vma_is_sparse(old))
		op->remap.next->gem.offset = 0;
	drm_gpuva_remap(prev ? &prev->base : NULL, next ? &next->base : NULL, &op->remap);
	gpusim_vma_leave(old);
	list_add_tail(&old->gone, &bind->gone);

	if (prev) {
		drm_gpuva_link(&prev->base, old->base.vm_bo);
		gpusim_vma_enter(prev);
	}
	if (next) {
		drm_gpuva_link(&next->base, old->base.vm_bo);
		gpusim_vma_enter(next);
	}

	return 0;
}

/**
 * gpusim_bind_step_unmap - take a mapping out of the tree
 * @op: operation
 * @priv: &struct gpusim_bind
 *
 * Returns: 0.
 */
int gpusim_bind_step_unmap(struct drm_gpuva_op *op, void *priv)
{
	struct gpusim_vma *vma = to_gpusim_vma(op->unmap.va);
	struct gpusim_bind *bind = priv;

	drm_gpuva_unmap(&op->unmap);
	gpusim_vma_leave(vma);
	list_add_tail(&vma->gone, &bind->gone);

	return 0;
}

/* Locks the VM, the BO to map, and those whose mappings may go. */
static int gpusim_bind_lock(struct gpusim_bind *bind, struct drm_exec *exec)
{
	int ret = 0;

	drm_exec_init(exec, DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES, 0);
	drm_exec_until_all_locked(exec) {
		ret = drm_gpuvm_prepare_vm(&bind->vm->base, exec, 0);
		drm_exec_retry_on_contention(exec);
		if (ret)
			break;

		if (bind->obj) {
			ret = drm_exec_lock_obj(exec, bind->obj);
			drm_exec_retry_on_contention(exec);
			if (ret)
				break;
		}

		ret = drm_gpuvm_prepare_range(&bind->vm->base, exec, bind->addr, bind->range, 0);
		drm_exec_retry_on_contention(exec);
		if (ret)
			break;
	}

	return ret;
}

/* Changes the tree; page tables follow. */
static int gpusim_bind_tree(struct gpusim_bind *bind)
{
	struct drm_gpuvm *gpuvm = &bind->vm->base;
	struct drm_gpuvm_map_req req = {
		.map = {
			.va = { .addr = bind->addr, .range = bind->range },
			.gem = { .obj = bind->obj, .offset = bind->bo_offset },
		},
	};

	guard(mutex)(&bind->vm->lock);
	guard(mutex)(&bind->vm->userptrs.lock);

	if (gpusim_bind_maps(bind))
		return drm_gpuvm_sm_map(gpuvm, bind, &req);

	return drm_gpuvm_sm_unmap(gpuvm, bind, bind->addr, bind->range);
}

/*
 * Of the mappings that are gone, entries outside of the range stay as they are.
 * Their BOs stay too until gpusim_bind_free_gone(): the last reference must not go
 * in drm_exec_fini(), as lockdep takes all reservations of a ticket for the one
 * that was locked first, and that can be such a BO's.
 */
static void gpusim_bind_drop_gone(struct gpusim_bind *bind)
{
	struct gpusim_vma *vma;

	list_for_each_entry(vma, &bind->gone, gone) {
		struct drm_gpuva *va = &vma->base;
		u64 start = max(va->va.addr, bind->addr);
		u64 end = min(va->va.addr + va->va.range, bind->addr + bind->range);

		if (!gpusim_bind_maps(bind))
			gpusim_pt_unmap(&bind->vm->pt, start, end - start);
		if (va->gem.obj)
			drm_gem_object_get(va->gem.obj);
		drm_gpuva_unlink(va);
	}
}

/* Without reservations. */
static void gpusim_bind_free_gone(struct gpusim_bind *bind)
{
	struct gpusim_vma *vma, *next;

	list_for_each_entry_safe(vma, next, &bind->gone, gone) {
		drm_gem_object_put(vma->base.gem.obj);
		gpusim_vma_free(vma);
	}
}

/* What was made ahead and is not in the tree. */
static void gpusim_bind_free_unused(struct gpusim_bind *bind)
{
	gpusim_pt_stock_drain(&bind->stock);
	gpusim_vma_free(bind->map);
	gpusim_vma_free(bind->prev);
	gpusim_vma_free(bind->next);
}

/* Sets the entries of the new mapping, which is in the tree. */
static void gpusim_bind_entries(struct gpusim_bind *bind)
{
	struct gpusim_backing backing = { };

	if (bind->obj) {
		if (!bind->vm_bo->evicted)
			gpusim_bo_backing(to_gpusim_bo(bind->obj), &backing);
		if (!backing.vram && !backing.pages)
			drm_gpuvm_bo_evict(bind->vm_bo, true);
	}
	backing.sparse = bind->flags & DRM_GPUVA_SPARSE;
	backing.read_only = bind->flags & GPUSIM_VMA_READ_ONLY;

	gpusim_pt_map(&bind->vm->pt, &bind->stock, bind->addr, bind->range, &backing,
		      bind->bo_offset);
}

static int gpusim_bind_locked(struct gpusim_bind *bind)
{
	int ret;

	if (bind->obj) {
		bind->vm_bo = drm_gpuvm_bo_obtain_locked(&bind->vm->base, bind->obj);
		if (IS_ERR(bind->vm_bo))
			return PTR_ERR(bind->vm_bo);
		drm_gpuvm_bo_extobj_add(bind->vm_bo);
	}

	ret = gpusim_bind_tree(bind);

	if (!ret && gpusim_bind_maps(bind))
		gpusim_bind_entries(bind);
	gpusim_bind_drop_gone(bind);

	if (bind->obj)
		drm_gpuvm_bo_put(bind->vm_bo);

	return ret;
}

/* Makes what is left of a mapping cut at an address: the part before, or from there on. */
static struct gpusim_vma *gpusim_bind_cut(struct gpusim_bind *bind, u64 at, bool before)
{
	struct drm_gpuva *va = drm_gpuva_find_first(&bind->vm->base, before ? at : at - 1, 1);
	u64 start, end;

	if (!va)
		return NULL;

	start = before ? va->va.addr : at;
	end = before ? at : va->va.addr + va->va.range;
	if (start >= end)
		return NULL;

	return gpusim_vma_create_part(bind->vm, to_gpusim_vma(va), start, end - start);
}

/*
 * Makes all that will be in the tree. ops_lock keeps it as it is until then, so
 * what will be cut is known.
 */
static int gpusim_bind_prepare(struct gpusim_bind *bind)
{
	const struct drm_gpuva_op_map place = {
		.va.addr = bind->addr,
		.va.range = bind->range,
		.gem.obj = bind->obj,
		.gem.offset = bind->bo_offset,
	};
	struct gpusim_vma *vma;
	int ret;

	vma = gpusim_bind_cut(bind, bind->addr, true);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	bind->prev = vma;

	vma = gpusim_bind_cut(bind, bind->addr + bind->range, false);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	bind->next = vma;

	if (!gpusim_bind_maps(bind))
		return 0;

	vma = gpusim_vma_create(bind->vm, &place, bind->flags);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	bind->map = vma;

	if (gpusim_vma_is_userptr(vma)) {
		ret = gpusim_userptr_check(to_gpusim_userptr_vma(vma));
		if (ret)
			return ret;
	}

	return gpusim_pt_stock_fill(&bind->vm->pt, &bind->stock, bind->addr, bind->range);
}

static int gpusim_bind_run(struct gpusim_bind *bind)
{
	struct drm_exec exec;
	long wait;
	int ret;

	ret = mutex_lock_interruptible(&bind->vm->ops_lock);
	if (ret)
		return ret;

	/* ops_lock keeps new work away, and no reservation need be held to wait */
	wait = dma_resv_wait_timeout(drm_gpuvm_resv(&bind->vm->base), DMA_RESV_USAGE_BOOKKEEP,
				     true, MAX_SCHEDULE_TIMEOUT);
	if (wait < 0) {
		ret = wait;
		goto out_unlock;
	}

	ret = gpusim_bind_prepare(bind);
	if (ret)
		goto out_unused;

	ret = gpusim_bind_lock(bind, &exec);
	if (!ret)
		ret = gpusim_bind_locked(bind);
	drm_exec_fini(&exec);
	gpusim_bind_free_gone(bind);

out_unused:
	gpusim_bind_free_unused(bind);
out_unlock:
	mutex_unlock(&bind->vm->ops_lock);
	return ret;
}

static int gpusim_bind_check(const struct drm_gpusim_vm_bind *args)
{
	u64 end;

	if (args->flags & ~DRM_GPUSIM_BIND_READ_ONLY)
		return -EINVAL;

	if (!args->range || !IS_ALIGNED(args->range, GPUSIM_PAGE_SIZE) ||
	    !IS_ALIGNED(args->addr, GPUSIM_PAGE_SIZE) ||
	    !IS_ALIGNED(args->bo_offset, GPUSIM_PAGE_SIZE))
		return -EINVAL;

	if (check_add_overflow(args->addr, args->range, &end) || args->addr < GPUSIM_VA_START ||
	    end > GPUSIM_VA_END)
		return -EINVAL;

	switch (args->op) {
	case DRM_GPUSIM_BIND_MAP:
		return 0;
	case DRM_GPUSIM_BIND_UNMAP:
		return args->handle || args->bo_offset || args->flags ? -EINVAL : 0;
	case DRM_GPUSIM_BIND_MAP_SPARSE:
		if (args->handle || args->bo_offset || args->flags)
			return -EINVAL;
		return args->range > GPUSIM_BIND_MAX_RANGE ? -ENOMEM : 0;
	case DRM_GPUSIM_BIND_MAP_USERPTR:
		if (args->handle)
			return -EINVAL;
		if (args->range > GPUSIM_BIND_MAX_RANGE)
			return -ENOMEM;
		return access_ok(u64_to_user_ptr(args->bo_offset), args->range) ? 0 : -EFAULT;
	default:
		return -EINVAL;
	}
}

static int gpusim_bind_check_bo(const struct gpusim_bind *bind)
{
	const struct gpusim_bo *bo = to_gpusim_bo(bind->obj);

	if (bind->bo_offset > bind->obj->size ||
	    bind->range > bind->obj->size - bind->bo_offset)
		return -EINVAL;

	if (bo->vm_obj && bo->vm_obj != bind->vm->base.r_obj)
		return -EINVAL;

	return bo->read_only && !(bind->flags & GPUSIM_VMA_READ_ONLY) ? -EACCES : 0;
}

/**
 * gpusim_ioctl_vm_bind - DRM_IOCTL_GPUSIM_VM_BIND
 * @drm: device
 * @data: &struct drm_gpusim_vm_bind
 * @file: client
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_vm_bind(struct drm_device *drm, void *data, struct drm_file *file)
{
	const struct drm_gpusim_vm_bind *args = data;
	struct gpusim_bind bind = {
		.op = args->op,
		.bo_offset = args->bo_offset,
		.addr = args->addr,
		.range = args->range,
		.stock.pages = LIST_HEAD_INIT(bind.stock.pages),
		.gone = LIST_HEAD_INIT(bind.gone),
	};
	int ret;

	ret = gpusim_bind_check(args);
	if (ret)
		return ret;

	bind.vm = gpusim_vm_lookup(file->driver_priv, args->vm_id);
	if (!bind.vm)
		return -ENOENT;

	if (args->flags & DRM_GPUSIM_BIND_READ_ONLY)
		bind.flags |= GPUSIM_VMA_READ_ONLY;
	if (args->op == DRM_GPUSIM_BIND_MAP_SPARSE)
		bind.flags |= DRM_GPUVA_SPARSE;

	if (args->op == DRM_GPUSIM_BIND_MAP) {
		bind.obj = drm_gem_object_lookup(file, args->handle);
		if (!bind.obj) {
			ret = -ENOENT;
			goto out_vm;
		}
		ret = gpusim_bind_check_bo(&bind);
		if (ret)
			goto out_obj;
	}

	ret = gpusim_bind_run(&bind);

out_obj:
	drm_gem_object_put(bind.obj);
out_vm:
	gpusim_vm_put(bind.vm);
	return ret;
}
