/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUSE_MOUNT_H
#define TESTS_FUSE_MOUNT_H

#include <sys/types.h>

/*
 * A drmsnoopfs for tests in C; DRMSNOOPFS may name another flavour of it. All functions
 * fail the running test when something does not do as it should.
 */

/**
 * struct fuse_mount - a mount, and the process that serves it
 * @dir: mount point; @dir.log is what it said
 * @pid: process that waits for the daemon's end, 0 when there is none
 */
struct fuse_mount {
	char dir[64];
	pid_t pid;
};

/* @user, @options (of -o): may be NULL. Root cannot look into the mount of another. */
void fuse_mount_start(struct fuse_mount *mount, const char *user, const char *options);
/* The last lines that it said, cut to @size with a NUL. */
void fuse_mount_log(const struct fuse_mount *mount, char *text, size_t size);
/* Descriptors that the daemon of a mount of root has open. */
unsigned int fuse_mount_descriptors(const struct fuse_mount *mount);
/* Unmounts; the daemon must end well. */
void fuse_mount_stop(struct fuse_mount *mount);
/* The same without looking: for teardown. */
void fuse_mount_kill(struct fuse_mount *mount);

#endif
