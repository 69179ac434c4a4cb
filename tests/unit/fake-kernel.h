/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

/*
 * A stand-in for the calls of drm_snoop, with one client and one VM whose bytes
 * are a function of their address, unless they were written.
 */

#include "internal.h"

#define FAKE_CLIENT	7
#define FAKE_VM		3
#define FAKE_VM_END	(1ULL << 48)
/* Below this address, written bytes are kept. */
#define FAKE_KEPT	0x10000

/*
 * struct fake_kernel - what there is, and how it misbehaves
 *
 * The test fills it in and owns what it points to.
 */
struct fake_kernel {
	const struct drm_snoop_range *ranges;
	size_t range_count;
	const struct drm_snoop_object *objects;
	size_t object_count;

	/* most entries that one LIST returns; 0: as many as fit */
	uint32_t list_batch;
	/* LIST does not advance */
	bool list_stuck;
	/* LIST fails with this error when its cursor is not 0 */
	int list_error;
	const struct drm_snoop_pages *pages;
	size_t page_count;

	/* of the card */
	uint64_t features;
	/* CARD_INFO, REGISTER, BIND fail with this error */
	int error;
	/* most bytes of one read; 0: no limit */
	size_t read_limit;
	/* every other read is interrupted */
	bool interrupts;
	/* REGISTER_MEM fails with this error */
	int memory_error;
	/* most bytes of one write; 0: no limit */
	size_t write_limit;
	/* every other write is interrupted */
	bool write_interrupts;
	/* all writes fail with this error */
	int write_error;
	/* fsync fails with this error */
	int sync_error;
	/* most entries that one QUERY_PAGES returns; 0: as many as fit */
	uint32_t pages_batch;
	/* QUERY_PAGES does not advance */
	bool pages_stuck;
	/* mmap() of pages from @map_bad on fails with this error, so many times */
	int map_error;
	uint64_t map_bad;
	unsigned int map_times;
	/* SNAPSHOT fails with this error; else it returns a copy of standard input */
	int snapshot_error;
	/* window of the last SNAPSHOT */
	uint64_t snapshot_addr, snapshot_size;
	uint32_t snapshot_flags, snapshot_budget_ms;
	/* first byte that fails to be read although bound; 0: none */
	uint64_t bad_page;
	/* reads at this address fail so many times with EIO, then work */
	uint64_t late;
	unsigned int late_times;

	/* counters */
	unsigned int lists, reads, queries, maps, writes, syncs, memories, page_queries;
	/* flags of the last REGISTER and REGISTER_MEM, and access mode of its file */
	uint32_t register_flags, memory_flags;
	int memory_mode;
	/* what was written below FAKE_KEPT, and where */
	unsigned char kept[FAKE_KEPT];
	bool is_kept[FAKE_KEPT];
	size_t written;
};

extern struct fake_kernel fake_kernel;
extern const struct dsn_backend fake_backend;

/* The byte at an address. */
unsigned char fake_byte(uint64_t address);

#endif /* FAKE_KERNEL_H */
