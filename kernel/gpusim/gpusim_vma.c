// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings: what they are made of, by kind.
 */

#include <linux/slab.h>
#include <linux/sched.h>

#include "gpusim_userptr.h"
#include "gpusim_vm.h"
#include "gpusim_vma.h"

static void gpusim_vma_init(struct gpusim_vma *vma, const struct drm_gpuva_op_map *place,
			    enum drm_gpuva_flags flags)
{
	vma->base.flags = flags;
	vma->base.va.addr = place->va.addr;
	vma->base.va.range = place->va.range;
	vma->base.gem.obj = place->gem.obj;
	vma->base.gem.offset = place->gem.offset;
	INIT_LIST_HEAD(&vma->gone);
}

static struct gpusim_vma *gpusim_vma_create_for(struct gpusim_vm *vm,
						const struct drm_gpuva_op_map *place,
						enum drm_gpuva_flags flags, struct mm_struct *mm)
{
	struct gpusim_userptr_vma *uvma;
	struct gpusim_vma *vma;
	int ret;

	if (place->gem.obj || flags & DRM_GPUVA_SPARSE) {
		vma = kzalloc(sizeof(*vma), GFP_KERNEL_ACCOUNT);
		if (!vma)
			return ERR_PTR(-ENOMEM);
		gpusim_vma_init(vma, place, flags);
		return vma;
	}

	uvma = kzalloc(sizeof(*uvma), GFP_KERNEL_ACCOUNT);
	if (!uvma)
		return ERR_PTR(-ENOMEM);
	gpusim_vma_init(&uvma->vma, place, flags);

	ret = gpusim_userptr_init(uvma, vm, mm);
	if (ret) {
		kfree(uvma);
		return ERR_PTR(ret);
	}

	return &uvma->vma;
}

/**
 * gpusim_vma_create - make a mapping
 * @vm: VM
 * @place: address, BO and offset; without a BO and %DRM_GPUVA_SPARSE the offset
 *	is an address of the calling process
 * @flags: flags
 *
 * Takes the mmap_lock.
 *
 * Returns: the mapping, not yet in the tree, or an error pointer.
 */
struct gpusim_vma *gpusim_vma_create(struct gpusim_vm *vm, const struct drm_gpuva_op_map *place,
				     enum drm_gpuva_flags flags)
{
	return gpusim_vma_create_for(vm, place, flags, current->mm);
}

/**
 * gpusim_vma_create_part - make what is left when a mapping is cut
 * @vm: VM, whose &gpusim_vm.ops_lock the caller holds
 * @whole: mapping in the tree of @vm
 * @addr: first address of the part
 * @range: bytes of the part
 *
 * Returns: the mapping, not yet in the tree, or an error pointer.
 */
struct gpusim_vma *gpusim_vma_create_part(struct gpusim_vm *vm, const struct gpusim_vma *whole,
					  u64 addr, u64 range)
{
	struct drm_gpuva_op_map place = {
		.va.addr = addr,
		.va.range = range,
		.gem.obj = whole->base.gem.obj,
		.gem.offset = whole->base.gem.offset + (addr - whole->base.va.addr),
	};
	struct mm_struct *mm = NULL;

	lockdep_assert_held(&vm->ops_lock);

	if (gpusim_vma_is_userptr(whole))
		mm = to_gpusim_userptr_vma(whole)->userptr.notifier.mm;

	return gpusim_vma_create_for(vm, &place, whole->base.flags, mm);
}

/**
 * gpusim_vma_free - free a mapping
 * @vma: mapping that is in no tree and in no list, or NULL
 *
 * Without reservations and locks of the VM other than &gpusim_vm.ops_lock.
 */
void gpusim_vma_free(struct gpusim_vma *vma)
{
	if (!vma)
		return;

	if (gpusim_vma_is_userptr(vma)) {
		gpusim_userptr_fini(to_gpusim_userptr_vma(vma));
		kfree(to_gpusim_userptr_vma(vma));
	} else {
		kfree(vma);
	}
}

/**
 * gpusim_vma_enter - note that a mapping has come into the tree
 * @vma: mapping, under &gpusim_vm.lock and &gpusim_userptrs.lock
 */
void gpusim_vma_enter(struct gpusim_vma *vma)
{
	if (gpusim_vma_is_userptr(vma))
		gpusim_userptr_enter(to_gpusim_userptr_vma(vma));
}

/**
 * gpusim_vma_leave - note that a mapping has gone from the tree
 * @vma: mapping, under &gpusim_vm.lock and &gpusim_userptrs.lock
 */
void gpusim_vma_leave(struct gpusim_vma *vma)
{
	if (gpusim_vma_is_userptr(vma))
		gpusim_userptr_leave(to_gpusim_userptr_vma(vma));
}
