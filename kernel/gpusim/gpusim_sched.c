// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs and the scheduler; the engine's fences.
 */

#include <linux/dma-fence.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/gpusim_drm.h>

#include "gpusim_device.h"
#include "gpusim_engine.h"
#include "gpusim_sched.h"
#include "gpusim_vm.h"

/* jobs handed to the engine at a time */
#define GPUSIM_SCHED_DEPTH	16

/* time that a job may take on the engine */
#define GPUSIM_SCHED_TIMEOUT	(10 * HZ)

/**
 * struct gpusim_fence - end of a job on the engine
 *
 * Can outlive everything else of the driver in the hands of others, so it pins
 * the module.
 */
struct gpusim_fence {
	/** @base: Base class. */
	struct dma_fence base;

	/** @lock: Lock of @base. */
	spinlock_t lock;
};

static const char *gpusim_fence_get_driver_name(struct dma_fence *fence)
{
	return "gpusim";
}

static const char *gpusim_fence_get_timeline_name(struct dma_fence *fence)
{
	return "engine";
}

static void gpusim_fence_release(struct dma_fence *fence)
{
	dma_fence_free(fence);
	module_put(THIS_MODULE);
}

static const struct dma_fence_ops gpusim_fence_ops = {
	.get_driver_name = gpusim_fence_get_driver_name,
	.get_timeline_name = gpusim_fence_get_timeline_name,
	.release = gpusim_fence_release,
};

/*
 * The engine: what follows would be done by hardware. The job can be freed as
 * soon as its fence has signaled.
 */
static void gpusim_job_execute(struct work_struct *work)
{
	struct gpusim_job *job = container_of(work, struct gpusim_job, work);
	struct dma_fence *fence = dma_fence_get(&job->fence->base);
	bool cookie = dma_fence_begin_signalling();
	int ret;

	ret = gpusim_engine_run(job);
	if (ret)
		dma_fence_set_error(fence, ret);
	dma_fence_signal(fence);
	dma_fence_end_signalling(cookie);
	dma_fence_put(fence);
}

static struct dma_fence *gpusim_sched_run_job(struct drm_sched_job *sched_job)
{
	struct gpusim_job *job = to_gpusim_job(sched_job);
	struct gpusim_sched *sched = &job->gdev->sched;

	dma_fence_init(&job->fence->base, &gpusim_fence_ops, &job->fence->lock,
		       sched->fence_context, ++sched->seqno);
	__module_get(THIS_MODULE);
	dma_fence_get(&job->fence->base);
	queue_work(sched->engine, &job->work);

	return &job->fence->base;
}

/*
 * The engine is told to give up; it looks after each page. The job goes back to
 * where the scheduler took it from for this call, and the scheduler's workers
 * are kicked in case it ended in between. Other jobs are not concerned.
 */
static enum drm_gpu_sched_stat gpusim_sched_timedout_job(struct drm_sched_job *sched_job)
{
	struct gpusim_job *job = to_gpusim_job(sched_job);
	struct drm_gpu_scheduler *sched = sched_job->sched;

	drm_notice(&job->gdev->drm, "job takes too long, aborting it\n");
	WRITE_ONCE(job->abort, -ETIME);

	spin_lock(&sched->job_list_lock);
	list_add(&sched_job->list, &sched->pending_list);
	spin_unlock(&sched->job_list_lock);
	drm_sched_wqueue_start(sched);

	return DRM_GPU_SCHED_STAT_NOMINAL;
}

static void gpusim_sched_free_job(struct drm_sched_job *sched_job)
{
	gpusim_job_free(to_gpusim_job(sched_job));
}

static const struct drm_sched_backend_ops gpusim_sched_ops = {
	.run_job = gpusim_sched_run_job,
	.timedout_job = gpusim_sched_timedout_job,
	.free_job = gpusim_sched_free_job,
};

static void gpusim_sched_fini(struct drm_device *drm, void *data)
{
	struct gpusim_sched *sched = data;

	drm_sched_fini(&sched->base);
}

static void gpusim_sched_fini_engine(struct drm_device *drm, void *data)
{
	destroy_workqueue(data);
}

