// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drivers that keep their VMs as struct drm_gpuvm
 * (drivers/gpu/drm/drm_gpuvm.c, 6.12).
 *
 * The tree says what the driver was asked to bind. It is looked at under the
 * driver's own lock for it, just long enough to take references on objects.
 */

#include <linux/bits.h>
#include <linux/err.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gpuvm.h>

#include <uapi/drm/drm_snoop.h>

#include "../access.h"
#include "../range.h"
#include "../wait.h"
#include "private.h"

/**
 * struct snoop_gpuvm_list - where a client has its VMs
 * @file: The client's private structure, or NULL if the driver keeps nothing.
 * @vms: The list; NULL for a driver with one VM a client.
 */
struct snoop_gpuvm_list {
	void *file;
	struct xarray *vms;
};

static struct drm_gpuvm *snoop_gpuvm_of(const struct snoop_adapter *adapter, const void *vm)
{
	return snoop_private_member(adapter, vm, SNOOP_VM_BASE);
}

/* Finds the list of VMs. 0, or -EUCLEAN. */
static int snoop_gpuvm_find(const struct snoop_adapter *adapter, const struct drm_file *client,
			    struct snoop_gpuvm_list *list)
{
	struct xarray probe;
	void *pool;

	*list = (struct snoop_gpuvm_list) { .file = snoop_private_file(adapter, client) };
	if (IS_ERR_OR_NULL(list->file))
		return PTR_ERR_OR_ZERO(list->file);
	if (snoop_adapter_has(adapter, SNOOP_FILE_VMS)) {
		list->vms = snoop_private_member(adapter, list->file, SNOOP_FILE_VMS);
	} else if (snoop_adapter_has(adapter, SNOOP_POOL_VMS)) {
		if (snoop_private_pointer(adapter, list->file, SNOOP_FILE_POOL, &pool))
			return -EUCLEAN;
		if (pool)
			list->vms = snoop_private_member(adapter, pool, SNOOP_POOL_VMS);
	}
	if (list->vms && copy_from_kernel_nofault(&probe, list->vms, sizeof(probe)))
		return -EUCLEAN;
	return 0;
}

/*
 * A reference on @vm, which a lock of the list keeps, as the driver drops its own after
 * taking the VM out of the list.
 */
static void *snoop_gpuvm_get(const struct snoop_adapter *adapter, void *vm)
{
	struct drm_device *drm;

	if (!vm)
		return NULL;
	if (copy_from_kernel_nofault(&drm, &snoop_gpuvm_of(adapter, vm)->drm, sizeof(drm)) ||
	    drm != adapter->drm)
		return ERR_PTR(-EUCLEAN);
	drm_gpuvm_get(snoop_gpuvm_of(adapter, vm));
	return vm;
}

static void *snoop_gpuvm_next_listed(const struct snoop_adapter *adapter, struct xarray *vms,
				     u64 *vm_id)
{
	unsigned long id = *vm_id;
	void *vm;

	xa_lock(vms);
	vm = snoop_gpuvm_get(adapter, xa_find(vms, &id, ULONG_MAX, XA_PRESENT));
	xa_unlock(vms);
	*vm_id = id;
	return vm;
}

static void *snoop_gpuvm_next_only(const struct snoop_adapter *adapter, const void *file,
				   u64 *vm_id)
{
	void *vm;

	if (*vm_id > SNOOP_ONLY_VM_ID)
		return NULL;
	*vm_id = SNOOP_ONLY_VM_ID;
	if (snoop_private_pointer(adapter, file, SNOOP_FILE_VM, &vm))
		return ERR_PTR(-EUCLEAN);
	return snoop_gpuvm_get(adapter, vm);
}

static void *snoop_gpuvm_next(const struct snoop_adapter *adapter,
			      const struct snoop_access *access, u64 *vm_id)
{
	struct snoop_gpuvm_list list;
	struct mutex *lock = NULL;
	void *vm = NULL;
	int ret;

	ret = snoop_gpuvm_find(adapter, access->client, &list);
	if (ret)
		return ERR_PTR(ret);
	if (!list.file)
		return NULL;
	if (snoop_adapter_has(adapter, SNOOP_FILE_LOCK)) {
		lock = snoop_private_member(adapter, list.file, SNOOP_FILE_LOCK);
		ret = snoop_mutex_lock(lock, access->deadline);
		if (ret)
			return ERR_PTR(ret);
	}
	if (list.vms)
		vm = snoop_gpuvm_next_listed(adapter, list.vms, vm_id);
	else if (snoop_adapter_has(adapter, SNOOP_FILE_VM))
		vm = snoop_gpuvm_next_only(adapter, list.file, vm_id);
	if (lock)
		mutex_unlock(lock);
	return vm;
}

static bool snoop_gpuvm_is(const struct snoop_adapter *adapter,
			   const struct snoop_access *access, u64 vm_id, const void *vm)
{
	struct snoop_gpuvm_list list;
	void *only;

	if (snoop_gpuvm_find(adapter, access->client, &list) || !list.file)
		return false;
	if (list.vms)
		return xa_load(list.vms, vm_id) == vm;
	return vm_id == SNOOP_ONLY_VM_ID && snoop_adapter_has(adapter, SNOOP_FILE_VM) &&
	       !snoop_private_pointer(adapter, list.file, SNOOP_FILE_VM, &only) && only == vm;
}

static void snoop_gpuvm_put(const struct snoop_adapter *adapter, void *vm)
{
	drm_gpuvm_put(snoop_gpuvm_of(adapter, vm));
}

static void snoop_gpuvm_info(const struct snoop_adapter *adapter, const void *vm,
			     struct drm_snoop_vm *info)
{
	const struct drm_gpuvm *gpuvm = snoop_gpuvm_of(adapter, vm);

