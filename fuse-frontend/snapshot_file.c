// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "seek.h"
#include "snapshot.h"
#include "tree.h"

#define NOWHERE	UINT64_MAX

/* Whether the bytes of an entry are known. */
static bool has_content(const struct drm_snoop_snapshot_range *entry)
{
	return !entry->error;
}

static bool was_copied(const struct drm_snoop_snapshot_range *entry)
{
	return !entry->error && entry->kind != DRM_SNOOP_RANGE_SPARSE;
}

/* Index of the first entry that ends after an address. */
static size_t entry_after(const struct snapshot *snapshot, uint64_t addr)
{
	size_t low = 0, high = snapshot->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->entries[middle].end <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A run of entries of a kind, one after the other without a gap. */
struct run {
	uint64_t start;
	uint64_t end;
};

/* The rest of the run that an address is in, or the next one; NOWHERE if there is none. */
static struct run find_run(const struct snapshot *snapshot, uint64_t addr,
			   bool (*is)(const struct drm_snoop_snapshot_range *))
{
	const struct drm_snoop_snapshot_range *entries = snapshot->entries;
	struct run run = { NOWHERE, NOWHERE };
	size_t i = entry_after(snapshot, addr);

	while (i < snapshot->count && !is(&entries[i]))
		i++;
	if (i == snapshot->count)
		return run;
	run.start = entries[i].start > addr ? entries[i].start : addr;
	do
		run.end = entries[i++].end;
	while (i < snapshot->count && is(&entries[i]) &&
	       entries[i].start == run.end);
	return run;
}

static const struct drm_snoop_snapshot_range *
find_entry(const struct snapshot *snapshot, const struct node *node)
{
	size_t i = entry_after(snapshot, node->id.a);

	if (i == snapshot->count || snapshot->entries[i].start != node->id.a ||
	    snapshot->entries[i].end != node->id.b)
		return NULL;
	return &snapshot->entries[i];
}

int frozen_size(const struct node *node, const struct snapshot *snapshot,
		uint64_t *size, uint64_t *bytes)
{
	const struct drm_snoop_snapshot_range *entry;

	if (node->id.kind == NODE_FROZEN_CORE) {
		*size = drmsnoop_core_size(snapshot->core);
		*bytes = *size;
		return 0;
	}
	if (node->id.kind == NODE_FROZEN_MEM) {
		*size = snapshot->size;
		*bytes = snapshot->copied;
		return 0;
	}
	entry = find_entry(snapshot, node);
	if (!entry)
		return -ENOENT;
	*size = entry->end - entry->start;
	*bytes = was_copied(entry) ? *size : 0;
	return 0;
}

int frozen_open(const struct node *node, struct frozen **result)
{
	struct snapshot *snapshot = snapshot_get(node);
	struct frozen *frozen;
	uint64_t bytes;
	int err;

	if (!snapshot)
		return -ENOENT;
	frozen = malloc(sizeof(*frozen));
	if (!frozen) {
		snapshot_put(snapshot);
		return -ENOMEM;
	}
	frozen->snapshot = snapshot;
	frozen->core = node->id.kind == NODE_FROZEN_CORE;
	frozen->start = node->id.kind == NODE_FROZEN_RANGE ? node->id.a : 0;
	err = frozen_size(node, snapshot, &frozen->size, &bytes);
	if (err) {
		frozen_close(frozen);
		return err;
	}
	*result = frozen;
	return 0;
}

void frozen_close(struct frozen *frozen)
{
	snapshot_put(frozen->snapshot);
	free(frozen);
}

/* Whether a page of the file, or its last part, is in a gap. */
static bool has_page(const struct frozen *frozen, uint64_t start, uint64_t end)
{
	const uint64_t size = sysconf(_SC_PAGESIZE);
	uint64_t page = (start + size - 1) & ~(size - 1);

	return page < end && (end - page >= size || end == frozen->size);
}

/* Every page of [offset, end) has content. */
static bool all_pages(const struct frozen *frozen, uint64_t offset,
		      uint64_t end)
{
	while (offset < end) {
		struct run run = find_run(frozen->snapshot,
					  frozen->start + offset, has_content);
		uint64_t gap = run.start - frozen->start;

		if (gap > end)
			gap = end;
		if (has_page(frozen, offset, gap))
			return false;
		offset = run.end - frozen->start;
	}
	return true;
}

/* Number of bytes at an offset that have content. */
static uint64_t content_at(const struct frozen *frozen, uint64_t offset)
{
	uint64_t addr = frozen->start + offset;
	struct run run = find_run(frozen->snapshot, addr, has_content);

	return run.start == addr ? run.end - addr : 0;
}

static ssize_t read_content(const struct frozen *frozen, void *buf, size_t size,
			    uint64_t offset)
{
	ssize_t n;

	if (frozen->core)
		return drmsnoop_core_pread(frozen->snapshot->core, buf, size, offset);
	n = pread(frozen->snapshot->fd, buf, size, frozen->start + offset);
	return n < 0 ? -errno : n;
}

/* How much of @size bytes is content, or -EIO. */
static ssize_t readable(const struct frozen *frozen, size_t size, uint64_t offset,
			bool cached)
{
	uint64_t content;

	if (frozen->core)
		return size;
	if (cached)
		return all_pages(frozen, offset, offset + size) ? (ssize_t)size : -EIO;
	content = content_at(frozen, offset);
	if (!content)
		return -EIO;
	return size < content ? size : content;
}

ssize_t frozen_read(const struct frozen *frozen, void *buf, size_t size,
		    uint64_t offset, bool cached)
{
	ssize_t n;

	if (offset >= frozen->size)
		return 0;
	if (size > frozen->size - offset)
		size = frozen->size - offset;
	n = readable(frozen, size, offset, cached);
	if (n < 0)
		return n;
	size = n;
	n = read_content(frozen, buf, size, offset);
	if (n < 0)
		return n;
	/* The file is sealed: it cannot be shorter. */
	return (size_t)n == size ? n : -EIO;
}

off_t frozen_seek(const struct frozen *frozen, off_t offset, int whence)
{
	struct run run;
	uint64_t at;

	if (frozen->core)
		return seek_data(frozen->size, offset, whence);
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return -EINVAL;
	if (offset < 0 || (uint64_t)offset >= frozen->size)
		return -ENXIO;
	run = find_run(frozen->snapshot, frozen->start + offset, was_copied);
	at = run.start - frozen->start;
	if (whence == SEEK_DATA)
		return at < frozen->size ? (off_t)at : -ENXIO;
	if (at != (uint64_t)offset)
		return offset;
	at = run.end - frozen->start;
	return at < frozen->size ? (off_t)at : (off_t)frozen->size;
}

void frozen_read_dir(const struct node *dir, const struct snapshot *snapshot,
		     size_t from, off_t first, dir_fill_fn fill, void *data)
{
	struct node_id id = { .kind = NODE_FROZEN_RANGE };
	char name[TREE_NAME_SIZE];

	for (size_t i = from; i < snapshot->count; i++) {
		id.a = snapshot->entries[i].start;
		id.b = snapshot->entries[i].end;
		tree_name(&id, name);
		if (fill(data, name, node_ino(dir, &id),
			 tree_mode(NODE_FROZEN_RANGE), first + i + 1))
			break;
	}
}
