// SPDX-License-Identifier: GPL-2.0-or-later
#include "children.h"

#include <errno.h>
#include <stdlib.h>

#include "process.h"
#include "snapshot.h"
#include "target.h"
#include "tree.h"

static int add(struct children *children, enum node_kind kind, uint64_t a,
	       uint64_t b)
{
	if (children->count == children->room) {
		size_t room = children->room ? children->room * 2 : 16;
		struct node_id *ids = reallocarray(children->ids, room,
						   sizeof(*ids));

		if (!ids)
			return -ENOMEM;
		children->ids = ids;
		children->room = room;
	}
	children->ids[children->count++] =
		(struct node_id) { .kind = kind, .a = a, .b = b };
	return 0;
}

void children_free(struct children *children)
{
	free(children->ids);
	*children = (struct children) { 0 };
}

static int add_card(const struct drmsnoop_card *card, void *data)
{
	if (card->access == -ENOENT)
		return 0;
	return add(data, NODE_CARD, card->index, 0);
}

/* Adds a process as soon as one of its clients can be had. */
static int add_process(const struct drmsnoop_client *client, void *data)
{
	struct children *children = data;
	struct process *process;
	int err;

	if (children->count &&
	    children->ids[children->count - 1].a == (uint64_t)client->pid)
		return 0;
	if (drmsnoop_check_access(client->pid, client->fd))
		return 0;
	if (process_open(client->pid, &process))
		return 0;
	err = add(children, NODE_PROCESS, client->pid, process->start);
	process_close(process);
	return err;
}

static int list_processes(int card, enum node_kind kind,
			  struct children *children)
{
	int err = drmsnoop_foreach_client(DRMSNOOP_ALL_PROCESSES, card,
					  add_process, children);

	for (size_t i = 0; kind != NODE_PROCESS && i < children->count; i++) {
		children->ids[i].kind = kind;
		children->ids[i].b = 0;
	}
	return err;
}

static int add_client(const struct drm_snoop_client *client, void *data)
{
	if (client->flags & DRM_SNOOP_CLIENT_GONE)
		return 0;
	return add(data, NODE_CLIENT, client->client_id, 0);
}

static int add_bo(const struct drm_snoop_object *object, void *data)
{
	return add(data, NODE_BO, object->handle, 0);
}

static int add_vm(const struct drm_snoop_vm *vm, void *data)
{
	return add(data, NODE_VM, vm->vm_id, 0);
}

/* What only the kernel module can tell of a process. */
static int list_target(const struct node *dir, struct children *children)
{
	struct drmsnoop *snoop;
	int err;

	err = target_open(dir, DRMSNOOP_CLIENTS_ONLY, &snoop);
	/* A process may live on without clients. */
	if (err == -ENOENT && dir->id.kind == NODE_CLIENTS)
		return 0;
	if (err)
		return err;
	if (dir->id.kind == NODE_CLIENTS)
		err = drmsnoop_foreach_registered(snoop, add_client, children);
	else if (dir->id.kind == NODE_BOS)
		err = drmsnoop_foreach_object(snoop, target_client(dir),
					      add_bo, children);
	else
		err = drmsnoop_foreach_vm(snoop, target_client(dir), add_vm,
					  children);
	drmsnoop_close(snoop);
	return err;
}

/* Nothing is there any more but snapshots. */
static bool is_only_kept(const struct node *dir)
{
	struct drmsnoop *snoop;
	int err = 0;

	if (!snapshot_keeps(dir))
		return false;
	if (!target_alive(dir))
		return true;
	if (dir->id.kind == NODE_CLIENT)
		err = target_open(dir, DRMSNOOP_CLIENTS_ONLY, &snoop);
	else if (dir->id.kind == NODE_VM)
		err = target_open_vm(dir, DRMSNOOP_CLIENTS_ONLY, &snoop, NULL);
	else
		return false;
	if (!err)
		drmsnoop_close(snoop);
	return err;
}

static bool leads_to_snapshots(enum node_kind kind)
{
	return kind == NODE_CLIENTS || kind == NODE_VMS ||
	       kind == NODE_SNAPSHOTS;
}

