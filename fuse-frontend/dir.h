/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DIR_H
#define DIR_H

/*
 * Directories: open directories
 *
 * Offsets say where to go on: 1 is "..", and from 2 on either the index into a
 * list that was made at open and is made again when read from offset 0, or, of
 * ranges, 2 + the address at which to look for the next one. So a directory of
 * ranges needs no memory however many there are, and every call costs only what
 * it returns. Of the ranges of a snapshot it is 2 + the index, of snapshots 2 + the
 * number at which to go on, so that they can be dropped meanwhile.
 */

#include <stddef.h>
#include <sys/types.h>

#include "children.h"
#include "node.h"

struct dir;

/**
 * typedef dir_fill_fn - takes one entry of a directory
 * @data: as given to dir_read()
 * @name: name
 * @ino: inode number
 * @mode: type
 * @next: offset at which to go on behind this entry
 *
 * Returns 0, or 1 if it does not fit any more.
 */
typedef int (*dir_fill_fn)(void *data, const char *name, uint64_t ino,
			   mode_t mode, off_t next);

/**
 * dir_open - open a directory
 * @node: directory; referenced until dir_close()
 * @dir: returned; end it with dir_close()
 *
 * Returns 0 or a negative errno of children_list() or target_open().
 */
int dir_open(struct node *node, struct dir **dir);

/**
 * dir_close - close a directory
 */
void dir_close(struct dir *dir);

/**
 * dir_read - read entries
 * @dir: open directory
 * @offset: 0, or the @next of an entry that was read before
 * @fill: called per entry
 * @data: for @fill
 *
 * Returns 0 (also at the end), or a negative errno: -EINVAL (@offset), -ESRCH
 * (the process or client ended) and others as dir_open(). Entries may have been
 * filled before an error.
 */
int dir_read(struct dir *dir, off_t offset, dir_fill_fn fill, void *data);

#endif /* DIR_H */
