// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drivers that keep their VMs as struct drm_gpuvm
 * (drivers/gpu/drm/drm_gpuvm.c, 6.12).
 *
 * The tree says what the driver was asked to bind. It is looked at under the
 * driver's own lock for it, just long enough to take references on objects.
 */

#include <linux/err.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/xarray.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gpuvm.h>

#include <uapi/drm/drm_snoop.h>

#include "../access.h"
#include "../range.h"
#include "../wait.h"
#include "gpuvm.h"

static void *snoop_gpuvm_member(const struct snoop_adapter *adapter, const void *base,
				enum snoop_gpuvm_member member)
{
	return (void *)base + adapter->offsets[member];
}

static struct drm_gpuvm *snoop_gpuvm_of(const struct snoop_adapter *adapter, const void *vm)
{
	return snoop_gpuvm_member(adapter, vm, SNOOP_GPUVM_VM_BASE);
}

static struct xarray *snoop_gpuvm_vms(const struct snoop_adapter *adapter,
				      const struct drm_file *client)
{
	return snoop_gpuvm_member(adapter, client->driver_priv, SNOOP_GPUVM_FILE_VMS);
}

static void *snoop_gpuvm_next(const struct snoop_adapter *adapter,
			      const struct snoop_access *access, u64 *vm_id)
{
	const struct drm_file *client = access->client;
	unsigned long id = *vm_id;
	struct xarray *vms;
	void *vm;

	if (!client->driver_priv)
		return NULL;
	vms = snoop_gpuvm_vms(adapter, client);
	xa_lock(vms);
	vm = xa_find(vms, &id, ULONG_MAX, XA_PRESENT);
	if (vm) {
		/* The driver drops its own reference after erasing the entry. */
		if (snoop_gpuvm_of(adapter, vm)->drm == adapter->drm)
			drm_gpuvm_get(snoop_gpuvm_of(adapter, vm));
		else
			vm = ERR_PTR(-EUCLEAN);
	}
	xa_unlock(vms);
	*vm_id = id;
	return vm;
}

static bool snoop_gpuvm_is(const struct snoop_adapter *adapter,
			   const struct snoop_access *access, u64 vm_id, const void *vm)
{
	const struct drm_file *client = access->client;

	return client->driver_priv &&
	       xa_load(snoop_gpuvm_vms(adapter, client), vm_id) == vm;
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

/* Nothing that the driver's data says may lead out of an object or around. */
static bool snoop_gpuvm_sane(const struct drm_gpuvm *gpuvm, const struct drm_gpuva *va)
{
	u64 end;

	if (!va->va.range || check_add_overflow(va->va.addr, va->va.range, &end))
		return false;
	/* CPU addresses must not wrap either. */
	if (!va->gem.obj)
		return va->gem.offset <= U64_MAX - va->va.range;
	return (va->gem.obj->dev == gpuvm->drm && va->gem.offset <= va->gem.obj->size &&
		va->va.range <= va->gem.obj->size - va->gem.offset);
}

/*
 * The memory of a userptr mapping, which its notifier keeps; NULL if the driver's
 * layout does not tell.
 */
static const struct mm_struct *snoop_gpuvm_mm(const struct snoop_adapter *adapter,
					      const struct drm_gpuva *va)
{
	u32 notifier = adapter->offsets[SNOOP_GPUVM_USERPTR_NOTIFIER];
	u32 base = adapter->offsets[SNOOP_GPUVM_USERPTR_VA];
	const struct mmu_interval_notifier *mni;

	if (notifier == SNOOP_NO_MEMBER || base == SNOOP_NO_MEMBER)
		return NULL;
	mni = (const void *)va - base + notifier;
	return mni->mm;
}

static void snoop_gpuvm_fill(const struct snoop_adapter *adapter, const struct drm_gpuva *va,
			     struct snoop_range *range)
{
	*range = (struct snoop_range) {
		.start = va->va.addr,
		.end = va->va.addr + va->va.range,
		.obj = va->gem.obj,
		.binding = va,
		.read_only = va->flags & adapter->driver->read_only_flag,
	};
	if (va->gem.obj) {
		range->kind = DRM_SNOOP_RANGE_OBJECT;
		range->obj_offset = va->gem.offset;
		drm_gem_object_get(va->gem.obj);
	} else if (va->flags & DRM_GPUVA_SPARSE) {
		range->kind = DRM_SNOOP_RANGE_SPARSE;
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
	struct mutex *lock = snoop_gpuvm_member(adapter, vm, SNOOP_GPUVM_VM_LOCK);
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
		if (!snoop_gpuvm_sane(gpuvm, va)) {
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
};
