/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_RESET_H_
#define _GPUSIM_RESET_H_

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <drm/gpu_scheduler.h>

struct gpusim_job;

/**
 * struct gpusim_reset - whether the engine answers
 *
 * Lifetime: that of the &drm_device.
 */
struct gpusim_reset {
	/**
	 * @lock: Protects all members and &gpusim_job.abort: a job that is told
	 * to end either does so or is seen to hang. Held for a few accesses.
	 */
	spinlock_t lock;

	/** @hung: Job at which the engine hangs, or NULL. */
	struct gpusim_job *hung;

	/** @off: The engine is switched off for good. */
	bool off;

	/** @restart: Woken when @hung has become NULL. */
	wait_queue_head_t restart;
};

void gpusim_reset_init(struct gpusim_reset *reset);

unsigned int gpusim_reset_timeout_ms(void);
long gpusim_reset_timeout(void);

int gpusim_reset_hang(struct gpusim_job *job);
enum drm_gpu_sched_stat gpusim_reset_timedout_job(struct drm_sched_job *sched_job);
void gpusim_reset_power_off(struct gpusim_reset *reset);

#endif /* _GPUSIM_RESET_H_ */
