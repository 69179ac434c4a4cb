// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/sync_file.h>
#include <xf86drm.h>

#include "gpusim-client.h"

#define MAX_CARDS	16
#define WAIT_SECONDS	60

int gc_open_card(const char *driver, int type, unsigned int nth)
{
	drmDevicePtr cards[MAX_CARDS];
	int n = drmGetDevices2(0, cards, MAX_CARDS), fd = -1;

	for (int i = 0; i < n && fd < 0; i++) {
		drmVersionPtr version;

		if (!(cards[i]->available_nodes & 1 << type))
			continue;
		fd = open(cards[i]->nodes[type], O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		version = drmGetVersion(fd);
		if (!version || strcmp(version->name, driver) || nth--) {
			close(fd);
			fd = -1;
		}
		drmFreeVersion(version);
	}
	if (n > 0)
		drmFreeDevices(cards, n);

	return fd < 0 ? -ENODEV : fd;
}

int gc_open(void)
{
	return gc_open_card("gpusim", DRM_NODE_RENDER, 0);
}

int gc_open_second(void)
{
	return gc_open_card("gpusim", DRM_NODE_RENDER, 1);
}

int gc_open_primary(void)
{
	return gc_open_card("gpusim", DRM_NODE_PRIMARY, 0);
}

int gc_ioctl(int fd, unsigned long request, void *arg)
{
	return drmIoctl(fd, request, arg) ? -errno : 0;
}

int gc_vm_create(int fd, uint32_t *vm)
{
	struct drm_gpusim_vm_create args = { 0 };
	int ret = gc_ioctl(fd, DRM_IOCTL_GPUSIM_VM_CREATE, &args);

	*vm = args.vm_id;
	return ret;
}

int gc_vm_destroy(int fd, uint32_t vm)
{
	struct drm_gpusim_vm_destroy args = { .vm_id = vm };

	return gc_ioctl(fd, DRM_IOCTL_GPUSIM_VM_DESTROY, &args);
}

int gc_vm_state(int fd, uint32_t vm, uint64_t *faults, uint64_t *addr)
{
	struct drm_gpusim_vm_get_state args = { .vm_id = vm };
	int ret = gc_ioctl(fd, DRM_IOCTL_GPUSIM_VM_GET_STATE, &args);

	*faults = args.faults;
	*addr = args.fault_addr;
	return ret;
}

int gc_vm_resets(int fd, uint32_t vm, uint64_t *resets)
{
	struct drm_gpusim_vm_get_state args = { .vm_id = vm };
	int ret = gc_ioctl(fd, DRM_IOCTL_GPUSIM_VM_GET_STATE, &args);

	*resets = args.resets;
	return ret;
}

static int bo_create(int fd, uint64_t size, uint32_t placement, uint32_t flags, uint32_t vm,
		     uint32_t *handle)
{
	struct drm_gpusim_gem_create args = {
		.size = size, .placement = placement, .flags = flags, .vm_id = vm,
	};
	int ret = gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_CREATE, &args);

	*handle = args.handle;
	return ret;
}

int gc_bo_create(int fd, uint64_t size, uint32_t placement, uint32_t vm, uint32_t *handle)
{
	return bo_create(fd, size, placement, 0, vm, handle);
}

int gc_bo_create_nocpu(int fd, uint64_t size, uint32_t placement, uint32_t vm,
		       uint32_t *handle)
{
	return bo_create(fd, size, placement, DRM_GPUSIM_GEM_NO_CPU_ACCESS, vm, handle);
}

int gc_bo_close(int fd, uint32_t handle)
{
	return drmCloseBufferHandle(fd, handle) ? -errno : 0;
}

int gc_bo_info(int fd, uint32_t handle, struct drm_gpusim_gem_info *info)
{
	*info = (struct drm_gpusim_gem_info) { .handle = handle };
	return gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_INFO, info);
}

int gc_bo_migrate(int fd, uint32_t handle, uint32_t placement)
{
	struct drm_gpusim_gem_migrate args = { .handle = handle, .placement = placement };

	return gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_MIGRATE, &args);
}

void *gc_bo_mmap(int fd, uint32_t handle, size_t size)
{
	struct drm_gpusim_gem_mmap_offset args = { .handle = handle };
	void *p;

	if (drmIoctl(fd, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &args))
		return NULL;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, args.offset);
	return p == MAP_FAILED ? NULL : p;
}

static int bind(int fd, struct drm_gpusim_vm_bind args)
{
	return gc_ioctl(fd, DRM_IOCTL_GPUSIM_VM_BIND, &args);
}

