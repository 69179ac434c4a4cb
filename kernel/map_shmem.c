// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps of objects of the GEM shmem helper.
 *
 * The helper's own fault function counts pages from the begin of the VMA
 * (drm_gem_shmem_fault(), 6.12), which is wrong for a part of an object and after a
 * part was unmapped. So pages are inserted here. The helper's hold on the pages, taken
 * by its mmap, is the map's, whatever number of VMAs it has.
 */

#include <linux/dma-resv.h>
#include <linux/mm.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_gem_shmem_helper.h>

#include "adapters/adapter.h"
#include "compat_shmem.h"
#include "file.h"
#include "map.h"
#include "user.h"

/**
 * snoop_map_shmem_is_lazy - would all pages at once mislead the driver?
 * @obj: An object of the helper.
 *
 * An object without any is not given them if its driver has the GPU's faults do that.
 *
 * Return: true if the object must not be mapped live.
 */
bool snoop_map_shmem_is_lazy(const struct drm_gem_object *obj)
{
	const struct snoop_driver *driver;

	if (to_drm_gem_shmem_obj(obj)->pages)
		return false;
	driver = snoop_driver_find(obj->dev->driver->name);
	return driver && driver->pages_by_fault;
}

/*
 * All pages of the object are brought in and stay. If they are not there yet, or only for
 * another map, the user pays for that, however small the window is.
 */
static int snoop_map_shmem_prepare(struct snoop_map *map, u64 offset, u64 len)
{
	const struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(map->obj);
	const struct snoop_file *file = map->filp->private_data;

	dma_resv_assert_held(map->obj->resv);
	if (shmem->madv < 0)
		return -ENODATA;
	/* It was not when the kind of the map was chosen. */
	if (snoop_map_shmem_is_lazy(map->obj))
		return -EBUSY;
	if (shmem->pages && !snoop_map_is_charged(map->card, map->obj))
		return 0;
	if (!snoop_charge_memory(&file->account, map->obj->size))
		return -EDQUOT;
	map->charged = map->obj->size;
	return 0;
}

/* The map has a reference of its own on the object. */
static void snoop_map_shmem_begin(struct snoop_map *map, struct vm_area_struct *vma)
{
	drm_gem_object_put(map->obj);
}

static vm_fault_t snoop_map_shmem_insert(struct snoop_map *map, struct vm_fault *vmf)
{
	const struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(map->obj);
	u64 offset = snoop_map_offset(map, vmf->vma, vmf->address);
	struct page *page;

	dma_resv_assert_held(map->obj->resv);
	if (offset >= map->obj->size || shmem->madv < 0 || !shmem->pages)
		return VM_FAULT_SIGBUS;
	page = shmem->pages[offset >> PAGE_SHIFT];
	/* Heaps that grow have holes. */
	if (!page)
		return VM_FAULT_SIGBUS;
	/* No store is noted when it happens. The page stays dirty as long as it is held. */
	if (vmf->vma->vm_flags & VM_MAYWRITE)
		set_page_dirty(page);
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(page));
}

static vm_fault_t snoop_map_shmem_fault(struct snoop_map *map, struct vm_fault *vmf)
{
	struct dma_resv *resv = map->obj->resv;
	vm_fault_t ret = VM_FAULT_RETRY;

	if (!dma_resv_trylock(resv))
		return VM_FAULT_RETRY;
	if (dma_resv_test_signaled(resv, DMA_RESV_USAGE_KERNEL))
		ret = snoop_map_shmem_insert(map, vmf);
	dma_resv_unlock(resv);
	return ret;
}

static bool snoop_map_shmem_end(struct snoop_map *map, bool wait)
{
	struct dma_resv *resv = map->obj->resv;

	if (wait)
		dma_resv_lock(resv, NULL);
	else if (!dma_resv_trylock(resv))
		return false;
	drm_gem_shmem_put_pages_locked(to_drm_gem_shmem_obj(map->obj));
	dma_resv_unlock(resv);
	return true;
}

const struct snoop_map_ops snoop_map_shmem = {
	.prepare = snoop_map_shmem_prepare,
	.begin = snoop_map_shmem_begin,
	.fault = snoop_map_shmem_fault,
	.end = snoop_map_shmem_end,
};
