/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_GPUSIM_DRM_H_
#define _UAPI_GPUSIM_DRM_H_

#include "drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

/**
 * DOC: gpusim uAPI
 *
 * gpusim is a virtual GPU: a DRM render driver whose engine runs on the CPU
 * and reaches all memory through page tables of its own. A client creates
 * VMs and buffer objects (BOs), binds BOs at GPU virtual addresses and submits
 * lists of commands that work on these addresses.
 *
 * Extension rules are those of all DRM drivers: structures grow at their end,
 * and flags, padding and unused members must be zero (EINVAL otherwise).
 * Handles and VM ids are per client and nonzero. Addresses and sizes are bytes.
 */

#define DRM_GPUSIM_DEV_QUERY		0x00
#define DRM_GPUSIM_VM_CREATE		0x01
#define DRM_GPUSIM_VM_DESTROY		0x02
#define DRM_GPUSIM_VM_BIND		0x03
#define DRM_GPUSIM_VM_GET_STATE		0x04
#define DRM_GPUSIM_GEM_CREATE		0x05
#define DRM_GPUSIM_GEM_MMAP_OFFSET	0x06
#define DRM_GPUSIM_GEM_INFO		0x07
#define DRM_GPUSIM_GEM_MIGRATE		0x08
#define DRM_GPUSIM_EXEC			0x09

/**
 * struct drm_gpusim_dev_query - argument of DRM_IOCTL_GPUSIM_DEV_QUERY
 */
struct drm_gpusim_dev_query {
	/** @va_bits: Returned width of GPU virtual addresses. */
	__u32 va_bits;

	/** @page_size: Returned size of a GPU page in bytes. */
	__u32 page_size;

	/** @vram_size: Returned size of device memory in bytes. */
	__u64 vram_size;

	/** @vram_free: Returned unused device memory in bytes. */
	__u64 vram_free;

	/** @max_cmds: Returned most commands in one EXEC. */
	__u32 max_cmds;

	/** @max_vms: Returned most VMs in one client. */
	__u32 max_vms;

	/**
	 * @vram_visible: Returned bytes of device memory, from its start on,
	 * that the CPU can map. The rest is reached by the engine only.
	 */
	__u64 vram_visible;

	/**
	 * @timeout_ms: Returned time that a job may take, in milliseconds: the
	 * module parameter, of which each EXEC takes the value of its time.
	 */
	__u32 timeout_ms;

	/** @pad: Returned as zero. */
	__u32 pad;
};

/**
 * struct drm_gpusim_vm_create - argument of DRM_IOCTL_GPUSIM_VM_CREATE
 *
 * Errors: ENOSPC (max_vms reached), ENOMEM.
 */
struct drm_gpusim_vm_create {
	/** @flags: MBZ. */
	__u32 flags;

	/** @vm_id: Returned id, lowest free one. */
	__u32 vm_id;

	/** @va_start: Returned first usable address. */
	__u64 va_start;

	/** @va_end: Returned first address after the VM. */
	__u64 va_end;
};

/**
 * struct drm_gpusim_vm_destroy - argument of DRM_IOCTL_GPUSIM_VM_DESTROY
 *
 * Waits for nothing: submitted work keeps the VM until it is done.
 * Errors: ENOENT (no such VM).
 */
struct drm_gpusim_vm_destroy {
	/** @vm_id: VM to destroy. */
	__u32 vm_id;

	/** @pad: MBZ. */
	__u32 pad;
};

/* Placements of BOs: drm_gpusim_gem_*.placement */
#define DRM_GPUSIM_PLACEMENT_SYSTEM	1
#define DRM_GPUSIM_PLACEMENT_VRAM	2
/* swapped out; only in GEM_MIGRATE and GEM_INFO */
#define DRM_GPUSIM_PLACEMENT_SWAPPED	3

/* drm_gpusim_gem_create.flags */
/* never mapped by the CPU; in VRAM preferably where the CPU cannot map it */
#define DRM_GPUSIM_GEM_NO_CPU_ACCESS	(1U << 0)
/* drm_gpusim_gem_info.flags: made from a dma-buf of another device */
#define DRM_GPUSIM_GEM_IMPORTED		(1U << 1)

