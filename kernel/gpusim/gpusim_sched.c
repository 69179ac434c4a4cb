// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs and the scheduler; the engine's fences.
 */

#include <linux/dma-fence.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_file.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/gpusim_drm.h>

#include "gpusim_device.h"
#include "gpusim_engine.h"
#include "gpusim_reset.h"
#include "gpusim_sched.h"
#include "gpusim_vm.h"

/* jobs handed to the engine at a time */
#define GPUSIM_SCHED_DEPTH	16

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

	/** @sched: The engine; a reference is held. */
	struct gpusim_sched *sched;
};

static void gpusim_sched_release(struct kref *kref)
{
	kfree(container_of(kref, struct gpusim_sched, refcount));
}

static void gpusim_sched_put(struct gpusim_sched *sched)
{
	kref_put(&sched->refcount, gpusim_sched_release);
}

static const char *gpusim_fence_get_driver_name(struct dma_fence *fence)
{
	return "gpusim";
}

static const char *gpusim_fence_get_timeline_name(struct dma_fence *fence)
{
	return "engine";
}

static void gpusim_fence_release(struct dma_fence *base)
{
	struct gpusim_fence *fence = container_of(base, struct gpusim_fence, base);

	gpusim_sched_put(fence->sched);
	dma_fence_free(base);
	module_put(THIS_MODULE);
}

static const struct dma_fence_ops gpusim_fence_ops = {
	.get_driver_name = gpusim_fence_get_driver_name,
	.get_timeline_name = gpusim_fence_get_timeline_name,
	.release = gpusim_fence_release,
};

/* Called by the scheduler's only worker. */
static struct dma_fence *gpusim_fence_init(struct gpusim_fence *fence, struct gpusim_sched *sched)
{
	fence->sched = sched;
	kref_get(&sched->refcount);
	__module_get(THIS_MODULE);
	dma_fence_init(&fence->base, &gpusim_fence_ops, &fence->lock, sched->fence_context,
		       ++sched->seqno);

	return &fence->base;
}

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
	struct gpusim_sched *sched = job->gdev->sched;
	bool cookie = dma_fence_begin_signalling();

	dma_fence_get(gpusim_fence_init(job->fence, sched));
	queue_work(sched->engine, &job->work);
	dma_fence_end_signalling(cookie);

	return &job->fence->base;
}

static void gpusim_sched_free_job(struct drm_sched_job *sched_job)
{
	gpusim_job_free(to_gpusim_job(sched_job));
}

static const struct drm_sched_backend_ops gpusim_sched_ops = {
	.run_job = gpusim_sched_run_job,
	.timedout_job = gpusim_reset_timedout_job,
	.free_job = gpusim_sched_free_job,
};

static void gpusim_sched_fini(struct drm_device *drm, void *data)
{
	struct gpusim_sched *sched = data;

	drm_sched_fini(&sched->base);
}

static void gpusim_sched_fini_memory(struct drm_device *drm, void *data)
{
	gpusim_sched_put(data);
}

static void gpusim_sched_fini_workqueue(struct drm_device *drm, void *data)
{
	destroy_workqueue(data);
}

/* Both are needed to make memory free: fences wait for them. */
static int gpusim_sched_init_workqueue(struct gpusim_device *gdev, const char *name,
				       struct workqueue_struct **wq)
{
	*wq = alloc_ordered_workqueue(name, WQ_MEM_RECLAIM);
	if (!*wq)
		return -ENOMEM;

	return drmm_add_action_or_reset(&gdev->drm, gpusim_sched_fini_workqueue, *wq);
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
	struct gpusim_sched *sched;
	struct drm_sched_init_args args = {
		.ops = &gpusim_sched_ops,
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
		.credit_limit = GPUSIM_SCHED_DEPTH,
		.timeout = gpusim_reset_timeout(),
		.name = "gpusim",
		.dev = gdev->drm.dev,
	};
	int ret;

	sched = kzalloc(sizeof(*sched), GFP_KERNEL);
	if (!sched)
		return -ENOMEM;
	kref_init(&sched->refcount);
	ret = drmm_add_action_or_reset(&gdev->drm, gpusim_sched_fini_memory, sched);
	if (ret)
		return ret;

	gdev->sched = sched;
	sched->fence_context = dma_fence_context_alloc(1);
	gpusim_reset_init(&sched->reset);

	sched->bounce = drmm_kmalloc(&gdev->drm, GPUSIM_PAGE_SIZE, GFP_KERNEL);
	if (!sched->bounce)
		return -ENOMEM;

	ret = gpusim_sched_init_workqueue(gdev, "gpusim-engine", &sched->engine);
	if (ret)
		return ret;

	ret = gpusim_sched_init_workqueue(gdev, "gpusim-timeout", &sched->timeouts);
	if (ret)
		return ret;

	args.timeout_wq = sched->timeouts;
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
 * gpusim_sched_power_off - end all jobs of an unplugged device
 * @sched: scheduler
 *
 * Returns when the engine has nothing to do.
 */
void gpusim_sched_power_off(struct gpusim_sched *sched)
{
	gpusim_reset_power_off(&sched->reset);
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
 * gpusim_job_get_fence - the engine's fence
 * @job: job that was handed to the engine
 *
 * Returns: a reference.
 */
struct dma_fence *gpusim_job_get_fence(struct gpusim_job *job)
{
	return dma_fence_get(&job->fence->base);
}

/**
 * gpusim_job_push - hand a job to the scheduler
 * @job: job, armed; no longer the caller's
 */
void gpusim_job_push(struct gpusim_job *job)
{
	lockdep_assert_held(&job->vm->ops_lock);

	/* the scheduler reads this when it next looks at its clock */
	WRITE_ONCE(job->gdev->sched->base.timeout, gpusim_reset_timeout());
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

	/* without ops it never ran, and so was never pushed */
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
