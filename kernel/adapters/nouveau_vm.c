// SPDX-License-Identifier: GPL-2.0-only
/*
 * nouveau: one VM a client, of one of two kinds. File and line are those of
 * drivers/gpu/drm/nouveau in 6.12.117.
 *
 * A client that asked for VM_BIND has a struct drm_gpuvm (nouveau_cli.uvmm.ptr, set
 * under nouveau_cli.mutex, nouveau_uvmm.c:1891, and then until the client ends,
 * nouveau_drm.c:206), whose tree nouveau_uvmm.mutex guards (nouveau_uvmm.c:6 and :1246).
 * nouveau_cli.mutex is held across copy_from_user() (nouveau_abi16.c:61, then
 * nouveau_gem.c:815): it is taken where no mmap lock is held, when VMs are listed and
 * bound, and not for a look at a VM. gpuvm.c does all that. Sparse regions
 * (nouveau_uvmm.region_mt) are not shown: what is not bound in them is a hole here, while
 * the GPU reads zeros.
 *
 * Any other client has nouveau_cli.vmm, or nouveau_cli.svm if it asked for SVM, as
 * nouveau_cli_vmm() decides (nouveau_drv.h:143). Each object of the client is bound once
 * as a whole (nouveau_gem_object_open(), nouveau_gem.c:127): the address is in that
 * nouveau_vma on the object's list that is of the client's VM. The object's reservation
 * guards the list (nouveau_gem.c:115 and :199). The others on it are of other clients.
 * The list of ranges is made from all handles of the client each time, without order:
 * it costs what they do.
 */

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_ttm_helper.h>
#include <drm/ttm/ttm_bo.h>

#include <uapi/drm/drm_snoop.h>

#include "../access.h"
#include "../object.h"
#include "../range.h"
#include "../wait.h"
#include "private.h"

/* Width of addresses, of GP100 and later (gp100_vmm_desc_12, nvkm/subdev/mmu/vmmgp100.c). */
#define NOUVEAU_VA_BITS		49

/* Most VMs that one object is believed to be bound in. */
#define NOUVEAU_VMAS_MAX	65536U

/*
 * VMs of the older kind are marked, since the two kinds meet in one pointer. They are a
 * part of the client: there is nothing to count, and what outlives it is only compared.
 */
#define NOUVEAU_OLD		1UL

static bool snoop_nouveau_is_old(const void *vm)
{
	return (unsigned long)vm & NOUVEAU_OLD;
}

/* The marked VM of the older kind. */
static void *snoop_nouveau_old(const struct snoop_adapter *adapter, const void *file)
{
	const void *svm = snoop_private_member(adapter, file, SNOOP_FILE_SVM);
	const void *vmm = snoop_private_member(adapter, file, SNOOP_FILE_VMM);
	void *owner;

	if (snoop_private_pointer(adapter, svm, SNOOP_VMM_FILE, &owner))
		return ERR_PTR(-EUCLEAN);
	if (owner)
		vmm = svm;
	return (void *)((unsigned long)vmm | NOUVEAU_OLD);
}

static void *snoop_nouveau_next(const struct snoop_adapter *adapter,
				const struct snoop_access *access, u64 *vm_id)
{
	void *file = snoop_private_file(adapter, access->client);
	void *vm;

	if (IS_ERR_OR_NULL(file))
		return file;
	if (snoop_private_pointer(adapter, file, SNOOP_FILE_VM, &vm))
		return ERR_PTR(-EUCLEAN);
	/* Once there is one it stays. */
	if (vm)
		return snoop_gpuvm_ops.vm_next(adapter, access, vm_id);
	if (*vm_id > SNOOP_ONLY_VM_ID)
		return NULL;
	*vm_id = SNOOP_ONLY_VM_ID;
	return snoop_nouveau_old(adapter, file);
}

static bool snoop_nouveau_is(const struct snoop_adapter *adapter,
			     const struct snoop_access *access, u64 vm_id, const void *vm)
{
	void *file = snoop_private_file(adapter, access->client);
	void *newer;

	if (!snoop_nouveau_is_old(vm))
		return snoop_gpuvm_ops.vm_is(adapter, access, vm_id, vm);
	return !IS_ERR_OR_NULL(file) && vm_id == SNOOP_ONLY_VM_ID &&
	       !snoop_private_pointer(adapter, file, SNOOP_FILE_VM, &newer) && !newer &&
	       snoop_nouveau_old(adapter, file) == vm;
}

static void snoop_nouveau_put(const struct snoop_adapter *adapter, void *vm)
{
	if (!snoop_nouveau_is_old(vm))
		snoop_gpuvm_ops.vm_put(adapter, vm);
}

