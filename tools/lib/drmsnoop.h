/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DRMSNOOP_H
#define DRMSNOOP_H

/*
 * libdrmsnoop: look at the GPU memory of another process
 *
 * A short program, without its error handling:
 *
 *	struct drmsnoop *snoop;
 *	char buf[4096];
 *
 *	drmsnoop_open_process(pid, DRMSNOOP_ANY_CARD, DRMSNOOP_ALL_CLIENTS, 0,
 *			      &snoop);
 *	drmsnoop_bind_vm(snoop, client_id, vm_id, NULL);
 *	n = drmsnoop_pread(snoop, buf, sizeof(buf), gpu_address);
 *	drmsnoop_close(snoop);
 *
 * Errors. Functions that return int or ssize_t return a negative errno value
 * on failure. drmsnoop_error() then has a line for people that names the cause
 * and, where there is one, the cure.
 *
 * Callbacks. The foreach functions call back once per element, in ascending
 * order. The element is valid during the call only. A callback returns 0 to go
 * on; any other value ends the walk and is returned by the foreach function.
 * What comes or goes during a walk may or may not be seen; nothing is seen
 * twice. A callback may use the same handle, but not close it.
 *
 * Threads. Different handles are independent. One handle may be used by several
 * threads at once, except that the functions that bind, register or close it
 * need it for themselves. The library keeps no state outside
 * handles but the message of drmsnoop_error(), of which each thread has its own.
 *
 * ABI. Structures passed to callbacks grow at their end only; do not copy
 * or embed them by sizeof if you need members that a later library may add.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <drm/drm_snoop.h>
#include "drmsnoop-core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this header; drmsnoop_version() is that of the library. */
#define DRMSNOOP_VERSION "0.1.0"

/**
 * drmsnoop_version - version of the library that runs
 *
 * Returns a string like "0.1.0", never freed.
 */
const char *drmsnoop_version(void);

/**
 * drmsnoop_error - cause and cure of this thread's last failure
 *
 * Returns one line without a newline, for example "process 123 may not be
 * looked at: kernel.yama.ptrace_scope is 1: ...". Valid until this thread calls
 * another function of the library; meaningful only after one failed. Never
 * NULL.
 */
const char *drmsnoop_error(void);

/* Cards */

/**
 * struct drmsnoop_card - a DRM device of this machine
 */
struct drmsnoop_card {
	/** @index: N of /dev/dri/cardN. */
	unsigned int index;

	/** @render: N of /dev/dri/renderDN, or -1 if the card has none. */
	int render;

	/** @node: Path of the card's snoop node, whether or not it exists. */
	const char *node;

	/**
	 * @access: 0 if the caller may open @node, else a negative errno:
	 * -ENOENT (drm_snoop is not loaded, or no udev made the node), -EACCES.
	 */
	int access;

	/**
	 * @driver: Name of the bus driver in sysfs, "" if the device has none.
	 * The DRM driver's own name is in drmsnoop_card_info().
	 */
	const char *driver;

	/** @bus_name: Name of the device in sysfs as "0000:00:02.0", or "". */
	const char *bus_name;
};

/** drmsnoop_card_fn - called per card, see the top of this file */
typedef int (*drmsnoop_card_fn)(const struct drmsnoop_card *card, void *data);

/**
 * drmsnoop_foreach_card - enumerate the cards, those without snoop node too
 * @fn: called per card, in ascending order of index
 * @data: for @fn
 *
 * Needs no privilege and opens no node. A machine without DRM has no cards,
 * which is not an error.
 *
 * Returns 0, what @fn returned, or a negative errno (-ENOMEM, or why sysfs
 * cannot be read).
 */
int drmsnoop_foreach_card(drmsnoop_card_fn fn, void *data);

/* Processes that use a card */

/**
 * struct drmsnoop_client - a DRM client held by a process
 *
 * A client is one open DRM file. A process may hold it by several descriptors,
 * and several processes may hold the same client (inherited, or sent over a
 * socket); it is then reported once per process.
 */
struct drmsnoop_client {
	/** @pid: Process (thread group) id in the caller's pid namespace. */
	pid_t pid;

	/** @uid: Effective user id of the process. */
	uid_t uid;

	/** @comm: Name of the process, as in /proc/PID/comm. */
	const char *comm;

	/** @card: N of /dev/dri/cardN. */
	unsigned int card;

	/** @node: DRM_SNOOP_NODE_* that the client was opened by. */
	unsigned int node;

	/**
	 * @client_id: fdinfo's drm-client-id, unique on this machine until it
	 * reboots. 0 if the driver does not tell: registering tells it.
	 */
	uint64_t client_id;

	/** @driver: fdinfo's drm-driver, or "". */
	const char *driver;

	/** @fd: Lowest descriptor number of the client in the process. */
	int fd;

	/** @fd_count: Number of descriptors of the client in the process. */
	unsigned int fd_count;
};

/** drmsnoop_client_fn - called per client, see the top of this file */
typedef int (*drmsnoop_client_fn)(const struct drmsnoop_client *client,
				  void *data);

/* @pid: every process */
#define DRMSNOOP_ALL_PROCESSES	0
/* @card: every card; in drmsnoop_open_process(): the one that is used */
#define DRMSNOOP_ANY_CARD	(-1)
/* @client_id: every client of the process on that card */
#define DRMSNOOP_ALL_CLIENTS	0

