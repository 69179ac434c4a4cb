// SPDX-License-Identifier: GPL-2.0-only
/* DRIVER_GEM_GPUVA: later every driver with GEM has lists of mappings */
#include <drm/drm_drv.h>

const unsigned int probe = DRIVER_GEM_GPUVA;
