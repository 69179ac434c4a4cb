/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_BO_H_
#define _GPUSIM_BO_H_

#include <linux/container_of.h>
#include <linux/types.h>

#include <drm/ttm/ttm_bo.h>

#include "gpusim_pt.h"

struct dma_buf;
struct drm_device;
struct drm_file;
struct drm_gem_object;
struct gpusim_device;
struct sg_table;

/**
 * struct gpusim_bo - buffer object
 *
 * Lifetime: the GEM reference count, of which TTM's is one reference holder's
 * worth: the last drm_gem_object_put() drops TTM's, which frees the memory when
 * all fences have signaled. Handles, CPU mappings, dma-bufs and bindings hold
 * references.
 *
 * Where the memory is (&ttm_buffer_object.resource) and the list of bindings
 * (&drm_gem_object.gpuva) are protected by the reservation; the other members
 * here are immutable.
 */
struct gpusim_bo {
	/** @tbo: Base class; its first member is the GEM object. */
	struct ttm_buffer_object tbo;

	/** @home: Where the engine wants it: DRM_GPUSIM_PLACEMENT_*. */
	u32 home;

	/** @flags: DRM_GPUSIM_GEM_*. */
	u32 flags;

	/**
	 * @dma_buf: If imported, the dma-buf whose reservation the BO shares to its
	 * end, which can come after &drm_gem_object.import_attach; a reference is
	 * held.
	 */
	struct dma_buf *dma_buf;

	/** @read_only: Imported from a dma-buf that may not be written. */
	bool read_only;

	/**
	 * @vm_obj: If private to a VM, the object whose reservation the VM and
	 * all its private BOs share; a reference is held.
	 */
	struct drm_gem_object *vm_obj;

	/** @client_id: If private to a VM, the only client that may have a handle. */
	u64 client_id;
};

static inline struct gpusim_bo *to_gpusim_bo(struct drm_gem_object *obj)
{
	return container_of(obj, struct gpusim_bo, tbo.base);
}

static inline struct gpusim_bo *ttm_to_gpusim_bo(struct ttm_buffer_object *tbo)
{
	return container_of(tbo, struct gpusim_bo, tbo);
}

struct gpusim_bo *gpusim_bo_import(struct gpusim_device *gdev, struct dma_buf *dma_buf,
				   struct sg_table *sgt);
void gpusim_bo_destroy(struct ttm_buffer_object *tbo);
bool gpusim_bo_is_mine(const struct ttm_buffer_object *tbo);
int gpusim_bo_place(struct gpusim_bo *bo, u32 placement);
int gpusim_bo_make_visible(struct gpusim_bo *bo);
bool gpusim_bo_is_home(const struct gpusim_bo *bo);
int gpusim_bo_bring_home(struct gpusim_bo *bo);
void gpusim_bo_backing(const struct gpusim_bo *bo, struct gpusim_backing *backing);

int gpusim_ioctl_gem_create(struct drm_device *drm, void *data, struct drm_file *file);
int gpusim_ioctl_gem_mmap_offset(struct drm_device *drm, void *data, struct drm_file *file);
int gpusim_ioctl_gem_info(struct drm_device *drm, void *data, struct drm_file *file);
int gpusim_ioctl_gem_migrate(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _GPUSIM_BO_H_ */
