// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpusim, the virtual GPU of this project: where it keeps its VMs.
 */

#include "driver.h"

const struct snoop_driver snoop_driver_gpusim = {
	.name = "gpusim",
	.family = SNOOP_FAMILY_GPUVM,
	.read_only_userbit = 1,
	.members = {
		[SNOOP_FILE_VMS] = { "gpusim_file.vms", "xarray" },
		[SNOOP_VM_BASE] = { "gpusim_vm.base", "drm_gpuvm" },
		[SNOOP_VM_LOCK] = { "gpusim_vm.lock", "mutex" },
		[SNOOP_USERPTR_VA] = { "gpusim_userptr_vma.vma.base", "drm_gpuva", true },
		[SNOOP_USERPTR_NOTIFIER] = {
			"gpusim_userptr_vma.userptr.notifier", "mmu_interval_notifier", true
		},
	},
};
