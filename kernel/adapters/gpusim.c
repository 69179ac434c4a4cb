// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpusim, the virtual GPU of this project: where it keeps its VMs.
 */

#include <drm/drm_gpuvm.h>

#include "gpuvm.h"

static const struct snoop_member gpusim_members[SNOOP_GPUVM_MEMBERS] = {
	[SNOOP_GPUVM_FILE_VMS] = { "gpusim_file.vms", "xarray" },
	[SNOOP_GPUVM_VM_BASE] = { "gpusim_vm.base", "drm_gpuvm" },
	[SNOOP_GPUVM_VM_LOCK] = { "gpusim_vm.lock", "mutex" },
	[SNOOP_GPUVM_USERPTR_VA] = {
		"gpusim_userptr_vma.vma.base", "drm_gpuva", .optional = true
	},
	[SNOOP_GPUVM_USERPTR_NOTIFIER] = {
		"gpusim_userptr_vma.userptr.notifier", "mmu_interval_notifier", .optional = true
	},
};

const struct snoop_driver snoop_driver_gpusim = {
	.name = "gpusim",
	.ops = &snoop_gpuvm_ops,
	.members = gpusim_members,
	.member_count = SNOOP_GPUVM_MEMBERS,
	.read_only_flag = DRM_GPUVA_USERBITS,
};
