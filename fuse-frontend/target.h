/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TARGET_H
#define TARGET_H

/*
 * Targets: snoop handles for nodes
 *
 * Every call asks the kernel anew whether the daemon may look at the process;
 * nothing is kept from an earlier answer. Nobody may hold a lock.
 *
 * Errors are those of libdrmsnoop, with -EPERM as -EACCES, and a refusal is
 * logged with its cause and cure.
 */

#include <drmsnoop.h>

#include "node.h"

/**
 * target_error - make an error of libdrmsnoop one of ours
 * @err: negative errno that libdrmsnoop just returned in this thread
 *
 * Logs a refusal. Returns a negative errno.
 */
int target_error(int err);

/**
 * target_alive - whether the process that a node belongs to still runs
 * @node: any node
 *
 * True for nodes outside of processes.
 */
bool target_alive(const struct node *node);

/**
 * target_open - open a snoop handle with a process's clients
 * @node: at or below a process
 * @flags: of drmsnoop_open_process()
 * @snoop: returned; the caller closes it with drmsnoop_close()
 *
 * Registers the client of @node, or all clients of the process if @node is
 * above its clients. Not bound.
 *
 * Returns 0 or a negative errno: -ESRCH (the process ended), -ENOENT (it has no
 * such client), -EACCES, and others of drmsnoop_open_process().
 */
int target_open(const struct node *node, unsigned int flags,
		struct drmsnoop **snoop);

/**
 * target_open_vm - target_open(), bound to the VM that a node belongs to
 * @node: at or below a VM
 * @flags: of drmsnoop_open_process()
 * @snoop: returned
 * @end: returned first address after the VM; may be NULL
 */
int target_open_vm(const struct node *node, unsigned int flags,
		   struct drmsnoop **snoop, uint64_t *end);

/**
 * target_open_bo - target_open(), bound to the object of a node
 * @node: of kind NODE_BO
 * @flags: of drmsnoop_open_process()
 * @snoop: returned
 * @size: returned size of the object in bytes
 */
int target_open_bo(const struct node *node, unsigned int flags,
		   struct drmsnoop **snoop, uint64_t *size);

/**
 * target_client - id of the client that a node belongs to
 */
uint64_t target_client(const struct node *node);

#endif /* TARGET_H */
