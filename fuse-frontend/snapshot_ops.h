/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SNAPSHOT_OPS_H
#define SNAPSHOT_OPS_H

/*
 * The requests of the kernel that take and drop snapshots
 *
 * mkdir() in a directory of snapshots copies the VM and returns when that is done. A
 * signal to its caller ends it with EINTR, and nothing is left. The mode is ignored.
 */

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

#endif /* SNAPSHOT_OPS_H */
