// SPDX-License-Identifier: GPL-2.0-or-later
#include <drm/panthor_drm.h>

#include "driver-client.h"
#include "gpusim-client.h"

/* Half of the 48 bits of addresses; the rest is the kernel's. */
#define USER_RANGE	(1ULL << 47)

static int vm_create(int fd, uint32_t *vm)
{
	struct drm_panthor_vm_create arg = { .user_va_range = USER_RANGE };
	int err = gc_ioctl(fd, DRM_IOCTL_PANTHOR_VM_CREATE, &arg);

	*vm = arg.id;
	return err;
}

static int vm_destroy(int fd, uint32_t vm)
{
	struct drm_panthor_vm_destroy arg = { .id = vm };

	return gc_ioctl(fd, DRM_IOCTL_PANTHOR_VM_DESTROY, &arg);
}

static int bo_create(int fd, uint64_t size, uint32_t vm, uint32_t *handle, uint64_t *va)
{
	struct drm_panthor_bo_create arg = { .size = size, .exclusive_vm_id = vm };
	int err = gc_ioctl(fd, DRM_IOCTL_PANTHOR_BO_CREATE, &arg);

	*handle = arg.handle;
	*va = 0;
	return err;
}

static int bo_offset(int fd, uint32_t handle, uint64_t *offset)
{
	struct drm_panthor_bo_mmap_offset arg = { .handle = handle };
	int err = gc_ioctl(fd, DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET, &arg);

	*offset = arg.offset;
	return err;
}

static int do_bind(int fd, uint32_t vm, struct drm_panthor_vm_bind_op *op)
{
	struct drm_panthor_vm_bind arg = {
		.vm_id = vm,
		.ops = DRM_PANTHOR_OBJ_ARRAY(1, op),
	};

	return gc_ioctl(fd, DRM_IOCTL_PANTHOR_VM_BIND, &arg);
}

static int bind(int fd, uint32_t vm, uint64_t va, uint32_t handle, uint64_t offset,
		uint64_t size, int read_only)
{
	struct drm_panthor_vm_bind_op op = {
		.flags = DRM_PANTHOR_VM_BIND_OP_TYPE_MAP |
			 (read_only ? DRM_PANTHOR_VM_BIND_OP_MAP_READONLY : 0),
		.bo_handle = handle,
		.bo_offset = offset,
		.va = va,
		.size = size,
	};

	return do_bind(fd, vm, &op);
}

static int unbind(int fd, uint32_t vm, uint64_t va, uint64_t size)
{
	struct drm_panthor_vm_bind_op op = {
		.flags = DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
		.va = va,
		.size = size,
	};

	return do_bind(fd, vm, &op);
}

/* A group of one queue, on the first core; it stays until the client is closed. */
static int group_create(int fd, uint32_t vm, uint32_t *group)
{
	struct drm_panthor_queue_create queue = { .ringbuf_size = 4096 };
	struct drm_panthor_group_create arg = {
		.queues = DRM_PANTHOR_OBJ_ARRAY(1, &queue),
		.max_compute_cores = 1,
		.compute_core_mask = 1,
		.vm_id = vm,
	};
	int err = gc_ioctl(fd, DRM_IOCTL_PANTHOR_GROUP_CREATE, &arg);

	*group = arg.group_handle;
	return err;
}

/* The group may use all that its VM has. */
static int submit(int fd, uint32_t vm, uint64_t va, uint64_t size, const uint32_t *handles,
		  uint32_t count, uint32_t syncobj)
{
	struct drm_panthor_sync_op sync = {
		.flags = DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_SYNCOBJ | DRM_PANTHOR_SYNC_OP_SIGNAL,
		.handle = syncobj,
	};
	struct drm_panthor_queue_submit job = {
		.stream_size = size,
		.stream_addr = va,
		.syncs = DRM_PANTHOR_OBJ_ARRAY(1, &sync),
	};
	struct drm_panthor_group_submit arg = { .queue_submits = DRM_PANTHOR_OBJ_ARRAY(1, &job) };

	return group_create(fd, vm, &arg.group_handle) ?:
	       gc_ioctl(fd, DRM_IOCTL_PANTHOR_GROUP_SUBMIT, &arg);
}

const struct driver_ops driver_panthor = {
	.name = "panthor",
	.device = "7c200000.gpu",
	.vm_create = vm_create,
	.vm_destroy = vm_destroy,
	.bo_create = bo_create,
	.bo_offset = bo_offset,
	.bind = bind,
	.unbind = unbind,
	.submit = submit,
};
