/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPAT_DRM_DRIVER_H
#define COMPAT_DRM_DRIVER_H

#include <drm/drm_drv.h>

#include "features.h"

/* Where drm_driver has a date, DRM_IOCTL_VERSION wants one; later kernels say "0". */
#ifdef HAVE_DRM_DRIVER_DATE
#define COMPAT_DRM_DRIVER_DATE	.date = "0",
#else
#define COMPAT_DRM_DRIVER_DATE
#endif

#ifdef HAVE_DRIVER_GEM_GPUVA
#define COMPAT_DRIVER_GEM_GPUVA		DRIVER_GEM_GPUVA
#else
#define COMPAT_DRIVER_GEM_GPUVA		0
#endif

#endif
