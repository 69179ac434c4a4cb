/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SNAPSHOT_FILE_H
#define SNAPSHOT_FILE_H

/*
 * Files of snapshots: mem and ranges/START-END, frozen
 *
 * They never change, so the page cache may hold them, and they can be mapped. Where
 * something was copied, or bound to nothing (sparse: zeros), there is content; all else
 * is an error. The cache holds whole pages: in a page with some content the rest reads
 * as zeros.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "dir.h"
#include "node.h"

struct snapshot;

/**
 * struct frozen - an open file of a snapshot
 *
 * Immutable after frozen_open().
 */
struct frozen {
	/** @snapshot: Reference. */
	struct snapshot *snapshot;

	/** @core: It is that of @snapshot. */
	bool core;

	/** @start: Address of byte 0; of a core 0. */
	uint64_t start;

	/** @size: Size in bytes. */
	uint64_t size;
};

/**
 * frozen_open - open a file of a snapshot
 * @node: of a kind that tree_is_frozen()
 * @frozen: returned; end it with frozen_close()
 *
 * Returns 0, -ENOENT (the snapshot was dropped, or has no such range) or -ENOMEM.
 */
int frozen_open(const struct node *node, struct frozen **frozen);

/**
 * frozen_close - close a file of a snapshot
 */
void frozen_close(struct frozen *frozen);

/**
 * frozen_read - read bytes
 * @frozen: file
 * @buf: where to
 * @size: number of bytes
 * @offset: in the file
 * @cached: for the page cache: all of what is asked for, or an error
 *
 * Returns the number of bytes: fewer than @size at the end and, if not @cached, before
 * what has no content. Or a negative errno: -EIO (no content), -ENOMEM. A core has content
 * everywhere.
 */
ssize_t frozen_read(const struct frozen *frozen, void *buf, size_t size,
		    uint64_t offset, bool cached);

/**
 * frozen_seek - find the next data or hole
 * @frozen: file
 * @offset: in the file
 * @whence: SEEK_DATA or SEEK_HOLE
 *
 * What was copied is data, and all of a core; the end counts as a hole.
 *
 * Returns the offset, -ENXIO or -EINVAL (@whence).
 */
off_t frozen_seek(const struct frozen *frozen, off_t offset, int whence);

/**
 * frozen_size - size of a file of a snapshot
 * @node: of a kind that tree_is_frozen()
 * @snapshot: its snapshot
 * @size: returned
 * @bytes: returned number of bytes that were copied; of a core its size
 *
 * Returns 0 or -ENOENT (no such range).
 */
int frozen_size(const struct node *node, const struct snapshot *snapshot,
		uint64_t *size, uint64_t *bytes);

/**
 * frozen_read_dir - the ranges of a snapshot
 * @dir: of kind NODE_FROZEN_RANGES
 * @snapshot: its snapshot
 * @from: index of the first
 * @first: offset of a directory that means index 0
 * @fill: called per range
 * @data: for @fill
 */
void frozen_read_dir(const struct node *dir, const struct snapshot *snapshot,
		     size_t from, off_t first, dir_fill_fn fill, void *data);

#endif /* SNAPSHOT_FILE_H */
