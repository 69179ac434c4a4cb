// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"

static void new_vm(int fd, uint32_t id)
{
	struct drm_gpusim_vm_create create = { 0 };

	do_ioctl(fd, DRM_IOCTL_GPUSIM_VM_CREATE, &create);
	igt_assert_eq(create.vm_id, id);
}

static void new_bo(int fd, uint32_t placement, uint32_t vm, uint32_t handle)
{
	struct drm_gpusim_gem_create create = {
		.size = BO_SIZE, .placement = placement, .vm_id = vm,
	};

	do_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_CREATE, &create);
	igt_assert_eq(create.handle, handle);
}

int gpusim_client_open(void)
{
	struct drm_syncobj_create create = { 0 };
	int fd = drm_open_driver_render(DRIVER_ANY);

	igt_assert_fd(fd);
	new_vm(fd, VM);
	new_vm(fd, OTHER_VM);
	new_bo(fd, DRM_GPUSIM_PLACEMENT_VRAM, 0, BO);
	new_bo(fd, DRM_GPUSIM_PLACEMENT_VRAM, OTHER_VM, PRIVATE_BO);
	new_bo(fd, DRM_GPUSIM_PLACEMENT_SYSTEM, 0, SYSTEM_BO);
	do_ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, &create);
	igt_assert_eq(create.handle, SYNCOBJ);

	return fd;
}