/**
 * drmsnoop_foreach_client - find the DRM clients that processes hold
 * @pid: a process, or DRMSNOOP_ALL_PROCESSES
 * @card: N of cardN, or DRMSNOOP_ANY_CARD
 * @fn: called per process and client, ordered by pid, card, client id, fd
 * @data: for @fn
 *
 * Reads /proc/PID/fd and fdinfo. Processes whose descriptors the caller may
 * not see are left out of DRMSNOOP_ALL_PROCESSES; to be listed does not mean
 * that the process may be snooped, see drmsnoop_check_access(). Cards are
 * found whether or not they have a snoop node.
 *
 * Returns 0 (also if the process has no clients), what @fn returned, or a
 * negative errno: -ESRCH (no such process), -EACCES (@pid's descriptors may not
 * be seen by the caller), -ENOMEM.
 */
int drmsnoop_foreach_client(pid_t pid, int card, drmsnoop_client_fn fn,
			    void *data);

/**
 * drmsnoop_check_access - ask the kernel whether a descriptor may be obtained
 * @pid: process
 * @fd: descriptor number in that process, as from struct drmsnoop_client
 *
 * Tries pidfd_getfd() and closes what it got. Looks at processes only: the
 * snoop node has its own permissions, see struct drmsnoop_card.
 *
 * Returns 0, or a negative errno: -EPERM (drmsnoop_error() says by which rule),
 * -ESRCH (the process ended), -EBADF (the descriptor was closed).
 */
int drmsnoop_check_access(pid_t pid, int fd);

/* Handles */

/*
 * struct drmsnoop - an open snoop node
 *
 * Opaque. Made by one of the open functions, ended by drmsnoop_close().
 */
struct drmsnoop;

/* Flags of the open functions */
/* open and register for writing, too */
#define DRMSNOOP_WRITE		(1U << 0)
/* drmsnoop_open_process(): register clients, and not the memory of the process */
#define DRMSNOOP_CLIENTS_ONLY	(1U << 1)
/* drmsnoop_map(): copy what cannot be mapped */
#define DRMSNOOP_COPY		(1U << 2)

/**
 * drmsnoop_open - open the snoop node of a card; nothing is registered yet
 * @card: N of cardN
 * @flags: 0 or DRMSNOOP_WRITE
 * @snoop: returned handle, owned by the caller
 *
 * The descriptor is close-on-exec, and read-only without DRMSNOOP_WRITE.
 *
 * Returns 0 or a negative errno: -ENOENT (no node), -EACCES (may not open it),
 * -ENODEV (the card is gone), -ENOTTY (not a snoop node), -ENOMEM, -EMFILE; with
 * DRMSNOOP_WRITE also -EPERM (writing is switched off, or the kernel is locked
 * down) and -EOPNOTSUPP (this drm_snoop cannot write).
 */
int drmsnoop_open(unsigned int card, unsigned int flags,
		  struct drmsnoop **snoop);

/**
 * drmsnoop_open_process - open a snoop node and register a process
 * @pid: target
 * @card: N of cardN, or DRMSNOOP_ANY_CARD if the process uses only one card
 * @client_id: one client, or DRMSNOOP_ALL_CLIENTS
 * @flags: 0, DRMSNOOP_WRITE, DRMSNOOP_CLIENTS_ONLY
 * @snoop: returned handle, owned by the caller
 *
 * Registers its clients and, as far as that is possible, its memory; when it is
 * not, drmsnoop_range_reason() says why for the ranges that need it. Safe against
 * reuse of @pid: everything is taken from the process that had the number when
 * the function was called.
 *
 * Returns 0 or a negative errno: those of drmsnoop_open() and
 * drmsnoop_register_process(), and -EINVAL (@card is DRMSNOOP_ANY_CARD and the
 * process has clients on several cards; the message names them).
 */
int drmsnoop_open_process(pid_t pid, int card, uint64_t client_id,
			  unsigned int flags, struct drmsnoop **snoop);

/**
 * drmsnoop_open_fd - make a handle of a snoop descriptor that is already open
 * @fd: an open snoop node, as "drmsnoop run" gives to its command
 * @snoop: returned handle; owns @fd from now on and closes it in the end
 *
 * Keeps what @fd is registered for and bound to. If it is open for writing, so
 * are clients and memory that are registered from now on. On failure @fd is left
 * open.
 *
 * Returns 0 or a negative errno: -EBADF, -ENOTTY (not a snoop node), -ENODEV,
 * -ENOMEM.
 */
int drmsnoop_open_fd(int fd, struct drmsnoop **snoop);

/**
 * drmsnoop_close - close the descriptor and free the handle
 * @snoop: handle, or NULL
 */
void drmsnoop_close(struct drmsnoop *snoop);

/**
 * drmsnoop_fd - the descriptor of the handle
 * @snoop: handle
 *
 * Owned by the handle: dup() it to keep or to pass it on. It can be waited for by
 * poll(), select() and epoll: POLLHUP tells that the card is gone, or that the client
 * of what the handle is bound to has ended (not bound: all registered clients);
 * POLLPRI that a registered client has ended which drmsnoop_foreach_registered() has
 * not yet shown as DRM_SNOOP_CLIENT_GONE. POLLIN is always set. Older modules tell
 * only POLLIN and POLLOUT: see DRM_SNOOP_FEATURE_POLL of drmsnoop_card_info().
 */
