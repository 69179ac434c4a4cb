// SPDX-License-Identifier: GPL-2.0-only
/*
 * nouveau: where it keeps its VMs. Never run; read in drivers/gpu/drm/nouveau of
 * 6.12.117, see nouveau_vm.c.
 */

#include "driver.h"

const struct snoop_driver snoop_driver_nouveau = {
	.name = "nouveau",
	.family = SNOOP_FAMILY_NOUVEAU,
	.unverified = true,
	.members = {
		/* nouveau_drv.h:87 */
		[SNOOP_FILE_DEVICE] = { "nouveau_cli.drm", "nouveau_drm *" },
		[SNOOP_FILE_LOCK] = { "nouveau_cli.mutex", "mutex" },
		[SNOOP_FILE_VMM] = { "nouveau_cli.vmm", "nouveau_vmm" },
		[SNOOP_FILE_SVM] = { "nouveau_cli.svm", "nouveau_vmm" },
		[SNOOP_FILE_VM] = { "nouveau_cli.uvmm.ptr", "nouveau_uvmm *" },
		/* nouveau_drv.h:203, :231 and :243 */
		[SNOOP_DEVICE_DRM_POINTER] = { "nouveau_drm.dev", "drm_device *" },
		[SNOOP_DEVICE_TTM] = { "nouveau_drm.ttm.bdev", "ttm_device" },
		[SNOOP_DEVICE_IO_LOCK] = { "nouveau_drm.ttm.io_reserve_mutex", "mutex" },
		[SNOOP_DEVICE_IO_LRU] = { "nouveau_drm.ttm.io_reserve_lru", "list_head" },
		/* nouveau_uvmm.h:10 */
		[SNOOP_VM_BASE] = { "nouveau_uvmm.base", "drm_gpuvm" },
		[SNOOP_VM_LOCK] = { "nouveau_uvmm.mutex", "mutex" },
		/* nouveau_vmm.h:7 and :25 */
		[SNOOP_VMM_FILE] = { "nouveau_vmm.cli", "nouveau_cli *" },
		[SNOOP_VMA_VMM] = { "nouveau_vma.vmm", "nouveau_vmm *" },
		[SNOOP_VMA_LINK] = { "nouveau_vma.head", "list_head" },
		[SNOOP_VMA_ADDR] = { "nouveau_vma.addr", "u64" },
		/* nouveau_bo.h:13 */
		[SNOOP_OBJECT_GEM] = { "nouveau_bo.bo.base", "drm_gem_object" },
		[SNOOP_OBJECT_VMAS] = { "nouveau_bo.vma_list", "list_head" },
		[SNOOP_OBJECT_IO_LINK] = { "nouveau_bo.io_reserve_lru", "list_head" },
	},
};
