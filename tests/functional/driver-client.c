// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm.h>
#include <xf86drm.h>

#include "driver-client.h"
#include "expect.h"
#include "gpusim-client.h"
#include "model.h"

const struct driver_ops *const drivers[DRIVERS] = {
	&driver_panthor, &driver_panfrost, &driver_v3d,
};

const struct driver_ops *driver_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < DRIVERS; i++)
		if (!strcmp(drivers[i]->name, name))
			return drivers[i];
	return NULL;
}

bool driver_has_own_gem(const struct driver_ops *ops, int fd)
{
	drmVersion *version = drmGetVersion(fd);
	bool own;

	expect_true(version);
	/* 1.0 is that of 6.12. */
	own = ops == &driver_panthor && version->version_minor > 0;
	drmFreeVersion(version);
	return own;
}

int driver_open(const struct driver_ops *ops)
{
	return expect_ok(gc_open_card(ops->name, DRM_NODE_RENDER, 0));
}

void driver_bo_map(const struct driver_ops *ops, struct driver_bo *bo)
{
	uint64_t offset;

	expect_ok(ops->bo_offset(bo->fd, bo->handle, &offset));
	bo->map = mmap(NULL, bo->size, PROT_READ | PROT_WRITE, MAP_SHARED, bo->fd, offset);
	expect_true(bo->map != MAP_FAILED);
}

void driver_bo(const struct driver_ops *ops, int fd, uint64_t size, uint32_t vm, uint64_t seed,
	       struct driver_bo *bo)
{
	*bo = (struct driver_bo){
		.fd = fd, .size = size, .own_gem = driver_has_own_gem(ops, fd),
	};
	expect_ok(ops->bo_create(fd, size, vm, &bo->handle, &bo->va));
	driver_bo_map(ops, bo);
	driver_bo_fill(bo, seed);
}

void driver_bo_fill(const struct driver_bo *bo, uint64_t seed)
{
	model_fill(bo->map, bo->size, seed, 0);
}

void driver_bo_check(const struct driver_bo *bo, uint64_t seed, uint64_t offset, size_t len)
{
	uint8_t *wanted = malloc(len);

	expect_true(wanted && offset + len <= bo->size);
	model_fill(wanted, len, seed, offset);
	expect_bytes(bo->map + offset, wanted, len);
	free(wanted);
}

void driver_bo_close(const struct driver_bo *bo)
{
	expect_ok(gc_bo_close(bo->fd, bo->handle));
}

void driver_bo_unmap(struct driver_bo *bo)
{
	munmap(bo->map, bo->size);
	bo->map = NULL;
}

uint32_t driver_bo_share(const struct driver_bo *bo, int to)
{
	struct drm_prime_handle export = { .handle = bo->handle, .flags = DRM_CLOEXEC | DRM_RDWR };
	struct drm_prime_handle import = { };

	expect_ok(gc_ioctl(bo->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export));
	import.fd = export.fd;
	expect_ok(gc_ioctl(to, DRM_IOCTL_PRIME_FD_TO_HANDLE, &import));
	close(export.fd);
	return import.handle;
}

void driver_shrink(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	expect_true(fd >= 0);
	expect_equal(write(fd, "2", 1), 1);
	close(fd);
}
