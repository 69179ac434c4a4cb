/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SNOOP_H
#define TESTS_SNOOP_H

#include <linux/types.h>
#include <stddef.h>
#include <sys/types.h>

#include <drm/drm_snoop.h>

/*
 * The calls of a snoop node, bare: the tests of the kernel module do not use
 * libdrmsnoop, so that the module is tested by itself. Every function returns
 * a negative error number when it fails, tries once and prints nothing.
 */

/* Opens the node of the @index-th card whose driver is @driver, O_RDONLY. */
int snoop_open(const char *driver, unsigned int index);
/* Opens the node behind @snoop again, with other flags. */
int snoop_reopen(int snoop, int flags);
/* Opens the DRM node of @node (DRM_SNOOP_NODE_*) of the card behind @snoop. */
int snoop_open_drm(int snoop, __u32 node, int flags);

int snoop_ioctl(int snoop, unsigned long request, void *arg);
int snoop_card_info(int snoop, struct drm_snoop_card_info *info);
int snoop_register(int snoop, int drm, __u64 *client_id);
int snoop_register_flags(int snoop, int drm, __u32 flags, __u64 *client_id);
int snoop_register_mem(int snoop, int mem, __u32 flags);
/* Binds; @size may be NULL. */
int snoop_bind_vm(int snoop, __u64 client_id, __u64 vm_id, __u64 *size);
int snoop_bind_object(int snoop, __u64 client_id, __u64 handle, __u64 *size);
int snoop_query(int snoop, __u64 addr, __u32 flags, struct drm_snoop_range *range);
/*
 * Lists all of DRM_SNOOP_LIST_* @what to @entries, which has room for @max
 * elements of the size that the header says; returns their number. At most
 * @page elements are asked for at once.
 */
int snoop_list(int snoop, __u32 what, __u64 client_id, __u64 vm_id, void *entries,
	       unsigned int max, unsigned int page);
/*
 * All of QUERY_PAGES for [@addr, @end) to @runs, which has room for @max elements,
 * at most @page at once; returns their number.
 */
int snoop_pages(int snoop, __u64 addr, __u64 end, struct drm_snoop_pages *runs,
		unsigned int max, unsigned int page);
/*
 * A snapshot of [@addr, @addr + @size): its descriptor. @answer, which may be NULL, gets
 * what the call returned.
 */
int snoop_snapshot(int snoop, __u64 addr, __u64 size, struct drm_snoop_snapshot *answer);
/* The same with writers stopped, for @budget_ms at most. */
int snoop_snapshot_consistent(int snoop, __u64 addr, __u64 size, __u32 budget_ms,
			      struct drm_snoop_snapshot *answer);
/* All of the table of a snapshot, as snoop_pages(). */
int snoop_snapshot_table(int snapshot, struct drm_snoop_snapshot_range *entries,
			 unsigned int max, unsigned int page);
/* Bytes of one entry of @what. */
size_t snoop_entry_size(__u32 what);
/* The entry of @handle in the list of objects. */
int snoop_find_object(int snoop, __u64 client_id, __u32 handle,
		      struct drm_snoop_object *object);

ssize_t snoop_pread(int snoop, void *buf, size_t len, __u64 addr);
ssize_t snoop_pwrite(int snoop, const void *buf, size_t len, __u64 addr);
ssize_t snoop_read(int snoop, void *buf, size_t len);
/* The position is returned, because all of its 64 bits may be set. */
int snoop_seek(int snoop, __u64 offset, int whence, __u64 *position);

/* A copy of descriptor @fd of another process, by pidfd_getfd(). */
int snoop_steal_fd(pid_t pid, int fd);
/* Opens /proc/PID/mem. */
int snoop_open_mem(pid_t pid, int flags);
/* The number of @pid's descriptor of DRM client @client_id, from its fdinfo. */
int snoop_client_fd(pid_t pid, __u64 client_id);
/* The drm-client-id of one of the caller's own descriptors. */
int snoop_fdinfo_client(int fd, __u64 *client_id);

#endif
