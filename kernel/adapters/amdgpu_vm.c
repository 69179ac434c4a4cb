// SPDX-License-Identifier: GPL-2.0-only
/*
 * amdgpu: one VM a client, which is a tree of mappings by page. File and line are those
 * of drivers/gpu/drm/amd/amdgpu in 6.12.117.
 *
 * It is an interval tree (amdgpu_vm.c:92), but its nodes do not overlap:
 * amdgpu_vm_bo_map() refuses that (amdgpu_vm.c:1742), and amdgpu_vm_bo_clear_mappings()
 * cuts what is in the way (amdgpu_vm.c:1919). So they end in the order in which they
 * begin, and the tree is searched as any other one.
 *
 * The reservation of the VM's root page directory guards it. All who change it hold
 * that: amdgpu_gem_va_ioctl() (amdgpu_gem.c:808), amdgpu_gem_object_close()
 * (amdgpu_gem.c:245), reserve_bo_and_cond_vms() of KFD (amdgpu_amdkfd_gpuvm.c:1197),
 * amdgpu_map_static_csa() (amdgpu_csa.c:74), amdgpu_seq64_map() (amdgpu_seq64.c:77);
 * amdgpu_vm_bo_del() asserts it (amdgpu_vm.c:2062). Holders allocate memory and wait for
 * the GPU. They touch no user memory: the kernel's order is mmap_lock first.
 *
 * The VM is a part of the client and ends with it (amdgpu_driver_postclose_kms(),
 * amdgpu_kms.c:1436), so an access, which holds the client, holds the VM. What is kept
 * longer is an address that is only compared.
 */

#include <linux/bits.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/mmu_notifier.h>
#include <linux/rbtree.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <drm/amdgpu_drm.h>
#include <drm/drm_device.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "../access.h"
#include "../range.h"
#include "../wait.h"
#include "private.h"

/* Pages of the GPU, whatever those of the CPU are (amdgpu_gart.h:37). */
#define AMDGPU_PAGE_SHIFT	12

/*
 * Addresses are kept without the extension of their sign: AMDGPU_GMC_HOLE_MASK
 * (amdgpu_gmc.h:45, amdgpu_gem.c:758).
 */
#define AMDGPU_VA_BITS		48
#define AMDGPU_PAGES		BIT_ULL(AMDGPU_VA_BITS - AMDGPU_PAGE_SHIFT)

/* AMDGPU_PTE_WRITEABLE (amdgpu_vm.h:68). */
#define AMDGPU_PTE_WRITE	BIT_ULL(6)

/* Deepest tree that is believed: red-black trees are at most twice as deep as needed. */
#define AMDGPU_DEPTH_MAX	(2 * (AMDGPU_VA_BITS - AMDGPU_PAGE_SHIFT))

/**
 * struct snoop_amdgpu_mapping - what is read of a mapping
 * @start: First page.
 * @last: Last page.
 * @offset: Byte of the object at the first page.
 * @bo: The driver's object; NULL: sparse.
 * @read_only: The device may not write.
 */
struct snoop_amdgpu_mapping {
	u64 start;
	u64 last;
	u64 offset;
	void *bo;
	bool read_only;
};

/* Copies a member of the driver's, which may not even be mapped. */
static bool snoop_amdgpu_read(const struct snoop_adapter *adapter, const void *base,
			      enum snoop_member_id id, void *to, size_t size)
{
	return !copy_from_kernel_nofault(to, snoop_private_member(adapter, base, id), size);
}

/* Memory of another card of a hive is mapped too (amdgpu_amdkfd_gpuvm.c:890). */
static bool snoop_amdgpu_is_peer(const struct snoop_adapter *adapter,
				 const struct drm_device *drm)
{
	const struct drm_driver *driver;

	return !copy_from_kernel_nofault(&driver, &drm->driver, sizeof(driver)) &&
	       driver == adapter->drm->driver;
}

