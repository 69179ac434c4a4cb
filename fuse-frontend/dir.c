// SPDX-License-Identifier: GPL-2.0-or-later
#include "dir.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "share.h"
#include "snapshot.h"
#include "snapshot_file.h"
#include "target.h"
#include "tree.h"

/* Offset of the first entry after "." and "..". */
#define FIRST	2

/*
 * struct dir - an open directory
 *
 * node, share and snapshot are immutable.
 * lock protects children and used; it is held while entries are copied, never
 * over a system call.
 */
struct dir {
	struct node *node;
	/* Of ranges: bound to the VM, offered for the node. Else NULL. */
	struct share *share;
	/* Of ranges of a snapshot: reference. Else NULL. */
	struct snapshot *snapshot;
	pthread_mutex_t lock;
	/* Of all others. */
	struct children children;
	/* children were read: reading again from 0 needs new ones. */
	bool used;
};

static int open_ranges(struct dir *dir)
{
	struct drmsnoop *snoop;
	int err;

	err = target_open_vm(dir->node, 0, &snoop, NULL);
	if (err)
		return err;
	dir->share = share_offer(dir->node, snoop);
	if (!dir->share) {
		drmsnoop_close(snoop);
		return -ENOMEM;
	}
	return 0;
}

int dir_open(struct node *node, struct dir **result)
{
	struct dir *dir;
	int err;

	dir = calloc(1, sizeof(*dir));
	if (!dir)
		return -ENOMEM;
	dir->node = node;
	switch (node->id.kind) {
	case NODE_RANGES:
		err = open_ranges(dir);
		break;
	case NODE_SNAPSHOTS:
		err = 0;
		break;
	case NODE_FROZEN_RANGES:
		dir->snapshot = snapshot_get(node);
		err = dir->snapshot ? 0 : -ENOENT;
		break;
	default:
		err = children_list(node, &dir->children);
		break;
	}
	if (err) {
		children_free(&dir->children);
		free(dir);
		return err;
	}
	pthread_mutex_init(&dir->lock, NULL);
	*result = dir;
	return 0;
}

void dir_close(struct dir *dir)
{
	share_withdraw(dir->node, dir->share);
	snapshot_put(dir->snapshot);
	children_free(&dir->children);
	pthread_mutex_destroy(&dir->lock);
	free(dir);
}

static int fill_child(const struct node *node, const struct node_id *id,
		      off_t next, dir_fill_fn fill, void *data)
{
	char name[TREE_NAME_SIZE];

	tree_name(id, name);
	return fill(data, name, node_ino(node, id), tree_mode(id->kind), next);
}

static int read_ranges(struct dir *dir, off_t offset, dir_fill_fn fill,
		       void *data)
{
	uint64_t addr = offset - FIRST;
	struct drm_snoop_range range;
	struct node_id id = { .kind = NODE_RANGE };
	int err;

	do {
		err = drmsnoop_query_range(dir->share->snoop, addr,
					   DRM_SNOOP_QUERY_NEXT, &range,
					   sizeof(range));
		if (err)
			return err == -ENOENT ? 0 : err;
		/* In the middle of one that came up since: it was passed. */
		if (range.start < addr) {
			addr = range.end;
			continue;
		}
		/* Offsets have 63 bits. */
		if (range.end > INT64_MAX - FIRST)
			return 0;
		id.a = range.start;
		id.b = range.end;
		addr = range.end;
		err = fill_child(dir->node, &id, FIRST + range.end, fill, data);
	} while (!err);
	return 0;
}

/* From offset 0 on, the list is to be as new as a fresh open's. */
static int refresh(struct dir *dir)
{
	struct children fresh, old = { 0 };
	bool used;
	int err;

	pthread_mutex_lock(&dir->lock);
	used = dir->used;
	pthread_mutex_unlock(&dir->lock);
	if (!used)
		return 0;
	err = children_list(dir->node, &fresh);
	if (!err) {
		pthread_mutex_lock(&dir->lock);
		old = dir->children;
		dir->children = fresh;
		dir->used = false;
		pthread_mutex_unlock(&dir->lock);
		fresh = old;
	}
	children_free(&fresh);
	return err;
}

static void read_children(struct dir *dir, off_t offset, dir_fill_fn fill,
			  void *data)
{
	pthread_mutex_lock(&dir->lock);
	dir->used = true;
	for (size_t i = offset - FIRST; i < dir->children.count; i++) {
		if (fill_child(dir->node, &dir->children.ids[i],
			       FIRST + i + 1, fill, data))
			break;
	}
	pthread_mutex_unlock(&dir->lock);
}

static bool is_listed(enum node_kind kind)
{
	return kind != NODE_RANGES && kind != NODE_SNAPSHOTS &&
	       kind != NODE_FROZEN_RANGES;
}

int dir_read(struct dir *dir, off_t offset, dir_fill_fn fill, void *data)
{
	const struct node *node = dir->node;
	const struct node *parent = node->parent ? node->parent : node;
	int err;

	if (offset < 0)
		return -EINVAL;
	if (offset == 0 && is_listed(node->id.kind)) {
		err = refresh(dir);
		if (err)
			return err;
	}
	if (offset == 0 && fill(data, ".", node->ino, S_IFDIR, 1))
		return 0;
	if (offset <= 1 && fill(data, "..", parent->ino, S_IFDIR, FIRST))
		return 0;
	if (offset < FIRST)
		offset = FIRST;
	if (dir->share)
		return read_ranges(dir, offset, fill, data);
	if (dir->snapshot)
		frozen_read_dir(node, dir->snapshot, offset - FIRST, FIRST,
				fill, data);
	else if (node->id.kind == NODE_SNAPSHOTS)
		snapshot_read_dir(node, offset - FIRST, FIRST, fill, data);
	else
		read_children(dir, offset, fill, data);
	return 0;
}
