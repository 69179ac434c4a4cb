/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_SNAPSHOT_H
#define SNOOP_SNAPSHOT_H

#include <linux/mm.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "user.h"

struct drm_snoop_snapshot;
struct drm_snoop_snapshot_range;
struct drm_snoop_snapshot_ranges;
struct file;
struct snoop_file;
struct snoop_space;

/**
 * struct snoop_table - the table of ranges of a snapshot
 *
 * Filled by the call that takes the snapshot; immutable once that has returned.
 */
struct snoop_table {
	/** @pages: Arrays of entries, a page each, by their number. */
	struct xarray pages;

	/** @count: Number of entries. */
	u64 count;

	/** @account: What the pages are charged to. */
	const struct snoop_account *account;
};

/**
 * struct snoop_snapshot - a frozen copy of a window
 *
 * The content is in a shmem file, this is what belongs to it. Made and filled by one
 * call, which nobody else knows of; immutable afterwards. Freed with the struct file that
 * the call returned, together with the content: other files of the same inode, opened
 * through /proc/PID/fd, do not keep it. So what is charged is what is there.
 *
 * Keeps the module, and nothing of the card or of the snoop file.
 */
struct snoop_snapshot {
	/** @account: Whose limit it counts against. */
	struct snoop_account account;

	/** @filp: The shmem file while it is filled; NULL afterwards. */
	struct file *filp;

	/** @addr: Address of byte 0. */
	u64 addr;

	/** @charged: Bytes of content charged to @account. */
	u64 charged;

	/** @copied: Bytes that were copied. */
	u64 copied;

	/** @table: What was bound, and whether it was copied. */
	struct snoop_table table;
};

/* Without the OOM killer: the size of it is up to the target and the caller. */
#define SNOOP_SNAPSHOT_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Pages of a piece, for which an object's reservation is held at once. */
#define SNOOP_PIECE_PAGES	32U

/**
 * struct snoop_piece - room in a snapshot for what is copied at once
 *
 * Belongs to the call that takes the snapshot. Pages of the file are allocated, charged and
 * mapped one behind the other before anything of the target is held, so that copying
 * needs nothing more.
 */
struct snoop_piece {
	/** @addr: First address. */
	u64 addr;

	/** @len: Bytes. */
	size_t len;

	/** @first: Index of the first page in the file. */
	pgoff_t first;

	/** @new_first: First page that was not there before; those before it were. */
	pgoff_t new_first;

	/** @new_end: First page after those that were not there before. */
	pgoff_t new_end;

	/** @mem: Where the pages are mapped. */
	void *mem;

	/** @count: Number of @pages. */
	unsigned int count;

	/** @pages: The pages, with a reference each. */
	struct page *pages[SNOOP_PIECE_PAGES];
};

/* Where the byte at piece->addr goes to. */
static inline void *snoop_piece_mem(const struct snoop_snapshot *snapshot,
				    const struct snoop_piece *piece)
{
	return piece->mem + offset_in_page(piece->addr - snapshot->addr);
}

struct file *snoop_snapshot_take(struct snoop_file *file, struct drm_snoop_snapshot *request);

unsigned int snoop_consistent_max_ms(void);
int snoop_consistent_check(const struct snoop_space *space);

size_t snoop_snapshot_piece(const struct snoop_snapshot *snapshot, u64 addr, u64 end);
int snoop_piece_prepare(struct snoop_snapshot *snapshot, struct snoop_piece *piece, u64 addr,
			size_t len);
void snoop_piece_finish(struct snoop_snapshot *snapshot, struct snoop_piece *piece,
			size_t copied);
ssize_t snoop_snapshot_copy(struct snoop_snapshot *snapshot, struct snoop_space *space, u64 addr,
			    u64 generation, size_t len);

struct snoop_snapshot *snoop_snapshot_create(const struct snoop_account *account, u64 addr,
					     u64 size);
struct file *snoop_snapshot_seal(struct snoop_snapshot *snapshot);
void snoop_snapshot_free(struct snoop_snapshot *snapshot);
void snoop_snapshots_exit(void);

void snoop_table_init(struct snoop_table *table, const struct snoop_account *account);
void snoop_table_fini(struct snoop_table *table);
int snoop_table_add(struct snoop_table *table, const struct drm_snoop_snapshot_range *entry);
int snoop_table_list(const struct snoop_table *table, struct drm_snoop_snapshot_ranges *list);

#endif
