/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OPS_H
#define OPS_H

#include <fuse_lowlevel.h>

/*
 * What the kernel's requests do. The user data of the session is a struct fs.
 * Handles (fi->fh) are a struct memory, text or dir, by the kind of the node.
 */
extern const struct fuse_lowlevel_ops fs_ops;

#endif /* OPS_H */
