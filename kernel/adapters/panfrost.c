// SPDX-License-Identifier: GPL-2.0-only
/*
 * panfrost, Arm Mali Midgard and Bifrost (drivers/gpu/drm/panfrost, 6.12).
 *
 * A client has one address space, from open to release: panfrost_file_priv.mmu
 * (panfrost_device.h:172, panfrost_open() in panfrost_drv.c). Each object that the client
 * has a handle of has one mapping there, made when the handle is and undone when it is
 * closed, the last job that uses it is done, or the object is purged
 * (panfrost_gem_open(), panfrost_gem_close(), panfrost_gem_teardown_mapping(),
 * panfrost_gem.c).
 *
 * Mappings are nodes of panfrost_mmu.mm, in pages of the CPU, under the spinlock
 * panfrost_mmu.mm_lock. A mapping has a reference on its object, which it drops after its
 * node has gone (panfrost_gem_mapping_release(), panfrost_gem.c:88); the fault handler
 * goes the same way (addr_to_mapping(), panfrost_mmu.c:396). Only the client's own
 * mappings are in its mm, unlike in panfrost_gem_object.mappings.list. Nobody touches
 * user memory under the lock.
 *
 * Heap objects get their pages as the GPU touches them, 2 MiB at a time
 * (panfrost_mmu_map_fault_addr(), panfrost_mmu.c:442); what it has not touched reads as
 * zeros.
 */

#include "driver.h"

const struct snoop_driver snoop_driver_panfrost = {
	.name = "panfrost",
	.family = SNOOP_FAMILY_MM,
	.pages_by_fault = true,
	.members = {
		[SNOOP_FILE_DEVICE] = { "panfrost_file_priv.pfdev", "panfrost_device *" },
		[SNOOP_DEVICE_DRM] = { "panfrost_device.base", "drm_device", true },
		[SNOOP_DEVICE_DRM_POINTER] = { "panfrost_device.ddev", "drm_device *", true },
		[SNOOP_FILE_VM] = { "panfrost_file_priv.mmu", "panfrost_mmu *" },
		[SNOOP_VM_MM] = { "panfrost_mmu.mm", "drm_mm" },
		[SNOOP_VM_MM_LOCK] = { "panfrost_mmu.mm_lock", "spinlock" },
		[SNOOP_NODE] = { "panfrost_gem_mapping.mmnode", "drm_mm_node" },
		[SNOOP_NODE_VM] = { "panfrost_gem_mapping.mmu", "panfrost_mmu *" },
		[SNOOP_NODE_OBJECT] = { "panfrost_gem_mapping.obj", "panfrost_gem_object *" },
		[SNOOP_OBJECT_GEM] = { "panfrost_gem_object.base.base", "drm_gem_object" },
	},
};
