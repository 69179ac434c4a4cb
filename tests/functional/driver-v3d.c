// SPDX-License-Identifier: GPL-2.0-or-later
#include <drm/v3d_drm.h>

#include "driver-client.h"
#include "gpusim-client.h"

static int bo_create(int fd, uint64_t size, uint32_t vm, uint32_t *handle, uint64_t *va)
{
	struct drm_v3d_create_bo arg = { .size = size };
	int err = gc_ioctl(fd, DRM_IOCTL_V3D_CREATE_BO, &arg);

	*handle = arg.handle;
	*va = arg.offset;
	return err;
}

static int bo_offset(int fd, uint32_t handle, uint64_t *offset)
{
	struct drm_v3d_mmap_bo arg = { .handle = handle };
	int err = gc_ioctl(fd, DRM_IOCTL_V3D_MMAP_BO, &arg);

	*offset = arg.offset;
	return err;
}

/* A list for the renderer, and none for the binner. */
static int submit(int fd, uint32_t vm, uint64_t va, uint64_t size, const uint32_t *handles,
		  uint32_t count, uint32_t syncobj)
{
	struct drm_v3d_submit_cl arg = {
		.rcl_start = va,
		.rcl_end = va + size,
		.bo_handles = (uintptr_t)handles,
		.bo_handle_count = count,
		.out_sync = syncobj,
	};

	return gc_ioctl(fd, DRM_IOCTL_V3D_SUBMIT_CL, &arg);
}

const struct driver_ops driver_v3d = {
	.name = "v3d",
	.device = "7c100000.gpu",
	.bo_create = bo_create,
	.bo_offset = bo_offset,
	.submit = submit,
};
