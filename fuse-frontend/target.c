/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include <errno.h>

#include "log.h"
#include "process.h"

int target_error(int err)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
		log_refusal(drmsnoop_error());
		return -EACCES;
	case -EMFILE:
	case -ENFILE:
	case -ENOSPC:
		log_error(drmsnoop_error());
		return err;
	default:
		return err;
	}
}

bool target_alive(const struct node *node)
{
	const struct node *process = node_ancestor(node, NODE_PROCESS);

	return !process || process_alive(process->process);
}

uint64_t target_client(const struct node *node)
{
	const struct node *client = node_ancestor(node, NODE_CLIENT);

	return client ? client->id.a : DRMSNOOP_ALL_CLIENTS;
}

static int check_registered(const struct drm_snoop_client *client, void *data)
{
	return client->client_id == *(const uint64_t *)data;
}

/*
 * Not every driver tells its client ids in fdinfo. Those clients cannot be asked
 * for by id, but are known by it once they are registered.
 */
static int open_untold(pid_t pid, int card, uint64_t client,
		       struct drmsnoop **snoop)
{
	int err;

	err = drmsnoop_open_process(pid, card, DRMSNOOP_ALL_CLIENTS, snoop);
	if (err)
		return err;
	err = drmsnoop_foreach_registered(*snoop, check_registered, &client);
	if (err == 1)
		return 0;
	drmsnoop_close(*snoop);
	return err ? err : -ENOENT;
}

int target_open(const struct node *node, struct drmsnoop **snoop)
{
	const struct node *process = node_ancestor(node, NODE_PROCESS);
	const struct node *card = node_ancestor(node, NODE_CARD);
	uint64_t client = target_client(node);
	pid_t pid = process->process->pid;
	int err;

	err = drmsnoop_open_process(pid, card->id.a, client, snoop);
	if (err == -ENOENT && client != DRMSNOOP_ALL_CLIENTS)
		err = open_untold(pid, card->id.a, client, snoop);
	/* If it runs now, the number was its own when it was used. */
	if (!process_alive(process->process)) {
		if (!err)
			drmsnoop_close(*snoop);
		return -ESRCH;
	}
	return err ? target_error(err) : 0;
}

int target_open_vm(const struct node *node, struct drmsnoop **snoop,
		   uint64_t *end)
{
	int err;

	err = target_open(node, snoop);
	if (err)
		return err;
	err = drmsnoop_bind_vm(*snoop, target_client(node),
			       node_ancestor(node, NODE_VM)->id.a, end);
	if (err) {
		err = target_error(err);
		drmsnoop_close(*snoop);
	}
	return err;
}

int target_open_bo(const struct node *node, struct drmsnoop **snoop,
		   uint64_t *size)
{
	int err;

	err = target_open(node, snoop);
	if (err)
		return err;
	err = drmsnoop_bind_object(*snoop, target_client(node), node->id.a,
				   size);
	if (err) {
		err = target_error(err);
		drmsnoop_close(*snoop);
	}
	return err;
}
