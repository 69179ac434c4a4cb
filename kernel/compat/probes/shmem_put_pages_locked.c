// SPDX-License-Identifier: GPL-2.0-only
/*
 * drm_gem_shmem_put_pages_locked(): later name of drm_gem_shmem_put_pages().
 * Since 954907f7147d ("drm/shmem-helper: Refactor locked/unlocked functions").
 */
#include <drm/drm_gem_shmem_helper.h>

void probe(struct drm_gem_shmem_object *shmem);

void probe(struct drm_gem_shmem_object *shmem)
{
	drm_gem_shmem_put_pages_locked(shmem);
}
