/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CHANGE_H
#define CHANGE_H

/*
 * Changes: the requests that write, or would change the tree
 *
 * They do not come with -o ro. With -o rw memory is written; snapshots come and go;
 * nothing else can be changed. Members of struct fuse_lowlevel_ops.
 */

#include <sys/stat.h>

#include <fuse_lowlevel.h>

void change_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size,
		  off_t offset, struct fuse_file_info *fi);

void change_fsync(fuse_req_t req, fuse_ino_t ino, int datasync,
		  struct fuse_file_info *fi);

/*
 * change_setattr - a new size, mode, owner or time
 *
 * A size up to that of the file is accepted and has no effect, as in
 * /proc/PID/mem: O_TRUNC, and dd without conv=notrunc, ask for it before they write.
 * All else is refused, and without -o rw that, too: EROFS.
 */
void change_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr,
		    int which, struct fuse_file_info *fi);

/*
 * change_access - access(2), for writing as attr_get() says
 */
void change_access(fuse_req_t req, fuse_ino_t ino, int mask);

/*
 * The tree is what processes have: only the names of snapshots can be changed. EPERM,
 * without -o rw EROFS.
 */

void change_create(fuse_req_t req, fuse_ino_t parent, const char *name,
		   mode_t mode, struct fuse_file_info *fi);
void change_mknod(fuse_req_t req, fuse_ino_t parent, const char *name,
		  mode_t mode, dev_t rdev);
void change_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name,
		  mode_t mode);
void change_symlink(fuse_req_t req, const char *target, fuse_ino_t parent,
		    const char *name);
void change_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent,
		 const char *name);
void change_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name);
void change_remove(fuse_req_t req, fuse_ino_t parent, const char *name);
void change_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
		   fuse_ino_t new_parent, const char *new_name,
		   unsigned int flags);

#endif /* CHANGE_H */
