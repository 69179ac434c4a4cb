// SPDX-License-Identifier: GPL-2.0-only
/*
 * EXEC: from the user's commands to a queued job.
 */

#include <linux/align.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <drm/drm_exec.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_syncobj.h>
#include <drm/gpusim_drm.h>
#include <drm/ttm/ttm_bo.h>

#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_exec.h"
#include "gpusim_sched.h"
#include "gpusim_vm.h"

/* A command that touches nothing may name any address. */
static bool gpusim_range_valid(u64 addr, u64 size)
{
	u64 end;

	if (!size)
		return true;

	return !check_add_overflow(addr, size, &end) && addr >= GPUSIM_VA_START &&
	       end <= GPUSIM_VA_END;
}

static bool gpusim_cmd_valid(const struct drm_gpusim_cmd *cmd)
{
	if (cmd->flags)
		return false;

	switch (cmd->op) {
	case DRM_GPUSIM_CMD_FILL:
		return !cmd->src && gpusim_range_valid(cmd->dst, cmd->size);
	case DRM_GPUSIM_CMD_COPY:
		if (cmd->value || !gpusim_range_valid(cmd->dst, cmd->size) ||
		    !gpusim_range_valid(cmd->src, cmd->size))
			return false;
		return !cmd->size || cmd->dst >= cmd->src + cmd->size ||
		       cmd->src >= cmd->dst + cmd->size;
	case DRM_GPUSIM_CMD_CHECKSUM:
		return !cmd->value && gpusim_range_valid(cmd->dst, sizeof(u64)) &&
		       gpusim_range_valid(cmd->src, cmd->size);
	case DRM_GPUSIM_CMD_ADD:
		return !cmd->src && IS_ALIGNED(cmd->size, sizeof(u64)) &&
		       gpusim_range_valid(cmd->dst, cmd->size);
	case DRM_GPUSIM_CMD_SPIN:
		return !cmd->dst && !cmd->size && gpusim_range_valid(cmd->src, sizeof(u64));
	case DRM_GPUSIM_CMD_HANG:
		return !cmd->dst && !cmd->src && !cmd->size && !cmd->value;
	default:
		return false;
	}
}

static struct drm_gpusim_cmd *gpusim_exec_get_cmds(const struct drm_gpusim_exec *args)
{
	struct drm_gpusim_cmd *cmds;
	u32 i;

	if (!args->cmd_count || args->cmd_count > GPUSIM_MAX_CMDS)
		return ERR_PTR(-EINVAL);

	cmds = kvmalloc_array(args->cmd_count, sizeof(*cmds), GFP_KERNEL_ACCOUNT);
	if (!cmds)
		return ERR_PTR(-ENOMEM);

	if (copy_from_user(cmds, u64_to_user_ptr(args->cmds), args->cmd_count * sizeof(*cmds))) {
		kvfree(cmds);
		return ERR_PTR(-EFAULT);
	}

	for (i = 0; i < args->cmd_count; i++) {
		if (!gpusim_cmd_valid(&cmds[i])) {
			kvfree(cmds);
			return ERR_PTR(-EINVAL);
		}
	}

	return cmds;
}

/* Waits for moves of the BOs, and makes recently used BOs the last to go. */
static int gpusim_exec_prepare_bos(struct gpusim_job *job, struct drm_exec *exec)
{
	struct drm_gem_object *obj;
	int ret;

	drm_exec_for_each_locked_object(exec, obj) {
		ret = drm_sched_job_add_resv_dependencies(&job->base, obj->resv,
							  DMA_RESV_USAGE_KERNEL);
		if (ret)
			return ret;
		if (obj != job->vm->base.r_obj)
			ttm_bo_move_to_lru_tail_unlocked(&to_gpusim_bo(obj)->tbo);
	}

	return 0;
}

/*
 * Before all reservations are said to be taken: to make room TTM takes those of other
 * BOs with the same ticket.
 */
static int gpusim_exec_validate(struct drm_gpuvm_exec *vm_exec)
{
	return drm_gpuvm_validate(vm_exec->vm, &vm_exec->exec);
}

