/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

/*
 * Snapshots: frozen copies of VMs, and where in the tree they are
 *
 * All of them are in one list, by the path at which they were taken. They need neither
 * the process nor the client nor the card, so they can be all that is left of these:
 * then the directories on the way to them stay, and hold nothing else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include <drmsnoop.h>

#include "dir.h"
#include "node.h"

/* Most snapshots at a time: each has an open file. */
#define SNAPSHOT_MAX		256

/* Longest name of a snapshot in bytes. */
#define SNAPSHOT_NAME_MAX	255

/**
 * struct snapshot - a frozen copy of a VM
 *
 * The lock of snapshot.c protects refs and next. All else is immutable once it is in the
 * list.
 */
struct snapshot {
	/** @serial: Its number, which no other one gets. */
	uint64_t serial;

	/** @name: Name in its directory, owned. */
	char *name;

	/** @card: N of cardN. */
	uint64_t card;

	/** @pid: Process. */
	uint64_t pid;

	/** @start: When the process started, as in struct process. */
	uint64_t start;

	/** @client: Client id. */
	uint64_t client;

	/** @vm: The VM, as it was. */
	struct drm_snoop_vm vm;

	/** @size: First address after the VM. */
	uint64_t size;

	/** @fd: What drmsnoop_snapshot() returned, owned; byte 0 is address 0. */
	int fd;

	/** @consistent: It is of one moment, but for what its table says. */
	bool consistent;

	/** @stopped_us: Microseconds for which writers were stopped for it. */
	uint32_t stopped_us;

	/** @taken: When it was complete. */
	struct timespec taken;

	/** @copied: Number of bytes that were copied. */
	uint64_t copied;

	/** @entries: Its table, owned. */
	struct drm_snoop_snapshot_range *entries;

	/** @count: Number of elements of @entries. */
	size_t count;

	/** @objects: The objects of the client before the copy, owned. */
	struct drmsnoop_objects *objects;

	/** @core: A core of it, owned; reads @fd. */
	struct drmsnoop_core *core;

	/** @refs: Users; one is the list's. */
	unsigned int refs;

	/** @next: Next in the list, with a higher @serial. */
	struct snapshot *next;
};

/**
 * snapshot_add - put a snapshot into the list
 * @snapshot: complete but for @serial and @refs; the list's on success
 *
 * Returns 0, -EEXIST or -ENOSPC (too many).
 */
int snapshot_add(struct snapshot *snapshot);

/**
 * snapshot_free - free a snapshot that is not in the list
 * @snapshot: snapshot, or NULL
 */
void snapshot_free(struct snapshot *snapshot);

/**
 * snapshot_check_name - whether a snapshot could be called so
 * @dir: of kind NODE_SNAPSHOTS
 * @name: name
 *
 * Returns 0, -EEXIST, -ENOSPC (there are too many) or -ENAMETOOLONG.
 */
int snapshot_check_name(const struct node *dir, const char *name);

/**
 * snapshot_find - which snapshot a name means
 * @dir: of kind NODE_SNAPSHOTS
 * @name: name
 * @id: returned
 *
 * Returns 0 or -ENOENT.
 */
int snapshot_find(const struct node *dir, const char *name, struct node_id *id);

/**
 * snapshot_drop - take a snapshot out of the list
 * @dir: of kind NODE_SNAPSHOTS
 * @name: name
 *
 * It goes with the last of its open files.
 *
 * Returns 0 or -ENOENT.
 */
int snapshot_drop(const struct node *dir, const char *name);

/**
 * snapshot_drop_all - empty the list
 */
void snapshot_drop_all(void);

/**
 * snapshot_get - the snapshot that a node belongs to
 * @node: at or below a NODE_SNAPSHOT
 *
 * Returns a snapshot for snapshot_put(), or NULL: it was dropped.
 */
struct snapshot *snapshot_get(const struct node *node);

/**
 * snapshot_put - give back
 * @snapshot: snapshot, or NULL
 */
void snapshot_put(struct snapshot *snapshot);

/**
 * snapshot_read_dir - the snapshots of a VM, by number
 * @dir: of kind NODE_SNAPSHOTS
 * @from: 0, or behind the number of the last one
 * @first: offset of a directory that means number 0
 * @fill: called per snapshot
 * @data: for @fill
 */
void snapshot_read_dir(const struct node *dir, uint64_t from, off_t first,
		       dir_fill_fn fill, void *data);

/**
 * snapshot_keeps - whether a directory stays for its snapshots
 * @node: any node
 *
 * True for a card, a process, a client, a VM and what is between them, if there is a
 * snapshot below it.
 */
bool snapshot_keeps(const struct node *node);

/**
 * snapshot_keeps_process - whether there are snapshots of a process
 * @card: N of cardN or DRMSNOOP_ANY_CARD
 * @pid: process
 * @found: returned N of the first card, may be NULL
 * @start: returned: when it started, may be NULL
 */
bool snapshot_keeps_process(int card, pid_t pid, unsigned int *found,
			    uint64_t *start);

/**
 * snapshot_next_kept - the children that a directory keeps
 * @dir: directory
 * @from: lowest number
 * @id: returned child with the next number
 *
 * Returns 0, or -ENOENT if there are no more.
 */
int snapshot_next_kept(const struct node *dir, uint64_t from,
		       struct node_id *id);

#endif /* SNAPSHOT_H */
