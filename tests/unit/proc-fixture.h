/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROC_FIXTURE_H
#define PROC_FIXTURE_H

/*
 * A tree of files that stands in for /proc, /sys and /dev. Links named "a:b" stand
 * in for links to a character device with that number.
 */

#include "internal.h"

/* Paths of the tree, for the functions of libdrmsnoop that take them. */
extern struct dsn_roots fixture;

/* Make the tree, empty, or remove it: for cmocka's setup and teardown. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/*
 * fixture_file - write a file; directories above it are made
 * @path: in the tree, as "proc/12/comm"
 */
void fixture_file(const char *path, const char *text);

/* Make a symbolic link; directories above it are made. */
void fixture_link(const char *path, const char *target);

/* Make a directory and those above it. */
void fixture_dir(const char *path);

/*
 * fixture_card - add card N, with render node 128+N unless @render is 0
 */
void fixture_card(unsigned int n, int render, const char *driver);

/*
 * fixture_process - add a process
 * @uid: of user and group; with no capabilities
 */
void fixture_process(int pid, const char *comm, unsigned int uid);

/*
 * fixture_fd - add a descriptor
 * @rdev: "226:128"
 * @fdinfo: text of its fdinfo, NULL for none
 */
void fixture_fd(int pid, int fd, const char *rdev, const char *fdinfo);

#endif /* PROC_FIXTURE_H */
