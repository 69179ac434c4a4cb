/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OPS_H
#define OPS_H

#include <fuse_lowlevel.h>

/*
 * What the kernel's requests do. The user data of the session is a struct fs.
 * Handles (fi->fh) of directories are a struct dir; those of files see file.h.
 */
extern const struct fuse_lowlevel_ops fs_ops;

struct node;

/**
 * ops_reply_entry - answer a request with a child of a directory
 * @req: request that may be answered; gone when this returns
 * @parent: directory
 * @name: name
 *
 * Returns 0 if the kernel has it now.
 */
int ops_reply_entry(fuse_req_t req, struct node *parent, const char *name);

#endif /* OPS_H */
