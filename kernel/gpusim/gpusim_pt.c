// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables.
 */

#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "gpusim_pt.h"

static unsigned int gpusim_pt_shift(unsigned int level)
{
	return GPUSIM_PAGE_SHIFT + level * GPUSIM_PT_BITS;
}

static unsigned int gpusim_pt_index(u64 addr, unsigned int level)
{
	return (addr >> gpusim_pt_shift(level)) & (GPUSIM_PT_ENTRIES - 1);
}

static u64 *gpusim_pt_table(u64 entry)
{
	return phys_to_virt(entry & GPUSIM_PTE_ADDR);
}

/* Number of entries in use. */
static unsigned long gpusim_pt_used(const u64 *table)
{
	return page_private(virt_to_page(table));
}

static void gpusim_pt_write(u64 *table, unsigned int index, u64 entry)
{
	struct page *page = virt_to_page(table);
	u64 old = table[index];

	if (!old && entry)
		set_page_private(page, page_private(page) + 1);
	else if (old && !entry)
		set_page_private(page, page_private(page) - 1);

	WRITE_ONCE(table[index], entry);
}

static struct page *gpusim_pt_page_alloc(void)
{
	struct page *page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	if (page)
		set_page_private(page, 0);
	return page;
}

static void gpusim_pt_page_free(struct page *page)
{
	set_page_private(page, 0);
	__free_page(page);
}

/**
 * gpusim_pt_init - make empty page tables
 * @pt: page tables
 *
 * Returns: 0 or -ENOMEM.
 */
int gpusim_pt_init(struct gpusim_pt *pt)
{
	struct page *page = gpusim_pt_page_alloc();

	if (!page)
		return -ENOMEM;

	mutex_init(&pt->lock);
	pt->root = page_address(page);
	return 0;
}

/* Recursion ends at level 0: at most GPUSIM_PT_LEVELS deep. */
static void gpusim_pt_free(u64 *table, unsigned int level)
{
	unsigned int i;

	for (i = 0; level && gpusim_pt_used(table) && i < GPUSIM_PT_ENTRIES; i++) {
		if (!table[i])
			continue;
		gpusim_pt_free(gpusim_pt_table(table[i]), level - 1);
		gpusim_pt_write(table, i, 0);
		cond_resched();
	}

	gpusim_pt_page_free(virt_to_page(table));
}

/**
 * gpusim_pt_fini - free page tables
 * @pt: page tables that neither the engine nor anybody else uses
 *
 * May sleep.
 */
void gpusim_pt_fini(struct gpusim_pt *pt)
{
	gpusim_pt_free(pt->root, GPUSIM_PT_LEVELS - 1);
	pt->root = NULL;
	mutex_destroy(&pt->lock);
}

/* Number of tables that there are not yet on the way to @addr. */
static unsigned int gpusim_pt_missing(const struct gpusim_pt *pt, u64 addr)
{
	const u64 *table = pt->root;
	unsigned int level;

	for (level = GPUSIM_PT_LEVELS - 1; level; level--) {
		u64 entry = table[gpusim_pt_index(addr, level)];

		if (!entry)
			break;
		table = gpusim_pt_table(entry);
	}

	return level;
}

/* Number of tables that mapping [@addr, @addr + @range) will take. */
static u64 gpusim_pt_count(struct gpusim_pt *pt, u64 addr, u64 range)
{
	const unsigned int shift = gpusim_pt_shift(1);
	u64 last = (addr + range - 1) >> shift;
	u64 count = 0;
	u64 leaf;

	guard(mutex)(&pt->lock);

	/* one leaf table after the other */
	for (leaf = addr >> shift; leaf <= last; leaf++) {
		unsigned int level = gpusim_pt_missing(pt, leaf << shift);

		/* those that the leaf table before will have made */
		while (level && leaf != addr >> shift &&
		       (leaf << shift) >> gpusim_pt_shift(level) ==
		       ((leaf - 1) << shift) >> gpusim_pt_shift(level))
			level--;
		count += level;
	}

	return count;
}

/**
 * gpusim_pt_stock_fill - allocate the tables that a mapping needs
 * @pt: page tables in which nothing will be bound or unbound until the mapping
 *	is made, by the caller's means
 * @stock: empty stock; gpusim_pt_stock_drain() must follow, also after an error
 * @addr: first address
 * @range: bytes, not 0
 *
 * Returns: 0 or -ENOMEM.
 */
int gpusim_pt_stock_fill(struct gpusim_pt *pt, struct gpusim_pt_stock *stock, u64 addr, u64 range)
{
	u64 count = gpusim_pt_count(pt, addr, range);

	while (count--) {
		struct page *page = gpusim_pt_page_alloc();

		if (!page)
			return -ENOMEM;
		list_add(&page->lru, &stock->pages);
	}

	return 0;
}

/**
 * gpusim_pt_stock_drain - free the tables that were not needed
 * @stock: to empty
 */
void gpusim_pt_stock_drain(struct gpusim_pt_stock *stock)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &stock->pages, lru) {
		list_del(&page->lru);
		gpusim_pt_page_free(page);
	}
}

/*
 * Tables on the way to @addr, path[0] being the one with leaf entries. Missing
 * ones are taken from @stock; without it they end the walk with false.
 */