int gc_map(int fd, uint32_t vm, uint64_t addr, uint32_t handle, uint64_t offset, uint64_t range)
{
	return bind(fd, (struct drm_gpusim_vm_bind) {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_MAP, .handle = handle,
		.bo_offset = offset, .addr = addr, .range = range,
	});
}

int gc_map_ro(int fd, uint32_t vm, uint64_t addr, uint32_t handle, uint64_t offset,
	      uint64_t range)
{
	return bind(fd, (struct drm_gpusim_vm_bind) {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_MAP, .flags = DRM_GPUSIM_BIND_READ_ONLY,
		.handle = handle, .bo_offset = offset, .addr = addr, .range = range,
	});
}

int gc_map_sparse(int fd, uint32_t vm, uint64_t addr, uint64_t range)
{
	return bind(fd, (struct drm_gpusim_vm_bind) {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_MAP_SPARSE, .addr = addr, .range = range,
	});
}

int gc_map_userptr(int fd, uint32_t vm, uint64_t addr, const void *p, uint64_t range,
		   uint32_t flags)
{
	return bind(fd, (struct drm_gpusim_vm_bind) {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_MAP_USERPTR, .flags = flags,
		.bo_offset = (uintptr_t)p, .addr = addr, .range = range,
	});
}

int gc_unmap(int fd, uint32_t vm, uint64_t addr, uint64_t range)
{
	return bind(fd, (struct drm_gpusim_vm_bind) {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_UNMAP, .addr = addr, .range = range,
	});
}

int gc_exec(int fd, uint32_t vm, const struct drm_gpusim_cmd *cmds, uint32_t count,
	    uint32_t in_syncobj, uint32_t out_syncobj)
{
	struct drm_gpusim_exec args = {
		.vm_id = vm, .cmds = (uintptr_t)cmds, .cmd_count = count,
		.in_syncobj = in_syncobj, .out_syncobj = out_syncobj,
	};

	return gc_ioctl(fd, DRM_IOCTL_GPUSIM_EXEC, &args);
}

int gc_sync_file_wait(int file)
{
	struct sync_fence_info fence = { 0 };
	struct sync_file_info info = {
		.num_fences = 1, .sync_fence_info = (uintptr_t)&fence,
	};
	struct pollfd pollfd = { .fd = file, .events = POLLIN };

	switch (poll(&pollfd, 1, WAIT_SECONDS * 1000)) {
	case -1:
		return -errno;
	case 0:
		return -ETIMEDOUT;
	}
	if (ioctl(file, SYNC_IOC_FILE_INFO, &info))
		return -errno;
	return info.status < 0 ? info.status : 0;
}

int gc_finish(int file)
{
	int ret = gc_sync_file_wait(file);

	close(file);
	return ret;
}

int gc_wait(int fd, uint32_t syncobj)
{
	int file;

	if (drmSyncobjExportSyncFile(fd, syncobj, &file))
		return -errno;
	return gc_finish(file);
}

int gc_start(int fd, uint32_t vm, const struct drm_gpusim_cmd *cmds, uint32_t count)
{
	uint32_t syncobj;
	int file, ret;

	if (drmSyncobjCreate(fd, 0, &syncobj))
		return -errno;
	ret = gc_exec(fd, vm, cmds, count, 0, syncobj);
	if (!ret && drmSyncobjExportSyncFile(fd, syncobj, &file))
		ret = -errno;
	drmSyncobjDestroy(fd, syncobj);

	return ret ?: file;
}

int gc_run(int fd, uint32_t vm, const struct drm_gpusim_cmd *cmds, uint32_t count)
{
	int file = gc_start(fd, vm, cmds, count);

	return file < 0 ? file : gc_finish(file);
}

int gc_fill(int fd, uint32_t vm, uint64_t dst, uint64_t size, uint64_t value)
{
	struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = dst, .size = size, .value = value,
	};

	return gc_run(fd, vm, &cmd, 1);
}

int gc_copy(int fd, uint32_t vm, uint64_t dst, uint64_t src, uint64_t size)
{
	struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_COPY, .dst = dst, .src = src, .size = size,
	};

	return gc_run(fd, vm, &cmd, 1);
}

int gc_checksum(int fd, uint32_t vm, uint64_t dst, uint64_t src, uint64_t size)
{
	struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_CHECKSUM, .dst = dst, .src = src, .size = size,
	};

	return gc_run(fd, vm, &cmd, 1);
}