static void snoop_nouveau_info(const struct snoop_adapter *adapter, const void *vm,
			       struct drm_snoop_vm *info)
{
	if (!snoop_nouveau_is_old(vm)) {
		snoop_gpuvm_ops.vm_info(adapter, vm, info);
		return;
	}
	memset(info, 0, sizeof(*info));
	info->end = BIT_ULL(NOUVEAU_VA_BITS);
	strscpy(info->name, "nouveau");
}

static void *snoop_nouveau_object(const struct snoop_adapter *adapter,
				  const struct drm_gem_object *obj)
{
	return (void *)obj - adapter->layout->offsets[SNOOP_OBJECT_GEM];
}

/*
 * Where an object is bound in @vmm. 1, 0 if it is not, -EUCLEAN. Its reservation is held.
 */
static int snoop_nouveau_find(const struct snoop_adapter *adapter, const void *vmm,
			      struct drm_gem_object *obj, struct snoop_range *range)
{
	const void *object = snoop_nouveau_object(adapter, obj);
	const struct list_head *head = snoop_private_member(adapter, object, SNOOP_OBJECT_VMAS);
	const struct list_head *link;
	unsigned int visits = 0;
	const void *vma;
	void *owner;
	u64 addr;

	dma_resv_assert_held(obj->resv);
	if (copy_from_kernel_nofault(&link, &head->next, sizeof(link)))
		return -EUCLEAN;
	while (link != head) {
		vma = (const void *)link - adapter->layout->offsets[SNOOP_VMA_LINK];
		if (visits++ == NOUVEAU_VMAS_MAX ||
		    snoop_private_pointer(adapter, vma, SNOOP_VMA_VMM, &owner) ||
		    copy_from_kernel_nofault(&addr,
					     snoop_private_member(adapter, vma, SNOOP_VMA_ADDR),
					     sizeof(addr)) ||
		    copy_from_kernel_nofault(&link, &link->next, sizeof(link)))
			return -EUCLEAN;
		if (owner != vmm)
			continue;
		/* Bound to nothing as yet (nouveau_vmm.c:94). */
		if (addr == ~0ULL)
			return 0;
		if (addr > S64_MAX || obj->size > S64_MAX || !obj->size)
			return -EUCLEAN;
		*range = (struct snoop_range) {
			.start = addr,
			.end = addr + obj->size,
			.obj = obj,
			.binding = vma,
			.kind = DRM_SNOOP_RANGE_OBJECT,
		};
		return 1;
	}
	return 0;
}

/*
 * Puts @range in its place among the @count lowest ones. Return: their number now. The
 * reference of what is left out is dropped.
 */
static unsigned int snoop_nouveau_insert(struct snoop_range *ranges, unsigned int count,
					 unsigned int max, struct snoop_range *range)
{
	unsigned int at;

	for (at = 0; at < count && ranges[at].start < range->start; at++)
		;
	/* An object can have two handles. */
	if (at == max || (at < count && ranges[at].start == range->start)) {
		snoop_range_put(range);
		return count;
	}
	if (count == max)
		snoop_range_put(&ranges[--count]);
	memmove(&ranges[at + 1], &ranges[at], (count - at) * sizeof(*ranges));
	ranges[at] = *range;
	return count + 1;
}

/* As snoop_nouveau_find(); the caller's reference on @obj goes to @range or is dropped. */
static int snoop_nouveau_look(const struct snoop_adapter *adapter,
			      const struct snoop_access *access, const void *vmm,
			      struct drm_gem_object *obj, struct snoop_range *range)
{
	int ret = snoop_resv_lock_only(obj->resv, access->deadline);

	if (!ret) {
		ret = snoop_nouveau_find(adapter, vmm, obj, range);
		dma_resv_unlock(obj->resv);
	}
	if (ret <= 0)
		drm_gem_object_put(obj);
	return ret;
}

static int snoop_nouveau_gather(const struct snoop_adapter *adapter,
				const struct snoop_access *access, const void *vmm, u64 addr,
				struct snoop_range *ranges, unsigned int max)
{
	struct drm_gem_object *obj;
	struct snoop_range range;
	unsigned int count = 0;
	u32 handle = 0;
	int ret = 0;

