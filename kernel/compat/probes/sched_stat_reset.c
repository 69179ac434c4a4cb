// SPDX-License-Identifier: GPL-2.0-only
/*
 * DRM_GPU_SCHED_STAT_RESET: later name of DRM_GPU_SCHED_STAT_NOMINAL.
 * Since 0a5dc1b67ef5 ("drm/sched: Rename DRM_GPU_SCHED_STAT_NOMINAL to
 * DRM_GPU_SCHED_STAT_RESET").
 */
#include <drm/gpu_scheduler.h>

const enum drm_gpu_sched_stat probe = DRM_GPU_SCHED_STAT_RESET;