static bool gpusim_pt_descend(struct gpusim_pt *pt, struct gpusim_pt_stock *stock, u64 addr,
			      u64 *path[GPUSIM_PT_LEVELS])
{
	unsigned int level;

	path[GPUSIM_PT_LEVELS - 1] = pt->root;

	for (level = GPUSIM_PT_LEVELS - 1; level; level--) {
		unsigned int index = gpusim_pt_index(addr, level);

		if (!path[level][index]) {
			struct page *page;

			if (!stock)
				return false;
			page = list_first_entry_or_null(&stock->pages, struct page, lru);
			if (WARN_ON_ONCE(!page))
				return false;
			list_del(&page->lru);
			gpusim_pt_write(path[level], index, page_to_phys(page) | GPUSIM_PTE_VALID);
		}
		path[level - 1] = gpusim_pt_table(path[level][index]);
	}

	return true;
}

static u64 gpusim_pt_leaf(const struct gpusim_backing *backing, u64 bo_offset)
{
	u64 bits = GPUSIM_PTE_MAPPED;

	if (backing->read_only)
		bits |= GPUSIM_PTE_READ_ONLY;
	if (backing->sparse)
		return bits | GPUSIM_PTE_VALID | GPUSIM_PTE_SPARSE;
	if (backing->vram)
		return (backing->vram_offset + bo_offset) | bits | GPUSIM_PTE_VALID |
		       GPUSIM_PTE_VRAM;
	if (backing->pages)
		return page_to_phys(backing->pages[bo_offset >> PAGE_SHIFT]) | bits |
		       GPUSIM_PTE_VALID;
	return bits;
}

/**
 * gpusim_pt_map - set entries
 * @pt: page tables
 * @stock: tables to use where there are none; NULL if the range is mapped now
 *	and only its backing changed
 * @addr: first address
 * @range: bytes
 * @backing: what is behind it; the caller holds the reservation of a BO. An
 *	empty one keeps the entries MAPPED and takes VALID away.
 * @bo_offset: offset in the BO that belongs to @addr
 *
 * Cannot fail. The engine must not be using the entries.
 */
void gpusim_pt_map(struct gpusim_pt *pt, struct gpusim_pt_stock *stock, u64 addr, u64 range,
		   const struct gpusim_backing *backing, u64 bo_offset)
{
	u64 end = addr + range;

	guard(mutex)(&pt->lock);

	while (addr < end) {
		u64 *path[GPUSIM_PT_LEVELS];

		if (WARN_ON_ONCE(!gpusim_pt_descend(pt, stock, addr, path)))
			return;

		do {
			gpusim_pt_write(path[0], gpusim_pt_index(addr, 0),
					gpusim_pt_leaf(backing, bo_offset));
			addr += GPUSIM_PAGE_SIZE;
			bo_offset += GPUSIM_PAGE_SIZE;
		} while (addr < end && gpusim_pt_index(addr, 0));

		cond_resched();
	}
}

/**
 * gpusim_pt_set - set one entry
 * @pt: page tables
 * @addr: address that is mapped
 * @entry: leaf entry, MAPPED
 *
 * The engine must not be using the entry.
 */
void gpusim_pt_set(struct gpusim_pt *pt, u64 addr, u64 entry)
{
	u64 *path[GPUSIM_PT_LEVELS];

	guard(mutex)(&pt->lock);

	if (!WARN_ON_ONCE(!gpusim_pt_descend(pt, NULL, addr, path)))
		gpusim_pt_write(path[0], gpusim_pt_index(addr, 0), entry);
}

/**
 * gpusim_pt_unmap - clear entries and free the tables that become empty
 * @pt: page tables
 * @addr: first address
 * @range: bytes, all of which are mapped
 *
 * The VM must have no work.
 */
void gpusim_pt_unmap(struct gpusim_pt *pt, u64 addr, u64 range)
{
	u64 end = addr + range;

	guard(mutex)(&pt->lock);

	while (addr < end) {
		u64 *path[GPUSIM_PT_LEVELS];
		u64 first = addr;
		unsigned int level;

		if (WARN_ON_ONCE(!gpusim_pt_descend(pt, NULL, addr, path)))
			return;

		do {
			gpusim_pt_write(path[0], gpusim_pt_index(addr, 0), 0);
			addr += GPUSIM_PAGE_SIZE;
		} while (addr < end && gpusim_pt_index(addr, 0));

		for (level = 0; level < GPUSIM_PT_LEVELS - 1; level++) {
			if (gpusim_pt_used(path[level]))
				break;
			gpusim_pt_write(path[level + 1], gpusim_pt_index(first, level + 1), 0);
			gpusim_pt_page_free(virt_to_page(path[level]));
		}

		cond_resched();
	}
}

/**
 * gpusim_pt_walk - translate an address as the engine does
 * @pt: page tables; see &struct gpusim_pt for why no lock is taken
 * @addr: address
 *
 * Returns: the leaf entry, with %GPUSIM_PTE_VALID set, or 0 for a page fault.
 */
u64 gpusim_pt_walk(const struct gpusim_pt *pt, u64 addr)
{
	const u64 *table = pt->root;
	unsigned int level;
	u64 entry;

	for (level = GPUSIM_PT_LEVELS - 1; ; level--) {
		entry = READ_ONCE(table[gpusim_pt_index(addr, level)]);
		if (!(entry & GPUSIM_PTE_VALID))
			return 0;
		if (!level)
			return entry;
		table = gpusim_pt_table(entry);
	}
}
