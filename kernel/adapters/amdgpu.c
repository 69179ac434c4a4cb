// SPDX-License-Identifier: GPL-2.0-only
/*
 * amdgpu: where it keeps its VMs. Never run; read in drivers/gpu/drm/amd/amdgpu of
 * 6.12.117, see amdgpu_vm.c.
 */

#include "driver.h"

const struct snoop_driver snoop_driver_amdgpu = {
	.name = "amdgpu",
	.family = SNOOP_FAMILY_AMDGPU,
	.unverified = true,
	/* AMDGPU_GEM_CREATE_ENCRYPTED (include/uapi/drm/amdgpu_drm.h:143). */
	.protected_mask = 1 << 10,
	.members = {
		/* amdgpu.h:490, amdgpu_vm.h:327 and :364 */
		[SNOOP_FILE_TREE] = { "amdgpu_fpriv.vm.va", "rb_root_cached" },
		[SNOOP_FILE_ROOT] = { "amdgpu_fpriv.vm.root.bo", "amdgpu_bo *" },
		/* amdgpu_object.h:64 */
		[SNOOP_MAPPING_NODE] = { "amdgpu_bo_va_mapping.rb", "rb_node" },
		[SNOOP_MAPPING_FIRST] = { "amdgpu_bo_va_mapping.start", "uint64_t" },
		[SNOOP_MAPPING_LAST] = { "amdgpu_bo_va_mapping.last", "uint64_t" },
		[SNOOP_MAPPING_OFFSET] = { "amdgpu_bo_va_mapping.offset", "uint64_t" },
		[SNOOP_MAPPING_LINK] = { "amdgpu_bo_va_mapping.bo_va", "amdgpu_bo_va *" },
		/* Those of the page tables; newer kernels keep those of the uAPI. */
		[SNOOP_MAPPING_PTE_FLAGS] = { "amdgpu_bo_va_mapping.flags", "uint64_t", true },
		[SNOOP_MAPPING_VM_FLAGS] = { "amdgpu_bo_va_mapping.flags", "uint32_t", true },
		/* amdgpu_object.h:76, amdgpu_vm.h:198 */
		[SNOOP_LINK_OBJECT] = { "amdgpu_bo_va.base.bo", "amdgpu_bo *" },
		/* amdgpu_object.h:101 */
		[SNOOP_OBJECT_GEM] = { "amdgpu_bo.tbo.base", "drm_gem_object" },
		[SNOOP_OBJECT_PROTECTED64] = { "amdgpu_bo.flags", "u64" },
		[SNOOP_OBJECT_NOTIFIER] = { "amdgpu_bo.notifier", "mmu_interval_notifier", true },
	},
};