/* The object, NULL for one of another card, -EUCLEAN. */
static struct drm_gem_object *snoop_amdgpu_gem(const struct snoop_adapter *adapter, void *bo)
{
	struct drm_gem_object *obj = snoop_private_member(adapter, bo, SNOOP_OBJECT_GEM);
	struct drm_device *drm;

	if (copy_from_kernel_nofault(&drm, &obj->dev, sizeof(drm)))
		return ERR_PTR(-EUCLEAN);
	if (drm == adapter->drm)
		return obj;
	return snoop_amdgpu_is_peer(adapter, drm) ? NULL : ERR_PTR(-EUCLEAN);
}

/* Whose reservation guards the tree. It is there from open() to the end of the client. */
static struct drm_gem_object *snoop_amdgpu_root(const struct snoop_adapter *adapter,
						const void *fpriv)
{
	struct drm_gem_object *root;
	void *bo;

	if (snoop_private_pointer(adapter, fpriv, SNOOP_FILE_ROOT, &bo) || !bo)
		return NULL;
	root = snoop_amdgpu_gem(adapter, bo);
	return IS_ERR(root) ? NULL : root;
}

static void *snoop_amdgpu_next(const struct snoop_adapter *adapter,
			       const struct snoop_access *access, u64 *vm_id)
{
	void *fpriv = snoop_private_file(adapter, access->client);

	if (IS_ERR_OR_NULL(fpriv))
		return fpriv;
	if (*vm_id > SNOOP_ONLY_VM_ID)
		return NULL;
	if (!snoop_amdgpu_root(adapter, fpriv))
		return ERR_PTR(-EUCLEAN);
	*vm_id = SNOOP_ONLY_VM_ID;
	return fpriv;
}

static bool snoop_amdgpu_is(const struct snoop_adapter *adapter,
			    const struct snoop_access *access, u64 vm_id, const void *vm)
{
	return vm_id == SNOOP_ONLY_VM_ID && READ_ONCE(access->client->driver_priv) == vm;
}

static void snoop_amdgpu_put(const struct snoop_adapter *adapter, void *vm)
{
}

static void snoop_amdgpu_info(const struct snoop_adapter *adapter, const void *vm,
			      struct drm_snoop_vm *info)
{
	memset(info, 0, sizeof(*info));
	info->end = AMDGPU_PAGES << AMDGPU_PAGE_SHIFT;
	strscpy(info->name, "amdgpu");
}

/* Where nothing says that the device may write, it is taken for not being allowed to. */
static bool snoop_amdgpu_is_read_only(const struct snoop_adapter *adapter, const void *mapping)
{
	u64 pte_flags;
	u32 vm_flags;

	if (snoop_adapter_has(adapter, SNOOP_MAPPING_PTE_FLAGS))
		return !snoop_amdgpu_read(adapter, mapping, SNOOP_MAPPING_PTE_FLAGS, &pte_flags,
					  sizeof(pte_flags)) ||
		       !(pte_flags & AMDGPU_PTE_WRITE);
	if (snoop_adapter_has(adapter, SNOOP_MAPPING_VM_FLAGS))
		return !snoop_amdgpu_read(adapter, mapping, SNOOP_MAPPING_VM_FLAGS, &vm_flags,
					  sizeof(vm_flags)) ||
		       !(vm_flags & AMDGPU_VM_PAGE_WRITEABLE);
	return true;
}

/* False if it cannot be what the layout says. With the tree locked. */
static bool snoop_amdgpu_mapping(const struct snoop_adapter *adapter, const struct rb_node *node,
				 struct snoop_amdgpu_mapping *mapping)
{
	const void *base = (const void *)node - adapter->layout->offsets[SNOOP_MAPPING_NODE];
	void *link;

