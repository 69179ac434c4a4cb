// SPDX-License-Identifier: GPL-2.0-only
/*
 * i915: VMs of a client and of its contexts, which are struct drm_mm of bindings. File
 * and line are those of drivers/gpu/drm/i915 in 6.12.117.
 *
 * A client has VMs that it made (drm_i915_file_private.vm_xa, gem/i915_gem_context.c:1843)
 * and contexts, of which each has a VM (context_xa, gem/i915_gem_context.c:1747; the VM
 * is set before the context is there, :1651, and let go after it is not, :1305). Entries
 * hold a reference, and are erased before it is dropped (:1871, :2470): as long as the
 * table's own lock is held, an entry lives, and so does its VM. No reference could be
 * given back, as i915_vm_release() is not exported, so the table is locked whenever a VM
 * is touched, and what outlives that is an address that is only compared.
 *
 * Bindings are nodes of i915_address_space.mm, by address. They are inserted and removed
 * under i915_address_space.mutex (i915_vma.c:1524 and :2107, i915_gem_gtt.c:199), which is
 * only tried for, since the table's lock is a spinlock. The mutex is taken in the
 * shrinker (gt/intel_gtt.c:277): its holders allocate nothing and touch no user memory.
 * A node is that of an i915_vma unless its colour is I915_COLOR_UNEVICTABLE, as
 * i915_gem_evict_for_node() has it (i915_gem_evict.c:374). It is taken out before its
 * i915_vma or the object is freed (i915_vma_destroy(), i915_vma.c:1836).
 */

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include <drm/drm_device.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_mm.h>

#include <uapi/drm/drm_snoop.h>

#include "../access.h"
#include "../range.h"
#include "../wait.h"
#include "private.h"

/* Ids of VMs that are known by a context: its id above this. */
#define I915_CONTEXT_IDS	BIT_ULL(32)

/* I915_COLOR_UNEVICTABLE (i915_gem_gtt.h:21). */
#define I915_NO_VMA		(-1UL)

/* drm_i915_gem_object.flags and mem_flags (gem/i915_gem_object_types.h:350, :367 and :379). */
#define I915_GPU_ONLY		BIT(6)
#define I915_READONLY		BIT(9)
#define I915_IOMEM		BIT(1)

/* Nodes looked at for one list of ranges. */
#define I915_VISITS_MAX		65536U

/**
 * struct snoop_i915_vm - a VM, without a reference
 * @vm: The driver's VM; compared, and not looked at unless its table is locked.
 * @id: Its id.
 * @size: First address after it.
 */
struct snoop_i915_vm {
	const void *vm;
	u64 id;
	u64 size;
};

/* What is at @id, with the table's lock held: NULL if nothing is. */
static void *snoop_i915_entry(const struct snoop_adapter *adapter, void *file, u64 id)
{
	void *entry, *vm;

	if (id < I915_CONTEXT_IDS)
		return xa_load(snoop_private_member(adapter, file, SNOOP_FILE_VMS), id);
	entry = xa_load(snoop_private_member(adapter, file, SNOOP_FILE_CONTEXTS),
			id - I915_CONTEXT_IDS);
	if (!entry || snoop_private_pointer(adapter, entry, SNOOP_CONTEXT_VM, &vm))
		return NULL;
	return vm;
}

static struct xarray *snoop_i915_table(const struct snoop_adapter *adapter, void *file, u64 id)
{
	return snoop_private_member(adapter, file, id < I915_CONTEXT_IDS ?
				    SNOOP_FILE_VMS : SNOOP_FILE_CONTEXTS);
}

/* Is it one that the client made, and so known by that? */
static bool snoop_i915_is_made(const struct snoop_adapter *adapter, void *file, const void *vm)
{
	struct xarray *vms = snoop_private_member(adapter, file, SNOOP_FILE_VMS);
	unsigned long id;
	void *entry;

	xa_for_each(vms, id, entry)
		if (entry == vm)
			return true;
	return false;
}

