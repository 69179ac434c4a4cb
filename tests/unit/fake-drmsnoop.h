/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FAKE_DRMSNOOP_H
#define FAKE_DRMSNOOP_H

/*
 * A stand-in for libdrmsnoop: one card with one process, whose client has
 * objects and one VM as the test sets them. Not thread-safe.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <drm/drm_snoop.h>

#define FAKE_CARD	3
#define FAKE_CLIENT	77
#define FAKE_VM		5
#define FAKE_VM_END	(1ULL << 48)
/* Below this address, written bytes are kept. */
#define FAKE_KEPT	0x10000

/**
 * struct fake - the world
 */
struct fake {
	/** @pid: The process, or 0 for none. */
	pid_t pid;
	/** @see: 0, or why its descriptors may not be listed. */
	int see;
	/** @get: 0, or why they may not be had. */
	int get;
	/** @no_vms: The driver's VMs are not known. */
	bool no_vms;
	/** @no_writes: Writing is switched off. */
	bool no_writes;
	/** @gone: The client ended. */
	bool gone;
	/** @objects: Ascending by handle. */
	struct drm_snoop_object *objects;
	size_t object_count;
	/** @ranges: Ascending by address. */
	struct drm_snoop_range *ranges;
	size_t range_count;
	/** @entries: The table of any snapshot, which starts at address 0. */
	const struct drm_snoop_snapshot_range *entries;
	size_t entry_count;
	/** @queries: Calls of drmsnoop_query_range(). */
	unsigned int queries;
	/** @lists: Calls of drmsnoop_foreach_range(). */
	unsigned int lists;
	/** @written: Bytes that were written. */
	size_t written;
	/** @kept: What was written below FAKE_KEPT, where @is_kept. */
	uint8_t kept[FAKE_KEPT];
	bool is_kept[FAKE_KEPT];
	/** @syncs: Calls of drmsnoop_sync(). */
	unsigned int syncs;
	/** @handles: Handles that are open. */
	int handles;
};

extern struct fake fake;

/* What is at an address of the VM, or at an offset of an object. */
uint8_t fake_byte(uint64_t at);

#endif
