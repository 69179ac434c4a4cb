// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copied windows: maps of objects that their driver does not map, for reading.
 *
 * A fault copies one page of the object as read() does, to a page of the map's own. All
 * VMAs of a map share its pages, and a page stays with the map until that ends: so what
 * is charged at mmap() is all that a window can take, whatever number of processes has
 * it and however often they drop pages. A later fault copies into the same page; no page
 * is given out without having been filled by the fault.
 *
 * VM_MIXEDMAP, because pages are inserted while the object and the card are held: when
 * the object moves or the card goes, all pages are in the page tables, from which they
 * are taken at the object's fake offset as those of live maps are.
 */

#include <linux/dma-resv.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "file.h"
#include "map.h"
#include "object.h"
#include "user.h"

#define SNOOP_MAP_COPY_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Kinds whose content is copied in pieces, without a map of the whole object. */
static bool snoop_map_copy_has_pieces(const struct snoop_object_ops *ops)
{
	return ops == &snoop_object_ttm || ops == &snoop_object_shmem;
}

static int snoop_map_copy_prepare(struct snoop_map *map, u64 offset, u64 len)
{
	const struct snoop_object_ops *ops = snoop_object_ops(map->obj);
	const struct snoop_file *file = map->filp->private_data;
	struct snoop_object_state state = {};

	dma_resv_assert_held(map->obj->resv);
	if (!snoop_map_copy_has_pieces(ops))
		return -EOPNOTSUPP;
	ops->status(map->obj, &state);
	if (state.error)
		return state.error;
	if (!snoop_charge_memory(&file->account, len))
		return -EDQUOT;
	map->charged = len;
	return 0;
}

/* What the driver changed before it refused is undone. */
static void snoop_map_copy_begin(struct snoop_map *map, struct vm_area_struct *vma)
{
	xa_init(&map->copies);
	vm_flags_mod(vma, VM_MIXEDMAP | VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vma->vm_private_data = NULL;
}

/* The page for a page of the object, or NULL without memory. */
static struct page *snoop_map_copy_page(struct snoop_map *map, unsigned long index)
{
	struct page *page = xa_load(&map->copies, index);
	int ret;

	if (page)
		return page;
	page = alloc_page(SNOOP_MAP_COPY_GFP);
	if (!page)
		return NULL;
	ret = xa_insert(&map->copies, index, page, SNOOP_MAP_COPY_GFP);
	if (!ret)
		return page;
	__free_page(page);
	/* Of another fault, which was faster. */
	return ret == -EBUSY ? xa_load(&map->copies, index) : NULL;
}

static vm_fault_t snoop_map_copy_insert(struct vm_fault *vmf, struct page *page)
{
	switch (vm_insert_page(vmf->vma, vmf->address, page)) {
	case 0:
	case -EBUSY:
		/* There already: of another thread's fault. */
		return VM_FAULT_NOPAGE;
	case -ENOMEM:
		return VM_FAULT_OOM;
	default:
		return VM_FAULT_SIGBUS;
	}
}

static vm_fault_t snoop_map_copy_fill(struct snoop_map *map, struct vm_fault *vmf, u64 offset,
				      struct page *page)
{
	const struct snoop_object_ops *ops = snoop_object_ops(map->obj);
	int ret;

	dma_resv_assert_held(map->obj->resv);
	/* Allocated for the kernel: it is in the linear map. */
	ret = ops->access(map->obj, offset, page_address(page), PAGE_SIZE, false);
	if (ret)
		return VM_FAULT_SIGBUS;
	flush_dcache_page(page);
	return snoop_map_copy_insert(vmf, page);
}

static vm_fault_t snoop_map_copy_fault(struct snoop_map *map, struct vm_fault *vmf)
{
	u64 offset = snoop_map_offset(map, vmf->vma, vmf->address);
	struct dma_resv *resv = map->obj->resv;
	vm_fault_t ret = VM_FAULT_RETRY;
	struct page *page;

	/* GEM objects are of whole pages. */
	if (offset >= map->obj->size)
		return VM_FAULT_SIGBUS;
	page = snoop_map_copy_page(map, offset >> PAGE_SHIFT);
	/* VM_FAULT_OOM would have it tried again, without end. */
	if (!page)
		return VM_FAULT_SIGBUS;
	if (!dma_resv_trylock(resv))
		return VM_FAULT_RETRY;
	if (dma_resv_test_signaled(resv, DMA_RESV_USAGE_KERNEL))
		ret = snoop_map_copy_fill(map, vmf, offset, page);
	dma_resv_unlock(resv);
	return ret;
}

static bool snoop_map_copy_end(struct snoop_map *map, bool wait)
{
	unsigned long index;
	struct page *page;

	xa_for_each(&map->copies, index, page) {
		put_page(page);
		cond_resched();
	}
	xa_destroy(&map->copies);
	return true;
}

const struct snoop_map_ops snoop_map_copy = {
	.prepare = snoop_map_copy_prepare,
	.begin = snoop_map_copy_begin,
	.fault = snoop_map_copy_fault,
	.end = snoop_map_copy_end,
};
