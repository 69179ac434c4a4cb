// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs: life and death, and what eviction does to them.
 */

#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/gpusim_drm.h>

#include "gpusim_bind.h"
#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_file.h"
#include "gpusim_sched.h"
#include "gpusim_vm.h"

static void gpusim_vm_free(struct drm_gpuvm *gpuvm)
{
	struct gpusim_vm *vm = to_gpusim_vm(gpuvm);

	gpusim_userptrs_fini(&vm->userptrs);
	mutex_destroy(&vm->ops_lock);
	mutex_destroy(&vm->lock);
	kfree(vm);

	/*
	 * The device, if this was its last user, goes when this returns: in the
	 * teardown worker, which the module waits for, or in somebody who took
	 * drm_gpuvm_get() and holds the module.
	 */
	module_put(THIS_MODULE);
}

/*
 * Called for BOs marked as evicted, under all reservations of the VM. Work that
 * used the old memory is done, or the BO had not moved.
 */
static int gpusim_vm_bo_validate(struct drm_gpuvm_bo *vm_bo, struct drm_exec *exec)
{
	struct gpusim_vm *vm = to_gpusim_vm(vm_bo->vm);
	struct gpusim_bo *bo = to_gpusim_bo(vm_bo->obj);
	struct gpusim_backing backing;
	struct drm_gpuva *va;
	int ret;

	ret = gpusim_bo_bring_home(bo);
	if (ret)
		return ret;

	gpusim_bo_backing(bo, &backing);
	drm_gpuvm_bo_for_each_va(va, vm_bo) {
		backing.read_only = va->flags & GPUSIM_VMA_READ_ONLY;
		gpusim_pt_map(&vm->pt, NULL, va->va.addr, va->va.range, &backing,
			      va->gem.offset);
	}
	drm_gpuvm_bo_evict(vm_bo, false);

	return 0;
}

static const struct drm_gpuvm_ops gpusim_vm_ops = {
	.vm_free = gpusim_vm_free,
	.vm_bo_validate = gpusim_vm_bo_validate,
	.sm_step_map = gpusim_bind_step_map,
	.sm_step_remap = gpusim_bind_step_remap,
	.sm_step_unmap = gpusim_bind_step_unmap,
};

/**
 * gpusim_vm_invalidate_bo - forget where a BO was
 * @bo: BO about to move, idle; the caller holds its reservation
 *
 * Every VM that has it bound finds it again at its next EXEC.
 */
void gpusim_vm_invalidate_bo(struct gpusim_bo *bo)
{
	static const struct gpusim_backing nowhere;
	struct drm_gpuvm_bo *vm_bo;
	struct drm_gpuva *va;

	dma_resv_assert_held(bo->tbo.base.resv);

	drm_gem_for_each_gpuvm_bo(vm_bo, &bo->tbo.base) {
		drm_gpuvm_bo_evict(vm_bo, true);
		drm_gpuvm_bo_for_each_va(va, vm_bo)
			gpusim_pt_map(&to_gpusim_vm(vm_bo->vm)->pt, NULL, va->va.addr,
				      va->va.range, &nowhere, 0);
	}
}

/**
 * gpusim_vm_revalidate_bo - have EXEC look where a BO belongs
 * @bo: BO, whose reservation the caller holds
 *
 * It stays where it is until then, and work that uses it there goes on.
 */
void gpusim_vm_revalidate_bo(struct gpusim_bo *bo)
{
	struct drm_gpuvm_bo *vm_bo;

	dma_resv_assert_held(bo->tbo.base.resv);

	drm_gem_for_each_gpuvm_bo(vm_bo, &bo->tbo.base)
		drm_gpuvm_bo_evict(vm_bo, true);
}

/**
 * gpusim_vm_report_fault - count a page fault
 * @vm: VM
 * @addr: address that was not mapped
 */
void gpusim_vm_report_fault(struct gpusim_vm *vm, u64 addr)
{
	spin_lock(&vm->fault_lock);
	vm->faults++;
	vm->fault_addr = addr;
	spin_unlock(&vm->fault_lock);
}

/**
 * gpusim_vm_report_reset - count a reset
 * @vm: VM whose job the engine hung at
 */
