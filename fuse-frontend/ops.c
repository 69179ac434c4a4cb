// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "attr.h"
#include "change.h"
#include "dir.h"
#include "file.h"
#include "fs.h"
#include "log.h"
#include "process.h"
#include "request.h"
#include "snapshot.h"
#include "target.h"
#include "tree.h"

/* Seconds that attributes are kept: one stat() may ask for them twice. */
#define ATTR_S		1.0
/* A fixed child lives as long as its directory. */
#define FIXED_ENTRY_S	3600.0
/* Paths are long: directories on the way are not asked for at every step. */
#define DIR_ENTRY_S	1.0

/* The size of a core is that of the open file, which is made just before. */
static double attr_timeout(const struct node *node)
{
	return node->id.kind == NODE_CORE ? 0 : ATTR_S;
}

static void op_init(void *userdata, struct fuse_conn_info *conn)
{
	conn->max_read = FS_READ_MAX;
	conn->want &= ~(unsigned int)(FUSE_CAP_SPLICE_READ |
				      FUSE_CAP_AUTO_INVAL_DATA);
	/* O_TRUNC comes as a change of the size, which it is not here. */
	conn->want &= ~(unsigned int)FUSE_CAP_ATOMIC_O_TRUNC;
}

/* A process that has ended is there for its snapshots only. */
static int identify_ended(const struct node *card, struct node_id *id,
			  struct process **process)
{
	if (!snapshot_keeps_process(card->id.a, id->a, NULL, &id->b))
		return -ENOENT;
	return process_ended(id->a, id->b, process);
}

/* Existence where the node itself is not needed to tell, and its process. */
static int identify(const struct node *parent, const char *name,
		    struct node_id *id, struct process **process)
{
	int err;

	*process = NULL;
	if (parent->id.kind == NODE_SNAPSHOTS)
		return snapshot_find(parent, name, id);
	err = tree_parse(parent->id.kind, name, id);
	if (err)
		return err;
	switch (id->kind) {
	case NODE_PID_LINK:
		return children_find_process(DRMSNOOP_ANY_CARD, id->a, NULL);
	case NODE_PROCESS:
		err = process_open(id->a, process);
		if (err == -ESRCH || err == -EINVAL)
			return identify_ended(parent, id, process);
		if (err)
			return err;
		err = children_find_process(parent->id.a, id->a, NULL);
		if (err) {
			process_close(*process);
			return err;
		}
		id->b = (*process)->start;
		return 0;
	default:
		return 0;
	}
}

int ops_reply_entry(fuse_req_t req, struct node *parent, const char *name)
{
	struct fuse_entry_param entry = { 0 };
	struct fs *fs = fs_of(req);
	struct process *process;
	struct node_id id;
	struct node *node;
	int err;

	err = identify(parent, name, &id, &process);
	if (!err)
		err = node_lookup(&fs->nodes, parent, &id, process, &node);
	if (err) {
		reply_error(req, err);
		return err;
	}
	err = attr_get(fs, node, &entry.attr);
	if (err) {
		node_forget(&fs->nodes, node, 1);
		reply_error(req, err);
		return err;
	}
	entry.ino = (uintptr_t)node;
	entry.attr_timeout = attr_timeout(node);
	/* Adapters come and go, so the directory of VMs is not there for good. */
	if (tree_is_fixed(id.kind) && id.kind != NODE_VMS)
		entry.entry_timeout = FIXED_ENTRY_S;
	else if (S_ISDIR(tree_mode(id.kind)))
		entry.entry_timeout = DIR_ENTRY_S;
	/* The kernel did not take it, so it will not forget it. */
	err = fuse_reply_entry(req, &entry);
	if (err)
		node_forget(&fs->nodes, node, 1);
	return err;
}

static void op_lookup(fuse_req_t req, fuse_ino_t ino, const char *name)
{
	int err = check_requester(req);

	if (err)
		reply_error(req, err);
	else
		ops_reply_entry(req, node_of(req, ino), name);
}

static void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t lookups)
{
	node_forget(&fs_of(req)->nodes, node_of(req, ino), lookups);
	fuse_reply_none(req);
}

static void op_forget_multi(fuse_req_t req, size_t count,
			    struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		node_forget(&fs_of(req)->nodes, node_of(req, forgets[i].ino),
			    forgets[i].nlookup);
	fuse_reply_none(req);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	struct stat st;
	int err;

	err = check_requester(req);
	if (!err)
		err = attr_get(fs_of(req), node_of(req, ino), &st);
	if (err)
		reply_error(req, err);
	else
		fuse_reply_attr(req, &st, attr_timeout(node_of(req, ino)));
}

static void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct node *node = node_of(req, ino);
	unsigned int card;
	char target[64];
	int err;

	err = check_requester(req);
	if (!err && node->id.kind == NODE_PROC_LINK) {
		snprintf(target, sizeof(target), "/proc/%d",
			 (int)node->parent->process->pid);
	} else if (!err) {
		err = children_find_process(DRMSNOOP_ANY_CARD, node->id.a,
					    &card);
		snprintf(target, sizeof(target), "../card%u/%llu", card,
			 (unsigned long long)node->id.a);
	}
	if (err)
		reply_error(req, err);
	else
		fuse_reply_readlink(req, target);
}

