/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DRMSNOOP_INTERNAL_H
#define DRMSNOOP_INTERNAL_H

/*
 * What the files of libdrmsnoop share. Not installed. Unit tests use it to put
 * fixtures in place of /proc, /sys, /dev and the kernel's ioctls.
 */

#include <stdbool.h>
#include "drmsnoop.h"

/* Character device major of DRM minors, Linux 6.12 include/drm/drm_file.h */
#define DSN_DRM_MAJOR	226

static inline uint64_t dsn_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * struct dsn_roots - where the kernel's file systems are
 *
 * Immutable while used.
 */
struct dsn_roots {
	/* @proc: "/proc" */
	const char *proc;
	/* @sys: "/sys" */
	const char *sys;
	/* @dev: "/dev" */
	const char *dev;
	/*
	 * @rdev: Device number of the character device that the link @name in
	 * the directory @dirfd leads to: 0, -ENODEV if it is something else, or
	 * another negative errno.
	 */
	int (*rdev)(int dirfd, const char *name, dev_t *rdev);
};

/* The real ones. */
extern const struct dsn_roots dsn_real_roots;

/*
 * struct dsn_backend - how to reach drm_snoop
 *
 * All return a negative errno on failure.
 */
struct dsn_backend {
	int (*ioctl)(int fd, unsigned long request, void *arg);
	ssize_t (*pread)(int fd, void *buf, size_t count, off_t offset);
	ssize_t (*pwrite)(int fd, const void *buf, size_t count, off_t offset);
	int (*fsync)(int fd);
	/* @addr: returned; MAP_SHARED, wherever there is room */
	int (*mmap)(int fd, size_t size, int prot, off_t offset, void **addr);
};

/* The real one. */
extern const struct dsn_backend dsn_kernel;

/*
 * struct drmsnoop - see drmsnoop.h
 *
 * @fd, @backend, @write and @info are immutable after creation.
 * @end changes in the bind functions, and @memory in those that register memory,
 * which need the handle for themselves.
 */
struct drmsnoop {
	int fd;
	const struct dsn_backend *backend;
	/* @fd is open for writing, and so it is registered */
	bool write;
	struct drm_snoop_card_info info;
	/* first offset past what is bound; 0 if not known */
	uint64_t end;
	/* why the process's memory was not registered; "" if it was */
	char memory[96];
};

/*
 * dsn_handle_new - make a handle around a descriptor
 * @fd: owned by the handle on success
 * @write: @fd is open for writing
 * @backend: outlives the handle
 * @snoop: returned handle
 */
int dsn_handle_new(int fd, bool write, const struct dsn_backend *backend,
		   struct drmsnoop **snoop);

/* error.c */

/*
 * dsn_fail - set this thread's message
 * @error: positive errno
 * @format: as printf(); control characters in the result are made harmless
 *
 * Returns -@error.
 */
