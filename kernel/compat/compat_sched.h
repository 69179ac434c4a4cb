/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPAT_SCHED_H
#define COMPAT_SCHED_H

#include <drm/gpu_scheduler.h>

#include "features.h"

/* 6.12 gives these jobs -ECANCELED itself. */
#ifndef HAVE_SCHED_START_ERRNO
static inline void compat_sched_start(struct drm_gpu_scheduler *sched, int errno)
{
	drm_sched_start(sched);
}

#define drm_sched_start	compat_sched_start
#endif

#ifndef HAVE_SCHED_STAT_RESET
#define DRM_GPU_SCHED_STAT_RESET	DRM_GPU_SCHED_STAT_NOMINAL
#endif

#endif
