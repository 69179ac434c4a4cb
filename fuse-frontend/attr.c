// SPDX-License-Identifier: GPL-2.0-or-later
#include "attr.h"

#include <errno.h>

#include "children.h"
#include "core.h"
#include "share.h"
#include "snapshot.h"
#include "snapshot_file.h"
#include "target.h"
#include "tree.h"

#define ATTR_BLOCK	512

/*
 * stdio keeps so much of a file in its buffer, and gives it out again. gdb is to see what
 * is there now.
 */
#define CORE_BLKSIZE	1

static int is_card(const struct drmsnoop_card *card, void *data)
{
	const struct node *node = data;

	return card->index == node->id.a && card->access != -ENOENT;
}

static int is_vm(const struct drm_snoop_vm *vm, void *data)
{
	const struct node *node = data;

	return vm->vm_id == node->id.a;
}

static int sum_range(const struct drm_snoop_range *range, void *data)
{
	uint64_t *bytes = data;

	*bytes += range->end - range->start;
	return 0;
}

/* A walk that returns 1 has found what was asked for. */
static int found(int ret)
{
	return ret == 1 ? 0 : ret ? ret : -ENOENT;
}

static int check_client(const struct node *node)
{
	struct drmsnoop *snoop;
	int err;

	err = target_open(node, DRMSNOOP_CLIENTS_ONLY, &snoop);
	if (!err)
		drmsnoop_close(snoop);
	return err;
}

static int check_vm(const struct node *node)
{
	struct drmsnoop *snoop;
	int err;

	err = target_open(node, DRMSNOOP_CLIENTS_ONLY, &snoop);
	if (err)
		return err;
	err = found(drmsnoop_foreach_vm(snoop, target_client(node), is_vm,
					(void *)node));
	drmsnoop_close(snoop);
	return err;
}

static int get_mem(const struct node *node, uint64_t *size, uint64_t *bytes)
{
	struct drmsnoop *snoop;
	int err;

	err = target_open_vm(node, DRMSNOOP_CLIENTS_ONLY, &snoop, size);
	if (err)
		return err;
	err = drmsnoop_foreach_range(snoop, target_client(node),
				     node_ancestor(node, NODE_VM)->id.a,
				     sum_range, bytes);
	drmsnoop_close(snoop);
	return err;
}

static int get_bo(const struct node *node, uint64_t *size, uint32_t *flags)
{
	struct drm_snoop_range range;
	struct drmsnoop *snoop;
	int err;

	err = target_open_bo(node, DRMSNOOP_CLIENTS_ONLY, &snoop, size);
	if (err)
		return err;
	err = drmsnoop_query_range(snoop, 0, 0, &range, sizeof(range));
	if (!err)
		*flags = range.flags;
	drmsnoop_close(snoop);
	return err;
}

static int query_range(struct drmsnoop *snoop, const struct node *node,
		       uint32_t *flags)
{
	struct drm_snoop_range range;
	int err;

	err = drmsnoop_query_range(snoop, node->id.a, 0, &range,
				   sizeof(range));
	if (err)
		return err;
	if (range.start != node->id.a || range.end != node->id.b)
		return -ENOENT;
	*flags = range.flags;
	return 0;
}

static int check_range(const struct node *node, uint32_t *flags)
{
	struct share *share = share_get(node->parent);
	struct drmsnoop *snoop;
	int err;

	if (share) {
		err = query_range(share->snoop, node, flags);
		share_put(share);
		return err;
	}
	err = target_open_vm(node, 0, &snoop, NULL);
	if (err)
		return err;
	err = query_range(snoop, node, flags);
	drmsnoop_close(snoop);
	return err;
}

static int get_size(const struct node *node, uint64_t *size, uint64_t *bytes,
		    uint32_t *flags)
{
	int err;

	switch (node->id.kind) {
	case NODE_CARD:
		return found(drmsnoop_foreach_card(is_card, (void *)node));
	case NODE_CLIENT:
		return check_client(node);
	case NODE_VMS:
		return children_have_vms(node);
	case NODE_VM:
		return check_vm(node);
	case NODE_MEM:
		/* Some of its ranges may refuse. */
		*flags = DRM_SNOOP_READABLE;
		return get_mem(node, size, bytes);
	case NODE_CORE:
		err = core_size(node, size);
		*bytes = *size;
		return err;
	case NODE_BO:
		err = get_bo(node, size, flags);
		*bytes = *size;
		return err;
	case NODE_RANGE:
		*size = node->id.b - node->id.a;
		*bytes = *size;
		return check_range(node, flags);
	default:
		return 0;
	}
}

/* At or below a snapshot: asks nobody. */
static int get_frozen(const struct node *node, uint64_t *size, uint64_t *bytes,
		      struct timespec *time)
{
	struct snapshot *snapshot = snapshot_get(node);
	int err = 0;

	if (!snapshot)
		return -ENOENT;
	*time = snapshot->taken;
	if (tree_is_frozen(node->id.kind))
		err = frozen_size(node, snapshot, size, bytes);
	snapshot_put(snapshot);
	return err;
}

int attr_get(const struct fs *fs, const struct node *node, struct stat *st)
{
	struct timespec time = fs->mounted;
	uint64_t size = 0, bytes = 0;
	uint32_t flags = 0;
	int err = 0;

	if (node_ancestor(node, NODE_SNAPSHOT))
		err = get_frozen(node, &size, &bytes, &time);
	else if (!snapshot_keeps(node))
		err = target_alive(node) ?
		      get_size(node, &size, &bytes, &flags) : -ENOENT;
	if (err)
		return err == -ESRCH ? -ENOENT : err;
	*st = (struct stat) {
		.st_ino = node->ino,
		.st_mode = tree_mode(node->id.kind),
		/* Of a directory: not counted. */
		.st_nlink = 1,
		.st_uid = fs->uid,
		.st_gid = fs->gid,
		.st_size = size > INT64_MAX ? INT64_MAX : (off_t)size,
		.st_blocks = bytes / ATTR_BLOCK,
		.st_blksize = node->id.kind == NODE_CORE ? CORE_BLKSIZE : FS_READ_MAX,
		.st_atim = time,
		.st_mtim = time,
		.st_ctim = time,
	};
	if (node->id.kind == NODE_SNAPSHOTS && !fs->read_only)
		st->st_mode |= 0200;
	if (fs->writable && tree_is_memory(node->id.kind) &&
	    drmsnoop_may_write(flags))
		st->st_mode |= 0200;
	return 0;
}
