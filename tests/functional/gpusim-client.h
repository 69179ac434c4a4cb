/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of the virtual GPU, for tests in C: thin wrappers of gpusim's ioctls.
 * Functions that can fail return 0 or a negative errno.
 */
#ifndef GPUSIM_CLIENT_H
#define GPUSIM_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include <drm/gpusim_drm.h>

#define GC_PAGE		4096u
#define GC_SYSTEM	DRM_GPUSIM_PLACEMENT_SYSTEM
#define GC_VRAM		DRM_GPUSIM_PLACEMENT_VRAM
#define GC_SWAPPED	DRM_GPUSIM_PLACEMENT_SWAPPED

/* A new client on the nth card of a driver; -ENODEV: there is none. */
int gc_open_card(const char *driver, int type, unsigned int nth);
/* A new client on the first gpusim's render node; -ENODEV: there is none. */
int gc_open(void);
/* The same on the second gpusim. */
int gc_open_second(void);
/* The same on the primary node of the first. */
int gc_open_primary(void);

/* Any ioctl, restarted after signals. */
int gc_ioctl(int fd, unsigned long request, void *arg);

int gc_vm_create(int fd, uint32_t *vm);
int gc_vm_destroy(int fd, uint32_t vm);
int gc_vm_state(int fd, uint32_t vm, uint64_t *faults, uint64_t *addr);
int gc_vm_resets(int fd, uint32_t vm, uint64_t *resets);

/* vm: private to it, or 0 */
int gc_bo_create(int fd, uint64_t size, uint32_t placement, uint32_t vm, uint32_t *handle);
/* Never mapped by the CPU. */
int gc_bo_create_nocpu(int fd, uint64_t size, uint32_t placement, uint32_t vm,
		       uint32_t *handle);
int gc_bo_close(int fd, uint32_t handle);
int gc_bo_info(int fd, uint32_t handle, struct drm_gpusim_gem_info *info);
int gc_bo_migrate(int fd, uint32_t handle, uint32_t placement);
/* CPU mapping, or NULL with errno set; unmapped by munmap() */
void *gc_bo_mmap(int fd, uint32_t handle, size_t size);

int gc_map(int fd, uint32_t vm, uint64_t addr, uint32_t handle, uint64_t offset, uint64_t range);
/* The same for reading only; what the engine sees as zeros. */
int gc_map_ro(int fd, uint32_t vm, uint64_t addr, uint32_t handle, uint64_t offset,
	      uint64_t range);
int gc_map_sparse(int fd, uint32_t vm, uint64_t addr, uint64_t range);
/* This process's own memory; flags: DRM_GPUSIM_BIND_READ_ONLY or 0 */
int gc_map_userptr(int fd, uint32_t vm, uint64_t addr, const void *p, uint64_t range,
		   uint32_t flags);
int gc_unmap(int fd, uint32_t vm, uint64_t addr, uint64_t range);

/* Queue commands; syncobjs may be 0. */
int gc_exec(int fd, uint32_t vm, const struct drm_gpusim_cmd *cmds, uint32_t count,
	    uint32_t in_syncobj, uint32_t out_syncobj);
/* Queue commands; a sync file with their fence. */
int gc_start(int fd, uint32_t vm, const struct drm_gpusim_cmd *cmds, uint32_t count);
/* Queue commands and wait for their end; the error of the fence, if any. */
int gc_run(int fd, uint32_t vm, const struct drm_gpusim_cmd *cmds, uint32_t count);
/* Wait, at most a minute, for the fence of a syncobj or of a sync file; its error. */
int gc_wait(int fd, uint32_t syncobj);
int gc_sync_file_wait(int file);
/* The same, and the sync file is closed. */
int gc_finish(int file);

int gc_fill(int fd, uint32_t vm, uint64_t dst, uint64_t size, uint64_t value);
int gc_copy(int fd, uint32_t vm, uint64_t dst, uint64_t src, uint64_t size);
/* The engine's CRC-32 of [src, src + size), stored at the mapped address dst. */
int gc_checksum(int fd, uint32_t vm, uint64_t dst, uint64_t src, uint64_t size);

#endif /* GPUSIM_CLIENT_H */