/* Fills @handle with the VM at its id. 0 or -EUCLEAN; the table's lock is held. */
static int snoop_i915_describe(const struct snoop_adapter *adapter, void *file, void *vm,
			       struct snoop_i915_vm *handle)
{
	void *owner, *device;

	handle->vm = vm;
	if (snoop_private_pointer(adapter, vm, SNOOP_VM_DEVICE, &owner) ||
	    snoop_private_pointer(adapter, file, SNOOP_FILE_DEVICE, &device) || owner != device ||
	    copy_from_kernel_nofault(&handle->size,
				     snoop_private_member(adapter, vm, SNOOP_VM_SIZE),
				     sizeof(handle->size)))
		return -EUCLEAN;
	return handle->size && handle->size <= S64_MAX ? 0 : -EUCLEAN;
}

/*
 * The first VM of one table from @handle's id on. 1, 0 if there is none, -EUCLEAN. The
 * table's lock is held for each entry anew.
 */
static int snoop_i915_search(const struct snoop_adapter *adapter, void *file,
			     struct snoop_i915_vm *handle)
{
	u64 base = handle->id < I915_CONTEXT_IDS ? 0 : I915_CONTEXT_IDS;
	struct xarray *table = snoop_i915_table(adapter, file, handle->id);
	unsigned long index = handle->id - base;
	int ret = 0;
	void *vm;

	while (!ret) {
		xa_lock(table);
		/* Skips contexts that are not made yet (gem/i915_gem_context.c:325). */
		if (!xa_find(table, &index, U32_MAX, XA_PRESENT)) {
			xa_unlock(table);
			return 0;
		}
		handle->id = base + index;
		vm = snoop_i915_entry(adapter, file, handle->id);
		/* Without full PPGTT a context has none. */
		if (vm && !(base && snoop_i915_is_made(adapter, file, vm)))
			ret = snoop_i915_describe(adapter, file, vm, handle) ?: 1;
		xa_unlock(table);
		index++;
	}
	return ret;
}

static void *snoop_i915_next(const struct snoop_adapter *adapter,
			     const struct snoop_access *access, u64 *vm_id)
{
	void *file = snoop_private_file(adapter, access->client);
	struct snoop_i915_vm *handle;
	int ret = 0;

	if (IS_ERR_OR_NULL(file))
		return file;
	handle = kzalloc(sizeof(*handle), GFP_KERNEL_ACCOUNT);
	if (!handle)
		return ERR_PTR(-ENOMEM);
	handle->id = *vm_id;
	if (handle->id < I915_CONTEXT_IDS)
		ret = snoop_i915_search(adapter, file, handle);
	if (!ret && handle->id < 2 * I915_CONTEXT_IDS) {
		handle->id = max(handle->id, I915_CONTEXT_IDS);
		ret = snoop_i915_search(adapter, file, handle);
	}
	if (ret <= 0) {
		kfree(handle);
		return ERR_PTR(ret);
	}
	*vm_id = handle->id;
	return handle;
}

static bool snoop_i915_is(const struct snoop_adapter *adapter,
			  const struct snoop_access *access, u64 vm_id, const void *vm)
{
	void *file = snoop_private_file(adapter, access->client);
	const struct snoop_i915_vm *handle = vm;
	struct xarray *table;
	bool same;

	if (IS_ERR_OR_NULL(file) || handle->id != vm_id)
		return false;
	table = snoop_i915_table(adapter, file, vm_id);
	xa_lock(table);
	same = snoop_i915_entry(adapter, file, vm_id) == handle->vm;
	xa_unlock(table);
	return same;
}

static void snoop_i915_put(const struct snoop_adapter *adapter, void *vm)
{
	kfree(vm);
}

static void snoop_i915_info(const struct snoop_adapter *adapter, const void *vm,
			    struct drm_snoop_vm *info)
{
	const struct snoop_i915_vm *handle = vm;

