// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps: objects in the address space of an observer.
 *
 * The driver sets the VMA up, at the object's fake offset in the address space that
 * all files of the DRM device share. So the driver takes the pages out of our VMAs
 * as it does out of the target's, whenever it moves the object. What it does not map
 * is copied.
 */

#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <drm/drm_device.h>
#include <drm/drm_gem.h>
#include <drm/drm_vma_manager.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "adapters/adapter.h"
#include "adapters/backing.h"
#include "card.h"
#include "compat_mm.h"
#include "file.h"
#include "map.h"
#include "object.h"
#include "policy.h"
#include "wait.h"

/* Most bytes of one call through /proc/PID/mem of an observer. */
#define SNOOP_MAP_ACCESS_MAX	SZ_64K

/* Ends maps whose objects are busy when the last VMA goes. */
static struct workqueue_struct *maps_wq;

static void snoop_map_free(struct snoop_map *map)
{
	struct snoop_file *file = map->filp->private_data;

	/* Only now: others look here for who pays for the object's pages. */
	mutex_lock(&map->card->maps_lock);
	list_del(&map->link);
	mutex_unlock(&map->card->maps_lock);
	drm_gem_object_put(map->obj);
	snoop_uncharge_memory(&file->account, map->charged);
	snoop_card_put(map->card);
	/* The module stays until the work queue or the VMA's file lets it go. */
	fput(map->filp);
	kfree(map);
}

static void snoop_map_work(struct work_struct *work)
{
	struct snoop_map *map = container_of(work, struct snoop_map, work);

	map->ops->end(map, true);
	snoop_map_free(map);
}

static void snoop_map_put(struct snoop_map *map)
{
	if (!refcount_dec_and_test(&map->ref))
		return;
	/* Nobody who unmaps or exits waits for the target. */
	if (map->ops->end && !map->ops->end(map, false))
		queue_work(maps_wq, &map->work);
	else
		snoop_map_free(map);
}

/**
 * snoop_map_offset - the byte of the object at an address
 * @map: The map.
 * @vma: One of its VMAs.
 * @addr: Address in it.
 *
 * Return: offset in the object.
 */
u64 snoop_map_offset(const struct snoop_map *map, const struct vm_area_struct *vma,
		     unsigned long addr)
{
	return addr - vma->vm_start +
	       PFN_PHYS((u64)vma->vm_pgoff - drm_vma_node_start(&map->obj->vma_node));
}

static void snoop_vma_open(struct vm_area_struct *vma)
{
	struct snoop_map *map = snoop_map_of(vma);

	refcount_inc(&map->ref);
	if (map->driver && map->driver->open)
		map->driver->open(vma);
}

static void snoop_vma_close(struct vm_area_struct *vma)
{
	struct snoop_map *map = snoop_map_of(vma);

	if (map->driver && map->driver->close)
		map->driver->close(vma);
	snoop_map_put(map);
}

static vm_fault_t snoop_map_try_fault(struct snoop_map *map, struct vm_fault *vmf)
{
	int card_index, drm_index;
	vm_fault_t ret;

	if (!snoop_card_enter(map->card, &card_index, &drm_index))
		return VM_FAULT_SIGBUS;
	ret = map->ops->fault(map, vmf);
	snoop_card_exit(map->card, card_index, drm_index);
	return ret;
}

/* Waits for the object with nothing held, so that the rest of the process can go on. */
static vm_fault_t snoop_map_wait_unlocked(struct snoop_map *map, struct vm_fault *vmf)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(SNOOP_WAIT_MS);

	refcount_inc(&map->ref);
	mmap_read_unlock(vmf->vma->vm_mm);
	/* What comes of it is seen when the fault is tried again. */
	if (!snoop_resv_lock(map->obj->resv, deadline))
		dma_resv_unlock(map->obj->resv);
	snoop_map_put(map);
	return VM_FAULT_RETRY;
}

static vm_fault_t snoop_vma_fault(struct vm_fault *vmf)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(SNOOP_WAIT_MS);
	struct snoop_map *map = snoop_map_of(vmf->vma);
	unsigned int pause_us = SNOOP_PAUSE_MIN_US;
	vm_fault_t ret;

	for (;;) {
		ret = snoop_map_try_fault(map, vmf);
		if (!(ret & VM_FAULT_RETRY))
			break;
		if (fault_flag_allow_retry_first(vmf->flags))
			return vmf->flags & FAULT_FLAG_RETRY_NOWAIT ?
				ret : snoop_map_wait_unlocked(map, vmf);
		if (snoop_pause(deadline, &pause_us))
			return VM_FAULT_SIGBUS;
	}
	/*
	 * Drivers have the access made again after a signal. In the kernel, which copies
	 * from the map for a system call, nobody would take the signal.
	 */
	return fatal_signal_pending(current) ? VM_FAULT_SIGBUS : ret;
}

