/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CHILDREN_H
#define CHILDREN_H

/*
 * Children: what a directory holds at this moment
 *
 * The children of NODE_RANGES, NODE_FROZEN_RANGES and NODE_SNAPSHOTS are not listed
 * here: dir.c asks for them one by one. What is there only because there are snapshots
 * below it (snapshot_keeps()) is listed with the others.
 */

#include "node.h"

struct process;

/**
 * struct children - the children of a directory at one moment
 */
struct children {
	/** @ids: Array, owned; NULL if empty. */
	struct node_id *ids;

	/** @count: Number of elements of @ids. */
	size_t count;

	/** @room: Number of elements that fit. */
	size_t room;
};

/**
 * children_list - list a directory
 * @dir: directory of another kind than those three
 * @children: returned; free it with children_free() also on failure
 *
 * A process that the user may not look at is left out. Numbers ascend, and no
 * child comes twice. Costs memory in proportion to the number of children.
 *
 * Returns 0 or a negative errno: -ESRCH (the process or client ended), -EACCES,
 * -ENOMEM, and others of libdrmsnoop.
 */
int children_list(const struct node *dir, struct children *children);

/**
 * children_free - free a list
 */
void children_free(struct children *children);

/**
 * children_find_process - whether a process belongs into a card's directory
 * @card: N of cardN or DRMSNOOP_ANY_CARD
 * @pid: process
 * @found: returned N of the first card where it does; may be NULL
 *
 * It does as long as there are snapshots of it, too.
 *
 * Returns 0, -ENOENT (no such process, or it has no client on the card), or
 * -EACCES (the kernel does not let the user look at it; logged). A process
 * whose descriptors cannot even be listed is -EACCES whether or not it has a
 * client.
 */
int children_find_process(int card, pid_t pid, unsigned int *found);

/**
 * children_have_vms - whether the VMs of a card's driver are known
 * @node: at or below a card
 *
 * Returns 0, -ENOENT (they are not), or another negative errno.
 */
int children_have_vms(const struct node *node);

#endif /* CHILDREN_H */