int drmsnoop_fd(const struct drmsnoop *snoop);

/**
 * drmsnoop_card_info - what the kernel said about the card when it was opened
 * @snoop: handle
 *
 * Returns the answer of DRM_IOCTL_SNOOP_CARD_INFO, valid as long as the handle,
 * never NULL.
 */
const struct drm_snoop_card_info *
drmsnoop_card_info(const struct drmsnoop *snoop);

/* Registration: for writing, if the handle is open for writing */

/**
 * drmsnoop_register_process - register a process
 * @snoop: handle; not to be used by other threads meanwhile
 * @pid: target; clients on other cards than the handle's are passed over
 * @client_id: one client, or DRMSNOOP_ALL_CLIENTS
 *
 * Registers its DRM clients, and its memory as drmsnoop_open_process() does.
 * Clients that end while this runs are passed over.
 *
 * Returns the number of clients that were registered, at least 1, or a negative
 * errno: -ESRCH (no such process), -EACCES or -EPERM (may not be looked at),
 * -ENOENT (the process has no such client on this card), -ENOSPC (too many
 * registrations on this handle), -EDQUOT (too many of this user), -ENODEV,
 * -ENOMEM.
 */
int drmsnoop_register_process(struct drmsnoop *snoop, pid_t pid,
			      uint64_t client_id);

/**
 * drmsnoop_register_pid_fd - register the client behind one descriptor
 * @snoop: handle
 * @pid: target
 * @fd: descriptor number in the target
 * @client_id: returned client id, may be NULL
 *
 * Returns 0 or a negative errno: those of drmsnoop_check_access() and
 * drmsnoop_register_fd().
 */
int drmsnoop_register_pid_fd(struct drmsnoop *snoop, pid_t pid, int fd,
			     uint64_t *client_id);

/**
 * drmsnoop_register_fd - register the client of a DRM descriptor of the caller
 * @snoop: handle
 * @drm_fd: the caller's own descriptor; stays the caller's, may be closed after
 * @client_id: returned client id, may be NULL
 *
 * Returns 0 or a negative errno of DRM_IOCTL_SNOOP_REGISTER: -EBADF, -EINVAL
 * (not a DRM descriptor of the handle's card), -EACCES, -EPERM, -ENOSPC, -EDQUOT,
 * -ENODEV, -ENOMEM.
 */
int drmsnoop_register_fd(struct drmsnoop *snoop, int drm_fd,
			 uint64_t *client_id);

/**
 * drmsnoop_register_memory - register the memory of a process
 * @snoop: handle; not to be used by other threads meanwhile
 * @pid: target
 *
 * Ranges that a client bound by their CPU address (userptr) are reached only
 * with it. It is /proc/PID/mem that is registered, by its own rules.
 *
 * Returns 0 or a negative errno: -EACCES (may not be looked at), -ESRCH (no such
 * process, or it has no memory), -EOPNOTSUPP (this drm_snoop cannot), -ENOSPC,
 * -EDQUOT, -ENODEV, -ENOMEM.
 */
int drmsnoop_register_memory(struct drmsnoop *snoop, pid_t pid);

/* What registered clients have */

/** drmsnoop_registered_fn - called per registered client */
typedef int (*drmsnoop_registered_fn)(const struct drm_snoop_client *client,
				      void *data);
/** drmsnoop_vm_fn - called per VM */
typedef int (*drmsnoop_vm_fn)(const struct drm_snoop_vm *vm, void *data);
/** drmsnoop_object_fn - called per object handle */
typedef int (*drmsnoop_object_fn)(const struct drm_snoop_object *object,
				  void *data);
/** drmsnoop_range_fn - called per range */
typedef int (*drmsnoop_range_fn)(const struct drm_snoop_range *range,
				 void *data);

/**
 * drmsnoop_foreach_registered - clients that are registered on this handle
 * @snoop: handle
 * @fn: called per client, in ascending order of client id
 * @data: for @fn
 *
 * Returns 0, what @fn returned, or a negative errno: -ENODEV, -ENOMEM.
 */
int drmsnoop_foreach_registered(struct drmsnoop *snoop,
				drmsnoop_registered_fn fn, void *data);

/**
 * drmsnoop_foreach_vm - address spaces of a client
 * @snoop: handle
 * @client_id: a registered client
 * @fn: called per VM, in ascending order of vm_id
 * @data: for @fn
 *
 * Returns 0, what @fn returned, or a negative errno: -ENOENT (not registered),
 * -ESRCH (the client ended), -EOPNOTSUPP (the VMs of this driver are not known;
 * the message says why), -EBUSY (the driver held a lock for too long), -ENODEV,
 * -ENOMEM.
 */
int drmsnoop_foreach_vm(struct drmsnoop *snoop, uint64_t client_id,
			drmsnoop_vm_fn fn, void *data);

/**
 * drmsnoop_foreach_object - buffer objects of a client
 * @snoop: handle
 * @client_id: a registered client
 * @fn: called per handle, in ascending order
 * @data: for @fn
 *
 * Returns as drmsnoop_foreach_vm(), without -EOPNOTSUPP.
 */
int drmsnoop_foreach_object(struct drmsnoop *snoop, uint64_t client_id,
			    drmsnoop_object_fn fn, void *data);

