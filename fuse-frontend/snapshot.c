// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A leaf, never held over a system call. Protects all below, and what the header says. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct snapshot *snapshots;
static size_t snapshot_count;
static uint64_t last_serial;

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	drmsnoop_core_close(snapshot->core);
	if (snapshot->fd >= 0)
		close(snapshot->fd);
	drmsnoop_objects_free(snapshot->objects);
	free(snapshot->entries);
	free(snapshot->name);
	free(snapshot);
}

/* Whether a snapshot is at or below a node on the way to it. */
static bool is_below(const struct snapshot *snapshot, const struct node *node)
{
	for (; node; node = node->parent) {
		switch (node->id.kind) {
		case NODE_CARD:
			if (node->id.a != snapshot->card)
				return false;
			break;
		case NODE_PROCESS:
			/* A number that was given away means both processes. */
			if (node->id.a != snapshot->pid)
				return false;
			break;
		case NODE_CLIENT:
			if (node->id.a != snapshot->client)
				return false;
			break;
		case NODE_VM:
			if (node->id.a != snapshot->vm.vm_id)
				return false;
			break;
		case NODE_ROOT:
		case NODE_CLIENTS:
		case NODE_VMS:
		case NODE_SNAPSHOTS:
			break;
		default:
			return false;
		}
	}
	return true;
}

/* Under lock. NULL, or what points to it. */
static struct snapshot **find_locked(const struct node *dir, const char *name)
{
	struct snapshot **link;

	for (link = &snapshots; *link; link = &(*link)->next) {
		if (!strcmp((*link)->name, name) && is_below(*link, dir))
			return link;
	}
	return NULL;
}

int snapshot_check_name(const struct node *dir, const char *name)
{
	int err = 0;

	if (strlen(name) > SNAPSHOT_NAME_MAX)
		return -ENAMETOOLONG;
	pthread_mutex_lock(&lock);
	if (find_locked(dir, name))
		err = -EEXIST;
	else if (snapshot_count == SNAPSHOT_MAX)
		err = -ENOSPC;
	pthread_mutex_unlock(&lock);
	return err;
}

static bool same_path(const struct snapshot *x, const struct snapshot *y)
{
	return x->card == y->card && x->pid == y->pid &&
	       x->client == y->client && x->vm.vm_id == y->vm.vm_id &&
	       !strcmp(x->name, y->name);
}

int snapshot_add(struct snapshot *snapshot)
{
	struct snapshot **link;
	int err = 0;

	pthread_mutex_lock(&lock);
	for (link = &snapshots; *link; link = &(*link)->next) {
		if (same_path(*link, snapshot)) {
			err = -EEXIST;
			break;
		}
	}
	if (!err && snapshot_count == SNAPSHOT_MAX)
		err = -ENOSPC;
	if (!err) {
		snapshot->serial = ++last_serial;
		snapshot->refs = 1;
		snapshot->next = NULL;
		*link = snapshot;
		snapshot_count++;
	}
	pthread_mutex_unlock(&lock);
	return err;
}

int snapshot_find(const struct node *dir, const char *name, struct node_id *id)
{
	struct snapshot **link;

	pthread_mutex_lock(&lock);
	link = find_locked(dir, name);
	if (link)
		*id = (struct node_id) { .kind = NODE_SNAPSHOT,
					 .a = (*link)->serial };
	pthread_mutex_unlock(&lock);
	return link ? 0 : -ENOENT;
}

int snapshot_drop(const struct node *dir, const char *name)
{
	struct snapshot *snapshot = NULL, **link;

	pthread_mutex_lock(&lock);
	link = find_locked(dir, name);
	if (link) {
		snapshot = *link;
		*link = snapshot->next;
		snapshot_count--;
	}
	pthread_mutex_unlock(&lock);
	snapshot_put(snapshot);
	return snapshot ? 0 : -ENOENT;
}

void snapshot_drop_all(void)
{
	struct snapshot *list, *next;

	pthread_mutex_lock(&lock);
	list = snapshots;
	snapshots = NULL;
	snapshot_count = 0;
	pthread_mutex_unlock(&lock);
	for (; list; list = next) {
		next = list->next;
		snapshot_put(list);
	}
}

