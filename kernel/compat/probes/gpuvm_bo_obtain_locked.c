// SPDX-License-Identifier: GPL-2.0-only
/*
 * drm_gpuvm_bo_obtain_locked(): later name of drm_gpuvm_bo_obtain().
 * Since 9bf4ca1e699c ("drm/gpuvm: drm_gpuvm_bo_obtain() requires lock and staged mode"), 7.0.
 */
#include <drm/drm_gpuvm.h>

struct drm_gpuvm_bo *probe(struct drm_gpuvm *vm, struct drm_gem_object *obj);

struct drm_gpuvm_bo *probe(struct drm_gpuvm *vm, struct drm_gem_object *obj)
{
	return drm_gpuvm_bo_obtain_locked(vm, obj);
}