/**
 * struct drm_gpusim_gem_create - argument of DRM_IOCTL_GPUSIM_GEM_CREATE
 *
 * The new BO reads as zeros. A BO in VRAM can be evicted to system memory
 * under pressure and comes back when it is used.
 *
 * Errors: EINVAL (@size 0, not page-aligned or larger than all VRAM for
 * VRAM; bad placement), ENOENT (no such VM), ENOMEM (also for sizes that
 * cannot be had), ENOSPC.
 */
struct drm_gpusim_gem_create {
	/** @size: Size in bytes, a multiple of the page size. */
	__u64 size;

	/** @placement: DRM_GPUSIM_PLACEMENT_SYSTEM or VRAM. */
	__u32 placement;

	/** @flags: DRM_GPUSIM_GEM_NO_CPU_ACCESS or 0. */
	__u32 flags;

	/**
	 * @vm_id: If nonzero the BO is private to this VM: it shares the VM's
	 * reservation object, can be bound only there and cannot be exported.
	 */
	__u32 vm_id;

	/** @handle: Returned GEM handle. */
	__u32 handle;
};

/**
 * struct drm_gpusim_gem_mmap_offset - argument of DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET
 *
 * Errors: ENOENT (no such handle), EINVAL (imported object), EACCES (created
 * with DRM_GPUSIM_GEM_NO_CPU_ACCESS).
 */
struct drm_gpusim_gem_mmap_offset {
	/** @handle: GEM handle. */
	__u32 handle;

	/** @flags: MBZ. */
	__u32 flags;

	/** @offset: Returned offset for mmap() of the DRM descriptor. */
	__u64 offset;
};

/**
 * struct drm_gpusim_gem_info - argument of DRM_IOCTL_GPUSIM_GEM_INFO
 *
 * Errors: ENOENT (no such handle).
 */
struct drm_gpusim_gem_info {
	/** @handle: GEM handle. */
	__u32 handle;

	/** @placement: Returned: where the BO is now. */
	__u32 placement;

	/** @size: Returned size in bytes. */
	__u64 size;

	/**
	 * @vram_offset: Returned offset of the BO's first byte in VRAM if
	 * @placement is VRAM and the BO is contiguous there, ~0 otherwise.
	 */
	__u64 vram_offset;

	/** @flags: Returned DRM_GPUSIM_GEM_*. */
	__u32 flags;

	/** @pad: Returned as zero. */
	__u32 pad;
};

/**
 * struct drm_gpusim_gem_migrate - argument of DRM_IOCTL_GPUSIM_GEM_MIGRATE
 *
 * Moves a BO now, after its fences. EXEC moves it back to the placement that it
 * was created with. SWAPPED moves it to system memory and that to swap space; it
 * comes back when it is used.
 *
 * Errors: ENOENT (no such handle), EINVAL (bad placement; VRAM for a BO
 * created in system memory; imported object), ENOSPC (no room there), EBUSY
 * (another device or a map of the kernel holds it where it is).
 */
struct drm_gpusim_gem_migrate {
	/** @handle: GEM handle. */
	__u32 handle;

	/** @placement: DRM_GPUSIM_PLACEMENT_* to move to. */
	__u32 placement;

	/** @flags: MBZ. */
	__u32 flags;

	/** @pad: MBZ. */
	__u32 pad;
};

/* drm_gpusim_vm_bind.op */
#define DRM_GPUSIM_BIND_MAP		1
#define DRM_GPUSIM_BIND_UNMAP		2
#define DRM_GPUSIM_BIND_MAP_USERPTR	3
#define DRM_GPUSIM_BIND_MAP_SPARSE	4

/* drm_gpusim_vm_bind.flags: the engine may not write; MAP and MAP_USERPTR only */
#define DRM_GPUSIM_BIND_READ_ONLY	(1U << 0)