/* Its entry may be a little old: look again before it is opened. */
static int check_dir(const struct fs *fs, const struct node *node)
{
	struct stat st;
	int err = attr_get(fs, node, &st);

	if (err || node->id.kind != NODE_PROCESS)
		return err;
	return children_find_process(node->parent->id.a, node->id.a, NULL);
}

static void op_opendir(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	struct dir *dir;
	int err;

	err = check_requester(req);
	if (!err)
		err = check_dir(fs_of(req), node_of(req, ino));
	if (!err)
		err = dir_open(node_of(req, ino), &dir);
	if (err) {
		reply_error(req, err);
		return;
	}
	fi->fh = (uintptr_t)dir;
	if (fuse_reply_open(req, fi))
		dir_close(dir);
}

struct listing {
	fuse_req_t req;
	char *data;
	size_t size;
	size_t used;
};

static int fill_listing(void *data, const char *name, uint64_t ino,
			mode_t mode, off_t next)
{
	struct listing *listing = data;
	struct stat st = { .st_ino = ino, .st_mode = mode };
	size_t room = listing->size - listing->used;
	size_t need = fuse_add_direntry(listing->req,
					listing->data + listing->used, room,
					name, &st, next);

	if (need > room)
		return 1;
	listing->used += need;
	return 0;
}

static void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size,
		       off_t offset, struct fuse_file_info *fi)
{
	struct listing listing = { .req = req };
	int err;

	listing.size = size < FS_READ_MAX ? size : FS_READ_MAX;
	listing.data = malloc(listing.size);
	if (!listing.data) {
		reply_error(req, -ENOMEM);
		return;
	}
	err = dir_read((struct dir *)(uintptr_t)fi->fh, offset, fill_listing,
		       &listing);
	/* What was found goes out first; the next call meets the error again. */
	if (err && !listing.used)
		reply_error(req, err);
	else
		fuse_reply_buf(req, listing.data, listing.used);
	free(listing.data);
}

static void op_releasedir(fuse_req_t req, fuse_ino_t ino,
			  struct fuse_file_info *fi)
{
	dir_close((struct dir *)(uintptr_t)fi->fh);
	reply_error(req, 0);
}

static int check_open(fuse_req_t req, const struct node *node, int flags)
{
	int err = check_requester(req);

	if (err || (flags & O_ACCMODE) == O_RDONLY)
		return err;
	if (!fs_of(req)->writable)
		return -EROFS;
	if (!tree_is_memory(node->id.kind))
		return -EACCES;
	/* Nothing can be put behind the end of memory. */
	return flags & O_APPEND ? -EOPNOTSUPP : 0;
}

static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct node *node = node_of(req, ino);
	int err;

	err = check_open(req, node, fi->flags);
	if (!err)
		err = file_open(node, fi);
	if (err)
		reply_error(req, err);
	else if (fuse_reply_open(req, fi))
		file_close(node, fi);
}

static void op_release(fuse_req_t req, fuse_ino_t ino,
		       struct fuse_file_info *fi)
{
	file_close(node_of(req, ino), fi);
	reply_error(req, 0);
}

/*
 * The answer is a copy: as soon as the reader has it, it may close the file, and
 * another thread frees what is behind it before the library returns from the call.
 */
static void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		    struct fuse_file_info *fi)
{
	ssize_t ret;
	char *buf;

	if (size > FS_READ_MAX)
		size = FS_READ_MAX;
	buf = malloc(size);
	if (!buf) {
		reply_error(req, -ENOMEM);
		return;
	}
	ret = file_read(req, node_of(req, ino), buf, size, offset, fi);
	if (ret < 0)
		reply_error(req, ret);
	else
		fuse_reply_buf(req, buf, ret);
	free(buf);
}

static void op_lseek(fuse_req_t req, fuse_ino_t ino, off_t offset, int whence,
		     struct fuse_file_info *fi)
{
	off_t ret = file_seek(node_of(req, ino), offset, whence, fi);

	if (ret < 0)
		reply_error(req, ret);
	else
		fuse_reply_lseek(req, ret);
}

/* Without blocks, as procfs: df leaves it out. */
static void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct statvfs st = { .f_bsize = 4096, .f_frsize = 4096,
			      .f_namemax = 255 };

	fuse_reply_statfs(req, &st);
}

const struct fuse_lowlevel_ops fs_ops = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.forget_multi = op_forget_multi,
	.getattr = op_getattr,
	.readlink = op_readlink,
	.open = op_open,
	.read = op_read,
	.release = op_release,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.releasedir = op_releasedir,
	.lseek = op_lseek,
	.statfs = op_statfs,
	.write = change_write,
	.fsync = change_fsync,
	.setattr = change_setattr,
	.access = change_access,
	.create = change_create,
	.mknod = change_mknod,
	.mkdir = change_mkdir,
	.symlink = change_symlink,
	.link = change_link,
	.unlink = change_remove,
	.rmdir = change_rmdir,
	.rename = change_rename,
};
