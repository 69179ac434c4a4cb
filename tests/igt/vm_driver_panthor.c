// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <sys/mman.h>

#include <drm/panthor_drm.h>

#include "vm_driver.h"

/* Of 48 bits of addresses; the rest is the kernel's. */
#define USER_RANGE	(1ull << 47)

static uint32_t vm_create(int drm)
{
	struct drm_panthor_vm_create create = { .user_va_range = USER_RANGE };

	do_ioctl(drm, DRM_IOCTL_PANTHOR_VM_CREATE, &create);
	return create.id;
}

static void vm_destroy(int drm, uint32_t vm)
{
	struct drm_panthor_vm_destroy destroy = { .id = vm };

	do_ioctl(drm, DRM_IOCTL_PANTHOR_VM_DESTROY, &destroy);
}

static uint32_t bo_create(int drm, enum vm_memory memory, uint64_t size, uint32_t vm)
{
	struct drm_panthor_bo_create create = {
		.size = size,
		.exclusive_vm_id = memory == VM_MEMORY_PRIVATE ? vm : 0,
	};

	do_ioctl(drm, DRM_IOCTL_PANTHOR_BO_CREATE, &create);
	return create.handle;
}

static void *bo_mmap(int drm, uint32_t handle, uint64_t size)
{
	struct drm_panthor_bo_mmap_offset offset = { .handle = handle };
	void *p;

	do_ioctl(drm, DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET, &offset);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, drm, offset.offset);
	igt_assert(p != MAP_FAILED);
	return p;
}

static void do_bind(int drm, uint32_t vm, struct drm_panthor_vm_bind_op *op)
{
	struct drm_panthor_vm_bind args = {
		.vm_id = vm,
		.ops = DRM_PANTHOR_OBJ_ARRAY(1, op),
	};

	do_ioctl(drm, DRM_IOCTL_PANTHOR_VM_BIND, &args);
}

static void bind(int drm, uint32_t vm, uint64_t addr, uint32_t handle, uint64_t offset,
		 uint64_t range, bool read_only)
{
	struct drm_panthor_vm_bind_op op = {
		.flags = DRM_PANTHOR_VM_BIND_OP_TYPE_MAP |
			 (read_only ? DRM_PANTHOR_VM_BIND_OP_MAP_READONLY : 0),
		.bo_handle = handle,
		.bo_offset = offset,
		.va = addr,
		.size = range,
	};

	do_bind(drm, vm, &op);
}

static void unbind(int drm, uint32_t vm, uint64_t addr, uint64_t range)
{
	struct drm_panthor_vm_bind_op op = {
		.flags = DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
		.va = addr,
		.size = range,
	};

	do_bind(drm, vm, &op);
}

const struct vm_driver vm_driver_panthor = {
	.name = "panthor",
	.memories = {
		[VM_MEMORY_SYSTEM] = true,
		[VM_MEMORY_PRIVATE] = true,
	},
	.read_only = true,
	.start = 0,
	.end = USER_RANGE,
	.vm_create = vm_create,
	.vm_destroy = vm_destroy,
	.bo_create = bo_create,
	.bo_mmap = bo_mmap,
	.bind = bind,
	.unbind = unbind,
};
