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
#include <linux/xarray.h>

#include "snapshot.h"
#include "space.h"

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
	size_t most = SNOOP_PIECE_PAGES * PAGE_SIZE - offset_in_page(addr - snapshot->addr);

	return min_t(u64, most, end - addr);
}

/* What shmem says in place of ENOMEM when too much memory is promised already. */
static int snoop_piece_error(int error)
{
	return error == -ENOSPC ? -ENOMEM : error;
}

/* Does a page of the file have memory, be it swapped out? */
static bool snoop_piece_is_there(const struct snoop_snapshot *snapshot, pgoff_t index)
{
	return xa_load(&snapshot->filp->f_mapping->i_pages, index);
}

/* Pages that others have part in can be the first and the last one only. */
static int snoop_piece_charge(struct snoop_snapshot *snapshot, struct snoop_piece *piece,
			      pgoff_t end)
{
	u64 bytes;
	int ret;

	piece->new_first = piece->first + snoop_piece_is_there(snapshot, piece->first);
	piece->new_end = end;
	if (piece->new_first < end && snoop_piece_is_there(snapshot, end - 1))
		piece->new_end--;
	bytes = PFN_PHYS((u64)(piece->new_end - piece->new_first));
	ret = snoop_charge_snapshot(&snapshot->account, bytes);
	if (!ret)
		snapshot->charged += bytes;
	return ret;
}

static int snoop_piece_get(struct snoop_snapshot *snapshot, struct snoop_piece *piece,
			   pgoff_t end)
{
	struct address_space *mapping = snapshot->filp->f_mapping;

	while (piece->first + piece->count < end) {
		struct page *page = shmem_read_mapping_page(mapping, piece->first + piece->count);

		if (IS_ERR(page))
			return snoop_piece_error(PTR_ERR(page));
		piece->pages[piece->count++] = page;
	}
	piece->mem = vm_map_ram(piece->pages, piece->count, NUMA_NO_NODE);
	return piece->mem ? 0 : -ENOMEM;
}

/* Gives back the pages from @keep on that were not there before the piece. */
static void snoop_piece_give_back(struct snoop_snapshot *snapshot,
				  const struct snoop_piece *piece, pgoff_t keep)
{
	u64 bytes;

	keep = max(keep, piece->new_first);
	if (keep >= piece->new_end)
		return;
	shmem_truncate_range(file_inode(snapshot->filp), PFN_PHYS((loff_t)keep),
			     PFN_PHYS((loff_t)piece->new_end) - 1);
	bytes = PFN_PHYS((u64)(piece->new_end - keep));
	snoop_uncharge_snapshot(&snapshot->account, bytes);
	snapshot->charged -= bytes;
}

static void snoop_piece_unmap(struct snoop_piece *piece)
{
	unsigned int i;

	vm_unmap_ram(piece->mem, piece->count);
	for (i = 0; i < piece->count; i++) {
		flush_dcache_page(piece->pages[i]);
		set_page_dirty_lock(piece->pages[i]);
	}
}

/**
 * snoop_piece_prepare - make room for a piece
 * @snapshot: The snapshot.
 * @piece: Filled, for snoop_piece_finish().
 * @addr: First address.
 * @len: Bytes, from snoop_snapshot_piece().
 *
 * Called with nothing of the target held.
 *
 * Return: 0; -EDQUOT, -ENOMEM, -EINTR, and then there is no piece.
 */
int snoop_piece_prepare(struct snoop_snapshot *snapshot, struct snoop_piece *piece, u64 addr,
			size_t len)
{
	u64 offset = addr - snapshot->addr;
	int ret;

	piece->addr = addr;
	piece->len = len;
	piece->first = offset >> PAGE_SHIFT;
	piece->count = 0;
	piece->mem = NULL;
	ret = snoop_piece_charge(snapshot, piece, PFN_UP(offset + len));
	if (ret)
		return ret;
	ret = snoop_piece_get(snapshot, piece, PFN_UP(offset + len));
	if (ret)
		snoop_piece_finish(snapshot, piece, 0);
	return ret;
}

/**
 * snoop_piece_finish - a piece is copied, or is not going to be
 * @snapshot: The snapshot.
 * @piece: The piece.
 * @copied: Bytes from its start on that were copied.
 *
 * The rest becomes zeros: a failed copy may have left something. Pages without a copied
 * byte are given back, if no other piece has part in them.
 */
void snoop_piece_finish(struct snoop_snapshot *snapshot, struct snoop_piece *piece,
			size_t copied)
{
	u64 offset = piece->addr - snapshot->addr;

	if (piece->mem) {
		memset(snoop_piece_mem(snapshot, piece) + copied, 0, piece->len - copied);
		snoop_piece_unmap(piece);
	}
	while (piece->count)
		put_page(piece->pages[--piece->count]);
	snoop_piece_give_back(snapshot, piece, copied ? PFN_UP(offset + copied) : piece->first);
	snapshot->copied += copied;
}

/**
 * snoop_snapshot_copy - copy a piece of one binding to a snapshot
 * @snapshot: The snapshot.
 * @space: What it is made of.
 * @addr: First address.
 * @generation: Token of the binding.
 * @len: Bytes, from snoop_snapshot_piece().
 *
 * Return: bytes copied; -EDQUOT, -ENOMEM, or what snoop_space_read_bound() returns.
 */
ssize_t snoop_snapshot_copy(struct snoop_snapshot *snapshot, struct snoop_space *space, u64 addr,
			    u64 generation, size_t len)
{
	struct snoop_piece piece;
	ssize_t ret;

	ret = snoop_piece_prepare(snapshot, &piece, addr, len);
	if (ret)
		return ret;
	ret = snoop_space_read_bound(space, addr, generation, snoop_piece_mem(snapshot, &piece),
				     len);
	snoop_piece_finish(snapshot, &piece, max(ret, 0));
	return ret;
}