/**
 * drmsnoop_foreach_range - mappings of a VM
 * @snoop: handle
 * @client_id: a registered client
 * @vm_id: a VM of the client
 * @fn: called per range, in ascending order of addresses
 * @data: for @fn
 *
 * Returns as drmsnoop_foreach_vm(); -ENOENT also if there is no such VM.
 */
int drmsnoop_foreach_range(struct drmsnoop *snoop, uint64_t client_id,
			   uint64_t vm_id, drmsnoop_range_fn fn, void *data);

/*
 * struct drmsnoop_objects - the objects of a client at one moment
 *
 * Opaque. Names by handle what a range names by object_id.
 */
struct drmsnoop_objects;

/**
 * drmsnoop_objects_get - take a table of the objects of a client
 * @snoop: handle
 * @client_id: a registered client
 * @objects: returned table; the caller frees it with drmsnoop_objects_free()
 *
 * Returns as drmsnoop_foreach_object().
 */
int drmsnoop_objects_get(struct drmsnoop *snoop, uint64_t client_id,
			 struct drmsnoop_objects **objects);

/**
 * drmsnoop_objects_free - free a table
 * @objects: table, or NULL
 */
void drmsnoop_objects_free(struct drmsnoop_objects *objects);

/**
 * drmsnoop_objects_find - look up an object by its identity
 * @objects: table
 * @object_id: as in struct drm_snoop_range
 *
 * Returns the entry with the lowest handle of that object, valid as long as the
 * table, or NULL: the client has no handle of it (a mapping keeps an object
 * whose handle was closed).
 */
const struct drm_snoop_object *
drmsnoop_objects_find(const struct drmsnoop_objects *objects,
		      uint64_t object_id);

/**
 * drmsnoop_range_reason - why a range cannot be read or written
 * @snoop: handle
 * @range: range
 * @flags: 0: read; DRMSNOOP_WRITE: read and written
 *
 * Returns some words for people, such as "process memory: permission denied",
 * or NULL if it can. Valid until a process is registered, at most as long as the
 * handle.
 */
const char *drmsnoop_range_reason(const struct drmsnoop *snoop,
				  const struct drm_snoop_range *range,
				  unsigned int flags);

/* Content */

/**
 * drmsnoop_bind_vm - make offsets of the handle addresses of a VM
 * @snoop: handle; not to be used by other threads meanwhile
 * @client_id: a registered client
 * @vm_id: a VM of the client
 * @end: returned first address after the VM, may be NULL
 *
 * A failure leaves the old binding.
 *
 * Returns 0 or a negative errno: -ENOENT, -ESRCH, -EOPNOTSUPP, -EBUSY, -ENODEV
 * as drmsnoop_foreach_range().
 */
int drmsnoop_bind_vm(struct drmsnoop *snoop, uint64_t client_id,
		     uint64_t vm_id, uint64_t *end);

/**
 * drmsnoop_bind_object - make offsets of the handle bytes of an object
 * @snoop: handle; not to be used by other threads meanwhile
 * @client_id: a registered client
 * @object: GEM handle of the client
 * @size: returned size of the object in bytes, may be NULL
 *
 * A failure leaves the old binding.
 *
 * Returns 0 or a negative errno: -ENOENT (not registered, or no such handle),
 * -ESRCH (the client ended), -EBUSY, -ENODEV.
 */
int drmsnoop_bind_object(struct drmsnoop *snoop, uint64_t client_id,
			 uint32_t object, uint64_t *size);

/**
 * drmsnoop_strip_sign - turn a sign-extended GPU address into a file offset
 * @end: first address after the VM, from drmsnoop_bind_vm() or struct
 *	drm_snoop_vm; 0 means 2^48
 * @addr: address; those below 2^63 are returned unchanged
 *
 * GPU tools print the upper half of an address space sign-extended, as
 * 0xffff800000001000; its file offset has no sign extension, as 0x800000001000.
 *
 * Returns the offset; @addr itself if it is not the sign extension of an
 * address that a VM of this size can have.
 */
uint64_t drmsnoop_strip_sign(uint64_t end, uint64_t addr);

/**
 * drmsnoop_query_range - find the range at or after an address
 * @snoop: handle that is bound
 * @addr: GPU address or offset in the object; sign-extended ones are accepted
 * @flags: 0: the range that covers @addr; DRM_SNOOP_QUERY_NEXT: or the next
 * @range: returned range
 * @range_size: sizeof(*range) as the caller was compiled with
 *
 * Returns 0 or a negative errno: -ENOENT (no such range), -ENXIO (the handle is
 * not bound), -ESRCH (the client ended), -EINVAL, -EBUSY, -ENODEV.
 */
int drmsnoop_query_range(struct drmsnoop *snoop, uint64_t addr, uint32_t flags,
			 struct drm_snoop_range *range, size_t range_size);

/**
 * drmsnoop_pread - read bytes of what the handle is bound to
 * @snoop: handle that is bound
 * @buf: where to
 * @count: number of bytes
 * @offset: GPU address or offset in the object; sign-extended ones are accepted
 *
 * Like pread(), with interrupted and short reads continued: less than @count
 * means that the byte after the last one is in a hole, past the end, or failed.
 *
 * Returns the number of bytes, 0 past the end, or a negative errno if not one
 * byte could be read: -EIO (a hole, or memory that cannot be read), -EACCES
 * (memory of the process, which is not registered), -ENXIO (not bound), -ESRCH
 * (the client ended), -ENOENT (the VM or handle is gone), -EOVERFLOW (@offset +
 * @count wraps), -EINVAL (@offset is no address), -EBUSY, -EPERM (kernel
 * lockdown), -ENODEV.
 */