	memset(info, 0, sizeof(*info));
	info->start = gpuvm->mm_start;
	info->end = gpuvm->mm_start + gpuvm->mm_range;
	if (gpuvm->name)
		strscpy(info->name, gpuvm->name);
}

/* Flags that the driver keeps beside the mapping. */
static u32 snoop_gpuvm_flags(const struct snoop_adapter *adapter, const struct drm_gpuva *va)
{
	if (!snoop_adapter_has(adapter, SNOOP_VA_FLAGS))
		return 0;
	return *(const u32 *)((const void *)va - adapter->layout->offsets[SNOOP_VA_BASE] +
			      adapter->layout->offsets[SNOOP_VA_FLAGS]);
}

static bool snoop_gpuvm_is_sparse(const struct snoop_adapter *adapter, const struct drm_gpuva *va)
{
	/* A driver may bind an object of its own there. */
	return snoop_gpuvm_flags(adapter, va) & adapter->driver->sparse_flags ||
	       (!va->gem.obj && va->flags & DRM_GPUVA_SPARSE);
}

static bool snoop_gpuvm_is_read_only(const struct snoop_adapter *adapter,
				     const struct drm_gpuva *va)
{
	return va->flags & (adapter->driver->read_only_userbit * DRM_GPUVA_USERBITS) ||
	       snoop_gpuvm_flags(adapter, va) & adapter->driver->read_only_flags;
}

/* Nothing that the driver's data says may lead out of an object or around. */
static bool snoop_gpuvm_sane(const struct snoop_adapter *adapter, const struct drm_gpuva *va)
{
	u64 end;

	if (!va->va.range || check_add_overflow(va->va.addr, va->va.range, &end))
		return false;
	if (snoop_gpuvm_is_sparse(adapter, va))
		return true;
	/* CPU addresses must not wrap either. */
	if (!va->gem.obj)
		return va->gem.offset <= U64_MAX - va->va.range;
	return va->gem.obj->dev == adapter->drm && va->gem.offset <= va->gem.obj->size &&
	       va->va.range <= va->gem.obj->size - va->gem.offset;
}

/*
 * The memory of a userptr mapping, which its notifier keeps; NULL if the driver's
 * layout does not tell.
 */
static const struct mm_struct *snoop_gpuvm_mm(const struct snoop_adapter *adapter,
					      const struct drm_gpuva *va)
{
	const struct mmu_interval_notifier *mni;

	/* Without an address it mirrors the CPU's, in a structure that has no notifier (xe). */
	if (!va->gem.offset || !snoop_adapter_has(adapter, SNOOP_USERPTR_VA) ||
	    !snoop_adapter_has(adapter, SNOOP_USERPTR_NOTIFIER))
		return NULL;
	mni = (const void *)va - adapter->layout->offsets[SNOOP_USERPTR_VA] +
	      adapter->layout->offsets[SNOOP_USERPTR_NOTIFIER];
	return mni->mm;
}

static void snoop_gpuvm_fill(const struct snoop_adapter *adapter, const struct drm_gpuva *va,
			     struct snoop_range *range)
{
	*range = (struct snoop_range) {
		.start = va->va.addr,
		.end = va->va.addr + va->va.range,
		.binding = va,
		.read_only = snoop_gpuvm_is_read_only(adapter, va),
	};
	if (snoop_gpuvm_is_sparse(adapter, va)) {
		range->kind = DRM_SNOOP_RANGE_SPARSE;
	} else if (va->gem.obj) {
		range->kind = DRM_SNOOP_RANGE_OBJECT;
		range->obj = va->gem.obj;
		range->obj_offset = va->gem.offset;
		drm_gem_object_get(va->gem.obj);
	} else {
		range->kind = DRM_SNOOP_RANGE_USERPTR;
		range->mm = snoop_gpuvm_mm(adapter, va);
		range->obj_offset = range->mm ? va->gem.offset : 0;
	}
}

static int snoop_gpuvm_ranges(const struct snoop_adapter *adapter,
			      const struct snoop_access *access, void *vm, u64 addr,
			      struct snoop_range *ranges, unsigned int max)
{
	struct mutex *lock = snoop_private_member(adapter, vm, SNOOP_VM_LOCK);
	struct drm_gpuvm *gpuvm = snoop_gpuvm_of(adapter, vm);
	u64 end = gpuvm->mm_start + gpuvm->mm_range;
	struct drm_gpuva *va;
	unsigned int count = 0;
	int ret;

	if (addr >= end)
		return 0;
	ret = snoop_mutex_lock(lock, access->deadline);
	if (ret)
		return ret;
	drm_gpuvm_for_each_va_range(va, gpuvm, addr, end) {
		if (va == &gpuvm->kernel_alloc_node)
			continue;
		if (!snoop_gpuvm_sane(adapter, va)) {
			ret = -EUCLEAN;
			break;
		}
		snoop_gpuvm_fill(adapter, va, &ranges[count++]);
		if (count == max)
			break;
	}
	mutex_unlock(lock);
	if (ret) {
		snoop_ranges_put(ranges, count);
		return ret;
	}
	return count;
}

const struct snoop_adapter_ops snoop_gpuvm_ops = {
	.vm_next = snoop_gpuvm_next,
	.vm_is = snoop_gpuvm_is,
	.vm_put = snoop_gpuvm_put,
	.vm_info = snoop_gpuvm_info,
	.ranges = snoop_gpuvm_ranges,
	.needs = BIT_ULL(SNOOP_VM_BASE) | BIT_ULL(SNOOP_VM_LOCK),
};
