// SPDX-License-Identifier: GPL-2.0-only
/*
 * ttm_bo_populate(): exported where ttm_tt_populate() is not any more.
 * Since fc5d96670eb2 ("drm/ttm: Move swapped objects off the manager's LRU list"), 6.13.
 */
#include <drm/ttm/ttm_bo.h>

int probe(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx);

int probe(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx)
{
	return ttm_bo_populate(bo, ctx);
}