struct snapshot *snapshot_get(const struct node *node)
{
	uint64_t serial = node_ancestor(node, NODE_SNAPSHOT)->id.a;
	struct snapshot *snapshot;

	pthread_mutex_lock(&lock);
	for (snapshot = snapshots; snapshot; snapshot = snapshot->next) {
		if (snapshot->serial == serial) {
			snapshot->refs++;
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	return snapshot;
}

void snapshot_put(struct snapshot *snapshot)
{
	unsigned int refs;

	if (!snapshot)
		return;
	pthread_mutex_lock(&lock);
	refs = --snapshot->refs;
	pthread_mutex_unlock(&lock);
	if (!refs)
		snapshot_free(snapshot);
}

void snapshot_read_dir(const struct node *dir, uint64_t from, off_t first,
		       dir_fill_fn fill, void *data)
{
	struct node_id id = { .kind = NODE_SNAPSHOT };
	struct snapshot *snapshot;

	pthread_mutex_lock(&lock);
	for (snapshot = snapshots; snapshot; snapshot = snapshot->next) {
		if (snapshot->serial < from || !is_below(snapshot, dir))
			continue;
		id.a = snapshot->serial;
		if (fill(data, snapshot->name, node_ino(dir, &id), S_IFDIR,
			 first + snapshot->serial + 1))
			break;
	}
	pthread_mutex_unlock(&lock);
}

static bool may_keep(enum node_kind kind)
{
	return kind == NODE_CARD || kind == NODE_PROCESS ||
	       kind == NODE_CLIENTS || kind == NODE_CLIENT ||
	       kind == NODE_VMS || kind == NODE_VM || kind == NODE_SNAPSHOTS;
}

bool snapshot_keeps(const struct node *node)
{
	struct snapshot *snapshot;

	if (!may_keep(node->id.kind))
		return false;
	pthread_mutex_lock(&lock);
	for (snapshot = snapshots; snapshot; snapshot = snapshot->next) {
		if (is_below(snapshot, node))
			break;
	}
	pthread_mutex_unlock(&lock);
	return snapshot;
}

bool snapshot_keeps_process(int card, pid_t pid, unsigned int *found,
			    uint64_t *start)
{
	const struct snapshot *snapshot, *first = NULL;

	pthread_mutex_lock(&lock);
	for (snapshot = snapshots; snapshot; snapshot = snapshot->next) {
		if (snapshot->pid == (uint64_t)pid &&
		    (card == DRMSNOOP_ANY_CARD ||
		     snapshot->card == (uint64_t)card) &&
		    (!first || snapshot->card < first->card))
			first = snapshot;
	}
	if (first && found)
		*found = first->card;
	if (first && start)
		*start = first->start;
	pthread_mutex_unlock(&lock);
	return first;
}

/* The child of a directory that a snapshot below it keeps. */
static bool kept_child(const struct snapshot *snapshot, enum node_kind dir,
		       struct node_id *id)
{
	*id = (struct node_id) { 0 };
	switch (dir) {
	case NODE_ROOT:
		id->kind = NODE_CARD;
		id->a = snapshot->card;
		return true;
	case NODE_CARD:
		id->kind = NODE_PROCESS;
		id->a = snapshot->pid;
		id->b = snapshot->start;
		return true;
	case NODE_BY_PID:
		id->kind = NODE_PID_LINK;
		id->a = snapshot->pid;
		return true;
	case NODE_CLIENTS:
		id->kind = NODE_CLIENT;
		id->a = snapshot->client;
		return true;
	case NODE_VMS:
		id->kind = NODE_VM;
		id->a = snapshot->vm.vm_id;
		return true;
	default:
		return false;
	}
}

int snapshot_next_kept(const struct node *dir, uint64_t from,
		       struct node_id *id)
{
	const struct snapshot *snapshot;
	struct node_id child;
	int err = -ENOENT;

	pthread_mutex_lock(&lock);
	for (snapshot = snapshots; snapshot; snapshot = snapshot->next) {
		/* Links are to all processes. */
		if (dir->id.kind != NODE_BY_PID && !is_below(snapshot, dir))
			continue;
		if (!kept_child(snapshot, dir->id.kind, &child))
			continue;
		if (child.a >= from && (err || child.a < id->a)) {
			*id = child;
			err = 0;
		}
	}
	pthread_mutex_unlock(&lock);
	return err;
}
