// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot_take.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "process.h"
#include "snapshot.h"
#include "target.h"

static struct snapshot *create(const struct node *dir, const char *name)
{
	const struct node *process = node_ancestor(dir, NODE_PROCESS);
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return NULL;
	snapshot->fd = -1;
	snapshot->card = node_ancestor(dir, NODE_CARD)->id.a;
	snapshot->pid = process->id.a;
	snapshot->start = process->id.b;
	snapshot->client = target_client(dir);
	snapshot->vm.vm_id = node_ancestor(dir, NODE_VM)->id.a;
	snapshot->name = strdup(name);
	if (!snapshot->name) {
		snapshot_free(snapshot);
		return NULL;
	}
	return snapshot;
}

static int take_vm(const struct drm_snoop_vm *vm, void *data)
{
	struct snapshot *snapshot = data;

	if (vm->vm_id != snapshot->vm.vm_id)
		return 0;
	snapshot->vm = *vm;
	return 1;
}

/* What is asked of the client itself, before the copy. */
static int describe(struct snapshot *snapshot, struct drmsnoop *snoop)
{
	int ret = drmsnoop_foreach_vm(snoop, snapshot->client, take_vm,
				      snapshot);

	if (ret != 1)
		return ret ? target_error(ret) : -ENOENT;
	ret = drmsnoop_objects_get(snoop, snapshot->client,
				   &snapshot->objects);
	return ret ? target_error(ret) : 0;
}

static int copy(const struct fs *fs, struct snapshot *snapshot, struct drmsnoop *snoop,
		struct drm_snoop_progress *progress)
{
	int fd;

	snapshot->consistent = fs->consistent;
	if (fs->consistent)
		fd = drmsnoop_snapshot_consistent(snoop, 0, snapshot->size, fs->budget_ms,
						  &snapshot->stopped_us, progress);
	else
		fd = drmsnoop_snapshot(snoop, 0, snapshot->size, progress);
	if (fd == -EDQUOT || fd == -ENOMEM || fd == -ETIME || fd == -EBUSY)
		log_error(drmsnoop_error());
	if (fd < 0)
		return target_error(fd);
	snapshot->fd = fd;
	return 0;
}

/* While the process is there to be described: later nobody needs to be asked. */
static int lay_out(struct snapshot *snapshot, const struct node *dir,
		   struct drmsnoop *snoop)
{
	const struct drmsnoop_core_options options = {
		.client_id = snapshot->client,
		.vm_id = snapshot->vm.vm_id,
		.pid = snapshot->pid,
		.flags = DRMSNOOP_CORE_SNAPSHOT |
			 (snapshot->consistent ? DRMSNOOP_CORE_CONSISTENT : 0),
		.snapshot = snapshot->fd,
	};
	int err = drmsnoop_core_open(snoop, &options, &snapshot->core);

	if (err)
		return target_error(err);
	return target_alive(dir) ? 0 : -ESRCH;
}

struct table {
	struct snapshot *snapshot;
	size_t room;
};

static int add_entry(const struct drm_snoop_snapshot_range *entry, void *data)
{
	struct table *table = data;
	struct snapshot *snapshot = table->snapshot;

	if (snapshot->count == table->room) {
		size_t room = table->room ? 2 * table->room : 16;
		struct drm_snoop_snapshot_range *entries;

		entries = reallocarray(snapshot->entries, room,
				       sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		snapshot->entries = entries;
		table->room = room;
	}
	snapshot->entries[snapshot->count++] = *entry;
	if (!entry->error && entry->kind != DRM_SNOOP_RANGE_SPARSE)
		snapshot->copied += entry->end - entry->start;
	return 0;
}

static int fill(const struct fs *fs, struct snapshot *snapshot, const struct node *dir,
		struct drm_snoop_progress *progress)
{
	struct table table = { .snapshot = snapshot };
	struct drmsnoop *snoop;
	int err;

	/* Stopping is for those who may write. */
	err = target_open_vm(dir, fs->consistent ? DRMSNOOP_WRITE : 0, &snoop,
			     &snapshot->size);
	if (err)
		return err;
	err = describe(snapshot, snoop);
	if (!err)
		err = copy(fs, snapshot, snoop, progress);
	if (!err)
		err = lay_out(snapshot, dir, snoop);
	drmsnoop_close(snoop);
	if (!err)
		err = drmsnoop_foreach_snapshot_range(snapshot->fd, add_entry,
						      &table);
	clock_gettime(CLOCK_REALTIME, &snapshot->taken);
	return err;
}

int snapshot_take(const struct fs *fs, const struct node *dir, const char *name,
		  struct drm_snoop_progress *progress)
{
	struct snapshot *snapshot;
	int err;

	err = snapshot_check_name(dir, name);
	if (err)
		return err;
	snapshot = create(dir, name);
	if (!snapshot)
		return -ENOMEM;
	err = fill(fs, snapshot, dir, progress);
	if (!err)
		err = snapshot_add(snapshot);
	if (err)
		snapshot_free(snapshot);
	return err;
}
