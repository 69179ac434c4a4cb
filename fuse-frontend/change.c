// SPDX-License-Identifier: GPL-2.0-or-later
#include "change.h"

#include <errno.h>
#include <unistd.h>

#include "attr.h"
#include "memory.h"
#include "request.h"
#include "snapshot_ops.h"
#include "tree.h"

/* What never changes. Times come along with a size, and alone. */
#define FIXED		(FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | \
			 FUSE_SET_ATTR_GID)

/* Seconds that attributes are kept, as in other answers. */
#define ATTR_S		1.0

void change_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size,
		  off_t offset, struct fuse_file_info *fi)
{
	struct memory *memory = (struct memory *)(uintptr_t)fi->fh;
	ssize_t ret;

	/* The page cache holds whole pages, and writes them later. */
	if (fi->writepage || !tree_is_memory(node_of(req, ino)->id.kind)) {
		reply_error(req, -EINVAL);
		return;
	}
	ret = memory_write(memory, buf, size, offset, request_interrupted, req);
	if (ret < 0)
		reply_error(req, ret);
	else
		fuse_reply_write(req, ret);
}

void change_fsync(fuse_req_t req, fuse_ino_t ino, int datasync,
		  struct fuse_file_info *fi)
{
	int err = 0;

	if (tree_is_memory(node_of(req, ino)->id.kind))
		err = memory_sync((struct memory *)(uintptr_t)fi->fh);
	reply_error(req, err);
}

static int check_change(fuse_req_t req, const struct node *node,
			const struct stat *attr, int which, struct stat *now)
{
	int err = check_requester(req);

	if (err)
		return err;
	if (!fs_of(req)->writable)
		return -EROFS;
	if (!(which & FUSE_SET_ATTR_SIZE) || which & FIXED)
		return -EPERM;
	err = attr_get(fs_of(req), node, now);
	if (err)
		return err;
	if (!(now->st_mode & 0200))
		return -EACCES;
	return attr->st_size > now->st_size ? -EFBIG : 0;
}

void change_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr,
		    int which, struct fuse_file_info *fi)
{
	struct stat now;
	int err = check_change(req, node_of(req, ino), attr, which, &now);

	if (err)
		reply_error(req, err);
	else
		fuse_reply_attr(req, &now, ATTR_S);
}

void change_access(fuse_req_t req, fuse_ino_t ino, int mask)
{
	struct stat st;
	int err = check_requester(req);

	if (!err && mask & W_OK) {
		err = attr_get(fs_of(req), node_of(req, ino), &st);
		if (!err && !(st.st_mode & 0200))
			err = fs_of(req)->writable ? -EACCES : -EROFS;
	}
	reply_error(req, err);
}

/* A name that stays. */
static void refuse(fuse_req_t req)
{
	int err = check_requester(req);

	if (!err)
		err = fs_of(req)->writable ? -EPERM : -EROFS;
	reply_error(req, err);
}

void change_create(fuse_req_t req, fuse_ino_t parent, const char *name,
		   mode_t mode, struct fuse_file_info *fi)
{
	refuse(req);
}

void change_mknod(fuse_req_t req, fuse_ino_t parent, const char *name,
		  mode_t mode, dev_t rdev)
{
	refuse(req);
}

void change_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name,
		  mode_t mode)
{
	struct node *dir = node_of(req, parent);
	int err = check_requester(req);

	if (err)
		reply_error(req, err);
	else if (dir->id.kind == NODE_SNAPSHOTS)
		snapshot_mkdir(req, dir, name);
	else
		refuse(req);
}

void change_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	const struct node *dir = node_of(req, parent);
	int err = check_requester(req);

	if (err)
		reply_error(req, err);
	else if (dir->id.kind == NODE_SNAPSHOTS)
		snapshot_rmdir(req, dir, name);
	else
		refuse(req);
}

void change_symlink(fuse_req_t req, const char *target, fuse_ino_t parent,
		    const char *name)
{
	refuse(req);
}

void change_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent,
		 const char *name)
{
	refuse(req);
}

void change_remove(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	refuse(req);
}

void change_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
		   fuse_ino_t new_parent, const char *new_name,
		   unsigned int flags)
{
	refuse(req);
}