void gpusim_vm_report_reset(struct gpusim_vm *vm)
{
	spin_lock(&vm->fault_lock);
	vm->resets++;
	spin_unlock(&vm->fault_lock);
}

static void gpusim_vm_unmap(struct gpusim_vm *vm, struct drm_gpuva *va)
{
	struct drm_gem_object *obj = va->gem.obj;

	if (obj) {
		drm_gem_object_get(obj);
		dma_resv_lock(obj->resv, NULL);
	}

	mutex_lock(&vm->lock);
	mutex_lock(&vm->userptrs.lock);
	drm_gpuva_remove(va);
	gpusim_vma_leave(to_gpusim_vma(va));
	mutex_unlock(&vm->userptrs.lock);
	mutex_unlock(&vm->lock);
	drm_gpuva_unlink(va);

	if (obj) {
		dma_resv_unlock(obj->resv);
		drm_gem_object_put(obj);
	}
	gpusim_vma_free(to_gpusim_vma(va));
}

/*
 * Without drm_exec and its allocations, as this cannot fail: one BO's
 * reservation at a time is enough to unlink one mapping.
 */
static void gpusim_vm_unmap_all(struct gpusim_vm *vm)
{
	struct drm_gpuva *va, *next;

	guard(mutex)(&vm->ops_lock);

	drm_gpuvm_for_each_va_safe(va, next, &vm->base) {
		gpusim_vm_unmap(vm, va);
		cond_resched();
	}
}

/*
 * Not where the last user was: that can be a job's end, where reservations may
 * not be waited for.
 */
static void gpusim_vm_teardown(struct work_struct *work)
{
	struct gpusim_vm *vm = container_of(work, struct gpusim_vm, teardown);
	struct gpusim_file *gfile = vm->file;

	drm_sched_entity_destroy(&vm->entity);
	gpusim_vm_unmap_all(vm);
	gpusim_pt_fini(&vm->pt);

	xa_lock(&gfile->vms);
	list_del(&vm->link);
	WRITE_ONCE(gfile->nr_vms, gfile->nr_vms - 1);
	xa_unlock(&gfile->vms);
	wake_up_all(&gfile->gone);

	vm->file = NULL;
	gpusim_file_put(gfile);
	drm_gpuvm_put(&vm->base);
}

/**
 * gpusim_vm_lookup - find a VM
 * @gfile: client
 * @id: its id
 *
 * Returns: the VM, to be given back by gpusim_vm_put(), or NULL.
 */
struct gpusim_vm *gpusim_vm_lookup(struct gpusim_file *gfile, u32 id)
{
	struct gpusim_vm *vm;

	xa_lock(&gfile->vms);
	vm = xa_load(&gfile->vms, id);
	if (vm)
		gpusim_vm_get(vm);
	xa_unlock(&gfile->vms);

	return vm;
}

/**
 * gpusim_vm_get - become one more user
 * @vm: VM that the caller is a user of
 *
 * Returns: @vm.
 */
struct gpusim_vm *gpusim_vm_get(struct gpusim_vm *vm)
{
	refcount_inc(&vm->users);
	return vm;
}

/**
 * gpusim_vm_put - stop being a user
 * @vm: VM or NULL
 *
 * Safe wherever a job can end: never sleeps.
 */
void gpusim_vm_put(struct gpusim_vm *vm)
{
	if (vm && refcount_dec_and_test(&vm->users))
		queue_work(gpusim_teardown_wq, &vm->teardown);
}

static struct gpusim_vm *gpusim_vm_create(struct gpusim_device *gdev)
{
	struct drm_gem_object *r_obj;
	struct gpusim_vm *vm;
	int ret;

	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return ERR_PTR(-ENOMEM);

	ret = gpusim_pt_init(&vm->pt);
	if (ret)
		goto err_free;

	ret = gpusim_sched_entity_init(gdev->sched, &vm->entity);
	if (ret)
		goto err_pt;

	r_obj = drm_gpuvm_resv_object_alloc(&gdev->drm);
	if (!r_obj) {
		ret = -ENOMEM;
		goto err_entity;
	}

