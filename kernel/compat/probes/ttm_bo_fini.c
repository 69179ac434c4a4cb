// SPDX-License-Identifier: GPL-2.0-only
/*
 * ttm_bo_fini(): later name of ttm_bo_put(), when GEM holds the only count.
 * Since ed7a4397f55b ("drm/ttm: rename ttm_bo_put to _fini v3").
 */
#include <drm/ttm/ttm_bo.h>

void probe(struct ttm_buffer_object *bo);

void probe(struct ttm_buffer_object *bo)
{
	ttm_bo_fini(bo);
}
