// SPDX-License-Identifier: GPL-2.0-or-later
#include "dir.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "target.h"
#include "tree.h"

/* Offset of the first entry after "." and "..". */
#define FIRST	2

/*
 * struct dir - an open directory
 *
 * snoop is immutable.
 * lock protects children and used; it is held while entries are copied, never
 * over a system call.
 */
struct dir {
	/* Of ranges: bound to the VM, owned. Else NULL. */
	struct drmsnoop *snoop;
	pthread_mutex_t lock;
	/* Of all others. */
	struct children children;
	/* children were read: reading again from 0 needs new ones. */
	bool used;
};

int dir_open(const struct node *node, struct dir **result)
{
	struct dir *dir;
	int err;

	dir = calloc(1, sizeof(*dir));
	if (!dir)
		return -ENOMEM;
	if (node->id.kind == NODE_RANGES)
		err = target_open_vm(node, &dir->snoop, NULL);
	else
		err = children_list(node, &dir->children);
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
	drmsnoop_close(dir->snoop);
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

static int read_ranges(struct dir *dir, const struct node *node, off_t offset,
		       dir_fill_fn fill, void *data)
{
	uint64_t addr = offset - FIRST;
	struct drm_snoop_range range;
	struct node_id id = { .kind = NODE_RANGE };
	int err;

	do {
		err = drmsnoop_query_range(dir->snoop, addr,
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
		err = fill_child(node, &id, FIRST + range.end, fill, data);
	} while (!err);
	return 0;
}

/* From offset 0 on, the list is to be as new as a fresh open's. */
static int refresh(struct dir *dir, const struct node *node)
{
	struct children fresh, old = { 0 };
	bool used;
	int err;

	pthread_mutex_lock(&dir->lock);
	used = dir->used;
	pthread_mutex_unlock(&dir->lock);
	if (!used)
		return 0;
	err = children_list(node, &fresh);
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

static void read_children(struct dir *dir, const struct node *node,
			  off_t offset, dir_fill_fn fill, void *data)
{
	pthread_mutex_lock(&dir->lock);
	dir->used = true;
	for (size_t i = offset - FIRST; i < dir->children.count; i++) {
		if (fill_child(node, &dir->children.ids[i], FIRST + i + 1,
			       fill, data))
			break;
	}
	pthread_mutex_unlock(&dir->lock);
}

int dir_read(struct dir *dir, const struct node *node, off_t offset,
	     dir_fill_fn fill, void *data)
{
	const struct node *parent = node->parent ? node->parent : node;
	int err;

	if (offset < 0)
		return -EINVAL;
	if (offset == 0 && !dir->snoop) {
		err = refresh(dir, node);
		if (err)
			return err;
	}
	if (offset == 0 && fill(data, ".", node->ino, S_IFDIR, 1))
		return 0;
	if (offset <= 1 && fill(data, "..", parent->ino, S_IFDIR, FIRST))
		return 0;
	if (offset < FIRST)
		offset = FIRST;
	if (dir->snoop)
		return read_ranges(dir, node, offset, fill, data);
	read_children(dir, node, offset, fill, data);
	return 0;
}