/* Content of objects of unknown kind is read and written through a map of the driver's. */
static bool snoop_map_is_of_unknown(const struct snoop_map *map)
{
	return map->ops == &snoop_map_driver || map->ops == &snoop_map_pages;
}

/*
 * /proc/PID/mem and ptrace() of the observer. __access_remote_vm() comes here
 * when it may not touch a page, also if that is because it may not write to it
 * (mm/memory.c, 6.12).
 */
static int snoop_vma_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
			    int write)
{
	struct snoop_access access = { .deadline = jiffies + msecs_to_jiffies(SNOOP_WAIT_MS) };
	const struct snoop_map *map = snoop_map_of(vma);
	u64 offset = snoop_map_offset(map, vma, addr);
	int card_index, drm_index, ret;

	if (write && !(vma->vm_flags & VM_WRITE))
		return -EACCES;
	/* Their memory is reached by means that the mmap lock does not go with. */
	if (snoop_map_is_of_unknown(map))
		return -EOPNOTSUPP;
	if (len <= 0 || addr >= vma->vm_end || offset >= map->obj->size)
		return -EINVAL;
	len = min3((u64)len, map->obj->size - offset, (u64)(vma->vm_end - addr));
	len = min(len, SNOOP_MAP_ACCESS_MAX);
	if (!snoop_card_enter(map->card, &card_index, &drm_index))
		return -ENODEV;
	ret = snoop_memory_access(&access, map->obj, offset, buf, len, write);
	snoop_card_exit(map->card, card_index, drm_index);
	return ret ?: len;
}

/* What may be written may have changed since mmap(). */
static int snoop_vma_mprotect(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			      unsigned long flags)
{
	return flags & VM_WRITE && !(vma->vm_flags & VM_WRITE) ? snoop_policy_write() : 0;
}

static const struct snoop_map_ops *snoop_map_kind(struct snoop_card *card,
						  const struct drm_gem_object *obj)
{
	switch (snoop_object_kind(obj)) {
	case DRM_SNOOP_OBJECT_TTM:
		return &snoop_map_ttm;
	case DRM_SNOOP_OBJECT_SHMEM:
		return snoop_map_shmem_is_lazy(obj) ? &snoop_map_copy : &snoop_map_shmem;
	default:
		return snoop_backing_is_known(card, obj) ? &snoop_map_pages : &snoop_map_driver;
	}
}

static int snoop_map_file_release(struct inode *inode, struct file *filp)
{
	snoop_card_put(filp->private_data);
	return 0;
}

static const struct file_operations snoop_map_fops = {
	.owner = THIS_MODULE,
	.release = snoop_map_file_release,
};

/*
 * Memory of another card: the VMA gets a file of that card's address space, in which
 * its driver looks for what it has to unmap.
 */
static int snoop_map_set_file(struct snoop_map *map, struct vm_area_struct *vma)
{
	struct file *filp;
	int ret;

	ret = snoop_card_get(map->card);
	if (ret)
		return ret;
	filp = anon_inode_getfile("[drm_snoop]", &snoop_map_fops, map->card, O_RDWR);
	if (IS_ERR(filp)) {
		snoop_card_put(map->card);
		return PTR_ERR(filp);
	}
	filp->f_mapping = map->card->drm->anon_inode->i_mapping;
	vma_set_file(vma, filp);
	fput(filp);
	return 0;
}

/* What drivers say when they do not map an object: one thing for the caller. */
static int snoop_map_error(int error)
{
	switch (error) {
	case -ENOMEM:
	case -EINTR:
	case -ERESTARTSYS:
		return error;
	default:
		return -EOPNOTSUPP;
	}
}

/*
 * Where the driver looks for what it has to unmap. A driver that nobody knows may want
 * more room there than the object has bytes (omap), and it is given out only once.
 */
static int snoop_map_set_place(struct snoop_map *map, u64 offset, struct vm_area_struct *vma)
{
	const struct snoop_file *file = map->filp->private_data;
	int ret = 0;

	if (map->ops != &snoop_map_driver)
		ret = drm_gem_create_mmap_offset(map->obj);
	else if (!drm_mm_node_allocated(&map->obj->vma_node.vm_node))
		ret = -EOPNOTSUPP;
	if (!ret && map->card != file->card)
		ret = snoop_map_set_file(map, vma);
	if (!ret)
		vma->vm_pgoff = drm_vma_node_start(&map->obj->vma_node) + (offset >> PAGE_SHIFT);
	return ret;
}