	memset(info, 0, sizeof(*info));
	info->end = handle->size;
	if (handle->id < I915_CONTEXT_IDS)
		strscpy(info->name, "i915");
	else
		scnprintf(info->name, sizeof(info->name), "i915 context %llu",
			  handle->id - I915_CONTEXT_IDS);
}

/* Is @object of the kind that the driver calls @name (drm_i915_gem_object_ops.name)? */
static bool snoop_i915_object_is(const struct snoop_adapter *adapter, const void *object,
				 const char *name)
{
	char text[32] = "";
	void *ops, *kind;

	if (snoop_private_pointer(adapter, object, SNOOP_OBJECT_OPS, &ops) || !ops ||
	    copy_from_kernel_nofault(&kind, snoop_private_member(adapter, ops, SNOOP_OPS_NAME),
				     sizeof(kind)) || !kind ||
	    copy_from_kernel_nofault(text, kind, strlen(name) + 1))
		return false;
	return !strcmp(text, name);
}

static unsigned long snoop_i915_flags(const struct snoop_adapter *adapter, const void *object)
{
	const unsigned long *flags;

	flags = snoop_private_member(adapter, object, SNOOP_OBJECT_PROTECTED64);
	return READ_ONCE(*flags);
}

/*
 * Memory of a process, if that is what the object is. The notifier is registered before
 * there is a handle and until the object is freed (gem/i915_gem_userptr.c:540 and :348).
 */
static const struct mmu_interval_notifier *
snoop_i915_userptr(const struct snoop_adapter *adapter, const void *object)
{
	if (!snoop_adapter_has(adapter, SNOOP_OBJECT_NOTIFIER) ||
	    !snoop_i915_object_is(adapter, object, "i915_gem_object_userptr"))
		return NULL;
	return snoop_private_member(adapter, object, SNOOP_OBJECT_NOTIFIER);
}

/* The rest of @range, if it ends above @addr. As snoop_i915_fill(). */
static int snoop_i915_fill_object(const struct snoop_adapter *adapter, const void *object,
				  u64 addr, struct snoop_range *range)
{
	const struct mmu_interval_notifier *notifier = snoop_i915_userptr(adapter, object);
	struct drm_gem_object *obj = snoop_private_member(adapter, object, SNOOP_OBJECT_GEM);
	struct drm_device *drm;

	if (copy_from_kernel_nofault(&drm, &obj->dev, sizeof(drm)) || drm != adapter->drm)
		return -EUCLEAN;
	/* i915_vma_insert() makes room as it is asked to (i915_vma.c:799): no more is mapped. */
	range->end = min(range->end, range->start + obj->size);
	if (range->end <= addr)
		return 0;
	range->read_only = snoop_i915_flags(adapter, object) & I915_READONLY;
	if (notifier) {
		range->kind = DRM_SNOOP_RANGE_USERPTR;
		range->mm = READ_ONCE(notifier->mm);
		range->obj_offset = range->mm ? notifier->interval_tree.start : 0;
		return range->obj_offset <= ULONG_MAX - obj->size ? 1 : -EUCLEAN;
	}
	/* The kernel's own: copies of batches that it has checked, and the like. */
	if (snoop_i915_object_is(adapter, object, "i915_gem_object_internal"))
		return 0;
	/* As i915_vma_tryget(): the object may wait for the mutex to be freed. */
	if (!kref_get_unless_zero(&obj->refcount))
		return 0;
	range->kind = DRM_SNOOP_RANGE_OBJECT;
	range->obj = obj;
	return 1;
}

