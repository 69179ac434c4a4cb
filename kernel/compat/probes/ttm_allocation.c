// SPDX-License-Identifier: GPL-2.0-only
/* ttm_device_init() with flags of <drm/ttm/ttm_allocation.h> instead of two booleans */
#include <drm/ttm/ttm_allocation.h>
