// SPDX-License-Identifier: GPL-2.0-or-later
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "core.h"
#include "memory.h"
#include "request.h"
#include "snapshot_file.h"
#include "text.h"
#include "tree.h"

/* The readers of fi->fh. */
static struct text *text_of(const struct fuse_file_info *fi)
{
	return (struct text *)(uintptr_t)fi->fh;
}

static struct memory *memory_of(const struct fuse_file_info *fi)
{
	return (struct memory *)(uintptr_t)fi->fh;
}

static struct core *core_of(const struct fuse_file_info *fi)
{
	return (struct core *)(uintptr_t)fi->fh;
}

static struct frozen *frozen_of(const struct fuse_file_info *fi)
{
	return (struct frozen *)(uintptr_t)fi->fh;
}

static int open_text(const struct node *node, struct fuse_file_info *fi)
{
	struct text *text = malloc(sizeof(*text));
	int err;

	if (!text)
		return -ENOMEM;
	err = text_make(node, text);
	if (err) {
		text_free(text);
		free(text);
		return err;
	}
	fi->fh = (uintptr_t)text;
	return 0;
}

static int open_memory(const struct node *node, struct fuse_file_info *fi)
{
	bool write = (fi->flags & O_ACCMODE) != O_RDONLY;
	struct memory *memory;
	int err;

	err = memory_open(node, write, &memory);
	if (!err)
		fi->fh = (uintptr_t)memory;
	return err;
}

static int open_core(const struct node *node, struct fuse_file_info *fi)
{
	struct core *core;
	int err;

	err = core_open(node, &core);
	if (!err)
		fi->fh = (uintptr_t)core;
	return err;
}

static int open_frozen(const struct node *node, struct fuse_file_info *fi)
{
	struct frozen *frozen;
	int err;

	err = frozen_open(node, &frozen);
	if (!err)
		fi->fh = (uintptr_t)frozen;
	return err;
}

int file_open(const struct node *node, struct fuse_file_info *fi)
{
	if (tree_is_frozen(node->id.kind)) {
		fi->keep_cache = 1;
		fi->noflush = 1;
		return open_frozen(node, fi);
	}
	/* Offsets, counts and errors reach the caller as they are. */
	fi->direct_io = 1;
	if (tree_is_text(node->id.kind))
		return open_text(node, fi);
	if (node->id.kind == NODE_CORE)
		return open_core(node, fi);
	return open_memory(node, fi);
}

void file_close(const struct node *node, const struct fuse_file_info *fi)
{
	if (tree_is_frozen(node->id.kind)) {
		frozen_close(frozen_of(fi));
	} else if (tree_is_text(node->id.kind)) {
		text_free(text_of(fi));
		free(text_of(fi));
	} else if (node->id.kind == NODE_CORE) {
		core_close(core_of(fi));
	} else {
		memory_close(memory_of(fi));
	}
}

ssize_t file_read(fuse_req_t req, const struct node *node, void *buf, size_t size,
		  off_t offset, const struct fuse_file_info *fi)
{
	/*
	 * The kernel names a lock owner in direct reads only (fs/fuse/file.c of
	 * Linux 6.12: fuse_direct_io(), fuse_send_readpages(), fuse_do_readpage()).
	 */
	bool cached = !fi->lock_owner;

	if (tree_is_frozen(node->id.kind))
		return frozen_read(frozen_of(fi), buf, size, offset, cached);
	/*
	 * Reads into the page cache (private mmap(), sendfile(), readahead()) come in
	 * spite of direct_io. The kernel would fill up short ones with zeros and give
	 * out old pages again.
	 */
	if (cached)
		return -EINVAL;
	if (tree_is_text(node->id.kind))
		return text_read(text_of(fi), buf, size, offset);
	if (node->id.kind == NODE_CORE)
		return core_read(core_of(fi), buf, size, offset, request_interrupted, req);
	return memory_read(memory_of(fi), buf, size, offset, request_interrupted, req);
}

off_t file_seek(const struct node *node, off_t offset, int whence,
		const struct fuse_file_info *fi)
{
	if (tree_is_frozen(node->id.kind))
		return frozen_seek(frozen_of(fi), offset, whence);
	if (tree_is_text(node->id.kind))
		return text_seek(text_of(fi), offset, whence);
	if (node->id.kind == NODE_CORE)
		return core_seek(core_of(fi), offset, whence);
	return memory_seek(memory_of(fi), offset, whence);
}
