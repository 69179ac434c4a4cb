/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FILE_H
#define FILE_H

/*
 * Files: what is open, of whatever kind
 *
 * fi->fh is a struct text, memory, core or frozen, by the kind of the node. It is immutable
 * while it is open, so any number of threads may read it.
 */

#include <sys/types.h>

#include <fuse_lowlevel.h>

struct node;

/**
 * file_open - open a file
 * @node: any file; that it may be opened so was checked
 * @fi: filled; end it with file_close()
 *
 * Returns 0 or a negative errno of text_make(), memory_open(), core_open() or
 * frozen_open().
 */
int file_open(const struct node *node, struct fuse_file_info *fi);

/**
 * file_close - close a file
 * @node: as it was opened
 * @fi: as it was filled
 */
void file_close(const struct node *node, const struct fuse_file_info *fi);

/**
 * file_read - read bytes for a request
 * @req: request, which may be interrupted; not answered here
 * @node: file
 * @buf: where to
 * @size: number of bytes
 * @offset: in the file
 * @fi: as file_open() filled it, with the lock owner of the request
 *
 * Returns the number of bytes, fewer than @size at the end and before what cannot be read,
 * or a negative errno: -EINVAL (for the page cache, which is not to have it) and those of
 * memory_read(), core_read() and frozen_read().
 */
ssize_t file_read(fuse_req_t req, const struct node *node, void *buf, size_t size,
		  off_t offset, const struct fuse_file_info *fi);

/**
 * file_seek - find the next data or hole
 * @node: file
 * @offset: in the file
 * @whence: SEEK_DATA or SEEK_HOLE
 * @fi: as file_open() filled it
 *
 * Returns the offset, -ENXIO, -EINVAL (@whence) or another negative errno of
 * memory_seek().
 */
off_t file_seek(const struct node *node, off_t offset, int whence,
		const struct fuse_file_info *fi);

#endif /* FILE_H */
