// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "target.h"

/* Bytes copied between two looks at whether the caller has given up. */
#define PIECE	(256U << 10)

static int open_snoop(const struct node *node, struct memory *memory)
{
	unsigned int flags = memory->write ? DRMSNOOP_WRITE : 0;

	memory->start = 0;
	switch (node->id.kind) {
	case NODE_BO:
		return target_open_bo(node, flags | DRMSNOOP_CLIENTS_ONLY,
				      &memory->snoop, &memory->size);
	case NODE_RANGE:
		memory->start = node->id.a;
		memory->size = node->id.b - node->id.a;
		return target_open_vm(node, flags, &memory->snoop, NULL);
	default:
		return target_open_vm(node, flags, &memory->snoop,
				      &memory->size);
	}
}

static int refuse_writing(const struct memory *memory,
			  const struct drm_snoop_range *range)
{
	const char *reason = drmsnoop_range_reason(memory->snoop, range,
						   DRMSNOOP_WRITE);
	char line[256];

	snprintf(line, sizeof(line), "0x%llx-0x%llx may not be written: %s",
		 (unsigned long long)range->start,
		 (unsigned long long)range->end, reason ? reason : "?");
	log_refusal(line);
	return -EACCES;
}

int memory_open(const struct node *node, bool write, struct memory **result)
{
	struct drm_snoop_range range;
	struct memory *memory;
	int err;

	memory = calloc(1, sizeof(*memory));
	if (!memory)
		return -ENOMEM;
	memory->write = write;
	err = open_snoop(node, memory);
	if (err)
		goto err_free;
	if (node->id.kind != NODE_MEM) {
		err = drmsnoop_query_range(memory->snoop, memory->start, 0,
					   &range, sizeof(range));
		if (!err && (range.start != memory->start ||
			     range.end != memory->start + memory->size))
			err = -ENOENT;
		if (!err && write && !(range.flags & DRM_SNOOP_WRITABLE))
			err = refuse_writing(memory, &range);
		if (err)
			goto err_close;
		memory->fixed = true;
		memory->generation = range.generation;
	}
	*result = memory;
	return 0;

err_close:
	drmsnoop_close(memory->snoop);
err_free:
	free(memory);
	return err;
}

void memory_close(struct memory *memory)
{
	drmsnoop_close(memory->snoop);
	free(memory);
}

/* The same token as at the open: what was read is of that binding. */
static int check_binding(struct memory *memory)
{
	struct drm_snoop_range range;
	int err;

	if (!memory->fixed)
		return 0;
	err = drmsnoop_query_range(memory->snoop, memory->start, 0, &range,
				   sizeof(range));
	if (err == -ENOENT)
		return -ESTALE;
	if (err)
		return err;
	if (range.generation != memory->generation ||
	    range.start != memory->start ||
	    range.end != memory->start + memory->size)
		return -ESTALE;
	return 0;
}

ssize_t memory_read(struct memory *memory, void *buf, size_t size,
		    uint64_t offset, bool (*stop)(void *data), void *data)
{
	size_t done = 0;
	ssize_t ret = 0;
	int err;

	if (offset >= memory->size)
		return 0;
	if (size > memory->size - offset)
		size = memory->size - offset;
	while (done < size) {
		size_t piece = size - done < PIECE ? size - done : PIECE;

		if (stop(data)) {
			ret = -EINTR;
			break;
		}
		ret = drmsnoop_pread(memory->snoop, (char *)buf + done, piece,
				     memory->start + offset + done);
		if (ret <= 0)
			break;
		done += ret;
		if ((size_t)ret < piece)
			break;
	}
	/* After the copy, so that it covers what was copied. */
	err = check_binding(memory);
	if (err)
		return err;
	return done ? (ssize_t)done : ret;
}

ssize_t memory_write(struct memory *memory, const void *buf, size_t size,
		     uint64_t offset, bool (*stop)(void *data), void *data)
{
	size_t done = 0;
	ssize_t ret = 0;
	int err;

	if (!memory->write)
		return -EBADF;
	if (offset >= memory->size)
		return size ? -ENOSPC : 0;
	if (size > memory->size - offset)
		size = memory->size - offset;
	/* Before the first byte: another binding is not to be changed. */
	err = check_binding(memory);
	if (err)
		return err;
	while (done < size) {
		size_t piece = size - done < PIECE ? size - done : PIECE;

		if (stop(data)) {
			ret = -EINTR;
			break;
		}
		ret = drmsnoop_pwrite(memory->snoop, (const char *)buf + done,
				      piece, memory->start + offset + done);
		if (ret <= 0)
			break;
		done += ret;
		if ((size_t)ret < piece)
			break;
	}
	if (ret == -EACCES || ret == -EPERM)
		ret = target_error(ret);
	err = check_binding(memory);
	if (err)
		return err;
	return done ? (ssize_t)done : ret;
}

int memory_sync(struct memory *memory)
{
	return memory->write ? drmsnoop_sync(memory->snoop) : 0;
}

off_t memory_seek(struct memory *memory, off_t offset, int whence)
{
	uint64_t at;
	off_t ret;
	int err;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return -EINVAL;
	err = check_binding(memory);
	if (err)
		return err;
	if (offset < 0 || (uint64_t)offset >= memory->size)
		return -ENXIO;
	ret = lseek(drmsnoop_fd(memory->snoop), memory->start + offset,
		    whence);
	if (ret == -1)
		return -errno;
	at = (uint64_t)ret - memory->start;
	if (at < memory->size)
		return at;
	return whence == SEEK_DATA ? -ENXIO : (off_t)memory->size;
}
