// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <xf86drm.h>
#include <drm/gpusim_drm.h>

#include "shell.h"

static int create_flags(const struct client *c, uint64_t size, uint32_t placement,
			uint32_t flags, uint32_t vm_id, uint32_t *handle)
{
	struct drm_gpusim_gem_create create = {
		.size = size,
		.placement = placement,
		.flags = flags,
		.vm_id = vm_id,
	};

	if (drmIoctl(c->fd, DRM_IOCTL_GPUSIM_GEM_CREATE, &create))
		return errno;
	*handle = create.handle;
	return 0;
}

int bo_create(const struct client *c, uint64_t size, uint32_t placement,
	      uint32_t vm_id, uint32_t *handle)
{
	return create_flags(c, size, placement, 0, vm_id, handle);
}

int bo_close(const struct client *c, uint32_t handle)
{
	return drmCloseBufferHandle(c->fd, handle) ? errno : 0;
}

int bo_map(const struct client *c, uint32_t handle, uint64_t size, void **map)
{
	struct drm_gpusim_gem_mmap_offset offset = { .handle = handle };

	if (drmIoctl(c->fd, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &offset))
		return errno;
	*map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, offset.offset);
	return *map == MAP_FAILED ? errno : 0;
}

int bo_cmd_bo(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct vm *vm = NULL;
	bool nocpu = argc > 4 && !strcmp(argv[4], "nocpu");
	uint32_t placement, handle = 0;
	struct client *c;
	uint64_t size;
	struct bo *bo;
	int error;

	if (arg_current(sh, a, &c) || arg_new_name(a, c->bos, argv[1]) ||
	    arg_number(a, "SIZE", argv[2], &size))
		return -1;
	if (!strcmp(argv[3], "system"))
		placement = DRM_GPUSIM_PLACEMENT_SYSTEM;
	else if (!strcmp(argv[3], "vram"))
		placement = DRM_GPUSIM_PLACEMENT_VRAM;
	else
		return answer_error(a, EINVAL, "usage: placement is system or vram");
	argc -= nocpu;
	argv += nocpu;
	if (argc == 5 || (argc > 5 && strcmp(argv[4], "private")))
		return answer_error(a, EINVAL, "usage: a private BO is: private VM");
	if (argc > 5 && arg_vm(sh, a, argv[5], &vm))
		return -1;
	argv -= nocpu;
	error = create_flags(c, size, placement, nocpu ? DRM_GPUSIM_GEM_NO_CPU_ACCESS : 0,
			     vm ? vm->id : 0, &handle);
	if (error)
		return answer_error(a, error, "GEM_CREATE: %s", strerror(error));
	bo = item_add(&c->bos, argv[1], sizeof(*bo));
	bo->handle = handle;
	bo->size = size;
	return answer_ok(a, "%u", handle);
}

int bo_cmd_close(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct bo *bo;
	int error;

	if (arg_bo(sh, a, argv[1], &bo))
		return -1;
	error = bo_close(sh->current, bo->handle);
	if (error)
		return answer_error(a, error, "GEM_CLOSE: %s", strerror(error));
	item_drop(&sh->current->bos, bo);
	return answer_ok(a, "%s", "");
}

int bo_cmd_info(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_gem_info info = { 0 };
	const char *placement, *nocpu, *imported;
	char offset[24] = "-";
	struct bo *bo;

	if (arg_bo(sh, a, argv[1], &bo))
		return -1;
	info.handle = bo->handle;
	if (drmIoctl(sh->current->fd, DRM_IOCTL_GPUSIM_GEM_INFO, &info))
		return answer_error(a, errno, "GEM_INFO: %s", strerror(errno));
	placement = info.placement == DRM_GPUSIM_PLACEMENT_VRAM ? "vram" :
		    info.placement == DRM_GPUSIM_PLACEMENT_SWAPPED ? "swapped" : "system";
	nocpu = info.flags & DRM_GPUSIM_GEM_NO_CPU_ACCESS ? " nocpu" : "";
	imported = info.flags & DRM_GPUSIM_GEM_IMPORTED ? " imported" : "";
	if (info.vram_offset != UINT64_MAX)
		snprintf(offset, sizeof(offset), "0x%" PRIx64, (uint64_t)info.vram_offset);
	return answer_ok(a, "%u 0x%" PRIx64 " %s %s%s%s", bo->handle, (uint64_t)info.size,
			 placement, offset, nocpu, imported);
}

static int migrate(struct shell *sh, const char *name, uint32_t placement, struct answer *a)
{
	struct drm_gpusim_gem_migrate move = { .placement = placement };
	struct bo *bo;

	if (arg_bo(sh, a, name, &bo))
		return -1;
	move.handle = bo->handle;
	if (drmIoctl(sh->current->fd, DRM_IOCTL_GPUSIM_GEM_MIGRATE, &move))
		return answer_error(a, errno, "GEM_MIGRATE: %s", strerror(errno));
	return answer_ok(a, "%s", "");
}

int bo_cmd_evict(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return migrate(sh, argv[1], DRM_GPUSIM_PLACEMENT_SYSTEM, a);
}

int bo_cmd_swap(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return migrate(sh, argv[1], DRM_GPUSIM_PLACEMENT_SWAPPED, a);
}

int bo_cmd_restore(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return migrate(sh, argv[1], DRM_GPUSIM_PLACEMENT_VRAM, a);
}
