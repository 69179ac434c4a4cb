/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMORY_H
#define MEMORY_H

/*
 * Memory: open files of GPU memory (mem, bo/HANDLE, ranges/START-END)
 *
 * Each has a snoop descriptor of its own. A file of an object or range is that
 * object or binding for as long as it is open: when the handle or address gets
 * another one, or none, reading and writing fail with -ESTALE, although the
 * descriptor could go on.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "node.h"

struct drmsnoop;

/**
 * struct memory - an open file of GPU memory
 *
 * Immutable after memory_open(); any number of threads may read and write.
 */
struct memory {
	/** @snoop: Owned; bound to the VM or object. */
	struct drmsnoop *snoop;

	/** @write: Open for writing. */
	bool write;

	/** @start: Offset of the descriptor at which the file starts. */
	uint64_t start;

	/** @size: Size of the file in bytes. */
	uint64_t size;

	/** @fixed: The file is one binding, @generation. */
	bool fixed;

	/** @generation: As in struct drm_snoop_range. */
	uint64_t generation;
};

/**
 * memory_open - open a file of memory
 * @node: of kind NODE_MEM, NODE_BO or NODE_RANGE
 * @write: open it for writing, too
 * @memory: returned; end it with memory_close()
 *
 * Returns 0 or a negative errno: -ENOENT (gone), -ESRCH (the process or client
 * ended), -EACCES (may not be looked at, or not be written; logged), -EMFILE,
 * -ENOMEM and others of libdrmsnoop.
 */
int memory_open(const struct node *node, bool write, struct memory **memory);

/**
 * memory_close - close a file of memory
 */
void memory_close(struct memory *memory);

/**
 * memory_read - read bytes
 * @memory: file
 * @buf: where to
 * @size: number of bytes
 * @offset: in the file
 * @stop: asked between pieces whether the reader has given up
 * @data: for @stop
 *
 * Returns the number of bytes: fewer than @size if the byte after them is in a
 * hole, past the end or not readable; 0 past the end. Or, if there is not one
 * byte, a negative errno: -EIO (a hole, or unreadable), -EACCES (memory of the
 * process, which is out of reach), -ESTALE (another binding), -ESRCH (the client
 * ended), -EINTR (@stop said so) and others of drmsnoop_pread().
 */
ssize_t memory_read(struct memory *memory, void *buf, size_t size,
		    uint64_t offset, bool (*stop)(void *data), void *data);

/**
 * memory_write - write bytes
 * @memory: file
 * @buf: bytes
 * @size: number of bytes
 * @offset: in the file
 * @stop: asked between pieces whether the writer has given up
 * @data: for @stop
 *
 * The binding is compared before the first byte, and after the last one: if the
 * target binds something else meanwhile, bytes can be there, and -ESTALE says so.
 *
 * Returns the number of bytes, fewer than @size if the byte after them cannot be
 * written. Or, if there is not one byte, a negative errno: -EIO (a hole), -EACCES
 * (bound read-only), -ENOSPC (past the end), -EBADF (not open for writing),
 * -ESTALE (another binding; bytes may have been written), -EINTR and others of
 * drmsnoop_pwrite().
 */
ssize_t memory_write(struct memory *memory, const void *buf, size_t size,
		     uint64_t offset, bool (*stop)(void *data), void *data);

/**
 * memory_sync - make what was written visible to the device
 * @memory: file; nothing happens if it is open for reading only
 *
 * Returns 0 or a negative errno of drmsnoop_sync().
 */
int memory_sync(struct memory *memory);

/**
 * memory_seek - find the next data or hole
 * @memory: file
 * @offset: in the file, not negative
 * @whence: SEEK_DATA or SEEK_HOLE
 *
 * The end of the file counts as a hole.
 *
 * Returns the offset or a negative errno: -ENXIO (no data from there on, or
 * @offset is past the end), -EINVAL (@whence), or as memory_read().
 */
off_t memory_seek(struct memory *memory, off_t offset, int whence);

#endif /* MEMORY_H */
