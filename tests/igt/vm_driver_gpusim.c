// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <sys/mman.h>

#include "gpusim_client.h"
#include "vm_driver.h"

static uint32_t vm_create(int drm)
{
	struct drm_gpusim_vm_create create = { 0 };

	do_ioctl(drm, DRM_IOCTL_GPUSIM_VM_CREATE, &create);
	return create.vm_id;
}

static void vm_destroy(int drm, uint32_t vm)
{
	struct drm_gpusim_vm_destroy destroy = { .vm_id = vm };

	do_ioctl(drm, DRM_IOCTL_GPUSIM_VM_DESTROY, &destroy);
}

static uint32_t bo_create(int drm, enum vm_memory memory, uint64_t size, uint32_t vm)
{
	struct drm_gpusim_gem_create create = {
		.size = size,
		.placement = memory == VM_MEMORY_SYSTEM ? DRM_GPUSIM_PLACEMENT_SYSTEM :
							  DRM_GPUSIM_PLACEMENT_VRAM,
		.vm_id = memory == VM_MEMORY_PRIVATE ? vm : 0,
	};

	do_ioctl(drm, DRM_IOCTL_GPUSIM_GEM_CREATE, &create);
	return create.handle;
}

static void *bo_mmap(int drm, uint32_t handle, uint64_t size)
{
	struct drm_gpusim_gem_mmap_offset offset = { .handle = handle };
	void *p;

	do_ioctl(drm, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &offset);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, drm, offset.offset);
	igt_assert(p != MAP_FAILED);
	return p;
}

static void bind(int drm, uint32_t vm, uint64_t addr, uint32_t handle, uint64_t offset,
		 uint64_t range, bool read_only)
{
	struct drm_gpusim_vm_bind args = {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_MAP, .handle = handle, .bo_offset = offset,
		.addr = addr, .range = range, .flags = read_only ? DRM_GPUSIM_BIND_READ_ONLY : 0,
	};

	do_ioctl(drm, DRM_IOCTL_GPUSIM_VM_BIND, &args);
}

static void bind_userptr(int drm, uint32_t vm, uint64_t addr, void *cpu, uint64_t range,
			 bool read_only)
{
	struct drm_gpusim_vm_bind args = {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_MAP_USERPTR, .bo_offset = (uintptr_t)cpu,
		.addr = addr, .range = range, .flags = read_only ? DRM_GPUSIM_BIND_READ_ONLY : 0,
	};

	do_ioctl(drm, DRM_IOCTL_GPUSIM_VM_BIND, &args);
}

static void bind_sparse(int drm, uint32_t vm, uint64_t addr, uint64_t range)
{
	struct drm_gpusim_vm_bind args = {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_MAP_SPARSE, .addr = addr, .range = range,
	};

	do_ioctl(drm, DRM_IOCTL_GPUSIM_VM_BIND, &args);
}

static void unbind(int drm, uint32_t vm, uint64_t addr, uint64_t range)
{
	struct drm_gpusim_vm_bind args = {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_UNMAP, .addr = addr, .range = range,
	};

	do_ioctl(drm, DRM_IOCTL_GPUSIM_VM_BIND, &args);
}

const struct vm_driver vm_driver_gpusim = {
	.name = "gpusim",
	.memories = {
		[VM_MEMORY_SYSTEM] = true,
		[VM_MEMORY_VRAM] = true,
		[VM_MEMORY_PRIVATE] = true,
		[VM_MEMORY_USERPTR] = true,
	},
	.read_only = true,
	.sparse = true,
	.start = PAGE,
	.end = VA_END,
	.vm_create = vm_create,
	.vm_destroy = vm_destroy,
	.bo_create = bo_create,
	.bo_mmap = bo_mmap,
	.bind = bind,
	.bind_userptr = bind_userptr,
	.bind_sparse = bind_sparse,
	.unbind = unbind,
};
