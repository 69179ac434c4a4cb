// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps of objects of an unknown kind whose pages an adapter tells (panthor, 7.3.4).
 *
 * The driver's own fault function counts pages from the begin of the VMA, as that of the
 * GEM shmem helper does. So pages are inserted here. Nothing keeps them: a driver that
 * takes them away holds the object's reservation, and takes them out of maps first.
 */

#include <linux/dma-resv.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>

#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "adapters/backing.h"
#include "map.h"

static int snoop_map_pages_prepare(struct snoop_map *map, u64 offset, u64 len)
{
	return 0;
}

/* The driver counts the VMAs. */
static void snoop_map_pages_begin(struct snoop_map *map, struct vm_area_struct *vma)
{
	map->driver = vma->vm_ops;
	map->vm_ops = *vma->vm_ops;
}

/*
 * Has the driver bring in the pages, as it would at a fault: ready for the CPU. They stay
 * when the mapping of the kernel goes.
 */
static vm_fault_t snoop_map_pages_bring(struct drm_gem_object *obj)
{
	struct iosys_map whole = { };

	if (obj->size > DRM_SNOOP_WHOLE_MAX || !obj->funcs->vmap || !obj->funcs->vunmap)
		return VM_FAULT_SIGBUS;
	switch (obj->funcs->vmap(obj, &whole)) {
	case 0:
		obj->funcs->vunmap(obj, &whole);
		return 0;
	case -ENOMEM:
		return VM_FAULT_OOM;
	default:
		return VM_FAULT_SIGBUS;
	}
}

static vm_fault_t snoop_map_pages_insert(struct snoop_map *map, struct vm_fault *vmf)
{
	u64 offset = snoop_map_offset(map, vmf->vma, vmf->address);
	u64 index = offset >> PAGE_SHIFT;
	struct page *page;
	vm_fault_t ret;

	dma_resv_assert_held(map->obj->resv);
	if (offset >= map->obj->size || snoop_backing_page(map->card, map->obj, index, &page))
		return VM_FAULT_SIGBUS;
	if (!page) {
		ret = snoop_map_pages_bring(map->obj);
		if (ret)
			return ret;
		if (snoop_backing_page(map->card, map->obj, index, &page) || !page)
			return VM_FAULT_SIGBUS;
	}
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(page));
}

static vm_fault_t snoop_map_pages_fault(struct snoop_map *map, struct vm_fault *vmf)
{
	struct dma_resv *resv = map->obj->resv;
	vm_fault_t ret = VM_FAULT_RETRY;

	if (!dma_resv_trylock(resv))
		return VM_FAULT_RETRY;
	if (dma_resv_test_signaled(resv, DMA_RESV_USAGE_KERNEL))
		ret = snoop_map_pages_insert(map, vmf);
	dma_resv_unlock(resv);
	return ret;
}

const struct snoop_map_ops snoop_map_pages = {
	.prepare = snoop_map_pages_prepare,
	.begin = snoop_map_pages_begin,
	.fault = snoop_map_pages_fault,
};
