// SPDX-License-Identifier: GPL-2.0-only
/* drm_gpuvm_bo_obtain_locked(): later name of drm_gpuvm_bo_obtain() */
#include <drm/drm_gpuvm.h>

struct drm_gpuvm_bo *probe(struct drm_gpuvm *vm, struct drm_gem_object *obj);

struct drm_gpuvm_bo *probe(struct drm_gpuvm *vm, struct drm_gem_object *obj)
{
	return drm_gpuvm_bo_obtain_locked(vm, obj);
}
