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

/* A list for the binner; the renderer's, which waits for it, is none. */
static int submit_bin(int fd, uint32_t vm, uint64_t va, uint64_t size, const uint32_t *handles,
		      uint32_t count, uint32_t syncobj)
{
	struct drm_v3d_submit_cl arg = {
		.bcl_start = va,
		.bcl_end = va + size,
		.bo_handles = (uintptr_t)handles,
		.bo_handle_count = count,
		.out_sync = syncobj,
	};

	return gc_ioctl(fd, DRM_IOCTL_V3D_SUBMIT_CL, &arg);
}

/* One batch of a compute shader. */
static int submit_csd(int fd, uint32_t vm, uint64_t va, uint64_t size, const uint32_t *handles,
		      uint32_t count, uint32_t syncobj)
{
	struct drm_v3d_submit_csd arg = {
		/* Workgroups in each direction; of none later kernels make no job. */
		.cfg = { 1 << 16, 1 << 16, 1 << 16, [5] = va },
		.bo_handles = (uintptr_t)handles,
		.bo_handle_count = count,
		.out_sync = syncobj,
	};

	return gc_ioctl(fd, DRM_IOCTL_V3D_SUBMIT_CSD, &arg);
}

/* The texture unit copies one object to the other. */
static int submit_tfu(int fd, uint32_t vm, uint64_t va, uint64_t size, const uint32_t *handles,
		      uint32_t count, uint32_t syncobj)
{
	struct drm_v3d_submit_tfu arg = {
		.iia = va,
		.ios = 1 << 16 | 1,
		.bo_handles = { handles[count - 1], handles[0] },
		.out_sync = syncobj,
	};

	return gc_ioctl(fd, DRM_IOCTL_V3D_SUBMIT_TFU, &arg);
}

const struct driver_ops driver_v3d = {
	.name = "v3d",
	.device = "7c100000.gpu",
	.bo_create = bo_create,
	.bo_offset = bo_offset,
	.submit = submit,
};

const struct driver_ops driver_v3d_queues[V3D_QUEUES] = {
	{
		.name = "v3d",
		.bo_create = bo_create,
		.bo_offset = bo_offset,
		.submit = submit_bin,
	},
	{
		.name = "v3d",
		.bo_create = bo_create,
		.bo_offset = bo_offset,
		.submit = submit_csd,
	},
	{
		.name = "v3d",
		.bo_create = bo_create,
		.bo_offset = bo_offset,
		.submit = submit_tfu,
	},
};