/* 1, 0 if it is not to be shown, -EUCLEAN. The VM is locked. */
static int snoop_i915_fill(const struct snoop_adapter *adapter, const void *vm,
			   const struct drm_mm_node *node, u64 addr, struct snoop_range *range)
{
	const void *vma = (const void *)node - adapter->layout->offsets[SNOOP_NODE];
	void *owner, *object;
	u32 guard, view;

	if (node->color == I915_NO_VMA)
		return 0;
	if (snoop_private_pointer(adapter, vma, SNOOP_NODE_VM, &owner) || owner != vm ||
	    snoop_private_pointer(adapter, vma, SNOOP_NODE_OBJECT, &object) || !object)
		return -EUCLEAN;
	guard = *(u32 *)snoop_private_member(adapter, vma, SNOOP_NODE_GUARD);
	view = *(u32 *)snoop_private_member(adapter, vma, SNOOP_NODE_VIEW);
	/* Others than I915_GTT_VIEW_NORMAL are for displays, in the GGTT. */
	if (view)
		return 0;
	if (node->start > S64_MAX || node->size > S64_MAX || 2ULL * guard >= node->size)
		return -EUCLEAN;
	/* As i915_vma_offset() and i915_vma_size() (i915_vma.h:129 and :151). */
	*range = (struct snoop_range) {
		.start = node->start + guard,
		.end = node->start + node->size - guard,
		.binding = vma,
	};
	return snoop_i915_fill_object(adapter, object, addr, range);
}

/*
 * Fills @ranges, whose number is in @count even if the end is an error: with the table
 * locked, nothing can be put. The VM is locked too.
 */
static int snoop_i915_walk(const struct snoop_adapter *adapter, const void *vm, u64 addr, u64 end,
			   struct snoop_range *ranges, unsigned int max, unsigned int *count)
{
	struct drm_mm *mm = snoop_private_member(adapter, vm, SNOOP_VM_MM);
	unsigned int visits = 0;
	struct drm_mm_node *node;
	int ret;

	drm_mm_for_each_node_in_range(node, mm, addr, end) {
		if (visits++ == I915_VISITS_MAX)
			return -EUCLEAN;
		ret = snoop_i915_fill(adapter, vm, node, addr, &ranges[*count]);
		if (ret < 0)
			return ret;
		*count += ret;
		if (*count == max)
			break;
	}
	return 0;
}

/* Locks the table and the VM in it. 0, -ENOENT (it is another one now), -EBUSY, -EINTR. */
static int snoop_i915_lock(const struct snoop_adapter *adapter, const struct snoop_access *access,
			   void *file, const struct snoop_i915_vm *handle)
{
	struct mutex *lock = snoop_private_member(adapter, handle->vm, SNOOP_VM_LOCK);
	struct xarray *table = snoop_i915_table(adapter, file, handle->id);
	unsigned int pause_us = SNOOP_PAUSE_MIN_US;
	int ret;

	for (;;) {
		xa_lock(table);
		ret = -ENOENT;
		if (snoop_i915_entry(adapter, file, handle->id) != handle->vm)
			break;
		if (mutex_trylock(lock)) {
			/* For sparse: both are held until snoop_i915_unlock(). */
			__release(&table->xa_lock);
			return 0;
		}
		xa_unlock(table);
		ret = snoop_pause(access->deadline, &pause_us);
		if (ret)
			return ret;
	}
	xa_unlock(table);
	return ret;
}

static void snoop_i915_unlock(const struct snoop_adapter *adapter, void *file,
			      const struct snoop_i915_vm *handle)
{
	struct xarray *table = snoop_i915_table(adapter, file, handle->id);

	mutex_unlock(snoop_private_member(adapter, handle->vm, SNOOP_VM_LOCK));
	__acquire(&table->xa_lock);
	xa_unlock(table);
}

static int snoop_i915_ranges(const struct snoop_adapter *adapter,
			     const struct snoop_access *access, void *vm, u64 addr,
			     struct snoop_range *ranges, unsigned int max)
{
	void *file = snoop_private_file(adapter, access->client);
	const struct snoop_i915_vm *handle = vm;
	unsigned int count = 0;
	int ret;

	if (IS_ERR_OR_NULL(file))
		return PTR_ERR_OR_ZERO(file);
	if (addr >= handle->size)
		return 0;
	ret = snoop_i915_lock(adapter, access, file, handle);
	if (ret)
		return ret;
	ret = snoop_i915_walk(adapter, handle->vm, addr, handle->size, ranges, max, &count);
	snoop_i915_unlock(adapter, file, handle);
	if (ret) {
		snoop_ranges_put(ranges, count);
		return ret;
	}
	return count;
}

