/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_DRM_SNOOP_H_
#define _UAPI_DRM_SNOOP_H_

#include <linux/ioctl.h>
#include <linux/types.h>

#if defined(__cplusplus)
extern "C" {
#endif

/**
 * DOC: drm_snoop uAPI
 *
 * ``/dev/dri/cardN-snoop`` gives an authorised process the GPU memory of
 * another process as a file: after REGISTER and BIND, file offsets are GPU
 * virtual addresses (or offsets in one object).
 *
 * The usual sequence is
 *
 * 1. ``open("/dev/dri/card0-snoop")``;
 * 2. get a DRM descriptor of the target with ``pidfd_getfd()`` and pass it to
 *    %DRM_IOCTL_SNOOP_REGISTER. The descriptor may be closed afterwards;
 * 3. %DRM_IOCTL_SNOOP_LIST the client's VMs and objects;
 * 4. %DRM_IOCTL_SNOOP_BIND the open file to one VM or object;
 * 5. ``pread()``, ``pwrite()``, ``mmap()``, ``lseek()`` with SEEK_DATA and SEEK_HOLE,
 *    %DRM_IOCTL_SNOOP_QUERY_RANGE, %DRM_IOCTL_SNOOP_QUERY_PAGES,
 *    %DRM_IOCTL_SNOOP_SNAPSHOT.
 *
 * Memory of the process that is bound by its CPU address (userptr) is reached
 * only after %DRM_IOCTL_SNOOP_REGISTER_MEM with an open /proc/PID/mem.
 *
 * poll(), select() and epoll tell by level:
 *
 * - EPOLLIN, EPOLLRDNORM: always, as for regular files: reading does not wait for
 *   content;
 * - EPOLLOUT, EPOLLWRNORM: the file is open for writing, and EPOLLHUP is not set;
 * - EPOLLHUP: nothing can be reached any more. The card is gone; or the client of the
 *   VM or object that the file is bound to has ended; or the file is not bound, and
 *   all clients registered on it have ended (one at least). BIND to another
 *   client, or REGISTER on an unbound file, takes back the latter two;
 * - EPOLLPRI: a registered client has ended, and LIST of CLIENTS has not yet returned
 *   it with %DRM_SNOOP_CLIENT_GONE.
 *
 * Pollers are woken at once when the card goes, and within 250 ms when a client ends.
 * A client ends with its last descriptor. For the end of a process there is pidfd.
 *
 * Extension rules: structures only grow, at their end; the size in the ioctl
 * number says how much of a structure the caller knows. Missing members are
 * taken as zero, members unknown to the kernel must be zero (E2BIG
 * otherwise). Input flags, padding and reserved values must be zero (EINVAL
 * otherwise). Unknown ioctl numbers are ENOTTY.
 *
 * Errors common to all ioctls: EFAULT (bad user pointer), ENODEV (the card is
 * gone), EBUSY (locks or moves of the driver took longer than 2 seconds), EINTR
 * (a signal arrived while waiting), ENOMEM.
 */

#define DRM_SNOOP_IOCTL_TYPE	0xDC

/* Ioctl numbers; see the structures below. */
#define DRM_SNOOP_CARD_INFO	0x00
#define DRM_SNOOP_REGISTER	0x01
#define DRM_SNOOP_LIST		0x02
#define DRM_SNOOP_BIND		0x03
#define DRM_SNOOP_QUERY_RANGE	0x04
#define DRM_SNOOP_REGISTER_MEM	0x05
#define DRM_SNOOP_QUERY_PAGES	0x06
#define DRM_SNOOP_SNAPSHOT	0x07
/* on what SNAPSHOT returned */
#define DRM_SNOOP_SNAPSHOT_RANGES	0x08

/*
 * Features, in drm_snoop_card_info.features: what can be used at the moment. A
 * feature that is not set is refused with EOPNOTSUPP or EINVAL; with EPERM if it was
 * switched off, or the kernel is locked down: against writing (integrity), or
 * against all but VM and POLL (confidentiality).
 */
/* read(), pread(), readv(), preadv() and lseek() */
#define DRM_SNOOP_FEATURE_READ		(1ULL << 0)
/* address spaces: LIST of VMs and ranges, BIND to a VM */
#define DRM_SNOOP_FEATURE_VM		(1ULL << 1)
/* write(), pwrite(), writev(), pwritev() */
#define DRM_SNOOP_FEATURE_WRITE		(1ULL << 2)
/* REGISTER_MEM, and with it ranges of kind USERPTR */
#define DRM_SNOOP_FEATURE_USERPTR	(1ULL << 3)
/* QUERY_PAGES */
#define DRM_SNOOP_FEATURE_PAGES		(1ULL << 4)
/* poll(), select(), epoll: see above. Without it poll() says nothing. */
#define DRM_SNOOP_FEATURE_POLL		(1ULL << 5)
/* mmap(): live maps, and copies of what the CPU cannot map */
#define DRM_SNOOP_FEATURE_MMAP		(1ULL << 6)
/* SNAPSHOT */
#define DRM_SNOOP_FEATURE_SNAPSHOT	(1ULL << 7)
/* SNAPSHOT with DRM_SNOOP_SNAPSHOT_CONSISTENT */
#define DRM_SNOOP_FEATURE_CONSISTENT	(1ULL << 8)

/* States of the driver's adapter, in drm_snoop_card_info.adapter_state. */
/* no adapter knows this driver: objects only */
#define DRM_SNOOP_ADAPTER_NONE		0
/* the driver's layout was read and checked: VMs are available */
#define DRM_SNOOP_ADAPTER_READY		1
/* there is an adapter, but it cannot be used; adapter_reason says why */
#define DRM_SNOOP_ADAPTER_FAILED	2
/*
 * there is an adapter, but it is not switched on: by the administrator, or because
 * nobody has run it on such a card; adapter_reason says which
 */
#define DRM_SNOOP_ADAPTER_OFF		3

/* drm_snoop_card_info.primary_minor, render_minor: no such node */
#define DRM_SNOOP_NO_MINOR		(~0U)

/**
 * struct drm_snoop_card_info - argument of DRM_IOCTL_SNOOP_CARD_INFO
 *
 * Describes the card behind the open file. Needs no registration. Reads the
 * layout of the driver at its first call, which can take some 10 ms.
 * All strings are NUL-terminated.
 */
struct drm_snoop_card_info {
	/** @features: Returned mask of DRM_SNOOP_FEATURE_*. */
	__u64 features;

	/** @adapter_state: Returned DRM_SNOOP_ADAPTER_*. */
	__u32 adapter_state;

	/** @primary_minor: Returned N of /dev/dri/cardN. */
	__u32 primary_minor;

	/**
	 * @render_minor: Returned N of /dev/dri/renderDN, or
	 * DRM_SNOOP_NO_MINOR.
	 */
	__u32 render_minor;

	/** @pad: Returned as zero. */
	__u32 pad;

	/** @driver: Returned name of the DRM driver. */
	char driver[32];

	/** @module: Returned name of the driver's kernel module. */
	char module[56];

	/** @bus_name: Returned bus name of the device, as 0000:00:02.0. */
	char bus_name[48];

	/**
	 * @adapter_reason: Returned text: why adapter_state is not
	 * DRM_SNOOP_ADAPTER_READY; empty if it is.
	 */
	char adapter_reason[128];
};

/* drm_snoop_register.flags, drm_snoop_register_mem.flags */
/* the client's (or process's) memory may be written too */
#define DRM_SNOOP_REGISTER_WRITE	(1U << 0)

/**
 * struct drm_snoop_register - argument of DRM_IOCTL_SNOOP_REGISTER
 *
 * Adds a DRM client to those that this open file may look at. The proof of
 * authority is the client's own DRM descriptor: whoever holds it could
 * already submit GPU work on the client's VMs. No reference to it is kept; the
 * registration lasts until the client ends (its last descriptor is closed, by
 * whatever process) or this file is closed. Registering a client twice is not
 * an error: the second time can add DRM_SNOOP_REGISTER_WRITE, and changes
 * nothing else.
 *
 * Errors: EBADF (@fd is not open, or O_PATH), EINVAL (@fd is not a DRM
 * descriptor of this card, unknown @flags), EACCES (@fd is not open for
 * reading; with DRM_SNOOP_REGISTER_WRITE also: @fd or this file is not open for
 * writing), EPERM (writing is switched off, or the kernel is locked down), ENOSPC
 * (256 clients are registered on this open file), EDQUOT (the user's limit of
 * registrations), ENOMEM.
 */
struct drm_snoop_register {
	/** @fd: DRM descriptor of the target, primary or render node. */
	__s32 fd;

	/** @flags: DRM_SNOOP_REGISTER_*. */
	__u32 flags;

	/**
	 * @client_id: Returned key of the client for the other ioctls: the
	 * drm-client-id of the target's fdinfo.
	 */
	__u64 client_id;
};

/**
 * struct drm_snoop_register_mem - argument of DRM_IOCTL_SNOOP_REGISTER_MEM
 *
 * Adds the memory of a process to what this open file may look at through
 * ranges of kind DRM_SNOOP_RANGE_USERPTR, and to nothing else. The proof of
 * authority is an open /proc/PID/mem. It concerns exactly the memory
 * that @fd was opened on, until the process ends or executes another program, or
 * this file is closed; @fd may be closed. Doing it twice is not an error: the
 * second time can add DRM_SNOOP_REGISTER_WRITE.
 *
 * Errors: EBADF (@fd is not open, or O_PATH), EINVAL (@fd is not a
 * /proc/PID/mem, unknown @flags), ESRCH (the process had no memory when
 * @fd was opened, or has none any more), EACCES (@fd is not open for reading; with
 * DRM_SNOOP_REGISTER_WRITE also: @fd or this file is not open for writing), EPERM
 * (writing is switched off, or the kernel is locked down), ENOSPC (64 memories
 * are registered on this open file), EDQUOT (the user's limit of registrations),
 * ENOMEM.
 */
struct drm_snoop_register_mem {
	/** @fd: Open /proc/PID/mem. */
	__s32 fd;

	/** @flags: DRM_SNOOP_REGISTER_*. */
	__u32 flags;
};

/* Objects and memory */

/* How the driver keeps an object, in drm_snoop_object.kind. */
#define DRM_SNOOP_OBJECT_OTHER		0
#define DRM_SNOOP_OBJECT_TTM		1
#define DRM_SNOOP_OBJECT_SHMEM		2

/* How the content of an object is reached, in drm_snoop_object.path. */
/* not at all: drm_snoop_object.error says why */
#define DRM_SNOOP_PATH_NONE		0
/* TTM: system memory page by page, device memory through windows */
#define DRM_SNOOP_PATH_TTM		1
/* the pages of the GEM shmem helper */
#define DRM_SNOOP_PATH_SHMEM		2
/*
 * The driver maps the whole object for each call, and keeps its pages in memory
 * meanwhile. Objects of at most DRM_SNOOP_WHOLE_MAX bytes.
 */
#define DRM_SNOOP_PATH_VMAP		3
/* The same through a dma-buf, the object's own or one made for the call. */
#define DRM_SNOOP_PATH_DMABUF		4

/* Largest object that is mapped as a whole. */
#define DRM_SNOOP_WHOLE_MAX		(256ULL << 20)

/* Where memory was when it was asked for: drm_snoop_*.placement. */
/* not known, or the object was busy */
#define DRM_SNOOP_PLACEMENT_UNKNOWN	0
/* system memory that the device does not address (TTM: evicted) */
#define DRM_SNOOP_PLACEMENT_SYSTEM	1
/* system memory that the device addresses (TTM_PL_TT, shmem) */
#define DRM_SNOOP_PLACEMENT_TT		2
/* device memory */
#define DRM_SNOOP_PLACEMENT_VRAM	3
/* a domain private to the driver (TTM_PL_PRIV and above) */
#define DRM_SNOOP_PLACEMENT_PRIVATE	4
/* swapped out */
#define DRM_SNOOP_PLACEMENT_SWAPPED	5
/* no memory yet, or purged */
#define DRM_SNOOP_PLACEMENT_NONE	6

/* Flags of objects and ranges. */
/* content can be read through this file */
#define DRM_SNOOP_READABLE		(1U << 0)
/* the object came from another device or process as a dma-buf */
#define DRM_SNOOP_IMPORTED		(1U << 1)
/* the object was exported as a dma-buf */
#define DRM_SNOOP_EXPORTED		(1U << 2)
/* the driver freed the content on request (madvise) */
#define DRM_SNOOP_PURGED		(1U << 3)
/* content can be written through this file */
#define DRM_SNOOP_WRITABLE		(1U << 4)
/* the driver bound the range for reading only, or the dma-buf cannot be written */
#define DRM_SNOOP_READ_ONLY		(1U << 5)

/* Kinds of ranges, in drm_snoop_range.kind. */
#define DRM_SNOOP_RANGE_OBJECT		1
/* memory of the process, bound by its CPU address */
#define DRM_SNOOP_RANGE_USERPTR		2
/* bound to nothing: reads zero, writes are dropped, as the GPU does */
#define DRM_SNOOP_RANGE_SPARSE		3

/* Node of a client, in drm_snoop_client.node. */
#define DRM_SNOOP_NODE_PRIMARY		0
#define DRM_SNOOP_NODE_RENDER		1
#define DRM_SNOOP_NODE_ACCEL		2

/**
 * struct drm_snoop_client - one entry of LIST CLIENTS
 */
struct drm_snoop_client {
	/** @client_id: As returned by REGISTER. */
	__u64 client_id;

	/** @flags: DRM_SNOOP_CLIENT_*. */
	__u32 flags;

	/** @node: DRM_SNOOP_NODE_* that the client opened. */
	__u32 node;
};

/* the client ended; nothing of it can be reached any more */
#define DRM_SNOOP_CLIENT_GONE		(1U << 0)

/**
 * struct drm_snoop_vm - one entry of LIST VMS
 */
struct drm_snoop_vm {
	/** @vm_id: The driver's own id of the VM in its client. */
	__u64 vm_id;

	/** @start: First GPU virtual address that the VM manages. */
	__u64 start;

	/** @end: First GPU virtual address after the VM. */
	__u64 end;

	/** @flags: Returned as zero. */
	__u32 flags;

	/** @pad: Returned as zero. */
	__u32 pad;

	/** @name: Name that the driver gave the VM; may be empty. */
	char name[32];
};

/**
 * struct drm_snoop_object - one entry of LIST OBJECTS
 */
struct drm_snoop_object {
	/**
	 * @object_id: Identity of the object on this card, never 0: equal for
	 * all handles and ranges of one object while it lives. A later object
	 * may get it again.
	 */
	__u64 object_id;

	/** @size: Size in bytes. */
	__u64 size;

	/** @handle: The client's GEM handle, never 0. */
	__u32 handle;

	/** @kind: DRM_SNOOP_OBJECT_*. */
	__u32 kind;

	/** @placement: DRM_SNOOP_PLACEMENT_*. */
	__u32 placement;

	/** @flags: DRM_SNOOP_READABLE and others. */
	__u32 flags;

	/**
	 * @path: DRM_SNOOP_PATH_*: how content is reached. That of an imported
	 * object is the exporter's.
	 */
	__u32 path;

	/**
	 * @error: What reading would fail with, or 0 if the object is readable:
	 * EOPNOTSUPP (nobody knows how), EFBIG (larger than DRM_SNOOP_WHOLE_MAX),
	 * ENODATA (no content), ENOKEY (protected content), ENODEV (the exporter
	 * is gone).
	 */
	__u32 error;
};

/**
 * struct drm_snoop_range - one mapping of a VM
 *
 * An entry of LIST RANGES and the answer of QUERY_RANGE. Tells what the driver
 * was asked to bind; its page tables may lag behind.
 */
struct drm_snoop_range {
	/** @start: First GPU virtual address. */
	__u64 start;

	/** @end: First GPU virtual address after the range. */
	__u64 end;

	/** @object_id: Of the bound object; 0 for other kinds. */
	__u64 object_id;

	/**
	 * @object_offset: Byte in the object at @start. For USERPTR the CPU
	 * address at @start if the process's memory is registered, otherwise 0.
	 */
	__u64 object_offset;

	/** @object_size: Size of the object in bytes. */
	__u64 object_size;

	/**
	 * @generation: Token of this very binding: when it differs for an
	 * address, something else was bound there meanwhile. The contrary is
	 * certain only while the object lives: a new binding of a new object may
	 * by chance get the token of one that is gone.
	 */
	__u64 generation;

	/** @kind: DRM_SNOOP_RANGE_*. */
	__u32 kind;

	/** @placement: DRM_SNOOP_PLACEMENT_* of the object. */
	__u32 placement;

	/** @flags: DRM_SNOOP_READABLE and others. */
	__u32 flags;

	/** @pad: Returned as zero. */
	__u32 pad;
};

/* What to list: drm_snoop_list.what and the type of its entries. */
/* struct drm_snoop_client, all registered on this file */
#define DRM_SNOOP_LIST_CLIENTS		1
/* struct drm_snoop_vm, of client_id */
#define DRM_SNOOP_LIST_VMS		2
/* struct drm_snoop_object, of client_id */
#define DRM_SNOOP_LIST_OBJECTS		3
/* struct drm_snoop_range, of client_id and vm_id */
#define DRM_SNOOP_LIST_RANGES		4

/* drm_snoop_list.cursor: nothing is left */
#define DRM_SNOOP_CURSOR_END		(~0ULL)

/**
 * struct drm_snoop_list - argument of DRM_IOCTL_SNOOP_LIST
 *
 * Lists things of registered clients, in ascending order of client_id, vm_id,
 * handle or start address. Never names anything of other clients. Resumable:
 * start with @cursor 0 and repeat with the returned @cursor until it is
 * DRM_SNOOP_CURSOR_END. What is added or removed between two calls may or may
 * not be seen; what stays is seen once. A range that was bound meanwhile and
 * covers @cursor is returned whole: it starts below the end of the entry before
 * it, but ends always ascend. One call may return fewer entries than asked for
 * although more are left.
 *
 * Errors: EINVAL (unknown @what, @flags not zero, @count 0,
 * @entry_size 0, not a multiple of 8 or above 4096, ids set that @what does
 * not use), ENOENT (@client_id is not registered here, no such @vm_id), ESRCH
 * (the client ended), EOPNOTSUPP (VMs of this driver are not known, see
 * CARD_INFO), EBUSY (the driver held a lock for too long), ENOMEM.
 */
struct drm_snoop_list {
	/** @what: DRM_SNOOP_LIST_*. */
	__u32 what;

	/** @flags: MBZ. */
	__u32 flags;

	/** @client_id: Client; MBZ for CLIENTS. */
	__u64 client_id;

	/** @vm_id: VM, for RANGES; MBZ otherwise. */
	__u64 vm_id;

	/** @cursor: Where to start, and returned: where to go on. */
	__u64 cursor;

	/** @entries: User pointer to an array of @count elements. */
	__u64 entries;

	/**
	 * @count: Number of elements that fit at @entries, and returned:
	 * number that were written.
	 */
	__u32 count;

	/**
	 * @entry_size: Size of one element in bytes as the caller knows it. A
	 * smaller one than the kernel's is filled as far as it goes, the tail
	 * of a larger one is zeroed.
	 */
	__u32 entry_size;
};

/* What to bind to, in drm_snoop_bind.what. */
/* offsets are GPU virtual addresses of VM @id */
#define DRM_SNOOP_BIND_VM		1
/* offsets are bytes of the object with handle @id */
#define DRM_SNOOP_BIND_OBJECT		2

/**
 * struct drm_snoop_bind - argument of DRM_IOCTL_SNOOP_BIND
 *
 * Makes one VM or object of a registered client the content of this open
 * file, in place of what it was bound to. A failed call leaves the old
 * binding. A descriptor is inherited over exec and fork and can be passed on
 * with its binding. An object is bound by its handle, as the target would use
 * it, and is not kept in memory by that: once the target has closed the
 * handle, reading is ENOENT until the number names an object again.
 *
 * Errors: EINVAL (unknown @what, @flags not zero, a handle above 32 bit),
 * ENOENT (@client_id is not registered here; no such VM or handle), ESRCH (the
 * client ended), EOPNOTSUPP (VMs of this driver are not known), EBUSY.
 */
struct drm_snoop_bind {
	/** @client_id: A registered client. */
	__u64 client_id;

	/** @what: DRM_SNOOP_BIND_*. */
	__u32 what;

	/** @flags: MBZ. */
	__u32 flags;

	/** @id: vm_id or handle. */
	__u64 id;

	/**
	 * @size: Returned: size of the object in bytes, or first address after
	 * the VM.
	 */
	__u64 size;
};

/* drm_snoop_query_range.flags */
/* no range covers @addr: return the next one above it */
#define DRM_SNOOP_QUERY_NEXT		(1U << 0)

/**
 * struct drm_snoop_query_range - argument of DRM_IOCTL_SNOOP_QUERY_RANGE
 *
 * Finds the range of the bound VM that covers an address. A file bound to an
 * object has one range, the object itself.
 *
 * Errors: EINVAL (unknown @flags, @pad not zero), ENXIO (the file is not
 * bound), ENOENT (no such range; the VM or the handle is gone), ESRCH (the
 * client ended), EBUSY.
 */
struct drm_snoop_query_range {
	/** @addr: Address (file offset) to look at. */
	__u64 addr;

	/** @flags: DRM_SNOOP_QUERY_*. */
	__u32 flags;

	/** @pad: MBZ. */
	__u32 pad;

	/** @range: Returned range. Grows at its end, as this structure. */
	struct drm_snoop_range range;
};

/* Which members of drm_snoop_pages are valid: drm_snoop_pages.flags. */
#define DRM_SNOOP_PAGES_VRAM_OFFSET	(1U << 0)
#define DRM_SNOOP_PAGES_DMA_ADDR	(1U << 1)
#define DRM_SNOOP_PAGES_PHYS_ADDR	(1U << 2)

/**
 * struct drm_snoop_pages - one run of pages
 *
 * Pages that follow each other in the space, in the object and wherever else
 * their place is told. An answer of QUERY_PAGES.
 */
struct drm_snoop_pages {
	/** @start: First address. */
	__u64 start;

	/** @end: First address after the run. */
	__u64 end;

	/** @object_id: Of the bound object; 0 for other kinds. */
	__u64 object_id;

	/** @object_offset: As in struct drm_snoop_range, at @start. */
	__u64 object_offset;

	/** @vram_offset: Byte of device memory at @start, if @flags says so. */
	__u64 vram_offset;

	/** @dma_addr: Address at which the device reaches @start, if @flags says so. */
	__u64 dma_addr;

	/** @phys_addr: Address at which the CPU reaches @start, if @flags says so. */
	__u64 phys_addr;

	/** @kind: DRM_SNOOP_RANGE_*. */
	__u32 kind;

	/** @placement: DRM_SNOOP_PLACEMENT_*. */
	__u32 placement;

	/** @flags: DRM_SNOOP_PAGES_*. */
	__u32 flags;

	/** @pad: Returned as zero. */
	__u32 pad;
};

/**
 * struct drm_snoop_query_pages - argument of DRM_IOCTL_SNOOP_QUERY_PAGES
 *
 * Tells where the bytes of [@addr, @end) are now: object, offset and placement to
 * everybody who may read them; offsets in VRAM, DMA and physical addresses only
 * if the snoop file was opened with CAP_SYS_ADMIN (of the opener, in the initial
 * user namespace). Holes have no entry. Resumable: repeat with the
 * returned @addr until it is @end. The places are those of the moment; memory
 * can move at any time.
 *
 * Errors: EINVAL (@flags or @pad not zero, @end not above @addr, @count
 * 0, @entry_size 0, not a multiple of 8 or above 4096), ENXIO (the file is not
 * bound), EPERM (the kernel is locked down), ENOENT (the VM or the handle is gone),
 * ESRCH (the client ended), EBUSY.
 */
struct drm_snoop_query_pages {
	/** @addr: First address, and returned: where to go on. */
	__u64 addr;

	/** @end: First address that is not asked for. */
	__u64 end;

	/** @entries: User pointer to an array of struct drm_snoop_pages. */
	__u64 entries;

	/**
	 * @count: Number of elements that fit at @entries, and returned:
	 * number that were written.
	 */
	__u32 count;

	/** @entry_size: Size of one element in bytes; as in LIST. */
	__u32 entry_size;

	/** @flags: MBZ. */
	__u32 flags;

	/** @pad: MBZ. */
	__u32 pad;
};

/* Snapshots */

/**
 * struct drm_snoop_progress - how far a snapshot is, at drm_snoop_snapshot.progress
 *
 * Written now and then while the call runs, each member for itself, for other threads
 * of the caller to read.
 */
struct drm_snoop_progress {
	/** @addr: All below this address has been dealt with. */
	__u64 addr;

	/** @copied: Bytes copied. */
	__u64 copied;
};

/* drm_snoop_snapshot.flags */
/* all objects at one moment: writers are stopped for the copy */
#define DRM_SNOOP_SNAPSHOT_CONSISTENT	(1U << 0)

/**
 * struct drm_snoop_snapshot - argument of DRM_IOCTL_SNOOP_SNAPSHOT
 *
 * Copies what is bound at [@addr, @addr + @size) of the bound VM or object to a new
 * file and returns a descriptor of that, read-only and close-on-exec. Byte 0 of the
 * file is @addr; its size is @size. It is of memory, and sparse: only what was
 * copied is data for SEEK_DATA. What is not bound, cannot be read or is of kind
 * DRM_SNOOP_RANGE_SPARSE is a hole, which reads as zeros like that of any file:
 * %DRM_IOCTL_SNOOP_SNAPSHOT_RANGES on the descriptor tells these apart. The file can be
 * mapped, and is sealed (F_SEAL_WRITE, F_SEAL_GROW, F_SEAL_SHRINK, F_SEAL_SEAL):
 * nobody can change it.
 *
 * The target is not stopped. Each piece is copied as read() would copy it, one after
 * the other, so what the target writes meanwhile is seen in one piece and not in
 * another. All bytes of one entry of the table were read through one binding.
 *
 * With %DRM_SNOOP_SNAPSHOT_CONSISTENT writers are stopped: the client must be registered
 * with DRM_SNOOP_REGISTER_WRITE. The reservations of all objects in the window are held
 * at once, their work is waited for, the pages of their maps are taken away, and all is
 * copied before the reservations are let go. So what the CPU and jobs with a fence
 * wrote is seen as at one moment, with what was bound at that moment. This may take
 * @budget_ms, over which the call fails and the target runs on. Entries with
 * %DRM_SNOOP_SNAPSHOT_NOT_STOPPED were copied after that moment, as without the flag:
 * memory of the process, objects that other clients use too (unless this file was
 * opened with CAP_SYS_ADMIN in the initial user namespace), imported ones, and those
 * of drivers of which it is not known that their maps can be stopped.
 *
 * The snapshot needs neither this file nor the card afterwards. Its memory is charged
 * to the caller's memory control group, and to the user who opened this file as long as
 * the returned descriptor, a duplicate or a map of it is in use. Then the content goes,
 * even if somebody has the file open through /proc/PID/fd.
 *
 * A fatal signal ends the call at any time. Whenever it fails nothing is left.
 *
 * Errors: EINVAL (unknown @flags, @pad not zero, @size 0, @addr or @size not of whole
 * pages of the CPU, @budget_ms 0 with CONSISTENT or not 0 without), EOVERFLOW
 * (@addr + @size wraps), EFBIG (@size is more than a file can have), ENXIO (the file is
 * not bound), EPERM (the kernel is locked down), ENOENT (the VM or the handle is gone),
 * ESRCH (the client ended), EDQUOT (the user's limit of memory for snapshots), ENOMEM
 * (also: the limit of the control group), EMFILE, ENFILE. With CONSISTENT also: EACCES
 * (not registered for writing), EPERM (writing or consistent snapshots are switched
 * off), ETIME (not done within @budget_ms), EBUSY (something was bound anew each time
 * that it was tried), ENOMEM for more than 1,048,576 ranges.
 */
struct drm_snoop_snapshot {
	/**
	 * @addr: First address; returned without sign extension, as the table has it.
	 */
	__u64 addr;

	/** @size: Number of bytes. */
	__u64 size;

	/** @progress: User pointer to a struct drm_snoop_progress, or 0. */
	__u64 progress;

	/** @flags: DRM_SNOOP_SNAPSHOT_CONSISTENT or 0. */
	__u32 flags;

	/** @pad: MBZ. */
	__u32 pad;

	/** @copied: Returned number of bytes that were copied. */
	__u64 copied;

	/** @range_count: Returned number of entries of the table. */
	__u64 range_count;

	/** @fd: Returned descriptor. */
	__s32 fd;

	/** @pad2: Returned as zero. */
	__u32 pad2;

	/**
	 * @budget_ms: With CONSISTENT the most milliseconds for which writers may be
	 * stopped, not 0; returned: the module's limit if that is lower. Otherwise MBZ.
	 */
	__u32 budget_ms;

	/** @stopped_us: MBZ; returned: microseconds for which writers were stopped. */
	__u32 stopped_us;
};

/* drm_snoop_snapshot_range.flags */
/* something else was bound at these addresses, or nothing, after they had been copied */
#define DRM_SNOOP_SNAPSHOT_REBOUND	(1U << 0)
/* the memory was somewhere else after the copy: it moved while it was copied */
#define DRM_SNOOP_SNAPSHOT_MOVED	(1U << 1)
/* of a consistent snapshot: copied while writers ran, not at its moment */
#define DRM_SNOOP_SNAPSHOT_NOT_STOPPED	(1U << 2)
/* of a consistent snapshot: other clients or a framebuffer use it too, or it is a dma-buf */
#define DRM_SNOOP_SNAPSHOT_SHARED	(1U << 3)

/**
 * struct drm_snoop_snapshot_range - one entry of the table of a snapshot
 *
 * What was bound at some addresses of the window, and whether it was copied. Entries
 * ascend and do not overlap; what is between them was not bound. A range of the VM has
 * several when only parts of it could be read.
 */
struct drm_snoop_snapshot_range {
	/** @start: First address. */
	__u64 start;

	/** @end: First address after the entry. */
	__u64 end;

	/** @object_id: As in struct drm_snoop_range. */
	__u64 object_id;

	/** @object_offset: As in struct drm_snoop_range, at @start. */
	__u64 object_offset;

	/** @object_size: As in struct drm_snoop_range. */
	__u64 object_size;

	/** @generation: As in struct drm_snoop_range. */
	__u64 generation;

	/** @kind: DRM_SNOOP_RANGE_*; SPARSE is a hole of the file. */
	__u32 kind;

	/** @placement: DRM_SNOOP_PLACEMENT_* before the copy. */
	__u32 placement;

	/** @flags: DRM_SNOOP_SNAPSHOT_*. */
	__u32 flags;

	/** @error: 0, or the error number of read(): then a hole of the file. */
	__u32 error;
};

/**
 * struct drm_snoop_snapshot_ranges - argument of DRM_IOCTL_SNOOP_SNAPSHOT_RANGES
 *
 * Tells the table of a snapshot: on the descriptor that SNAPSHOT returned, wherever
 * that was passed to. Resumable as LIST: start with @cursor 0. Needs no privilege, and
 * neither the target nor the card.
 *
 * Errors: EINVAL (@count 0, @entry_size 0, not a multiple of 8 or above 4096, @cursor
 * above the number of entries and not DRM_SNOOP_CURSOR_END), EFAULT.
 */
struct drm_snoop_snapshot_ranges {
	/** @cursor: Where to start, and returned: where to go on. */
	__u64 cursor;

	/** @entries: User pointer to an array of struct drm_snoop_snapshot_range. */
	__u64 entries;

	/**
	 * @count: Number of elements that fit at @entries, and returned:
	 * number that were written.
	 */
	__u32 count;

	/** @entry_size: Size of one element in bytes; as in LIST. */
	__u32 entry_size;

	/** @addr: Returned address of byte 0 of the file. */
	__u64 addr;
};

#define DRM_IOCTL_SNOOP_CARD_INFO \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_CARD_INFO, struct drm_snoop_card_info)
#define DRM_IOCTL_SNOOP_REGISTER \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_REGISTER, struct drm_snoop_register)
#define DRM_IOCTL_SNOOP_LIST \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_LIST, struct drm_snoop_list)
#define DRM_IOCTL_SNOOP_BIND \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_BIND, struct drm_snoop_bind)
#define DRM_IOCTL_SNOOP_QUERY_RANGE \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_QUERY_RANGE, struct drm_snoop_query_range)
#define DRM_IOCTL_SNOOP_REGISTER_MEM \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_REGISTER_MEM, struct drm_snoop_register_mem)
#define DRM_IOCTL_SNOOP_QUERY_PAGES \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_QUERY_PAGES, struct drm_snoop_query_pages)
#define DRM_IOCTL_SNOOP_SNAPSHOT \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_SNAPSHOT, struct drm_snoop_snapshot)
#define DRM_IOCTL_SNOOP_SNAPSHOT_RANGES \
	_IOWR(DRM_SNOOP_IOCTL_TYPE, DRM_SNOOP_SNAPSHOT_RANGES, struct drm_snoop_snapshot_ranges)

#if defined(__cplusplus)
}
#endif

#endif /* _UAPI_DRM_SNOOP_H_ */