/*
 * Under ops_lock and all reservations: the job is queued or the caller's. -EAGAIN
 * if a process's memory has changed meanwhile.
 */
static int gpusim_exec_locked(struct gpusim_job *job, struct drm_gpuvm_exec *vm_exec,
			      struct drm_syncobj *out)
{
	struct dma_fence *fence = &job->base.s_fence->finished;
	int ret;

	ret = gpusim_exec_prepare_bos(job, &vm_exec->exec);
	if (ret)
		return ret;

	/* from here to the fence, no process's memory may go away */
	guard(mutex)(&job->vm->userptrs.lock);
	if (!list_empty(&job->vm->userptrs.invalid))
		return -EAGAIN;

	drm_sched_job_arm(&job->base);
	/* synchronisation between clients is by syncobjs only */
	drm_gpuvm_exec_resv_add_fence(vm_exec, fence, DMA_RESV_USAGE_BOOKKEEP,
				      DMA_RESV_USAGE_BOOKKEEP);
	if (out)
		drm_syncobj_replace_fence(out, fence);
	gpusim_job_push(job);

	return 0;
}

static int gpusim_exec_submit(struct gpusim_job *job, struct drm_syncobj *out)
{
	struct gpusim_vm *vm = job->vm;
	struct drm_gpuvm_exec vm_exec = {
		.vm = &vm->base,
		.flags = DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		.num_fences = 1,
		.extra.fn = gpusim_exec_validate,
	};
	int ret;

	/* pushed, the job and with it the VM can go at any time */
	gpusim_vm_get(vm);

	ret = mutex_lock_interruptible(&vm->ops_lock);
	if (ret)
		goto out_put;

	do {
		/* checks for signals if there is anything to do */
		ret = gpusim_userptrs_validate(vm);
		if (ret)
			break;

		ret = drm_gpuvm_exec_lock(&vm_exec);
		if (ret)
			break;
		ret = gpusim_exec_locked(job, &vm_exec, out);
		drm_gpuvm_exec_unlock(&vm_exec);
	} while (ret == -EAGAIN);

	mutex_unlock(&vm->ops_lock);
out_put:
	gpusim_vm_put(vm);
	return ret;
}

/**
 * gpusim_ioctl_exec - DRM_IOCTL_GPUSIM_EXEC
 * @drm: device
 * @data: &struct drm_gpusim_exec
 * @file: client
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_ioctl_exec(struct drm_device *drm, void *data, struct drm_file *file)
{
	const struct drm_gpusim_exec *args = data;
	struct drm_syncobj *out = NULL;
	struct drm_gpusim_cmd *cmds;
	struct gpusim_job *job;
	struct gpusim_vm *vm;
	int ret;

	if (args->flags || args->pad)
		return -EINVAL;

	vm = gpusim_vm_lookup(file->driver_priv, args->vm_id);
	if (!vm)
		return -ENOENT;

	ret = wait_event_interruptible(vm->jobs_wait,
				       atomic_read(&vm->jobs) < GPUSIM_VM_MAX_JOBS);
	if (ret)
		goto out_vm;

	cmds = gpusim_exec_get_cmds(args);
	if (IS_ERR(cmds)) {
		ret = PTR_ERR(cmds);
		goto out_vm;
	}

	job = gpusim_job_create(to_gpusim(drm), vm, cmds, args->cmd_count, file);
	if (IS_ERR(job)) {
		ret = PTR_ERR(job);
		kvfree(cmds);
		goto out_vm;
	}

	if (args->in_syncobj) {
		ret = drm_sched_job_add_syncobj_dependency(&job->base, file, args->in_syncobj, 0);
		if (ret)
			goto out_job;
	}

	if (args->out_syncobj) {
		out = drm_syncobj_find(file, args->out_syncobj);
		if (!out) {
			ret = -ENOENT;
			goto out_job;
		}
	}

	ret = gpusim_exec_submit(job, out);
	if (out)
		drm_syncobj_put(out);

out_job:
	if (ret)
		gpusim_job_free(job);
out_vm:
	gpusim_vm_put(vm);
	return ret;
}
