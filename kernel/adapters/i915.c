// SPDX-License-Identifier: GPL-2.0-only
/*
 * i915, Intel's GPUs up to the first discrete ones: where it keeps its VMs. Never run;
 * read in drivers/gpu/drm/i915 of 6.12.117, see i915_vm.c.
 */

#include "driver.h"

const struct snoop_driver snoop_driver_i915 = {
	.name = "i915",
	.family = SNOOP_FAMILY_I915,
	.unverified = true,
	/* I915_BO_PROTECTED (gem/i915_gem_object_types.h:369). */
	.protected_mask = 1 << 11,
	.discrete_asks_first = true,
	.members = {
		/* i915_file_private.h:18, :21, :87 and :88 */
		[SNOOP_FILE_DEVICE] = { "drm_i915_file_private.i915", "drm_i915_private *" },
		[SNOOP_FILE_DRM_FILE] = { "drm_i915_file_private.file", "drm_file *" },
		[SNOOP_FILE_CONTEXTS] = { "drm_i915_file_private.context_xa", "xarray" },
		[SNOOP_FILE_VMS] = { "drm_i915_file_private.vm_xa", "xarray" },
		/* i915_drv.h:188 */
		[SNOOP_DEVICE_DRM] = { "drm_i915_private.drm", "drm_device" },
		/* gem/i915_gem_context_types.h:284 */
		[SNOOP_CONTEXT_VM] = { "i915_gem_context.vm", "i915_address_space *" },
		/* gt/intel_gtt.h:247 */
		[SNOOP_VM_MM] = { "i915_address_space.mm", "drm_mm" },
		[SNOOP_VM_DEVICE] = { "i915_address_space.i915", "drm_i915_private *" },
		[SNOOP_VM_SIZE] = { "i915_address_space.total", "u64" },
		[SNOOP_VM_LOCK] = { "i915_address_space.mutex", "mutex" },
		/* i915_vma_types.h:183 */
		[SNOOP_NODE] = { "i915_vma.node", "drm_mm_node" },
		[SNOOP_NODE_VM] = { "i915_vma.vm", "i915_address_space *" },
		[SNOOP_NODE_OBJECT] = { "i915_vma.obj", "drm_i915_gem_object *" },
		[SNOOP_NODE_GUARD] = { "i915_vma.guard", "u32" },
		[SNOOP_NODE_VIEW] = { "i915_vma.gtt_view.type", "i915_gtt_view_type" },
		/* gem/i915_gem_object_types.h:240 */
		[SNOOP_OBJECT_GEM] = { "drm_i915_gem_object.base", "drm_gem_object" },
		[SNOOP_OBJECT_OPS] = { "drm_i915_gem_object.ops", "drm_i915_gem_object_ops *" },
		[SNOOP_OBJECT_PROTECTED64] = { "drm_i915_gem_object.flags", "long unsigned int" },
		[SNOOP_OBJECT_MEMORY] = { "drm_i915_gem_object.mem_flags", "unsigned int" },
		[SNOOP_OBJECT_PAGES] = { "drm_i915_gem_object.mm.pages", "sg_table *" },
		[SNOOP_OBJECT_NOTIFIER] = {
			"drm_i915_gem_object.userptr.notifier", "mmu_interval_notifier", true
		},
		/* gem/i915_gem_object_types.h:38 */
		[SNOOP_OPS_NAME] = { "drm_i915_gem_object_ops.name", "char *" },
	},
};
