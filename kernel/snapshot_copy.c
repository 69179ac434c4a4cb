// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content of snapshots: copied to the pages of the file itself, without a buffer.
 *
 * The pages of a piece are allocated before anything of the target is held, and are
 * mapped one behind the other, so that a piece is copied as read() copies it.
 */

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/shmem_fs.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "snapshot.h"
#include "space.h"

/* Pages of a piece, for which an object's reservation is held at once. */
#define SNOOP_SNAPSHOT_PAGES	32U

/**
 * struct snoop_piece - a piece under way
 * @first: Index of its first page in the file.
 * @count: Pages that were got.
 * @pages: These.
 */
struct snoop_piece {
	pgoff_t first;
	unsigned int count;
	struct page *pages[SNOOP_SNAPSHOT_PAGES];
};

/**
 * snoop_snapshot_piece - length of the next piece
 * @snapshot: The snapshot.
 * @addr: First address.
 * @end: Where the piece ends at the latest.
 *
 * Return: bytes; all pieces but the last end with a page of the file.
 */
size_t snoop_snapshot_piece(const struct snoop_snapshot *snapshot, u64 addr, u64 end)
{
	size_t most = SNOOP_SNAPSHOT_PAGES * PAGE_SIZE - offset_in_page(addr - snapshot->addr);

	return min_t(u64, most, end - addr);
}

/* What shmem says in place of ENOMEM when too much memory is promised already. */
static int snoop_piece_error(int error)
{
	return error == -ENOSPC ? -ENOMEM : error;
}

/* Not the hole before the piece, nor the page that it shares with the one before. */
static int snoop_piece_charge(struct snoop_snapshot *snapshot, pgoff_t first, pgoff_t end)
{
	pgoff_t next = max(first, snapshot->next);
	u64 bytes = end > next ? PFN_PHYS((u64)(end - next)) : 0;
	int ret;

	ret = snoop_charge_snapshot(&snapshot->account, bytes);
	if (!ret)
		snapshot->charged += bytes;
	return ret;
}

static void snoop_piece_put(struct snoop_piece *piece)
{
	while (piece->count)
		put_page(piece->pages[--piece->count]);
}

static int snoop_piece_get(struct snoop_snapshot *snapshot, struct snoop_piece *piece,
			   pgoff_t end)
{
	struct address_space *mapping = snapshot->filp->f_mapping;

	while (piece->first + piece->count < end) {
		struct page *page = shmem_read_mapping_page(mapping, piece->first + piece->count);

		if (IS_ERR(page)) {
			snoop_piece_put(piece);
			return snoop_piece_error(PTR_ERR(page));
		}
		piece->pages[piece->count++] = page;
	}
	return 0;
}

/*
 * Copies to the pages. What is not copied stays zero: a failed copy may have left
 * something. Bytes or an error.
 */
static ssize_t snoop_piece_fill(struct snoop_piece *piece, struct snoop_space *space, u64 addr,
				u64 generation, size_t offset, size_t len)
{
	void *mem = vm_map_ram(piece->pages, piece->count, NUMA_NO_NODE);
	unsigned int i;
	ssize_t ret;

	if (!mem)
		return -ENOMEM;
	ret = snoop_space_read_bound(space, addr, generation, mem + offset, len);
	if (ret < (ssize_t)len)
		memset(mem + offset + max(ret, 0), 0, len - max(ret, 0));
	vm_unmap_ram(mem, piece->count);
	for (i = 0; i < piece->count; i++) {
		flush_dcache_page(piece->pages[i]);
		set_page_dirty_lock(piece->pages[i]);
	}
	return ret;
}

/* Keeps pages of the piece below @keep, and those that were there before. */
static void snoop_piece_end(struct snoop_snapshot *snapshot, const struct snoop_piece *piece,
			    pgoff_t keep, pgoff_t end)
{
	u64 bytes;

	keep = max3(keep, piece->first, snapshot->next);
	if (keep < end) {
		shmem_truncate_range(file_inode(snapshot->filp), PFN_PHYS((loff_t)keep),
				     PFN_PHYS((loff_t)end) - 1);
		bytes = PFN_PHYS((u64)(end - keep));
		snoop_uncharge_snapshot(&snapshot->account, bytes);
		snapshot->charged -= bytes;
	}
	snapshot->next = keep;
}

/**
 * snoop_snapshot_copy - copy a piece of one binding to a snapshot
 * @snapshot: The snapshot.
 * @space: What it is made of.
 * @addr: First address, not below that of the piece before.
 * @generation: Token of the binding.
 * @len: Bytes, from snoop_snapshot_piece().
 *
 * Pages without a copied byte are given back.
 *
 * Return: bytes copied; -EDQUOT, -ENOMEM, or what snoop_space_read_bound() returns.
 */
ssize_t snoop_snapshot_copy(struct snoop_snapshot *snapshot, struct snoop_space *space, u64 addr,
			    u64 generation, size_t len)
{
	u64 offset = addr - snapshot->addr;
	struct snoop_piece piece = { .first = offset >> PAGE_SHIFT };
	pgoff_t end = PFN_UP(offset + len), keep = piece.first;
	ssize_t ret;

	ret = snoop_piece_charge(snapshot, piece.first, end);
	if (ret)
		return ret;
	ret = snoop_piece_get(snapshot, &piece, end);
	if (!ret)
		ret = snoop_piece_fill(&piece, space, addr, generation, offset_in_page(offset),
				       len);
	snoop_piece_put(&piece);
	if (ret > 0) {
		keep = PFN_UP(offset + ret);
		snapshot->copied += ret;
	}
	snoop_piece_end(snapshot, &piece, keep, end);
	return ret;
}
