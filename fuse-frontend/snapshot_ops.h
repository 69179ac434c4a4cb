/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SNAPSHOT_OPS_H
#define SNAPSHOT_OPS_H

/*
 * The requests of the kernel that take, drop and read snapshots
 *
 * mkdir() in a directory of snapshots copies the VM and returns when that is done. A
 * signal to its caller ends it with EINTR, and nothing is left. The mode is ignored.
 */

#include <sys/types.h>

#include <fuse_lowlevel.h>

struct node;

/**
 * snapshot_mkdir - answer mkdir() in a directory of snapshots
 * @req: request of the user who mounted
 * @dir: of kind NODE_SNAPSHOTS
 * @name: name
 */
void snapshot_mkdir(fuse_req_t req, struct node *dir, const char *name);

/**
 * snapshot_rmdir - answer rmdir() in a directory of snapshots
 * @req: request of the user who mounted
 * @dir: of kind NODE_SNAPSHOTS
 * @name: name
 */
void snapshot_rmdir(fuse_req_t req, const struct node *dir, const char *name);

/**
 * snapshot_open - answer open() of a file of a snapshot
 * @req: request that may be answered
 * @node: of a kind that tree_is_frozen()
 * @fi: filled
 */
void snapshot_open(fuse_req_t req, const struct node *node,
		   struct fuse_file_info *fi);

/**
 * snapshot_read - answer read() of a file of a snapshot, or of the page cache
 */
void snapshot_read(fuse_req_t req, size_t size, off_t offset,
		   const struct fuse_file_info *fi);

#endif /* SNAPSHOT_OPS_H */