	if (!snoop_amdgpu_read(adapter, base, SNOOP_MAPPING_FIRST, &mapping->start,
			       sizeof(mapping->start)) ||
	    !snoop_amdgpu_read(adapter, base, SNOOP_MAPPING_LAST, &mapping->last,
			       sizeof(mapping->last)) ||
	    !snoop_amdgpu_read(adapter, base, SNOOP_MAPPING_OFFSET, &mapping->offset,
			       sizeof(mapping->offset)) ||
	    snoop_private_pointer(adapter, base, SNOOP_MAPPING_LINK, &link))
		return false;
	/* Cleared only after it was taken out of the tree (amdgpu_vm.c:1863). */
	if (!link || snoop_private_pointer(adapter, link, SNOOP_LINK_OBJECT, &mapping->bo))
		return false;
	mapping->read_only = snoop_amdgpu_is_read_only(adapter, base);
	return mapping->start <= mapping->last && mapping->last < AMDGPU_PAGES;
}

/* The first mapping that ends at @page or above; NULL if there is none. */
static struct rb_node *snoop_amdgpu_find(const struct snoop_adapter *adapter,
					 const struct rb_root_cached *tree, u64 page)
{
	struct rb_node *node = tree->rb_root.rb_node, *found = NULL;
	struct snoop_amdgpu_mapping mapping;
	unsigned int depth;

	for (depth = 0; node; depth++) {
		if (depth > AMDGPU_DEPTH_MAX || !snoop_amdgpu_mapping(adapter, node, &mapping))
			return ERR_PTR(-EUCLEAN);
		if (mapping.last >= page) {
			found = node;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

/*
 * The memory of a process that an object is, or NULL, and then @addr too. The notifier has
 * both, from before there is a handle (amdgpu_gem_userptr_ioctl(), amdgpu_gem.c:479;
 * init_user_pages() of KFD, amdgpu_amdkfd_gpuvm.c:1060) until the object is freed
 * (amdgpu_gem.c:92), or KFD frees what it has unmapped (amdgpu_amdkfd_gpuvm.c:1955). The
 * address is that in amdgpu_ttm_tt.userptr, which only the object's own reservation guards.
 * amdgpu_ttm_tt.usertask is not used: a task can have another memory by now.
 */
static const struct mm_struct *snoop_amdgpu_mm(const struct snoop_adapter *adapter, void *bo,
					       u64 *addr)
{
	const struct mmu_interval_notifier *notifier;
	const struct mm_struct *mm;

	*addr = 0;
	if (!snoop_adapter_has(adapter, SNOOP_OBJECT_NOTIFIER))
		return NULL;
	notifier = snoop_private_member(adapter, bo, SNOOP_OBJECT_NOTIFIER);
	mm = READ_ONCE(notifier->mm);
	if (mm)
		*addr = notifier->interval_tree.start;
	return mm;
}

/* The object in @range. As snoop_amdgpu_fill(). */
static int snoop_amdgpu_fill_object(const struct snoop_adapter *adapter,
				    const struct snoop_amdgpu_mapping *mapping,
				    struct snoop_range *range)
{
	struct drm_gem_object *obj = snoop_amdgpu_gem(adapter, mapping->bo);
	u64 addr, len = range->end - range->start;

	if (IS_ERR_OR_NULL(obj))
		return PTR_ERR_OR_ZERO(obj);
	if (mapping->offset > obj->size || len > obj->size - mapping->offset)
		return -EUCLEAN;
	range->mm = snoop_amdgpu_mm(adapter, mapping->bo, &addr);
	range->obj_offset = addr + mapping->offset;
	if (range->mm) {
		range->kind = DRM_SNOOP_RANGE_USERPTR;
		return addr <= ULONG_MAX - obj->size ? 1 : -EUCLEAN;
	}
	/*
	 * A handle of the client, KFD or the driver has a reference as long as there are
	 * mappings, unless amdgpu_gem_object_close() failed (amdgpu_gem.c:271).
	 */
	if (!kref_get_unless_zero(&obj->refcount))
		return 0;
	range->kind = DRM_SNOOP_RANGE_OBJECT;
	range->obj = obj;
	return 1;
}

/* 1, 0 if there is nothing to be shown, -EUCLEAN. With the tree locked. */
static int snoop_amdgpu_fill(const struct snoop_adapter *adapter, const struct rb_node *node,
			     struct snoop_range *range)
{
	struct snoop_amdgpu_mapping mapping;

	if (!snoop_amdgpu_mapping(adapter, node, &mapping))
		return -EUCLEAN;
	*range = (struct snoop_range) {
		.start = mapping.start << AMDGPU_PAGE_SHIFT,
		.end = (mapping.last + 1) << AMDGPU_PAGE_SHIFT,
		.binding = node,
		.read_only = mapping.read_only,
		.kind = DRM_SNOOP_RANGE_SPARSE,
	};
	if (mapping.bo)
		return snoop_amdgpu_fill_object(adapter, &mapping, range);
	/* Of amdgpu_fpriv.prt_va (amdgpu_gem.c:821): zeros are read, writes are lost. */
	range->read_only = false;
	return 1;
}

/*
 * Fills @ranges, whose number is in @count even if the end is an error: with the tree
 * locked, nothing can be put.
 */
static int snoop_amdgpu_walk(const struct snoop_adapter *adapter, void *fpriv, u64 page,
			     struct snoop_range *ranges, unsigned int max, unsigned int *count)
{
	const struct rb_root_cached *tree = snoop_private_member(adapter, fpriv, SNOOP_FILE_TREE);
	struct rb_node *node = snoop_amdgpu_find(adapter, tree, page);
	u64 end = 0;
	int ret;

	if (IS_ERR(node))
		return PTR_ERR(node);
	for (; node && *count < max; node = rb_next(node)) {
		ret = snoop_amdgpu_fill(adapter, node, &ranges[*count]);
		if (ret < 0)
			return ret;
		if (!ret)
			continue;
		/* What does not ascend leads around. */
		if (ranges[(*count)++].start < end)
			return -EUCLEAN;
		end = ranges[*count - 1].end;
	}
	return 0;
}

static int snoop_amdgpu_ranges(const struct snoop_adapter *adapter,
			       const struct snoop_access *access, void *vm, u64 addr,
			       struct snoop_range *ranges, unsigned int max)
{
	struct drm_gem_object *root = snoop_amdgpu_root(adapter, vm);
	unsigned int count = 0;
	int ret;

	if (!root)
		return -EUCLEAN;
	if (addr >> AMDGPU_PAGE_SHIFT >= AMDGPU_PAGES)
		return 0;
	ret = snoop_resv_lock_only(root->resv, access->deadline);
	if (ret)
		return ret;
	ret = snoop_amdgpu_walk(adapter, vm, addr >> AMDGPU_PAGE_SHIFT, ranges, max, &count);
	dma_resv_unlock(root->resv);
	if (ret) {
		snoop_ranges_put(ranges, count);
		return ret;
	}
	return count;
}

const struct snoop_adapter_ops snoop_amdgpu_ops = {
	.vm_next = snoop_amdgpu_next,
	.vm_is = snoop_amdgpu_is,
	.vm_put = snoop_amdgpu_put,
	.vm_info = snoop_amdgpu_info,
	.ranges = snoop_amdgpu_ranges,
	.ranges_reserve = true,
	.needs = BIT_ULL(SNOOP_FILE_TREE) | BIT_ULL(SNOOP_FILE_ROOT) |
		 BIT_ULL(SNOOP_MAPPING_NODE) | BIT_ULL(SNOOP_MAPPING_FIRST) |
		 BIT_ULL(SNOOP_MAPPING_LAST) | BIT_ULL(SNOOP_MAPPING_OFFSET) |
		 BIT_ULL(SNOOP_MAPPING_LINK) | BIT_ULL(SNOOP_LINK_OBJECT) |
		 BIT_ULL(SNOOP_OBJECT_GEM) | BIT_ULL(SNOOP_OBJECT_PROTECTED64),
};