/* The driver's part. -EOPNOTSUPP: it does not map the object, and has inserted nothing. */
static int snoop_map_by_driver(const struct snoop_map *map, struct vm_area_struct *vma)
{
	struct drm_gem_object *obj = map->obj;
	int ret;

	if (!obj->funcs || (!obj->funcs->mmap && !obj->funcs->vm_ops))
		return -EOPNOTSUPP;
	/* It would insert all pages at once: see below. */
	if (map->ops == &snoop_map_driver && (!obj->funcs->vm_ops || !obj->funcs->vm_ops->fault))
		return -EOPNOTSUPP;
	ret = drm_gem_mmap_obj(obj, obj->size, vma);
	return ret ? snoop_map_error(ret) : 0;
}

/* Asks the kind, when the object is not busy: the driver may wait for it without end. */
static int snoop_map_prepare(struct snoop_map *map, u64 offset, u64 len, unsigned long deadline)
{
	int ret;

	ret = snoop_resv_lock(map->obj->resv, deadline);
	if (ret)
		return ret;
	ret = map->ops->prepare(map, offset, len);
	dma_resv_unlock(map->obj->resv);
	return ret;
}

/* The content instead, for reading. */
static int snoop_map_by_copy(struct snoop_map *map, u64 offset, const struct vm_area_struct *vma,
			     unsigned long deadline)
{
	const struct snoop_file *file = map->filp->private_data;
	int ret;

	/* Nobody copies what is mapped as a whole for each access. */
	if (snoop_map_is_of_unknown(map))
		return -EOPNOTSUPP;
	snoop_uncharge_memory(&file->account, map->charged);
	map->charged = 0;
	map->ops = &snoop_map_copy;
	ret = snoop_map_prepare(map, offset, vma->vm_end - vma->vm_start, deadline);
	if (!ret && (vma->vm_flags & VM_WRITE))
		ret = -EACCES;
	return ret;
}

/*
 * Stores that the driver wants to know of: it waits for the object there. What the
 * helper of shmem objects would note in later kernels, its own kind of map notes.
 */
static bool snoop_map_hears_stores(const struct snoop_map *map, const struct vm_area_struct *vma)
{
	return map->ops != &snoop_map_shmem &&
	       (vma->vm_ops->page_mkwrite || vma->vm_ops->pfn_mkwrite);
}

/*
 * Pages that are there already, and not by a fault, could stay when the object or the
 * card goes: nobody finds the VMA yet. And we must know where the driver unmaps.
 */
static bool snoop_map_is_sound(const struct snoop_map *map, const struct vm_area_struct *vma,
			       unsigned long pgoff, const struct file *filp)
{
	if (!vma->vm_ops || !vma->vm_ops->fault || vma->vm_pgoff != pgoff || vma->vm_file != filp)
		return false;
	return !(vma->vm_flags & VM_WRITE) || !snoop_map_hears_stores(map, vma);
}

/* Nothing of the driver's is left if it fails. */
static int snoop_map_set_up(struct snoop_map *map, u64 offset, struct vm_area_struct *vma,
			    unsigned long deadline)
{
	const struct file *filp = vma->vm_file;
	const unsigned long pgoff = vma->vm_pgoff;
	const vm_flags_t flags = vma->vm_flags;
	int ret;

	if (map->ops == &snoop_map_copy)
		return snoop_map_by_copy(map, offset, vma, deadline);
	ret = snoop_map_by_driver(map, vma);
	if (ret == -EOPNOTSUPP) {
		/* The VMA is locked for writing: its rights were judged. */
		vm_flags_reset(vma, flags);
		return snoop_map_by_copy(map, offset, vma, deadline);
	}
	if (ret)
		return ret;
	if (snoop_map_is_sound(map, vma, pgoff, filp)) {
		if (snoop_map_hears_stores(map, vma))
			vm_flags_clear(vma, VM_MAYWRITE);
		return 0;
	}
	/* Other threads can use the pages already: they go before the object may. */
	zap_vma_range(vma, vma->vm_start, vma->vm_end - vma->vm_start);
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	return -EOPNOTSUPP;
}