/**
 * struct drm_gpusim_vm_bind - argument of DRM_IOCTL_GPUSIM_VM_BIND
 *
 * MAP binds [bo_offset, bo_offset + range) of a BO at [addr, addr + range),
 * in place of what was there; mappings that are cut keep their rest. UNMAP
 * removes what is there; holes are no error. Takes effect before it returns,
 * after the VM's submitted work.
 *
 * MAP_USERPTR binds [@bo_offset, @bo_offset + @range) of the calling process's
 * own memory. The mapping follows that memory: when the process unmaps or changes
 * it, that waits for the VM's work, and the next EXEC finds what is there then.
 * Pages that are not there, or that the process itself could not access so, are a
 * page fault of the job that touches them. It concerns the memory of the process
 * that did the bind, whoever submits work, and not that of its children; nothing
 * is there when the process is gone. The process's mappings of devices cannot be
 * bound. MAP_SPARSE binds nothing: the engine reads zeros there and its writes are
 * dropped.
 *
 * Errors: EINVAL (unknown @op, @flags, unaligned or zero @range, unaligned
 * @addr or @bo_offset, outside the VM or the BO, wrapping; a BO that is
 * private to another VM; @handle or @bo_offset not zero in UNMAP and
 * MAP_SPARSE; @handle not zero in MAP_USERPTR), EACCES (without READ_ONLY a BO
 * imported from a dma-buf that cannot be written), ENOENT (no such VM or handle),
 * EFAULT (MAP_USERPTR: nothing is mapped there, or, unless READ_ONLY, it cannot
 * be written), ENOMEM (also for more than 16 GiB in one MAP_USERPTR or
 * MAP_SPARSE).
 */
struct drm_gpusim_vm_bind {
	/** @vm_id: VM. */
	__u32 vm_id;

	/** @op: DRM_GPUSIM_BIND_*. */
	__u32 op;

	/** @flags: DRM_GPUSIM_BIND_READ_ONLY or 0. */
	__u32 flags;

	/** @handle: BO to map. */
	__u32 handle;

	/** @bo_offset: First byte of the BO, or CPU address for MAP_USERPTR. */
	__u64 bo_offset;

	/** @addr: First GPU virtual address. */
	__u64 addr;

	/** @range: Bytes. */
	__u64 range;
};

/**
 * struct drm_gpusim_vm_get_state - argument of DRM_IOCTL_GPUSIM_VM_GET_STATE
 *
 * Errors: ENOENT (no such VM).
 */
struct drm_gpusim_vm_get_state {
	/** @vm_id: VM. */
	__u32 vm_id;

	/** @pad: MBZ. */
	__u32 pad;

	/** @faults: Returned number of jobs that ended by a page fault. */
	__u64 faults;

	/** @fault_addr: Returned address of the last page fault. */
	__u64 fault_addr;

	/** @resets: Returned number of jobs that ended by a reset of the engine. */
	__u64 resets;
};

/* drm_gpusim_cmd.op */
/* store @value (64 bit little endian, repeated) to [dst, dst + size) */
#define DRM_GPUSIM_CMD_FILL		1
/* copy [src, src + size) to dst; ascending, ranges may not overlap */
#define DRM_GPUSIM_CMD_COPY		2
/* store the CRC-32 (IEEE 802.3, as zlib's) of [src, src + size) to dst, as 64 bit */
#define DRM_GPUSIM_CMD_CHECKSUM		3
/*
 * add @value to each 64-bit word of [dst, dst + size), a multiple of 8; little
 * endian, wrapping, one word after the other
 */
#define DRM_GPUSIM_CMD_ADD		4
/*
 * read the 64-bit word (little endian) at @src again and again until it equals
 * @value
 */
#define DRM_GPUSIM_CMD_SPIN		5
/* stop answering, as a GPU that hangs, until it is reset or unplugged */
#define DRM_GPUSIM_CMD_HANG		6

/**
 * struct drm_gpusim_cmd - one command of the engine
 *
 * Any byte alignment, words across pages included, any size up to the VM's; a
 * size of 0 does nothing (the checksum of nothing is 0). Unused members must be
 * zero.
 */
