// SPDX-License-Identifier: GPL-2.0-or-later
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

int target_open(const struct node *node, unsigned int flags,
		struct drmsnoop **snoop)
{
	const struct node *process = node_ancestor(node, NODE_PROCESS);
	const struct node *card = node_ancestor(node, NODE_CARD);
	int err;

	err = drmsnoop_open_process(process->process->pid, card->id.a,
				    target_client(node), flags, snoop);
	/* If it runs now, the number was its own when it was used. */
	if (!process_alive(process->process)) {
		if (!err)
			drmsnoop_close(*snoop);
		return -ESRCH;
	}
	return err ? target_error(err) : 0;
}

int target_open_vm(const struct node *node, unsigned int flags,
		   struct drmsnoop **snoop, uint64_t *end)
{
	int err;

	err = target_open(node, flags, snoop);
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

int target_open_bo(const struct node *node, unsigned int flags,
		   struct drmsnoop **snoop, uint64_t *size)
{
	int err;

	err = target_open(node, flags, snoop);
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
