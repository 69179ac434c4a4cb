// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs that take too long, and an engine that hangs: timeout and reset.
 *
 * A job that is too old is told to end, which the engine looks at after each
 * page. An engine that hangs looks at nothing: then the scheduler is stopped,
 * the engine reset, which ends the job that it hangs at, and the scheduler
 * started again. Other jobs stay in the engine's queue all the time and run on.
 */

#include <linux/dma-fence.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#include <drm/drm_print.h>

#include "compat_sched.h"
#include "gpusim_device.h"
#include "gpusim_reset.h"
#include "gpusim_sched.h"
#include "gpusim_vm.h"

/* Shorter, a busy machine would lose good jobs; longer, the kernel reports hung tasks. */
#define GPUSIM_TIMEOUT_MIN_MS	100
#define GPUSIM_TIMEOUT_MAX_MS	100000

static unsigned int gpusim_timeout_ms = 10000;

static int gpusim_timeout_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, GPUSIM_TIMEOUT_MIN_MS, GPUSIM_TIMEOUT_MAX_MS);
}

static const struct kernel_param_ops gpusim_timeout_ops = {
	.set = gpusim_timeout_set,
	.get = param_get_uint,
};

module_param_cb(timeout_ms, &gpusim_timeout_ops, &gpusim_timeout_ms, 0644);
MODULE_PARM_DESC(timeout_ms,
		 "Milliseconds that a job may take, 100 to 100000, read by each EXEC (default 10000)");

/**
 * gpusim_reset_timeout_ms - how long a job may take
 *
 * Returns: milliseconds.
 */
unsigned int gpusim_reset_timeout_ms(void)
{
	return READ_ONCE(gpusim_timeout_ms);
}

/**
 * gpusim_reset_timeout - how long a job may take
 *
 * Returns: jiffies.
 */
long gpusim_reset_timeout(void)
{
	return msecs_to_jiffies(gpusim_reset_timeout_ms());
}

/**
 * gpusim_reset_init - an engine that answers
 * @reset: state
 */
void gpusim_reset_init(struct gpusim_reset *reset)
{
	spin_lock_init(&reset->lock);
	init_waitqueue_head(&reset->restart);
}

/**
 * gpusim_reset_hang - hang
 * @job: job at work
 *
 * The engine's side. Not even the job's abort ends this, only a reset.
 *
 * Returns: the error that the job ends with.
 */
int gpusim_reset_hang(struct gpusim_job *job)
{
	struct gpusim_reset *reset = &job->gdev->sched->reset;
	int ret;

	spin_lock(&reset->lock);
	ret = reset->off ? -ENODEV : job->abort;
	if (!ret)
		reset->hung = job;
	spin_unlock(&reset->lock);
	if (ret)
		return ret;

	wait_event_idle(reset->restart, READ_ONCE(reset->hung) != job);

	return READ_ONCE(reset->off) ? -ENODEV : -ETIME;
}

/* Whether the engine hangs at this job; if not, the job ends by itself now. */
static bool gpusim_reset_abort(struct gpusim_reset *reset, struct gpusim_job *job)
{
	bool hangs;

	spin_lock(&reset->lock);
	WRITE_ONCE(job->abort, -ETIME);
	hangs = reset->hung == job;
	spin_unlock(&reset->lock);

	return hangs;
}

static void gpusim_reset_restart(struct gpusim_reset *reset, bool off)
{
	spin_lock(&reset->lock);
	if (off)
		WRITE_ONCE(reset->off, true);
	WRITE_ONCE(reset->hung, NULL);
	spin_unlock(&reset->lock);
	wake_up_all(&reset->restart);
}

/*
 * drm_sched_stop() takes the scheduler's hands off all jobs that have not
 * ended; the engine's fences are given back to it before it starts again. Those
 * that signaled meanwhile, the hung job's among them, end then.
 */
static void gpusim_reset_engine(struct gpusim_sched *sched, struct gpusim_job *bad)
{
	struct gpusim_job *job;

	drm_sched_stop(&sched->base, &bad->base);

	gpusim_vm_report_reset(bad->vm);
	gpusim_reset_restart(&sched->reset, false);
	flush_work(&bad->work);

	list_for_each_entry(job, &sched->base.pending_list, base.list)
		job->base.s_fence->parent = gpusim_job_get_fence(job);

	drm_sched_start(&sched->base, 0);
}

/**
 * gpusim_reset_timedout_job - &drm_sched_backend_ops.timedout_job
 * @sched_job: oldest job, out of the scheduler's list
 *
 * Returns: %DRM_GPU_SCHED_STAT_RESET.
 */
enum drm_gpu_sched_stat gpusim_reset_timedout_job(struct drm_sched_job *sched_job)
{
	struct gpusim_job *job = to_gpusim_job(sched_job);
	struct gpusim_sched *sched = job->gdev->sched;

	if (gpusim_reset_abort(&sched->reset, job)) {
		drm_notice(&job->gdev->drm, "engine hangs, resetting it\n");
		gpusim_reset_engine(sched, job);
		return DRM_GPU_SCHED_STAT_RESET;
	}

	/*
	 * The job goes back to where the scheduler took it from for this call,
	 * and the scheduler's workers are kicked in case it ended in between.
	 */
	drm_notice(&job->gdev->drm, "job takes too long, aborting it\n");
	spin_lock(&sched->base.job_list_lock);
	list_add(&sched_job->list, &sched->base.pending_list);
	spin_unlock(&sched->base.job_list_lock);
	drm_sched_wqueue_start(&sched->base);

	return DRM_GPU_SCHED_STAT_RESET;
}

/**
 * gpusim_reset_power_off - switch the engine off
 * @reset: state
 *
 * The device is unplugged: what hangs ends now, and nothing hangs from now on.
 */
void gpusim_reset_power_off(struct gpusim_reset *reset)
{
	gpusim_reset_restart(reset, true);
}
