/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_VMA_H_
#define _GPUSIM_VMA_H_

#include <linux/container_of.h>
#include <linux/list.h>

#include <drm/drm_gpuvm.h>

struct gpusim_vm;

/* &drm_gpuva.flags: the engine may not write */
#define GPUSIM_VMA_READ_ONLY	DRM_GPUVA_USERBITS

/**
 * struct gpusim_vma - one mapping
 *
 * Made before VM_BIND changes anything, then in the tree of its VM, protected by
 * &gpusim_vm.lock, and freed without that lock. &drm_gpuva.flags is immutable:
 * GPUSIM_VMA_READ_ONLY, and of mappings without a BO those with DRM_GPUVA_SPARSE
 * are bound to nothing; the others are the first member of a
 * &struct gpusim_userptr_vma.
 */
struct gpusim_vma {
	/** @base: Address, BO, offset and flags. */
	struct drm_gpuva base;

	/** @gone: For the list of mappings that VM_BIND has taken out. */
	struct list_head gone;
};

static inline struct gpusim_vma *to_gpusim_vma(struct drm_gpuva *va)
{
	return container_of(va, struct gpusim_vma, base);
}

static inline bool gpusim_vma_is_sparse(const struct gpusim_vma *vma)
{
	return vma->base.flags & DRM_GPUVA_SPARSE;
}

static inline bool gpusim_vma_is_userptr(const struct gpusim_vma *vma)
{
	return !vma->base.gem.obj && !gpusim_vma_is_sparse(vma);
}

struct gpusim_vma *gpusim_vma_create(struct gpusim_vm *vm, const struct drm_gpuva_op_map *place,
				     enum drm_gpuva_flags flags);
struct gpusim_vma *gpusim_vma_create_part(struct gpusim_vm *vm, const struct gpusim_vma *whole,
					  u64 addr, u64 range);
void gpusim_vma_free(struct gpusim_vma *vma);

void gpusim_vma_enter(struct gpusim_vma *vma);
void gpusim_vma_leave(struct gpusim_vma *vma);

#endif /* _GPUSIM_VMA_H_ */
