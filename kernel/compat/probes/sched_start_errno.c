// SPDX-License-Identifier: GPL-2.0-only
/*
 * drm_sched_start() with the error of the jobs whose fence is gone.
 * Since b2ef808786d9 ("drm/sched: add optional errno to drm_sched_start()"), after 6.12.
 */
#include <drm/gpu_scheduler.h>

void probe(struct drm_gpu_scheduler *sched);

void probe(struct drm_gpu_scheduler *sched)
{
	drm_sched_start(sched, 0);
}
