// SPDX-License-Identifier: GPL-2.0-only
/* ttm_bo_fini(): later name of ttm_bo_put(), when GEM holds the only count */
#include <drm/ttm/ttm_bo.h>

void probe(struct ttm_buffer_object *bo);

void probe(struct ttm_buffer_object *bo)
{
	ttm_bo_fini(bo);
}
