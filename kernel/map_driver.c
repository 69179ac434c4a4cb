// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps whose pages the driver's own fault function inserts: those of TTM, and
 * those of drivers that are not known.
 */

#include <linux/dma-resv.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include <drm/drm_device.h>
#include <drm/drm_gem_ttm_helper.h>

#include "card.h"
#include "map.h"
#include "object_ttm.h"

/*
 * The driver is not to wait for the object: so it has the fault tried again, and
 * leaves the mmap lock alone.
 */
static vm_fault_t snoop_map_ttm_fault(struct snoop_map *map, struct vm_fault *vmf)
{
	const enum fault_flag flags = vmf->flags;
	vm_fault_t ret;

	vmf->flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT;
	vmf->flags &= ~FAULT_FLAG_TRIED;
	ret = map->driver->fault(vmf);
	vmf->flags = flags;
	return ret;
}

static void snoop_map_ttm_begin(struct snoop_map *map, struct vm_area_struct *vma)
{
	map->driver = vma->vm_ops;
	map->vm_ops = *vma->vm_ops;
}

/* What the driver is asked to map it might wait for, whatever the flags say. */
static bool snoop_map_is_busy(const struct snoop_map *map)
{
	struct dma_resv *resv = map->obj->resv;

	return dma_resv_is_locked(resv) || !dma_resv_test_signaled(resv, DMA_RESV_USAGE_KERNEL);
}

static vm_fault_t snoop_map_driver_fault(struct snoop_map *map, struct vm_fault *vmf)
{
	vm_fault_t ret;

	if (snoop_map_is_busy(map))
		return VM_FAULT_RETRY;
	ret = snoop_map_ttm_fault(map, vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY))
		return ret;
	/* A page, which would be inserted when the card may be gone. */
	if (ret & VM_FAULT_LOCKED)
		unlock_page(vmf->page);
	put_page(vmf->page);
	vmf->page = NULL;
	return VM_FAULT_SIGBUS;
}

static int snoop_vma_may_not_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

/* Drivers count pages from the begin of the VMA: there is no half of it. */
static void snoop_map_driver_begin(struct snoop_map *map, struct vm_area_struct *vma)
{
	snoop_map_ttm_begin(map, vma);
	map->vm_ops.may_split = snoop_vma_may_not_split;
}

/* Nobody knows how the driver finds the page of an address. */
static int snoop_map_driver_prepare(struct snoop_map *map, u64 offset, u64 len)
{
	return offset || len != map->obj->size ? -EOPNOTSUPP : 0;
}

const struct snoop_map_ops snoop_map_driver = {
	.prepare = snoop_map_driver_prepare,
	.begin = snoop_map_driver_begin,
	.fault = snoop_map_driver_fault,
};

/*
 * TTM counts pages from the fake offset (ttm_bo_vm_fault_reserved(), 6.12), and
 * unmaps them in the address space that the driver told it.
 */
static int snoop_map_ttm_prepare(struct snoop_map *map, u64 offset, u64 len)
{
	const struct ttm_buffer_object *bo = drm_gem_ttm_of_gem(map->obj);

	dma_resv_assert_held(map->obj->resv);
	if (!bo->resource)
		return -ENODATA;
	if (snoop_ttm_is_foreign(bo) ||
	    bo->bdev->dev_mapping != map->card->drm->anon_inode->i_mapping)
		return -EOPNOTSUPP;
	return 0;
}

const struct snoop_map_ops snoop_map_ttm = {
	.prepare = snoop_map_ttm_prepare,
	.begin = snoop_map_ttm_begin,
	.fault = snoop_map_ttm_fault,
};
