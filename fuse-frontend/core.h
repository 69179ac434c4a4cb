/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_H
#define CORE_H

/*
 * Cores: open files vm/N/core
 *
 * As /proc/kcore: the headers are of the moment of the open, content is what is at its
 * address when it is read.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "node.h"

/*
 * struct core - an open core
 *
 * Opaque; any number of threads may read.
 */
struct core;

/**
 * core_open - open the core of a VM
 * @node: of kind NODE_CORE
 * @core: returned; end it with core_close()
 *
 * Returns 0 or a negative errno: -ENOENT (the VM is gone), -ESRCH (the process or client
 * ended), -EACCES (may not be looked at; logged), -EFBIG, -EMFILE, -ENOMEM and others of
 * libdrmsnoop.
 */
int core_open(const struct node *node, struct core **core);

/**
 * core_close - close a core
 */
void core_close(struct core *core);

/**
 * core_read - read bytes
 * @core: file
 * @buf: where to
 * @size: number of bytes
 * @offset: in the file
 * @stop: asked between pieces whether the reader has given up
 * @data: for @stop
 *
 * Returns the number of bytes: fewer than @size if the byte after them cannot be read; 0
 * at the end. Or, if there is not one byte, a negative errno: -EIO (nothing is bound there
 * any more, or it cannot be read), -ESRCH (the client ended), -EINTR (@stop said so) and
 * others of drmsnoop_pread().
 */
ssize_t core_read(struct core *core, void *buf, size_t size, uint64_t offset,
		  bool (*stop)(void *data), void *data);

/**
 * core_seek - find the next data or hole: all of it is data
 * @core: file
 * @offset: in the file
 * @whence: SEEK_DATA or SEEK_HOLE
 *
 * Returns the offset, -ENXIO (@offset is not in the file), or -EINVAL (@whence).
 */
off_t core_seek(const struct core *core, off_t offset, int whence);

/**
 * core_size - size of the file of a node
 * @node: of kind NODE_CORE
 * @size: returned size in bytes
 *
 * That of the core that was opened last, if one is open: who opens it and asks for the
 * size gets that of what is read. Otherwise what it would be, or would have been within the
 * last second. Ranges are listed for that once a second at most, and not kept.
 *
 * Returns 0 or a negative errno as core_open().
 */
int core_size(const struct node *node, uint64_t *size);

#endif /* CORE_H */