ssize_t drmsnoop_pread(struct drmsnoop *snoop, void *buf, size_t count,
		       uint64_t offset);

/* Why there are no bytes: struct drmsnoop_piece.hole. */
/* there are bytes */
#define DRMSNOOP_HOLE_NONE		0
/* nothing is bound at these addresses */
#define DRMSNOOP_HOLE_UNBOUND		1
/* something is bound, but its content cannot be read */
#define DRMSNOOP_HOLE_UNREADABLE	2
/* past the end of the VM or object */
#define DRMSNOOP_HOLE_END		3

/**
 * struct drmsnoop_piece - a run of bytes, or a hole
 */
struct drmsnoop_piece {
	/** @offset: First byte of the piece: address, or offset in an object. */
	uint64_t offset;

	/** @size: Number of bytes, at least 1. */
	uint64_t size;

	/** @data: @size bytes, or NULL if the piece is a hole. */
	const void *data;

	/** @hole: DRMSNOOP_HOLE_*. */
	int hole;

	/**
	 * @reason: With DRMSNOOP_HOLE_UNREADABLE, as drmsnoop_range_reason();
	 * NULL if it is not known.
	 */
	const char *reason;
};

/** drmsnoop_piece_fn - called per piece, see the top of this file */
typedef int (*drmsnoop_piece_fn)(const struct drmsnoop_piece *piece,
				 void *data);

/**
 * drmsnoop_read - read a window with its holes
 * @snoop: handle that is bound
 * @offset: first byte: GPU address or offset in the object
 * @size: number of bytes
 * @fn: called per piece; the pieces are in order and cover the window
 * @data: for @fn
 *
 * Bytes come in pieces of at most 1 MiB, a hole as one piece. Nothing is made
 * up: what could not be read is a hole.
 *
 * Returns 0 when the whole window was covered, what @fn returned, or a negative
 * errno as drmsnoop_pread() but -EIO and -EACCES, and -ENOMEM.
 */
int drmsnoop_read(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
		  drmsnoop_piece_fn fn, void *data);

/**
 * drmsnoop_check_write - find out whether bytes can be written
 * @snoop: handle that is bound and open for writing
 * @offset: first byte: GPU address or offset in the object
 * @size: number of bytes
 * @dropped: returned number of bytes in sparse ranges, where nothing is stored;
 *	may be NULL
 *
 * Looks at all ranges, and writes nothing. The target may bind something else
 * before drmsnoop_pwrite() comes.
 *
 * Returns 0, or a negative errno for the first byte that cannot be written:
 * -EIO (nothing is bound there), -EACCES (bound read-only, memory of the process
 * that is not registered, a handle that is not open for writing), -ENOSPC (past
 * the end), and those of drmsnoop_query_range().
 */
int drmsnoop_check_write(struct drmsnoop *snoop, uint64_t offset,
			 uint64_t size, uint64_t *dropped);

/**
 * drmsnoop_pwrite - write bytes to what the handle is bound to
 * @snoop: handle that is bound and open for writing
 * @buf: bytes
 * @count: number of bytes
 * @offset: GPU address or offset in the object; sign-extended ones are accepted
 *
 * Like pwrite(), with interrupted and short writes continued: less than @count
 * means that the byte after the last one could not be written.
 *
 * Returns the number of bytes, or a negative errno if not one byte could be
 * written: -EIO, -EACCES and -ENOSPC as drmsnoop_check_write(), -EPERM (writing
 * was switched off, or the kernel locked down), and others of drmsnoop_pread().
 */
ssize_t drmsnoop_pwrite(struct drmsnoop *snoop, const void *buf, size_t count,
			uint64_t offset);

/**
 * drmsnoop_sync - make written bytes visible to the device
 * @snoop: handle
 *
 * As fsync() on the descriptor: writes are on their way to memory then, past the
 * CPU's caches and buffers. What the GPU has in its own caches stays there.
 *
 * Returns 0 or a negative errno: -ENODEV, -EOPNOTSUPP (the device does not see the
 * caches of the CPU).
 */
int drmsnoop_sync(struct drmsnoop *snoop);

/* Maps */

/* struct drmsnoop_part.flags */
/* a piece of a snapshot: as it was when the map was made, and never again */
#define DRMSNOOP_PART_COPY	(1U << 0)

/**
 * struct drmsnoop_part - a part of a map: of one range, or a hole
 */
struct drmsnoop_part {
	/** @offset: First byte: address, or offset in an object; of a page. */
	uint64_t offset;

	/** @size: Number of bytes: whole pages, at least one. */
	uint64_t size;

	/**
	 * @generation: Of the range that was found, as drmsnoop_query_range() tells
	 * it: another one there means that something else is bound by now. 0 where
	 * nothing was bound.
	 */
	uint64_t generation;

	/**
	 * @error: 0: mapped. Else a negative errno, and an access is SIGSEGV:
	 * -ENXIO (nothing was bound), -EOPNOTSUPP (what cannot be mapped: memory of
	 * the process, sparse, half pages, objects that their driver does not map),
	 * -EACCES (not to be mapped so: bound for reading only, say), -ENODATA (an
	 * object without content), and with DRMSNOOP_COPY what could not be read.
	 */
	int error;

