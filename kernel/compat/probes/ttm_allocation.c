// SPDX-License-Identifier: GPL-2.0-only
/*
 * ttm_device_init() with flags of <drm/ttm/ttm_allocation.h> instead of two booleans.
 * Since 77e19f8d3297 ("drm/ttm: Replace multiple booleans with flags in device init").
 */
#include <drm/ttm/ttm_allocation.h>
