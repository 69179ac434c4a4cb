// SPDX-License-Identifier: GPL-2.0-only
/*
 * xe, Intel's newer GPUs: where it keeps its VMs. Never run; read in
 * drivers/gpu/drm/xe of 6.12.117.
 *
 * xe_vm_lookup() takes xe_file.vm.lock and then the reference (xe_vm.c:1811); a VM is
 * erased under it before xe drops its own (xe_vm.c:1953). Of a VM's tree
 * xe_vm.snap_mutex guards insertion and removal and nothing else (xe_vm.c:1256 and
 * :1269), for xe_vm_snapshot_capture(), which looks at it as we do (xe_vm.c:3422). xe_vm.lock
 * is held over all that a bind waits for, and never taken here. Holders of both mutexes
 * touch no user memory.
 *
 * A VM that is closed or banned is walked as any other: its mappings are taken out one by
 * one (xe_vm.c:1709), each with its object's reference until after that
 * (xe_vma_destroy_late(), xe_vm.c:1105). xe_vm_free() leaves the rest to a work of xe's
 * (xe_vm.c:1799), whoever drops the last reference.
 *
 * A mapping without object that is not sparse is a userptr: gem.offset is the CPU address
 * and the notifier is there from before the insertion to after the removal (xe_vm.c:1087
 * and :1126). In newer kernels it may mirror the CPU's addresses instead; then it has no
 * notifier, and gem.offset is 0.
 */

#include "driver.h"

const struct snoop_driver snoop_driver_xe = {
	.name = "xe",
	.family = SNOOP_FAMILY_GPUVM,
	.unverified = true,
	/* XE_VMA_READ_ONLY (xe_vm_types.h:36). */
	.read_only_userbit = 1,
	/*
	 * xe_ttm_access_memory() of newer kernels has the copy engine read what the CPU
	 * cannot map. 6.12 has no such function.
	 */
	.window_only = true,
	/* A key of protected content; not in 6.12. */
	.protected_mask = 0xffffffff,
	.members = {
		/* xe_device_types.h:579 */
		[SNOOP_FILE_DEVICE] = { "xe_file.xe", "xe_device *" },
		[SNOOP_FILE_DRM_FILE] = { "xe_file.drm", "drm_file *" },
		[SNOOP_FILE_VMS] = { "xe_file.vm.xa", "xarray" },
		[SNOOP_FILE_LOCK] = { "xe_file.vm.lock", "mutex" },
		[SNOOP_DEVICE_DRM] = { "xe_device.drm", "drm_device" },
		/* xe_vm_types.h:142 and :187 */
		[SNOOP_VM_BASE] = { "xe_vm.gpuvm", "drm_gpuvm" },
		[SNOOP_VM_LOCK] = { "xe_vm.snap_mutex", "mutex" },
		/* xe_vm_types.h:135 and :55 */
		[SNOOP_USERPTR_VA] = { "xe_userptr_vma.vma.gpuva", "drm_gpuva", true },
		[SNOOP_USERPTR_NOTIFIER] = {
			"xe_userptr_vma.userptr.notifier", "mmu_interval_notifier", true
		},
		/* xe_bo_types.h:28 */
		[SNOOP_OBJECT_GEM] = { "xe_bo.ttm.base", "drm_gem_object" },
		[SNOOP_OBJECT_PROTECTED] = { "xe_bo.pxp_key_instance", "u32", true },
	},
};
