/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REQUEST_H
#define REQUEST_H

/* Requests of the kernel: what all that answer them need. */

#include <stdbool.h>

#include <fuse_lowlevel.h>

#include "fs.h"

/** fs_of - the file system that a request is for */
struct fs *fs_of(fuse_req_t req);

/** node_of - the node that the kernel means by a number */
struct node *node_of(fuse_req_t req, fuse_ino_t ino);

/**
 * reply_error - answer a request
 * @req: request; gone when this returns
 * @err: 0 or a negative errno
 */
void reply_error(fuse_req_t req, int err);

/**
 * check_requester - whether a request is to be answered at all
 *
 * The kernel module judges the daemon, so nobody but the user who runs the
 * daemon may get an answer. The kernel keeps others out already; this holds
 * even where an administrator has told it not to.
 *
 * Returns 0 or -EACCES.
 */
int check_requester(fuse_req_t req);

/** request_interrupted - whether a request's caller has given up; @req: it */
bool request_interrupted(void *req);

#endif /* REQUEST_H */