	mutex_init(&vm->lock);
	mutex_init(&vm->ops_lock);
	gpusim_userptrs_init(&vm->userptrs);
	spin_lock_init(&vm->fault_lock);
	init_waitqueue_head(&vm->jobs_wait);
	INIT_LIST_HEAD(&vm->link);
	INIT_WORK(&vm->teardown, gpusim_vm_teardown);
	refcount_set(&vm->users, 1);

	drm_gpuvm_init(&vm->base, "gpusim", 0, &gdev->drm, r_obj, GPUSIM_VA_START,
		       GPUSIM_VA_END - GPUSIM_VA_START, 0, 0, &gpusim_vm_ops);
	drm_gem_object_put(r_obj);
	__module_get(THIS_MODULE);

	return vm;

err_entity:
	drm_sched_entity_destroy(&vm->entity);
err_pt:
	gpusim_pt_fini(&vm->pt);
err_free:
	kfree(vm);
	return ERR_PTR(ret);
}

/* Enters the VM into the client's lists; the table takes the caller's use. */
static int gpusim_vm_publish(struct gpusim_vm *vm, struct gpusim_file *gfile, u32 *id)
{
	int ret;

	xa_lock(&gfile->vms);
	/* can let go of the lock, but not once the entry is there */
	ret = __xa_alloc(&gfile->vms, id, vm, XA_LIMIT(1, GPUSIM_MAX_VMS), GFP_KERNEL_ACCOUNT);
	if (!ret) {
		vm->file = gpusim_file_get(gfile);
		list_add_tail(&vm->link, &gfile->all);
		WRITE_ONCE(gfile->nr_vms, gfile->nr_vms + 1);
	}
	xa_unlock(&gfile->vms);

	return ret == -EBUSY ? -ENOSPC : ret;
}

/**
 * gpusim_ioctl_vm_create - DRM_IOCTL_GPUSIM_VM_CREATE
 * @drm: device
 * @data: &struct drm_gpusim_vm_create
 * @file: client
 *
 * Waits if as many VMs as a client can have are dying.
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_vm_create(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct gpusim_file *gfile = file->driver_priv;
	struct drm_gpusim_vm_create *args = data;
	struct gpusim_vm *vm;
	int ret;

	if (args->flags)
		return -EINVAL;

	ret = wait_event_interruptible(gfile->gone,
				       READ_ONCE(gfile->nr_vms) < 2 * GPUSIM_MAX_VMS);
	if (ret)
		return ret;

	vm = gpusim_vm_create(to_gpusim(drm));
	if (IS_ERR(vm))
		return PTR_ERR(vm);

	/* filled in first: once published, another thread can destroy the VM */
	args->va_start = GPUSIM_VA_START;
	args->va_end = GPUSIM_VA_END;

	ret = gpusim_vm_publish(vm, gfile, &args->vm_id);
	if (ret) {
		drm_sched_entity_destroy(&vm->entity);
		gpusim_pt_fini(&vm->pt);
		drm_gpuvm_put(&vm->base);
	}

	return ret;
}

/**
 * gpusim_ioctl_vm_destroy - DRM_IOCTL_GPUSIM_VM_DESTROY
 * @drm: device
 * @data: &struct drm_gpusim_vm_destroy
 * @file: client
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_vm_destroy(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct gpusim_file *gfile = file->driver_priv;
	struct drm_gpusim_vm_destroy *args = data;
	struct gpusim_vm *vm;

	if (args->pad)
		return -EINVAL;

	vm = xa_erase(&gfile->vms, args->vm_id);
	if (!vm)
		return -ENOENT;

	gpusim_vm_put(vm);
	return 0;
}

/**
 * gpusim_ioctl_vm_get_state - DRM_IOCTL_GPUSIM_VM_GET_STATE
 * @drm: device
 * @data: &struct drm_gpusim_vm_get_state
 * @file: client
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_vm_get_state(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gpusim_vm_get_state *args = data;
	struct gpusim_vm *vm;

	if (args->pad)
		return -EINVAL;

	vm = gpusim_vm_lookup(file->driver_priv, args->vm_id);
	if (!vm)
		return -ENOENT;

	spin_lock(&vm->fault_lock);
	args->faults = vm->faults;
	args->fault_addr = vm->fault_addr;
	args->resets = vm->resets;
	spin_unlock(&vm->fault_lock);

	gpusim_vm_put(vm);
	return 0;
}
