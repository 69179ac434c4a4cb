/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATTR_H
#define ATTR_H

#include <sys/stat.h>

#include "fs.h"

/**
 * attr_get - find out whether a node still exists, and its attributes
 * @fs: file system
 * @node: node
 * @st: returned
 *
 * Sizes: an object's and a range's own; of a VM's memory the first address after
 * the VM, with st_blocks counting what is mapped; 0 for texts, as in procfs. In a
 * writable file system, memory that is not bound read-only may be written. What is in
 * a snapshot, and what snapshot_keeps(), exists without asking the kernel.
 *
 * Returns 0 or a negative errno: -ENOENT (it is gone, or its process is),
 * -EACCES, and others of libdrmsnoop.
 */
int attr_get(const struct fs *fs, const struct node *node, struct stat *st);

#endif /* ATTR_H */
