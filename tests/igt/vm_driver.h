/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of VMs need of a GPU driver, so that they are the same for all: a
 * driver is one struct vm_driver. All functions fail the subtest if they fail.
 */
#ifndef VM_DRIVER_H
#define VM_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

/* Kinds of memory; a driver has some of them. */
enum vm_memory {
	VM_MEMORY_SYSTEM,	/* objects in system memory */
	VM_MEMORY_VRAM,		/* objects in the device's memory */
	VM_MEMORY_PRIVATE,	/* objects that only one VM can have */
	VM_MEMORY_USERPTR,	/* the process's own, by its CPU address */
	VM_MEMORIES
};

extern const char *const vm_memory_names[VM_MEMORIES];

/* drm_version.name of the driver, and how it does what every driver can do. */
struct vm_driver {
	const char *name;

	bool memories[VM_MEMORIES];
	/* of what is bound */
	bool read_only, sparse;
	/* the first address that can be bound, and the first behind the last */
	uint64_t start, end;

	uint32_t (*vm_create)(int drm);
	void (*vm_destroy)(int drm, uint32_t vm);
	/* vm: for VM_MEMORY_PRIVATE; not VM_MEMORY_USERPTR */
	uint32_t (*bo_create)(int drm, enum vm_memory memory, uint64_t size, uint32_t vm);
	void *(*bo_mmap)(int drm, uint32_t handle, uint64_t size);
	void (*bind)(int drm, uint32_t vm, uint64_t addr, uint32_t handle, uint64_t offset,
		     uint64_t range, bool read_only);
	void (*bind_userptr)(int drm, uint32_t vm, uint64_t addr, void *cpu, uint64_t range,
			     bool read_only);
	void (*bind_sparse)(int drm, uint32_t vm, uint64_t addr, uint64_t range);
	void (*unbind)(int drm, uint32_t vm, uint64_t addr, uint64_t range);
};

extern const struct vm_driver vm_driver_gpusim;
/* Where its uAPI header is. */
extern const struct vm_driver vm_driver_panthor;

/* The driver behind a DRM descriptor; skips if it is none of those here. */
const struct vm_driver *vm_driver_of(int drm);

#endif