static void snoop_map_begin(struct snoop_map *map, struct vm_area_struct *vma)
{
	map->ops->begin(map, vma);
	map->vm_ops.open = snoop_vma_open;
	map->vm_ops.close = snoop_vma_close;
	map->vm_ops.fault = snoop_vma_fault;
	map->vm_ops.access = snoop_vma_access;
	map->vm_ops.mprotect = snoop_vma_mprotect;
	/* What they insert, the dead card would not know of. */
	map->vm_ops.huge_fault = NULL;
	map->vm_ops.map_pages = NULL;
	vma->vm_ops = &map->vm_ops;
	mutex_lock(&map->card->maps_lock);
	list_add(&map->link, &map->card->maps);
	mutex_unlock(&map->card->maps_lock);
}

/**
 * snoop_map_create - map a part of an object
 * @filp: The snoop file.
 * @card: The card of @obj, entered.
 * @obj: The object; the caller has a reference. Not imported.
 * @offset: First byte, of a page.
 * @vma: Where to; [@offset, @offset + its size) is inside the object. The caller
 *	has judged its flags.
 * @deadline: When waiting ends, in jiffies.
 *
 * Return: 0; -EOPNOTSUPP (it cannot be mapped, or not in part), -EACCES (it can be
 * copied only, not written), -ENODATA (it has no content), -EDQUOT, -ENODEV, -EBUSY,
 * -EINTR, -ERESTARTSYS, -ENOMEM.
 */
int snoop_map_create(struct file *filp, struct snoop_card *card, struct drm_gem_object *obj,
		     u64 offset, struct vm_area_struct *vma, unsigned long deadline)
{
	struct snoop_file *file = filp->private_data;
	struct snoop_map *map;
	int ret;

	mmap_assert_write_locked(vma->vm_mm);
	map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return -ENOMEM;
	ret = snoop_card_get(card);
	if (ret)
		goto err_free;
	map->ops = snoop_map_kind(card, obj);
	refcount_set(&map->ref, 1);
	map->filp = filp;
	map->card = card;
	map->obj = obj;
	INIT_LIST_HEAD(&map->link);
	INIT_WORK(&map->work, snoop_map_work);
	ret = snoop_content_check(card, obj);
	if (!ret && map->ops != &snoop_map_copy)
		ret = snoop_map_prepare(map, offset, vma->vm_end - vma->vm_start, deadline);
	if (ret)
		goto err_card;
	ret = snoop_map_set_place(map, offset, vma);
	if (!ret)
		ret = snoop_map_set_up(map, offset, vma, deadline);
	if (ret)
		goto err_charge;
	get_file(filp);
	drm_gem_object_get(obj);
	snoop_map_begin(map, vma);
	return 0;

err_charge:
	snoop_uncharge_memory(&file->account, map->charged);
err_card:
	snoop_card_put(card);
err_free:
	kfree(map);
	return ret;
}

/**
 * snoop_map_is_charged - does a map pay for the pages of an object?
 * @card: The object's card.
 * @obj: The object, reserved: so pages that a map brought in neither come nor go.
 *
 * Return: true if there is such a map.
 */
bool snoop_map_is_charged(struct snoop_card *card, const struct drm_gem_object *obj)
{
	const struct snoop_map *map;

	dma_resv_assert_held(obj->resv);
	guard(mutex)(&card->maps_lock);
	list_for_each_entry(map, &card->maps, link)
		if (map->obj == obj && map->charged)
			return true;
	return false;
}

/**
 * snoop_map_zap_card - take the pages of a dead card out of all maps
 * @card: The card; dead, and no access is under way.
 *
 * Of the objects that are mapped through snoop files, and there out of the
 * target's maps, too: it gets them back by its driver's own faults, if that has any.
 * Some drivers leave the pages in when they go (qxl, vgem and vkms in 6.12). A driver
 * that frees a fake offset meanwhile (content purged) has unmapped the object itself.
 */
void snoop_map_zap_card(struct snoop_card *card)
{
	const struct snoop_map *map;

	guard(mutex)(&card->maps_lock);
	list_for_each_entry(map, &card->maps, link)
		drm_vma_node_unmap(&map->obj->vma_node, card->drm->anon_inode->i_mapping);
}

/**
 * snoop_maps_init - be ready for maps
 *
 * Return: 0 or -ENOMEM.
 */
int snoop_maps_init(void)
{
	maps_wq = alloc_workqueue("drm_snoop", WQ_UNBOUND, 0);
	return maps_wq ? 0 : -ENOMEM;
}

/**
 * snoop_maps_exit - wait for maps that are being freed
 *
 * There are no files any more, so none comes.
 */
void snoop_maps_exit(void)
{
	destroy_workqueue(maps_wq);
}