static void *snoop_i915_object(const struct snoop_adapter *adapter,
			       const struct drm_gem_object *obj)
{
	return (void *)obj - adapter->layout->offsets[SNOOP_OBJECT_GEM];
}

/*
 * i915_gem_object_pin_map(), which a dma-buf is mapped by, warns in the kernel log of
 * objects that are for the GPU alone (gem/i915_gem_pages.c:371). Nothing sets that once they
 * have a handle (gem/i915_gem_create.c:481).
 */
static int snoop_i915_content(const struct snoop_adapter *adapter,
			      const struct drm_gem_object *obj)
{
	const void *object = snoop_i915_object(adapter, obj);

	return snoop_i915_flags(adapter, object) & I915_GPU_ONLY ? -EOPNOTSUPP : 0;
}

/*
 * On discrete cards the driver fetches what is not in place with the copy engine
 * (i915_ttm_get_pages(), gem/i915_gem_ttm.c:840), and does not wake the device up for
 * the CPU's copy.
 */
static int snoop_i915_content_begin(const struct snoop_adapter *adapter,
				    struct drm_gem_object *obj)
{
	const void *object = snoop_i915_object(adapter, obj);
	const u32 *mem_flags = snoop_private_member(adapter, object, SNOOP_OBJECT_MEMORY);
	void *pages;
	int active;

	dma_resv_assert_held(obj->resv);
	if (snoop_i915_object_is(adapter, object, "i915_gem_object_ttm")) {
		pages = *(void **)snoop_private_member(adapter, object, SNOOP_OBJECT_PAGES);
		if (IS_ERR_OR_NULL(pages))
			return -EAGAIN;
	}
	if (!(*mem_flags & I915_IOMEM))
		return 0;
	active = pm_runtime_get_if_active(obj->dev->dev);
	if (!active)
		return -EAGAIN;
	/* -EINVAL: runtime power management is off, the device is on. */
	return active > 0;
}

static void snoop_i915_content_end(const struct snoop_adapter *adapter,
				   struct drm_gem_object *obj)
{
	pm_runtime_put_autosuspend(obj->dev->dev);
}

const struct snoop_adapter_ops snoop_i915_ops = {
	.vm_next = snoop_i915_next,
	.vm_is = snoop_i915_is,
	.vm_put = snoop_i915_put,
	.vm_info = snoop_i915_info,
	.ranges = snoop_i915_ranges,
	.content = snoop_i915_content,
	.content_begin = snoop_i915_content_begin,
	.content_end = snoop_i915_content_end,
	.needs = BIT_ULL(SNOOP_FILE_DEVICE) | BIT_ULL(SNOOP_FILE_VMS) |
		 BIT_ULL(SNOOP_FILE_CONTEXTS) | BIT_ULL(SNOOP_CONTEXT_VM) |
		 BIT_ULL(SNOOP_VM_DEVICE) | BIT_ULL(SNOOP_VM_LOCK) | BIT_ULL(SNOOP_VM_MM) |
		 BIT_ULL(SNOOP_VM_SIZE) | BIT_ULL(SNOOP_NODE) | BIT_ULL(SNOOP_NODE_VM) |
		 BIT_ULL(SNOOP_NODE_OBJECT) | BIT_ULL(SNOOP_NODE_GUARD) |
		 BIT_ULL(SNOOP_NODE_VIEW) | BIT_ULL(SNOOP_OBJECT_GEM) |
		 BIT_ULL(SNOOP_OBJECT_PROTECTED64) | BIT_ULL(SNOOP_OBJECT_OPS) |
		 BIT_ULL(SNOOP_OPS_NAME) | BIT_ULL(SNOOP_OBJECT_PAGES) |
		 BIT_ULL(SNOOP_OBJECT_MEMORY),
};