struct drm_gpusim_cmd {
	/** @op: DRM_GPUSIM_CMD_*. */
	__u32 op;

	/** @flags: MBZ. */
	__u32 flags;

	/** @dst: GPU virtual address to write. */
	__u64 dst;

	/** @src: GPU virtual address to read. */
	__u64 src;

	/** @size: Bytes. */
	__u64 size;

	/** @value: Pattern of FILL, summand of ADD, what SPIN waits for. */
	__u64 value;
};

/**
 * struct drm_gpusim_exec - argument of DRM_IOCTL_GPUSIM_EXEC
 *
 * Queues commands on a VM. They run in order, after all earlier work of the
 * VM. An access to an unmapped address ends the job: its fence carries
 * -EFAULT and VM_GET_STATE the address; what was written before stays. A write
 * to memory that is bound for reading only is such an access too. A job that takes
 * longer than timeout_ms is ended: its fence carries -ETIME. The time begins
 * anew when the engine is given one more job, of which it holds 16. If it is the
 * engine that hangs, the engine is reset; all other jobs run on afterwards, those
 * of the same VM too.
 *
 * Errors: EINVAL (unknown op, flags, zero or too many commands, a range that
 * wraps or leaves the VM, overlapping COPY, missing fence in @in_syncobj),
 * ENOENT (no such VM or syncobj), EFAULT, ENOMEM, ENOSPC.
 */
struct drm_gpusim_exec {
	/** @vm_id: VM. */
	__u32 vm_id;

	/** @flags: MBZ. */
	__u32 flags;

	/** @cmds: User pointer to an array of struct drm_gpusim_cmd. */
	__u64 cmds;

	/** @cmd_count: Elements at @cmds. */
	__u32 cmd_count;

	/** @in_syncobj: Syncobj to wait for, or 0. */
	__u32 in_syncobj;

	/** @out_syncobj: Syncobj to signal when done, or 0. */
	__u32 out_syncobj;

	/** @pad: MBZ. */
	__u32 pad;
};

#define DRM_IOCTL_GPUSIM_DEV_QUERY \
	DRM_IOR(DRM_COMMAND_BASE + DRM_GPUSIM_DEV_QUERY, struct drm_gpusim_dev_query)
#define DRM_IOCTL_GPUSIM_VM_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GPUSIM_VM_CREATE, struct drm_gpusim_vm_create)
#define DRM_IOCTL_GPUSIM_VM_DESTROY \
	DRM_IOW(DRM_COMMAND_BASE + DRM_GPUSIM_VM_DESTROY, struct drm_gpusim_vm_destroy)
#define DRM_IOCTL_GPUSIM_VM_BIND \
	DRM_IOW(DRM_COMMAND_BASE + DRM_GPUSIM_VM_BIND, struct drm_gpusim_vm_bind)
#define DRM_IOCTL_GPUSIM_VM_GET_STATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GPUSIM_VM_GET_STATE, struct drm_gpusim_vm_get_state)
#define DRM_IOCTL_GPUSIM_GEM_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GPUSIM_GEM_CREATE, struct drm_gpusim_gem_create)
#define DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GPUSIM_GEM_MMAP_OFFSET, struct drm_gpusim_gem_mmap_offset)
#define DRM_IOCTL_GPUSIM_GEM_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GPUSIM_GEM_INFO, struct drm_gpusim_gem_info)
#define DRM_IOCTL_GPUSIM_GEM_MIGRATE \
	DRM_IOW(DRM_COMMAND_BASE + DRM_GPUSIM_GEM_MIGRATE, struct drm_gpusim_gem_migrate)
#define DRM_IOCTL_GPUSIM_EXEC \
	DRM_IOW(DRM_COMMAND_BASE + DRM_GPUSIM_EXEC, struct drm_gpusim_exec)

#if defined(__cplusplus)
}
#endif

#endif /* _UAPI_GPUSIM_DRM_H_ */
