/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_PT_H_
#define _GPUSIM_PT_H_

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct page;

/* Shape: four levels of 512 entries, pages of 4 KiB: 48 bits. */
#define GPUSIM_PAGE_SHIFT	12
#define GPUSIM_PAGE_SIZE	BIT_ULL(GPUSIM_PAGE_SHIFT)
#define GPUSIM_PT_BITS		9
#define GPUSIM_PT_ENTRIES	BIT(GPUSIM_PT_BITS)
#define GPUSIM_PT_LEVELS	4
#define GPUSIM_VA_BITS		(GPUSIM_PAGE_SHIFT + GPUSIM_PT_BITS * GPUSIM_PT_LEVELS)

/* An entry. The engine looks at all bits but MAPPED. */
#define GPUSIM_PTE_VALID	BIT_ULL(0)	/* the engine may go on */
#define GPUSIM_PTE_VRAM		BIT_ULL(1)	/* leaf: an offset in VRAM, else physical */
#define GPUSIM_PTE_MAPPED	BIT_ULL(2)	/* leaf: bound, though maybe not VALID now */
#define GPUSIM_PTE_READ_ONLY	BIT_ULL(3)	/* leaf: a write is a page fault */
#define GPUSIM_PTE_SPARSE	BIT_ULL(4)	/* leaf: zeros, writes are dropped */
#define GPUSIM_PTE_ADDR		GENMASK_ULL(51, 12)

/**
 * struct gpusim_pt - the page tables of a VM
 *
 * Tables are pages of system memory that hold 512 entries each; unused ones are
 * freed at once. The number of entries in use is kept in page_private().
 *
 * Two kinds of users:
 *
 * - Those who change entries hold @lock. It is taken inside reservations,
 *   nothing is allocated and no user memory is touched while it is held.
 *   What is bound (which entries are MAPPED, which tables exist) changes only
 *   while the VM has no work; whether an entry is VALID changes only while no
 *   work uses the BO or the page.
 * - The engine walks without @lock, which the rule above makes safe.
 */
struct gpusim_pt {
	/** @lock: Protects the shape of the tables and all entries. */
	struct mutex lock;

	/** @root: Topmost table; immutable. */
	u64 *root;
};

/**
 * struct gpusim_pt_stock - tables allocated ahead
 *
 * Belongs to one caller, no locking.
 */
struct gpusim_pt_stock {
	/** @pages: Zeroed pages, linked by &page.lru. */
	struct list_head pages;
};

/**
 * struct gpusim_backing - what is behind a mapping
 *
 * Of a BO, where its memory is; valid as long as its reservation is held. None of
 * @pages, @vram and @sparse set means that it is nowhere that the engine could
 * reach.
 */
struct gpusim_backing {
	/** @pages: System memory, one element a page; NULL if in VRAM. */
	struct page **pages;

	/** @vram: @vram_offset is valid. */
	bool vram;

	/** @sparse: Bound to nothing. */
	bool sparse;

	/** @read_only: The engine may not write. */
	bool read_only;

	/** @vram_offset: Offset of the BO's first byte in VRAM. */
	u64 vram_offset;
};

int gpusim_pt_init(struct gpusim_pt *pt);
void gpusim_pt_fini(struct gpusim_pt *pt);

int gpusim_pt_stock_fill(struct gpusim_pt *pt, struct gpusim_pt_stock *stock, u64 addr, u64 range);
void gpusim_pt_stock_drain(struct gpusim_pt_stock *stock);

void gpusim_pt_map(struct gpusim_pt *pt, struct gpusim_pt_stock *stock, u64 addr, u64 range,
		   const struct gpusim_backing *backing, u64 bo_offset);
void gpusim_pt_set(struct gpusim_pt *pt, u64 addr, u64 entry);
void gpusim_pt_unmap(struct gpusim_pt *pt, u64 addr, u64 range);
u64 gpusim_pt_walk(const struct gpusim_pt *pt, u64 addr);

#endif /* _GPUSIM_PT_H_ */
