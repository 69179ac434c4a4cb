// SPDX-License-Identifier: GPL-2.0-or-later
#include <drm/panfrost_drm.h>

#include "driver-client.h"
#include "gpusim-client.h"

static int create(int fd, uint64_t size, uint32_t flags, uint32_t *handle, uint64_t *va)
{
	struct drm_panfrost_create_bo arg = { .size = size, .flags = flags };
	int err = gc_ioctl(fd, DRM_IOCTL_PANFROST_CREATE_BO, &arg);

	*handle = arg.handle;
	*va = arg.offset;
	return err;
}

static int bo_create(int fd, uint64_t size, uint32_t vm, uint32_t *handle, uint64_t *va)
{
	return create(fd, size, PANFROST_BO_NOEXEC, handle, va);
}

static int heap_create(int fd, uint64_t size, uint32_t *handle, uint64_t *va)
{
	return create(fd, size, PANFROST_BO_NOEXEC | PANFROST_BO_HEAP, handle, va);
}

static int bo_offset(int fd, uint32_t handle, uint64_t *offset)
{
	struct drm_panfrost_mmap_bo arg = { .handle = handle };
	int err = gc_ioctl(fd, DRM_IOCTL_PANFROST_MMAP_BO, &arg);

	*offset = arg.offset;
	return err;
}

static int dontneed(int fd, uint32_t handle)
{
	struct drm_panfrost_madvise arg = { .handle = handle, .madv = PANFROST_MADV_DONTNEED };

	return gc_ioctl(fd, DRM_IOCTL_PANFROST_MADVISE, &arg);
}

static int submit(int fd, uint32_t vm, uint64_t va, uint64_t size, const uint32_t *handles,
		  uint32_t count, uint32_t syncobj)
{
	struct drm_panfrost_submit arg = {
		.jc = va,
		.bo_handles = (uintptr_t)handles,
		.bo_handle_count = count,
		.out_sync = syncobj,
	};

	return gc_ioctl(fd, DRM_IOCTL_PANFROST_SUBMIT, &arg);
}

const struct driver_ops driver_panfrost = {
	.name = "panfrost",
	.device = "7c000000.gpu",
	.bo_create = bo_create,
	.heap_create = heap_create,
	.bo_offset = bo_offset,
	.dontneed = dontneed,
	.submit = submit,
};