	while (!ret && (obj = snoop_object_next(access->client, &handle))) {
		handle++;
		ret = snoop_nouveau_look(adapter, access, vmm, obj, &range);
		if (ret > 0 && range.end > addr)
			count = snoop_nouveau_insert(ranges, count, max, &range);
		else if (ret > 0)
			snoop_range_put(&range);
		if (ret >= 0)
			ret = time_after(jiffies, access->deadline) ? -EBUSY : 0;
		if (fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	if (ret) {
		snoop_ranges_put(ranges, count);
		return ret;
	}
	return count;
}

static int snoop_nouveau_ranges(const struct snoop_adapter *adapter,
				const struct snoop_access *access, void *vm, u64 addr,
				struct snoop_range *ranges, unsigned int max)
{
	if (!snoop_nouveau_is_old(vm))
		return snoop_gpuvm_ops.ranges(adapter, access, vm, addr, ranges, max);
	return snoop_nouveau_gather(adapter, access,
				    (const void *)((unsigned long)vm & ~NOUVEAU_OLD), addr,
				    ranges, max);
}

/* The driver's device, if the object's memory manager is a part of it. */
static void *snoop_nouveau_device(const struct snoop_adapter *adapter,
				  struct drm_gem_object *obj)
{
	void *device = (void *)drm_gem_ttm_of_gem(obj)->bdev -
		       adapter->layout->offsets[SNOOP_DEVICE_TTM];
	void *drm;

	if (snoop_private_pointer(adapter, device, SNOOP_DEVICE_DRM_POINTER, &drm) ||
	    drm != adapter->drm)
		return NULL;
	return device;
}

static struct list_head *snoop_nouveau_io_link(const struct snoop_adapter *adapter,
					       const struct drm_gem_object *obj)
{
	return snoop_private_member(adapter, snoop_nouveau_object(adapter, obj),
				    SNOOP_OBJECT_IO_LINK);
}

/*
 * What the target has mapped of device memory is in a list, and loses its place in the
 * window when another object needs one (nouveau_ttm_io_mem_reserve(), nouveau_bo.c:1263),
 * without its reservation. As long as it is out of the list it keeps it, as in
 * nouveau_ttm_fault() (nouveau_gem.c:57).
 */
static int snoop_nouveau_content_begin(const struct snoop_adapter *adapter,
				       struct drm_gem_object *obj)
{
	struct list_head *link = snoop_nouveau_io_link(adapter, obj);
	void *device = snoop_nouveau_device(adapter, obj);
	bool linked;

	dma_resv_assert_held(obj->resv);
	if (!device)
		return -EUCLEAN;
	/* The driver's io_mem_reserve waits for it too: it sets the window up meanwhile. */
	if (mutex_lock_killable(snoop_private_member(adapter, device, SNOOP_DEVICE_IO_LOCK)))
		return -EINTR;
	linked = !list_empty(link);
	list_del_init(link);
	mutex_unlock(snoop_private_member(adapter, device, SNOOP_DEVICE_IO_LOCK));
	return linked;
}

static void snoop_nouveau_content_end(const struct snoop_adapter *adapter,
				      struct drm_gem_object *obj)
{
	void *device = snoop_nouveau_device(adapter, obj);

	dma_resv_assert_held(obj->resv);
	mutex_lock(snoop_private_member(adapter, device, SNOOP_DEVICE_IO_LOCK));
	list_move_tail(snoop_nouveau_io_link(adapter, obj),
		       snoop_private_member(adapter, device, SNOOP_DEVICE_IO_LRU));
	mutex_unlock(snoop_private_member(adapter, device, SNOOP_DEVICE_IO_LOCK));
}

const struct snoop_adapter_ops snoop_nouveau_ops = {
	.vm_next = snoop_nouveau_next,
	.vm_is = snoop_nouveau_is,
	.vm_put = snoop_nouveau_put,
	.vm_info = snoop_nouveau_info,
	.ranges = snoop_nouveau_ranges,
	.ranges_reserve = true,
	.content_begin = snoop_nouveau_content_begin,
	.content_end = snoop_nouveau_content_end,
	.needs = BIT_ULL(SNOOP_FILE_DEVICE) | BIT_ULL(SNOOP_FILE_LOCK) | BIT_ULL(SNOOP_FILE_VM) |
		 BIT_ULL(SNOOP_FILE_VMM) | BIT_ULL(SNOOP_FILE_SVM) |
		 BIT_ULL(SNOOP_DEVICE_DRM_POINTER) | BIT_ULL(SNOOP_DEVICE_TTM) |
		 BIT_ULL(SNOOP_DEVICE_IO_LOCK) | BIT_ULL(SNOOP_DEVICE_IO_LRU) |
		 BIT_ULL(SNOOP_VM_BASE) | BIT_ULL(SNOOP_VM_LOCK) | BIT_ULL(SNOOP_VMM_FILE) |
		 BIT_ULL(SNOOP_VMA_VMM) | BIT_ULL(SNOOP_VMA_LINK) | BIT_ULL(SNOOP_VMA_ADDR) |
		 BIT_ULL(SNOOP_OBJECT_GEM) | BIT_ULL(SNOOP_OBJECT_VMAS) |
		 BIT_ULL(SNOOP_OBJECT_IO_LINK),
};
