/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_GPUVM_H
#define SNOOP_GPUVM_H

#include <linux/build_bug.h>

#include "adapter.h"

/**
 * enum snoop_gpuvm_member - members of a driver of the drm_gpuvm family
 * @SNOOP_GPUVM_FILE_VMS: struct xarray of the client's VMs by id, in the
 *	structure at drm_file.driver_priv; guarded by its own lock.
 * @SNOOP_GPUVM_VM_BASE: struct drm_gpuvm in the driver's VM, an entry of that
 *	xarray.
 * @SNOOP_GPUVM_VM_LOCK: struct mutex in the driver's VM that guards the
 *	interval tree, and whose holders touch no user memory.
 * @SNOOP_GPUVM_USERPTR_VA: struct drm_gpuva in the driver's mapping of a userptr;
 *	such a mapping has no object and is not sparse, and its gem.offset is the
 *	CPU address. Optional.
 * @SNOOP_GPUVM_USERPTR_NOTIFIER: struct mmu_interval_notifier in the same
 *	structure, registered as long as the mapping is in the tree. Optional.
 * @SNOOP_GPUVM_MEMBERS: number of members.
 *
 * Indices of snoop_driver.members and snoop_adapter.offsets.
 */
enum snoop_gpuvm_member {
	SNOOP_GPUVM_FILE_VMS,
	SNOOP_GPUVM_VM_BASE,
	SNOOP_GPUVM_VM_LOCK,
	SNOOP_GPUVM_USERPTR_VA,
	SNOOP_GPUVM_USERPTR_NOTIFIER,
	SNOOP_GPUVM_MEMBERS
};

static_assert(SNOOP_GPUVM_MEMBERS <= SNOOP_MAX_MEMBERS);

extern const struct snoop_adapter_ops snoop_gpuvm_ops;

#endif
