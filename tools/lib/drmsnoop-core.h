/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DRMSNOOP_CORE_H
#define DRMSNOOP_CORE_H

/*
 * Notes in the cores of GPU address spaces
 *
 * A core is an ELF file of type ET_CORE with a PT_LOAD segment for each range, at its
 * GPU virtual address. Its PT_NOTE segment has NT_PRPSINFO and NT_PRSTATUS, for
 * debuggers, and the notes below, whose owner is DRMSNOOP_NOTE_OWNER. Numbers have
 * the byte order of the ELF header.
 *
 * Rules of extension: structures grow at their end only, and the sizes in the notes tell
 * how much of them there is. Readers pass over what they do not know: members, types of
 * notes, flags. DRMSNOOP_CORE_VERSION changes when that would not be enough.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DRMSNOOP_NOTE_OWNER	"DRMSNOOP"
#define DRMSNOOP_CORE_VERSION	1

/* Types of notes: none that debuggers know, as some of them do not look at the owner */
/* struct drmsnoop_core_target: exactly one, before the others */
#define DRMSNOOP_NT_TARGET	0x534e0001
/* struct drmsnoop_core_table, then struct drmsnoop_core_range, ascending */
#define DRMSNOOP_NT_RANGES	0x534e0002
/* struct drmsnoop_core_table, then struct drmsnoop_core_object */
#define DRMSNOOP_NT_OBJECTS	0x534e0003

/* struct drmsnoop_core_target.flags */
/* the content is what it is at each read: a core in the tree of drmsnoopfs */
#define DRMSNOOP_CORE_LIVE	(1U << 0)
/* the content is that of a snapshot */
#define DRMSNOOP_CORE_SNAPSHOT	(1U << 1)
/* not all was wanted: some ranges are DRMSNOOP_CORE_LEFT_OUT */
#define DRMSNOOP_CORE_PARTIAL	(1U << 2)
/* with DRMSNOOP_CORE_SNAPSHOT: of one moment, but for DRMSNOOP_CORE_NOT_STOPPED */
#define DRMSNOOP_CORE_CONSISTENT	(1U << 3)

/**
 * struct drmsnoop_core_target - what the core is of
 *
 * All texts end with a NUL.
 */
struct drmsnoop_core_target {
	/** @version: DRMSNOOP_CORE_VERSION. */
	uint32_t version;

	/** @flags: DRMSNOOP_CORE_LIVE and others. */
	uint32_t flags;

	/** @time: When ranges were listed, in nanoseconds since 1970. */
	uint64_t time;

	/** @client_id: The DRM client. */
	uint64_t client_id;

	/** @vm_id: The address space, as the driver numbers those of a client. */
	uint64_t vm_id;

	/** @vm_start: First address that the address space manages. */
	uint64_t vm_start;

	/** @vm_end: First address after it. */
	uint64_t vm_end;

	/** @pid: The process, 0 if it is not known: who holds the client. */
	uint32_t pid;

	/** @uid: Its effective user. */
	uint32_t uid;

	/** @card: N of /dev/dri/cardN. */
	uint32_t card;

	/** @render: N of /dev/dri/renderDN, or 0xffffffff. */
	uint32_t render;

	/** @comm: Name of the process. */
	char comm[64];

	/** @driver: Name of the DRM driver. */
	char driver[32];

	/** @module: Name of its kernel module. */
	char module[56];

	/** @bus_name: The device, as 0000:00:02.0. */
	char bus_name[48];

	/** @vm_name: What the driver calls the address space. */
	char vm_name[32];

	/** @kernel: Release of the kernel, as `uname -r`. */
	char kernel[64];
};

/**
 * struct drmsnoop_core_table - a table follows
 */
struct drmsnoop_core_table {
	/** @entry_size: Size of an entry in bytes, a multiple of 8. */
	uint32_t entry_size;

	/** @pad: 0. */
	uint32_t pad;

	/** @count: Number of entries. */
	uint64_t count;
};

/* struct drmsnoop_core_range.flags */
/* the driver bound it for reading only */
#define DRMSNOOP_CORE_READ_ONLY	(1U << 0)
/* not asked for: its content was left out */
#define DRMSNOOP_CORE_LEFT_OUT	(1U << 1)
/* of a snapshot: something else was bound there after the copy */
#define DRMSNOOP_CORE_REBOUND	(1U << 2)
/* of a snapshot: the memory moved during the copy */
#define DRMSNOOP_CORE_MOVED	(1U << 3)
/* of a consistent snapshot: copied while writers ran, not at its moment */
#define DRMSNOOP_CORE_NOT_STOPPED	(1U << 4)
/* of a consistent snapshot: other clients use the object too, or it is a dma-buf */
#define DRMSNOOP_CORE_SHARED	(1U << 5)

/**
 * struct drmsnoop_core_range - a range, or a part of one
 *
 * Entry N belongs to program header N + 1.
 */
struct drmsnoop_core_range {
	/** @start: First GPU virtual address. */
	uint64_t start;

	/** @end: First GPU virtual address after it. */
	uint64_t end;

	/** @object_id: Identity of the object on this card; 0 for other kinds. */
	uint64_t object_id;

	/** @object_offset: Byte in the object, or CPU address, at @start. */
	uint64_t object_offset;

	/** @object_size: Size of the object in bytes. */
	uint64_t object_size;

	/** @generation: Token of the binding, see drm_snoop.h. */
	uint64_t generation;

	/**
	 * @offset: Where its content is in the file. There is none if @error is not 0, it
	 * was left out, or it is sparse.
	 */
	uint64_t offset;

	/** @kind: 1 object, 2 memory of the process, 3 sparse: reads as zeros. */
	uint32_t kind;

	/** @placement: DRM_SNOOP_PLACEMENT_* of drm_snoop.h. */
	uint32_t placement;

	/** @flags: DRMSNOOP_CORE_READ_ONLY and others. */
	uint32_t flags;

	/** @error: Errno of why it could not be read, or 0. */
	uint32_t error;
};

/**
 * struct drmsnoop_core_object - a buffer object of the client
 *
 * Constants are those of struct drm_snoop_object.
 */
struct drmsnoop_core_object {
	/** @object_id: Identity, as in ranges. */
	uint64_t object_id;

	/** @size: Size in bytes. */
	uint64_t size;

	/** @handle: GEM handle of the client. */
	uint32_t handle;

	/** @kind: DRM_SNOOP_OBJECT_*. */
	uint32_t kind;

	/** @placement: DRM_SNOOP_PLACEMENT_*. */
	uint32_t placement;

	/** @flags: DRM_SNOOP_IMPORTED and others. */
	uint32_t flags;

	/** @path: DRM_SNOOP_PATH_*. */
	uint32_t path;

	/** @error: Errno of why it cannot be read, or 0. */
	uint32_t error;
};

#ifdef __cplusplus
}
#endif

#endif /* DRMSNOOP_CORE_H */
