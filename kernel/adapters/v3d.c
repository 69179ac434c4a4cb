// SPDX-License-Identifier: GPL-2.0-only
/*
 * v3d, Broadcom VideoCore (drivers/gpu/drm/v3d, 6.12).
 *
 * The device has one address space for all clients, v3d_dev.mm in units of 4 KiB
 * (V3D_MMU_PAGE_SHIFT, v3d_drv.h). Each object is there from its making until it is freed
 * (v3d_bo_create_finish(), v3d_free_object(), v3d_bo.c), under the spinlock
 * v3d_dev.mm_lock; its last reference may be gone by then. What a client's VM shows are
 * the objects that the client has handles of. Nobody touches user memory under the lock.
 */

#include "driver.h"

const struct snoop_driver snoop_driver_v3d = {
	.name = "v3d",
	.family = SNOOP_FAMILY_MM,
	.shared_mm = true,
	.node_shift = 12,
	.members = {
		[SNOOP_FILE_DEVICE] = { "v3d_file_priv.v3d", "v3d_dev *" },
		[SNOOP_DEVICE_DRM] = { "v3d_dev.drm", "drm_device" },
		[SNOOP_VM_MM] = { "v3d_dev.mm", "drm_mm" },
		[SNOOP_VM_MM_LOCK] = { "v3d_dev.mm_lock", "spinlock" },
		[SNOOP_NODE] = { "v3d_bo.node", "drm_mm_node" },
		[SNOOP_OBJECT_GEM] = { "v3d_bo.base.base", "drm_gem_object" },
	},
};