	/** @flags: DRMSNOOP_PART_*. */
	uint32_t flags;
};

/**
 * struct drmsnoop_map - a window of what a handle is bound to, in memory
 *
 * Made by drmsnoop_map(), ended by drmsnoop_unmap(); not to be changed. It needs
 * neither the handle nor its binding any more.
 */
struct drmsnoop_map {
	/** @addr: Where @offset is. */
	void *addr;

	/** @offset: First byte: address, or offset in the object; of a page. */
	uint64_t offset;

	/** @size: Number of bytes, whole pages. */
	uint64_t size;

	/** @parts: In ascending order; they cover all of it. */
	const struct drmsnoop_part *parts;

	/** @part_count: Number of @parts, at least 1. */
	size_t part_count;
};

/**
 * drmsnoop_map - map what can be mapped of a window
 * @snoop: handle that is bound
 * @offset: first byte: GPU address or offset in the object; sign-extended ones are
 *	accepted
 * @size: number of bytes, at least 1
 * @flags: 0: for reading; DRMSNOOP_WRITE: and for writing; DRMSNOOP_COPY: for reading, and
 *	what cannot be mapped (-EOPNOTSUPP) is copied, as drmsnoop_snapshot() does it
 * @map: returned map; the caller ends it with drmsnoop_unmap()
 *
 * The window grows to whole pages. What another process has stored is seen in it at
 * once, and the other way round; of memory that the CPU cannot map it has a copy,
 * which madvise(MADV_DONTNEED) makes afresh (see mmap() of drm_snoop). It shows what
 * was bound when it was made: compare generations to learn whether it still is.
 * An access to a mapped part is SIGBUS when the card is gone.
 *
 * Returns 0 if something was mapped, or a negative errno with nothing mapped: that of
 * the first part with something in it (see struct drmsnoop_part) if none could be;
 * -EINVAL (@size is 0, unknown flags, @offset is no address), -EOVERFLOW (@offset +
 * @size wraps), -EACCES (to be written, and the handle is not open for it), -EDQUOT
 * (the user's limit), -ENOMEM (also: more parts than vm.max_map_count), -EOPNOTSUPP
 * (this drm_snoop does not map), -EPERM, -ESTALE (the target binds anew all the time),
 * -ENXIO (not bound), -ENOENT, -ESRCH, -EBUSY, -ENODEV.
 */
int drmsnoop_map(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
		 unsigned int flags, struct drmsnoop_map **map);

/**
 * drmsnoop_unmap - unmap all of a map and free it
 * @map: map, or NULL
 */
void drmsnoop_unmap(struct drmsnoop_map *map);

/* Snapshots */

/**
 * drmsnoop_snapshot - copy a window to a file of its own
 * @snoop: handle that is bound
 * @offset: first byte: GPU address or offset in the object; sign-extended ones are
 *	accepted
 * @size: number of bytes, at least 1
 * @progress: written while it runs, for other threads to read, or NULL
 *
 * The window grows to whole pages. The file is sparse, sealed, and can be mapped; holes
 * read as zeros, so look at the table, or seek by SEEK_DATA, to know what was there. The
 * target is not stopped. A snapshot needs neither the handle nor the target.
 *
 * Returns its descriptor, read-only and close-on-exec, to be closed by the caller, or a
 * negative errno: -EOPNOTSUPP (this drm_snoop takes none), -EDQUOT (the user's limit),
 * -ENOMEM, -EFBIG, -EINVAL (@size is 0, @offset is no address), -EOVERFLOW, -ENXIO (not
 * bound), -ENOENT, -ESRCH, -EPERM, -EMFILE, -ENODEV.
 */
int drmsnoop_snapshot(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
		      struct drm_snoop_progress *progress);

/**
 * drmsnoop_snapshot_consistent - copy a window as it is at one moment
 * @snoop: handle that is bound, opened for writing
 * @offset: as for drmsnoop_snapshot()
 * @size: as for drmsnoop_snapshot()
 * @budget_ms: most milliseconds for which writers are stopped, or 0: as many as
 *	drm_snoop allows
 * @stopped_us: returned microseconds for which they were, or NULL
 * @progress: as for drmsnoop_snapshot()
 *
 * The CPU and the GPU are kept from writing to the objects of the window for as long as
 * all is copied. Entries of the table with DRM_SNOOP_SNAPSHOT_NOT_STOPPED are not of that
 * moment: memory of the process, and objects that others use too.
 *
 * Returns as drmsnoop_snapshot(); -ETIME (@budget_ms is over; nobody is stopped any
 * more), -EACCES (not for writing), -EPERM (also: switched off), -EBUSY (the target binds
 * anew all the time), -EOPNOTSUPP (this drm_snoop takes none that are consistent).
 */
int drmsnoop_snapshot_consistent(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
				 uint32_t budget_ms, uint32_t *stopped_us,
				 struct drm_snoop_progress *progress);

/**
 * drmsnoop_snapshot_start - the address of byte 0 of a snapshot
 * @snapshot: descriptor of drmsnoop_snapshot(), or a duplicate
 * @start: returned address, or offset in the object
 *
 * Returns 0 or a negative errno: -ENOTTY (something else), -EBADF.
 */
int drmsnoop_snapshot_start(int snapshot, uint64_t *start);