static int add_fixed(const struct node *dir, struct children *children)
{
	bool only_kept = is_only_kept(dir);
	struct node_id id;
	int err = 0;

	for (size_t i = 0; !err && !tree_fixed(dir->id.kind, i, &id); i++) {
		if (only_kept) {
			if (leads_to_snapshots(id.kind))
				err = add(children, id.kind, 0, 0);
			continue;
		}
		if (id.kind == NODE_VMS) {
			err = children_have_vms(dir);
			if (err == -ENOENT) {
				err = 0;
				continue;
			}
		}
		if (!err)
			err = add(children, id.kind, 0, 0);
	}
	return err;
}

/* What is there without snapshots, but fixed children. */
static int list_live(const struct node *dir, struct children *children)
{
	switch (dir->id.kind) {
	case NODE_ROOT:
		return drmsnoop_foreach_card(add_card, children);
	case NODE_CARD:
		return list_processes(dir->id.a, NODE_PROCESS, children);
	case NODE_BY_PID:
		return list_processes(DRMSNOOP_ANY_CARD, NODE_PID_LINK,
				      children);
	case NODE_CLIENTS:
	case NODE_BOS:
	case NODE_VMS:
		return list_target(dir, children);
	default:
		return 0;
	}
}

static int compare(const void *a, const void *b)
{
	const struct node_id *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->a > y->a) - (x->a < y->a);
}

/* Adds those that are there for a snapshot only. */
static int merge_kept(const struct node *dir, struct children *children)
{
	size_t live = children->count;
	uint64_t from = 0;
	struct node_id id;
	int err = 0;

	while (!err && !snapshot_next_kept(dir, from, &id)) {
		if (!live || !bsearch(&id, children->ids, live, sizeof(id),
				      compare))
			err = add(children, id.kind, id.a, id.b);
		if (id.a == UINT64_MAX)
			break;
		from = id.a + 1;
	}
	if (children->count > live)
		qsort(children->ids, children->count, sizeof(id), compare);
	return err;
}

int children_list(const struct node *dir, struct children *children)
{
	bool kept = snapshot_keeps(dir);
	int err = 0;

	*children = (struct children) { 0 };
	if (!target_alive(dir) && !kept)
		return -ESRCH;
	err = add_fixed(dir, children);
	if (!err && (!kept || target_alive(dir)))
		err = list_live(dir, children);
	/* There are snapshots of what is gone, or is out of reach now. */
	if (kept && (err == -ESRCH || err == -ENOENT || err == -ENODEV ||
		     err == -EACCES))
		err = 0;
	return err ? err : merge_kept(dir, children);
}

struct search {
	int err;
	unsigned int card;
};

static int check_client(const struct drmsnoop_client *client, void *data)
{
	struct search *search = data;
	int err = drmsnoop_check_access(client->pid, client->fd);

	/* Of a process with several clients, one is enough. */
	if (!err) {
		search->err = 0;
		search->card = client->card;
		return 1;
	}
	if (err == -EPERM || err == -EACCES)
		search->err = target_error(err);
	return 0;
}

int children_find_process(int card, pid_t pid, unsigned int *found)
{
	struct search search = { .err = -ENOENT };
	int err;

	err = drmsnoop_foreach_client(pid, card, check_client, &search);
	if (err >= 0 && !search.err) {
		if (found)
			*found = search.card;
		return 0;
	}
	if (snapshot_keeps_process(card, pid, found, NULL))
		return 0;
	if (err == -ESRCH)
		return -ENOENT;
	return err < 0 ? target_error(err) : search.err;
}

int children_have_vms(const struct node *node)
{
	struct drmsnoop *snoop;
	int err;

	err = drmsnoop_open(node_ancestor(node, NODE_CARD)->id.a, 0, &snoop);
	if (err)
		return target_error(err);
	if (!(drmsnoop_card_info(snoop)->features & DRM_SNOOP_FEATURE_VM))
		err = -ENOENT;
	drmsnoop_close(snoop);
	return err;
}
