/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_SCHED_H_
#define _GPUSIM_SCHED_H_

#include <linux/container_of.h>
#include <linux/kref.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <drm/gpu_scheduler.h>

#include "gpusim_reset.h"

struct dma_fence;
struct drm_file;
struct drm_gpusim_cmd;
struct gpusim_device;
struct gpusim_fence;
struct gpusim_vm;

/**
 * struct gpusim_sched - the engine and the scheduler in front of it
 *
 * Lifetime: reference counted. It works as long as the &drm_device lives, which
 * has a reference. Each of the engine's fences has one too, because the
 * scheduler's fence of a job, which keeps the engine's, reads the scheduler's
 * name from it for as long as anybody holds it (drm_sched_fence_get_timeline_name()
 * in drivers/gpu/drm/scheduler/sched_fence.c, Linux 6.12). Every job that is
 * pushed comes to the engine: its VM keeps the queue until its jobs have ended.
 */
struct gpusim_sched {
	/** @refcount: References. */
	struct kref refcount;

	/** @base: Scheduler, first in first out over the queues of all VMs. */
	struct drm_gpu_scheduler base;

	/** @engine: The hardware: one job after the other. */
	struct workqueue_struct *engine;

	/** @timeouts: Where the scheduler looks after jobs that take too long. */
	struct workqueue_struct *timeouts;

	/** @reset: Whether the engine answers. */
	struct gpusim_reset reset;

	/** @fence_context: Context of the engine's fences. */
	u64 fence_context;

	/** @seqno: Last fence's number; written by the scheduler's only worker. */
	u64 seqno;

	/** @bounce: A page that copies go through; used by the engine only. */
	u8 *bounce;
};

/**
 * struct gpusim_job - commands on their way through the engine
 *
 * Belongs to the submitter until gpusim_job_push(), then to the scheduler,
 * which frees it when its fence has signaled. All members but @abort are
 * immutable from then on.
 */
struct gpusim_job {
	/** @base: Base class. */
	struct drm_sched_job base;

	/** @gdev: Device. */
	struct gpusim_device *gdev;

	/** @vm: VM; the job is one of its users. */
	struct gpusim_vm *vm;

	/** @fence: The engine's fence; a reference is held. */
	struct gpusim_fence *fence;

	/** @work: Run by &gpusim_sched.engine. */
	struct work_struct work;

	/** @cmds: Commands, checked; owned. */
	struct drm_gpusim_cmd *cmds;

	/** @cmd_count: Elements at @cmds. */
	u32 cmd_count;

	/**
	 * @abort: Error to end with at the next page; written under
	 * &gpusim_reset.lock.
	 */
	int abort;
};

static inline struct gpusim_job *to_gpusim_job(struct drm_sched_job *job)
{
	return container_of(job, struct gpusim_job, base);
}

int gpusim_sched_init(struct gpusim_device *gdev);
int gpusim_sched_entity_init(struct gpusim_sched *sched, struct drm_sched_entity *entity);
void gpusim_sched_power_off(struct gpusim_sched *sched);

struct gpusim_job *gpusim_job_create(struct gpusim_device *gdev, struct gpusim_vm *vm,
				     struct drm_gpusim_cmd *cmds, u32 cmd_count,
				     struct drm_file *file);
struct dma_fence *gpusim_job_get_fence(struct gpusim_job *job);
void gpusim_job_push(struct gpusim_job *job);
void gpusim_job_free(struct gpusim_job *job);

#endif /* _GPUSIM_SCHED_H_ */