/** drmsnoop_snapshot_range_fn - called per entry, see the top of this file */
typedef int (*drmsnoop_snapshot_range_fn)(const struct drm_snoop_snapshot_range *range,
					  void *data);

/**
 * drmsnoop_foreach_snapshot_range - what was bound when a snapshot was taken
 * @snapshot: descriptor of drmsnoop_snapshot(), or a duplicate
 * @fn: called per range, or part of one, in ascending order of addresses
 * @data: for @fn
 *
 * Returns 0, what @fn returned, or as drmsnoop_snapshot_start().
 */
int drmsnoop_foreach_snapshot_range(int snapshot, drmsnoop_snapshot_range_fn fn,
				    void *data);

/* Cores */

/*
 * struct drmsnoop_core - an ELF core of an address space
 *
 * Opaque. Made by drmsnoop_core_open(), ended by drmsnoop_core_close(). What is bound, and
 * so where everything is in the file, was listed when it was made; content is read when
 * it is asked for.
 */
struct drmsnoop_core;

/**
 * struct drmsnoop_core_options - what a core is to be of
 *
 * Zeros, but for what is set.
 */
struct drmsnoop_core_options {
	/** @client_id: A registered client. */
	uint64_t client_id;

	/** @vm_id: A VM of it; the handle is bound to it. */
	uint64_t vm_id;

	/** @pid: The process to be named in the core, or 0. */
	pid_t pid;

	/** @placements: Only objects in these: 1 << DRM_SNOOP_PLACEMENT_*; 0: all. */
	uint32_t placements;

	/** @start: Only addresses from here on. */
	uint64_t start;

	/** @end: Only addresses below; 0: to the end. */
	uint64_t end;

	/**
	 * @flags: DRMSNOOP_CORE_LIVE, for what is not kept; DRMSNOOP_CORE_SNAPSHOT, and with
	 * it DRMSNOOP_CORE_CONSISTENT.
	 */
	uint32_t flags;

	/**
	 * @snapshot: With DRMSNOOP_CORE_SNAPSHOT: descriptor of drmsnoop_snapshot() that
	 * ranges and content are taken from; the caller's, in use as long as the core.
	 */
	int snapshot;
};

/**
 * drmsnoop_core_open - lay out a core
 * @snoop: handle that is bound to the VM; in use as long as the core, but with
 *	DRMSNOOP_CORE_SNAPSHOT only during the call
 * @options: see there
 * @core: returned; the caller ends it with drmsnoop_core_close()
 *
 * Takes 72 bytes of memory for each range, and 40 for each object of the client.
 *
 * Returns 0 or a negative errno: -EFBIG (more than a file can have), -EINVAL, -ENOMEM,
 * and those of drmsnoop_foreach_range(), drmsnoop_foreach_object() and
 * drmsnoop_foreach_snapshot_range().
 */
int drmsnoop_core_open(struct drmsnoop *snoop,
		       const struct drmsnoop_core_options *options,
		       struct drmsnoop_core **core);

/**
 * drmsnoop_core_measure - the size that a core would have
 * @snoop: handle
 * @options: as for drmsnoop_core_open()
 * @size: returned size in bytes
 *
 * Lists what drmsnoop_core_open() lists, and takes no memory for it.
 *
 * Returns as drmsnoop_core_open().
 */
int drmsnoop_core_measure(struct drmsnoop *snoop,
			  const struct drmsnoop_core_options *options, uint64_t *size);

/**
 * drmsnoop_core_close - free a core
 * @core: core, or NULL
 */
void drmsnoop_core_close(struct drmsnoop_core *core);

/**
 * drmsnoop_core_size - size of the file in bytes
 * @core: core
 */
uint64_t drmsnoop_core_size(const struct drmsnoop_core *core);

/**
 * drmsnoop_core_ranges - what is in a core
 * @core: core
 * @count: returned number of entries
 *
 * Returns the entries, in ascending order, valid until the core is dumped or closed.
 */
const struct drmsnoop_core_range *
drmsnoop_core_ranges(const struct drmsnoop_core *core, size_t *count);

/**
 * drmsnoop_core_pread - bytes of the file
 * @core: core; several threads may read
 * @buf: where to
 * @count: number of bytes
 * @offset: in the file
 *
 * Content of ranges is that at their addresses now, or in the snapshot.
 *
 * Returns the number of bytes: less than @count if the byte after them cannot be read, or
 * at the end of the file; or a negative errno of drmsnoop_pread() if not one byte could be
 * read.
 */
ssize_t drmsnoop_core_pread(struct drmsnoop_core *core, void *buf, size_t count,
			    uint64_t offset);

/**
 * drmsnoop_core_put_fn - called with bytes of the file, see the top of this header
 *
 * Of the file, what no call brings is zeros.
 */
typedef int (*drmsnoop_core_put_fn)(const void *bytes, size_t size,
				    uint64_t offset, void *data);

/**
 * drmsnoop_core_dump - write a core that is kept
 * @core: core; not to be used by other threads meanwhile
 * @put: called per piece of at most 1 MiB, in ascending order of offsets from 4096 on; the
 *	bytes before that, which have the ELF header, are the last call
 * @data: for @put
 *
 * What cannot be read when its turn comes is told in the notes, and is in no segment: it
 * becomes an entry of its own of drmsnoop_core_ranges(), which changes. So does
 * drmsnoop_core_size(), whose value is final when offset 0 is put.
 *
 * Returns 0, what @put returned, or a negative errno: -ESRCH (the client ended), -ENOMEM,
 * -EFBIG and others of drmsnoop_pread().
 */