int dsn_fail(int error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* file.c: small files and links of sysfs and procfs */

/*
 * dsn_read_file - read a small file whole
 * @buf: returned text with a NUL, cut to @size
 *
 * Returns the length or a negative errno.
 */
ssize_t dsn_read_file(const char *path, char *buf, size_t size);

/*
 * dsn_link_name - last component of what a symbolic link says
 * @name: returned name, "" on failure
 *
 * Returns 0 or a negative errno.
 */
int dsn_link_name(const char *path, char *name, size_t size);

/*
 * dsn_parse_id - read a number that is all of a string
 * @text: digits of @base, nothing else
 *
 * Returns 0, -EINVAL or -ERANGE.
 */
int dsn_parse_id(const char *text, int base, uint64_t *value);

/* explain.c: causes and cures */

/* What was refused, for dsn_explain_process(). */
enum dsn_refused {
	/* seeing /proc/PID/fd: PTRACE_MODE_READ */
	DSN_REFUSED_SIGHT,
	/* pidfd_getfd(): PTRACE_MODE_ATTACH */
	DSN_REFUSED_ATTACH,
};

/*
 * dsn_explain_process - say why a process may not be looked at
 *
 * Returns -@error, with the message set.
 */
int dsn_explain_process(const struct dsn_roots *roots, pid_t pid,
			enum dsn_refused refused, int error);

/*
 * dsn_explain_node - say why the snoop node of a card could not be opened
 * @write: it was to be opened for writing
 *
 * Returns -@error, with the message set.
 */
int dsn_explain_node(const struct dsn_roots *roots, unsigned int card,
		     bool write, int error);

/*
 * dsn_explain_writing - say why nobody may write
 *
 * Returns -EPERM (switched off, locked down) or -EOPNOTSUPP (an old module),
 * with the message set.
 */
int dsn_explain_writing(const struct dsn_roots *roots);

/*
 * dsn_explain_ioctl - say why a call on a handle failed
 * @what: name of the call
 *
 * Knows the errors that mean the same for all calls.
 *
 * Returns -@error, with the message set.
 */
int dsn_explain_ioctl(const struct drmsnoop *snoop, const char *what,
		      int error);

/* content.c: what reading and writing share */

/*
 * dsn_check_window - check a window and make its start a file offset
 * @offset: first byte; its sign extension is taken off
 * @size: number of bytes; what is past the last file offset is cut off
 *
 * Returns 0, -EOVERFLOW or -EINVAL.
 */
int dsn_check_window(const struct drmsnoop *snoop, uint64_t *offset,
		     uint64_t *size);

/*
 * dsn_explain_content - say why a call on a bound handle failed
 * @what: "reading" or "writing"
 *
 * Returns -@error, with the message set.
 */
int dsn_explain_content(const struct drmsnoop *snoop, const char *what,
			int error);

/* memory.c */

/*
 * dsn_register_memory - register a process's memory, as far as it is possible
 * @pidfd: of the process
 *
 * A failure is kept in the handle, for drmsnoop_range_reason().
 *
 * Returns 0 or a negative errno; the message is not set.
 */
int dsn_register_memory(struct drmsnoop *snoop, int pidfd, pid_t pid);

/*
 * dsn_fault_reason - why a part of a range that can be reached as such could not be
 *
 * Returns a text that stays, or NULL where nothing is known.
 */
const char *dsn_fault_reason(const struct drm_snoop_range *range);

/* card.c */

/* drmsnoop_foreach_card() with other roots */
int dsn_foreach_card(const struct dsn_roots *roots, drmsnoop_card_fn fn,
		     void *data);

/*
 * dsn_card_of_rdev - find the card and the kind of a DRM node
 * @rdev: device number
 * @card: returned N of cardN
 * @node: returned DRM_SNOOP_NODE_*
 *
 * Returns 0, or -ENODEV if this is no DRM node of a card.
 */
int dsn_card_of_rdev(const struct dsn_roots *roots, dev_t rdev,
		     unsigned int *card, unsigned int *node);

/* fdinfo.c */

/*
 * struct dsn_fdinfo - what an fdinfo file says about a DRM descriptor
 */
struct dsn_fdinfo {
	/* @client_id: drm-client-id, or 0 */
	uint64_t client_id;
	/* @driver: drm-driver, or "" */
	char driver[32];
};

/*
 * dsn_parse_fdinfo - take what we need of the text of an fdinfo file
 * @text: NUL-terminated
 * @info: returned; unknown and malformed lines are passed over
 */
void dsn_parse_fdinfo(const char *text, struct dsn_fdinfo *info);

/*
 * dsn_own_fdinfo - read the fdinfo of a descriptor of this thread
 *
 * Returns 0 or a negative errno.
 */
int dsn_own_fdinfo(const struct dsn_roots *roots, int fd,
		   struct dsn_fdinfo *info);

/* process.c */

/*
 * struct dsn_scan - the clients of one process
 *
 * @clients point into the scan itself.
 */
struct dsn_scan {
	char comm[64];
	uid_t uid;
	struct drmsnoop_client *clients;
	size_t count;
	/* texts of the clients' driver names */
	char (*drivers)[32];
};

/*
 * dsn_scan_process - find the clients of a process
 * @pid: process
 * @card: N of cardN, or DRMSNOOP_ANY_CARD
 * @scan: returned; end it with dsn_scan_end() also on failure
 *
 * Returns as drmsnoop_foreach_client().
 */
int dsn_scan_process(const struct dsn_roots *roots, pid_t pid, int card,
		     struct dsn_scan *scan);
void dsn_scan_end(struct dsn_scan *scan);

/* drmsnoop_foreach_client() with other roots */
int dsn_foreach_client(const struct dsn_roots *roots, pid_t pid, int card,
		       drmsnoop_client_fn fn, void *data);

/* pidfd.c */

/*
 * dsn_pidfd_open - get a descriptor of a process
 *
 * Returns the descriptor, or a negative errno with the message set.
 */
int dsn_pidfd_open(const struct dsn_roots *roots, pid_t pid);

/*
 * dsn_pidfd_getfd - get a copy of a descriptor of a process
 * @pid: for messages
 *
 * Returns the descriptor (close-on-exec), or a negative errno with the message
 * set.
 */
int dsn_pidfd_getfd(const struct dsn_roots *roots, int pidfd, pid_t pid,
		    int fd);

#endif /* DRMSNOOP_INTERNAL_H */