/**
 * gpusim_sched_init - set the engine up
 * @gdev: device
 *
 * Taken down with the last reference to the DRM device, when no VM and so no
 * queue and no job is left.
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_sched_init(struct gpusim_device *gdev)
{
	struct gpusim_sched *sched = &gdev->sched;
	const struct drm_sched_init_args args = {
		.ops = &gpusim_sched_ops,
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
		.credit_limit = GPUSIM_SCHED_DEPTH,
		.timeout = GPUSIM_SCHED_TIMEOUT,
		.name = "gpusim",
		.dev = gdev->drm.dev,
	};
	int ret;

	sched->fence_context = dma_fence_context_alloc(1);

	sched->bounce = drmm_kmalloc(&gdev->drm, GPUSIM_PAGE_SIZE, GFP_KERNEL);
	if (!sched->bounce)
		return -ENOMEM;

	sched->engine = alloc_ordered_workqueue("gpusim-engine", WQ_MEM_RECLAIM);
	if (!sched->engine)
		return -ENOMEM;
	ret = drmm_add_action_or_reset(&gdev->drm, gpusim_sched_fini_engine, sched->engine);
	if (ret)
		return ret;

	ret = drm_sched_init(&sched->base, &args);
	if (ret)
		return ret;
	return drmm_add_action_or_reset(&gdev->drm, gpusim_sched_fini, sched);
}

/**
 * gpusim_sched_entity_init - make a queue
 * @sched: scheduler
 * @entity: queue
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_sched_entity_init(struct gpusim_sched *sched, struct drm_sched_entity *entity)
{
	struct drm_gpu_scheduler *list = &sched->base;

	return drm_sched_entity_init(entity, DRM_SCHED_PRIORITY_NORMAL, &list, 1, NULL);
}

/**
 * gpusim_sched_flush - wait until the engine has nothing to do
 * @sched: scheduler
 *
 * Of use when the device is unplugged, as then every job ends at once.
 */
void gpusim_sched_flush(struct gpusim_sched *sched)
{
	flush_workqueue(sched->engine);
}

/**
 * gpusim_job_create - make a job
 * @gdev: device
 * @vm: VM that the caller is a user of
 * @cmds: checked commands, allocated by kvmalloc(); the job's if this succeeds
 * @cmd_count: elements at @cmds
 * @file: client
 *
 * Returns: the job, to be given to gpusim_job_push() or gpusim_job_free(), or an
 * error pointer.
 */
struct gpusim_job *gpusim_job_create(struct gpusim_device *gdev, struct gpusim_vm *vm,
				     struct drm_gpusim_cmd *cmds, u32 cmd_count,
				     struct drm_file *file)
{
	struct gpusim_job *job;
	int ret;

	job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);
	if (!job)
		return ERR_PTR(-ENOMEM);

	job->fence = kzalloc(sizeof(*job->fence), GFP_KERNEL_ACCOUNT);
	if (!job->fence) {
		ret = -ENOMEM;
		goto err_job;
	}
	spin_lock_init(&job->fence->lock);

	ret = drm_sched_job_init(&job->base, &vm->entity, 1, file, file->client_id);
	if (ret)
		goto err_fence;

	INIT_WORK(&job->work, gpusim_job_execute);
	job->gdev = gdev;
	job->vm = gpusim_vm_get(vm);
	atomic_inc(&vm->jobs);
	job->cmds = cmds;
	job->cmd_count = cmd_count;

	return job;

err_fence:
	kfree(job->fence);
err_job:
	kfree(job);
	return ERR_PTR(ret);
}

/**
 * gpusim_job_push - hand a job to the scheduler
 * @job: job, armed; no longer the caller's
 */
void gpusim_job_push(struct gpusim_job *job)
{
	lockdep_assert_held(&job->vm->ops_lock);

	drm_sched_entity_push_job(&job->base);
}

/**
 * gpusim_job_free - free a job
 * @job: job that was not pushed or that has ended
 *
 * Never waits for anything that waits for fences.
 */
void gpusim_job_free(struct gpusim_job *job)
{
	drm_sched_job_cleanup(&job->base);

	/* without ops it never ran */
	if (job->fence->base.ops)
		dma_fence_put(&job->fence->base);
	else
		kfree(job->fence);

	atomic_dec(&job->vm->jobs);
	wake_up_all(&job->vm->jobs_wait);
	gpusim_vm_put(job->vm);
	kvfree(job->cmds);
	kfree(job);
}