int drmsnoop_core_dump(struct drmsnoop_core *core, drmsnoop_core_put_fn put,
		       void *data);

/** drmsnoop_pages_fn - called per run of pages, see the top of this file */
typedef int (*drmsnoop_pages_fn)(const struct drm_snoop_pages *pages,
				 void *data);

/**
 * drmsnoop_foreach_pages - find out where bytes are now
 * @snoop: handle that is bound
 * @offset: first byte: GPU address or offset in the object
 * @size: number of bytes
 * @fn: called per run of pages, as long as possible; not for holes
 * @data: for @fn
 *
 * Offsets in VRAM, DMA and physical addresses are told only if the descriptor was
 * opened with CAP_SYS_ADMIN. Memory can move at any time.
 *
 * Returns 0, what @fn returned, or a negative errno: -EOPNOTSUPP (this drm_snoop
 * cannot tell), -EOVERFLOW, -EINVAL, -ENXIO (not bound), -ESRCH, -ENOENT, -EBUSY,
 * -ENODEV, -ENOMEM.
 */
int drmsnoop_foreach_pages(struct drmsnoop *snoop, uint64_t offset,
			   uint64_t size, drmsnoop_pages_fn fn, void *data);

/* Words for numbers: never NULL, never freed; "?" for unknown values */

/** drmsnoop_node_name - "card", "render" or "accel" of DRM_SNOOP_NODE_* */
const char *drmsnoop_node_name(uint32_t node);
/** drmsnoop_adapter_name - "none", "ready", "failed", "off" of DRM_SNOOP_ADAPTER_* */
const char *drmsnoop_adapter_name(uint32_t state);
/** drmsnoop_object_kind_name - "other", "ttm", "shmem" of DRM_SNOOP_OBJECT_* */
const char *drmsnoop_object_kind_name(uint32_t kind);
/** drmsnoop_path_name - "none", "ttm", "shmem", "vmap", "dma-buf" of DRM_SNOOP_PATH_* */
const char *drmsnoop_path_name(uint32_t path);
/** drmsnoop_range_kind_name - "object", "userptr", "sparse" of DRM_SNOOP_RANGE_* */
const char *drmsnoop_range_kind_name(uint32_t kind);
/**
 * drmsnoop_placement_name - word for DRM_SNOOP_PLACEMENT_*
 * @placement: value
 *
 * "unknown", "system", "tt", "vram", "private", "swapped", "none".
 */
const char *drmsnoop_placement_name(uint32_t placement);
/** drmsnoop_hole_name - "data", "unbound", "unreadable", "end" of DRMSNOOP_HOLE_* */
const char *drmsnoop_hole_name(int hole);

/* Size of the buffer of drmsnoop_flags_text(), with the NUL. */
#define DRMSNOOP_FLAGS_SIZE	6

/**
 * drmsnoop_may_write - whether an object or range is there to be written
 * @flags: DRM_SNOOP_READABLE and others
 *
 * True if its content can be had and it is not bound read-only: then whoever
 * opens for writing can write it.
 */
bool drmsnoop_may_write(uint32_t flags);

/**
 * drmsnoop_flags_text - flags of an object or range as five letters
 * @flags: DRM_SNOOP_READABLE and others
 * @text: returned: 'r' readable, 'w' as drmsnoop_may_write(), 'i' imported, 'e'
 *	exported, 'p' purged, in this order, '-' where that is not so
 *
 * Returns @text.
 */
const char *drmsnoop_flags_text(uint32_t flags, char text[DRMSNOOP_FLAGS_SIZE]);

/**
 * drmsnoop_object_reason - why an object cannot be read
 * @object: object
 *
 * Returns the errno and some words for people, such as "ENODATA: it has no
 * content", or NULL if it can.
 */
const char *drmsnoop_object_reason(const struct drm_snoop_object *object);

/**
 * drmsnoop_format_object - an object as one line
 * @object: object
 * @buf: returned line with a newline, cut to @size with its NUL
 * @size: size of @buf; 160 is enough
 *
 * The line is: handle flags kind placement size path [# reason], for example
 *
 *	3 rw--- ttm vram 0x10000 ttm
 *
 * Returns the length of the whole line, as snprintf().
 */
int drmsnoop_format_object(const struct drm_snoop_object *object, char *buf,
			   size_t size);

/**
 * drmsnoop_format_range - a range as one line, like those of /proc/PID/maps
 * @range: range
 * @objects: table to find the handle in, or NULL
 * @reason: why it cannot be read, as drmsnoop_range_reason(), or NULL
 * @buf: returned line with a newline, cut to @size with its NUL
 * @size: size of @buf; 256 is enough
 *
 * The line is: start-end flags kind placement handle:offset size [# reason], for
 * example
 *
 *	000000100000-000000101000 rw--- object vram 3:0x2000 0x10000
 *
 * with handle 0 for an object without handle, "cpu:" and the CPU address for memory
 * of the process, and "-:0x0 0x0" where there is neither. Addresses are
 * hexadecimal, at least 12 digits.
 *
 * Returns the length of the whole line, as snprintf().
 */
int drmsnoop_format_range(const struct drm_snoop_range *range,
			  const struct drmsnoop_objects *objects,
			  const char *reason, char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* DRMSNOOP_H */
