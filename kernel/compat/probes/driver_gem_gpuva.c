// SPDX-License-Identifier: GPL-2.0-only
/*
 * DRIVER_GEM_GPUVA: later every driver with GEM has lists of mappings.
 * Until 21fcb222f0d1 ("drm: Remove DRIVER_GEM_GPUVA feature flag"), 7.3.
 */
#include <drm/drm_drv.h>

const unsigned int probe = DRIVER_GEM_GPUVA;
