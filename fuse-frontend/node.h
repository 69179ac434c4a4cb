/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NODE_H
#define NODE_H

/*
 * Nodes: what the kernel knows of the tree
 *
 * A node stands for a directory, symlink or file that the kernel has looked up
 * and not yet forgotten. Nothing else makes nodes, so their number is bounded by
 * what the kernel references. A node says where in the tree it is and nothing
 * about content, which is asked for anew at every open.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;
struct share;

/**
 * enum node_kind - what a node is
 *
 * @NODE_ROOT: /
 * @NODE_BY_PID: /by-pid
 * @NODE_CARD: /cardA
 * @NODE_PROCESS: process A that started at B (in clock ticks after boot)
 * @NODE_CLIENTS: clients of a process
 * @NODE_CLIENT: client id A
 * @NODE_BOS: objects of a client, as files
 * @NODE_VMS: VMs of a client
 * @NODE_VM: vm id A
 * @NODE_RANGES: ranges of a VM, as files
 * @NODE_SNAPSHOTS: snapshots of a VM
 * @NODE_SNAPSHOT: snapshot number A
 * @NODE_FROZEN_RANGES: ranges of a snapshot, as files
 * @NODE_PID_LINK: symlink to the directory of process A
 * @NODE_PROC_LINK: symlink to /proc/PID
 * @NODE_COMM: text: name of the process
 * @NODE_FDINFO: text: fdinfo of the client
 * @NODE_OBJECTS: text: table of the objects
 * @NODE_MAPS: text: ranges of the VM
 * @NODE_MAPS_JSON: the same as JSON
 * @NODE_CORE: core: of the VM
 * @NODE_MEM: memory: the VM
 * @NODE_BO: memory: object with handle A
 * @NODE_RANGE: memory: [A, B) of the VM
 * @NODE_FROZEN_MAPS: text: ranges of the snapshot
 * @NODE_FROZEN_MAPS_JSON: the same as JSON
 * @NODE_FROZEN_CORE: frozen: core of the snapshot
 * @NODE_FROZEN_MEM: frozen memory: the VM
 * @NODE_FROZEN_RANGE: frozen memory: [A, B) of the VM
 */
enum node_kind {
	NODE_ROOT,
	NODE_BY_PID,
	NODE_CARD,
	NODE_PROCESS,
	NODE_CLIENTS,
	NODE_CLIENT,
	NODE_BOS,
	NODE_VMS,
	NODE_VM,
	NODE_RANGES,
	NODE_SNAPSHOTS,
	NODE_SNAPSHOT,
	NODE_FROZEN_RANGES,
	NODE_PID_LINK,
	NODE_PROC_LINK,
	NODE_COMM,
	NODE_FDINFO,
	NODE_OBJECTS,
	NODE_MAPS,
	NODE_MAPS_JSON,
	NODE_CORE,
	NODE_MEM,
	NODE_BO,
	NODE_RANGE,
	NODE_FROZEN_MAPS,
	NODE_FROZEN_MAPS_JSON,
	NODE_FROZEN_CORE,
	NODE_FROZEN_MEM,
	NODE_FROZEN_RANGE,
};

/**
 * struct node_id - which child of its parent a node is
 */
struct node_id {
	/** @kind: What it is. */
	enum node_kind kind;

	/** @a: First number of &enum node_kind, 0 if it has none. */
	uint64_t a;

	/** @b: Second number, 0 if there is none. */
	uint64_t b;
};

/**
 * struct node - one node
 *
 * id, ino, parent and process are immutable.
 * node_table.lock protects lookups, children and next.
 * The lock of share.c protects share.
 *
 * Freed when lookups and children are both 0. A request on a node needs no
 * reference of its own: the kernel does not forget an inode while it waits for
 * an answer or has it open.
 */
struct node {
	/** @id: Which child of @parent. */
	struct node_id id;

	/** @ino: Inode number: equal for equal paths of equal processes. */
	uint64_t ino;

	/** @parent: Directory, counted in its children; NULL for the root. */
	struct node *parent;

	/** @process: Owned; only nodes of kind NODE_PROCESS have one. */
	struct process *process;

	/** @share: Of ranges: lent by an open directory, or NULL; not owned. */
	struct share *share;

	/** @lookups: Number of times the kernel was told of the node. */
	uint64_t lookups;

	/** @children: Number of nodes whose parent this is. */
	uint64_t children;

	/** @next: Next node of the same hash bucket. */
	struct node *next;
};

/**
 * struct node_table - all nodes
 *
 * lock protects buckets, bucket_count and count. It is a leaf: held for a walk
 * along one bucket or while the table grows, never over a system call.
 */
struct node_table {
	/** @lock: See above. */
	pthread_mutex_t lock;

	/** @buckets: Hash of all nodes but the root, by parent and id. */
	struct node **buckets;

	/** @bucket_count: Number of buckets, a power of two. */
	size_t bucket_count;

	/** @count: Number of nodes in @buckets. */
	size_t count;

	/** @root: The root; the kernel never looks it up and never forgets it. */
	struct node root;
};

/**
 * node_table_init - make a table with a root
 *
 * Returns 0 or -ENOMEM.
 */
int node_table_init(struct node_table *table);

/**
 * node_table_destroy - free all nodes, referenced or not
 *
 * No other thread may use the table any more.
 */
void node_table_destroy(struct node_table *table);

/**
 * node_count - number of nodes besides the root
 */
size_t node_count(struct node_table *table);

/**
 * node_ino - inode number that a child has or would have
 * @parent: directory
 * @id: child
 *
 * Needs no node of the child. Never 0 or 1.
 */
uint64_t node_ino(const struct node *parent, const struct node_id *id);

/**
 * node_lookup - find or make a node, and count one lookup by the kernel
 * @table: table
 * @parent: directory, which the kernel references
 * @id: child
 * @process: for NODE_PROCESS, else NULL; owned by the table from now on, and
 *	freed at once if the node exists already (or on failure)
 * @node: returned node
 *
 * Returns 0 or -ENOMEM.
 */
int node_lookup(struct node_table *table, struct node *parent,
		const struct node_id *id, struct process *process,
		struct node **node);

/**
 * node_forget - take back lookups, and free nodes that nothing references
 * @table: table
 * @node: node; gone when this returns, if these were its last lookups
 * @lookups: number, at most what was counted
 */
void node_forget(struct node_table *table, struct node *node,
		 uint64_t lookups);

/**
 * node_ancestor - the node of a kind at or above a node
 *
 * Returns NULL if there is none.
 */
const struct node *node_ancestor(const struct node *node, enum node_kind kind);

#endif /* NODE_H */
