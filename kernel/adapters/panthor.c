// SPDX-License-Identifier: GPL-2.0-only
/*
 * panthor, Arm Mali with a command stream front end (drivers/gpu/drm/panthor, 6.12).
 *
 * driver_priv is a struct panthor_file (panthor_device.h:198), which has a pool of VMs
 * from open to release (panthor_open(), panthor_drv.c). The pool's xarray is guarded by
 * its own lock: panthor_vm_pool_get_vm() takes a reference under it, and
 * panthor_vm_pool_destroy_vm() drops the pool's after erasing the entry
 * (panthor_mmu.c:1587, 1607).
 *
 * Binds run under panthor_vm.op_lock, synchronous ones and those of the VM_BIND queue
 * (panthor_vm_exec_op(), panthor_mmu.c:2167), and lookups take it too
 * (panthor_vm_get_bo_for_va(), :1422). Fences wait for the queue, so nothing may be
 * allocated under it. Its holders touch no user memory.
 *
 * The VM also has what the driver binds for the client: tiler heap chunks, ring buffers
 * and the like, in the upper part of the address space (kernel_auto_va). The client's
 * jobs use that memory by its address, so it is shown. The firmware's own VM is in no
 * client's pool.
 *
 * A mapping's flags are DRM_PANTHOR_VM_BIND_OP_MAP_* (uapi/drm/panthor_drm.h): bit 0
 * READONLY; bit 3 SPARSE of later versions, which bind a dummy object of the driver's,
 * over and over.
 *
 * Objects are those of the GEM shmem helper, in 7.3.4 panthor's own (panthor_gem.c): memory
 * is that of drm_gem_object.filp, its pages are in an array from the first use on, and go
 * when the shrinker takes them (panthor_gem_try_evict_no_resv_wait()): with the reservation
 * held, after drm_vma_node_unmap(). panthor_gem_vmap_locked() brings them in, flushed if the
 * CPU's maps are write-combined, and panthor_gem_vunmap_locked() leaves them.
 */

#include "driver.h"

#define PANTHOR_MAP_READONLY	0x1
#define PANTHOR_MAP_SPARSE	0x8

const struct snoop_driver snoop_driver_panthor = {
	.name = "panthor",
	.family = SNOOP_FAMILY_GPUVM,
	.read_only_flags = PANTHOR_MAP_READONLY,
	.sparse_flags = PANTHOR_MAP_SPARSE,
	.members = {
		[SNOOP_FILE_DEVICE] = { "panthor_file.ptdev", "panthor_device *" },
		[SNOOP_DEVICE_DRM] = { "panthor_device.base", "drm_device" },
		[SNOOP_FILE_POOL] = { "panthor_file.vms", "panthor_vm_pool *" },
		[SNOOP_POOL_VMS] = { "panthor_vm_pool.xa", "xarray" },
		[SNOOP_VM_BASE] = { "panthor_vm.base", "drm_gpuvm" },
		[SNOOP_VM_LOCK] = { "panthor_vm.op_lock", "mutex" },
		[SNOOP_VA_BASE] = { "panthor_vma.base", "drm_gpuva" },
		[SNOOP_VA_FLAGS] = { "panthor_vma.flags", "u32" },
		[SNOOP_OBJECT_GEM] = { "panthor_gem_object.base", "drm_gem_object", true },
		[SNOOP_OBJECT_PAGE_ARRAY] = {
			"panthor_gem_object.backing.pages", "page **", true
		},
	},
};
