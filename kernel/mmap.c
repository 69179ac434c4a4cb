// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap().
 *
 * Called with the caller's mmap lock held for writing. A driver may hold its locks
 * while it waits for an mmap lock, and its release functions may take these locks: so
 * all locks that are taken here are tried, and what may be the last reference on a
 * client or on a VM is left for later.
 */

#include <linux/err.h>
#include <linux/mm.h>

#include <drm/drm_device.h>
#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "card.h"
#include "client.h"
#include "file.h"
#include "import.h"
#include "map.h"
#include "policy.h"
#include "range.h"
#include "space.h"

/**
 * struct snoop_window - what is to be mapped
 * @filp: The snoop file.
 * @vma: Where to.
 * @access: The access.
 * @range: The range that has all of it.
 * @offset: Its first byte in the range's object.
 * @len: Its bytes.
 */
struct snoop_window {
	struct file *filp;
	struct vm_area_struct *vma;
	struct snoop_access access;
	struct snoop_range range;
	u64 offset;
	u64 len;
};

/* The range that has the window. With 0 it is to be put. */
static int snoop_window_find(struct snoop_window *window, struct snoop_space *space)
{
	u64 addr = snoop_space_canonical(space, PFN_PHYS((u64)window->vma->vm_pgoff));
	struct snoop_range *range = &window->range;
	int ret;

	window->len = window->vma->vm_end - window->vma->vm_start;
	ret = space->ops->ranges(space, &window->access, addr, range, 1);
	if (ret < 0)
		return ret;
	if (!ret)
		return -ENXIO;
	if (range->start > addr)
		ret = -ENXIO;
	else if (range->kind != DRM_SNOOP_RANGE_OBJECT)
		ret = -EOPNOTSUPP;
	else if (window->len > range->end - addr)
		ret = -EINVAL;
	else
		ret = 0;
	window->offset = range->obj_offset + (addr - range->start);
	/* A mapping of less than a page of the CPU. */
	if (!ret && offset_in_page(window->offset))
		ret = -EOPNOTSUPP;
	if (ret)
		snoop_range_put(range);
	return ret;
}

/* 0, or why the window must not be written. */
static int snoop_window_may_write(const struct snoop_window *window)
{
	const struct snoop_range *range = &window->range;

	if (!snoop_client_may_write(window->access.registration) || range->read_only ||
	    !snoop_import_may_write(range->obj))
		return -EACCES;
	return snoop_policy_write();
}

/* Takes from the VMA's flags what must not be got by mprotect() either. */
static int snoop_window_judge(const struct snoop_window *window)
{
	struct vm_area_struct *vma = window->vma;
	int ret;

	vm_flags_clear(vma, VM_MAYEXEC);
	/* Somebody else's memory, which the client may only use. */
	if (window->range.obj->import_attach &&
	    !snoop_client_may_write(window->access.registration))
		return -EACCES;
	/* The file is open for writing: else mmap() has taken it away. */
	if (!(vma->vm_flags & VM_MAYWRITE))
		return 0;
	ret = snoop_window_may_write(window);
	if (ret && (vma->vm_flags & VM_WRITE))
		return ret;
	if (ret)
		vm_flags_clear(vma, VM_MAYWRITE);
	return 0;
}

/* The memory of an imported object is that of its exporter, on a card of its own. */
static int snoop_window_map_import(const struct snoop_window *window)
{
	struct drm_gem_object *obj = snoop_import_memory(window->range.obj);
	int card_index, drm_index, ret = -ENODEV;
	struct snoop_card *card;

	if (!obj)
		return -EOPNOTSUPP;
	/* An importer may round sizes up. */
	if (window->offset > obj->size || window->len > obj->size - window->offset)
		return -ENODATA;
	card = snoop_card_find(obj->dev);
	if (!card)
		return -ENODEV;
	if (snoop_card_enter(card, &card_index, &drm_index)) {
		ret = snoop_map_create(window->filp, card, obj, window->offset, window->vma,
				       window->access.deadline);
		snoop_card_exit(card, card_index, drm_index);
	}
	put_device(&card->dev);
	return ret;
}

static int snoop_window_map(const struct snoop_window *window)
{
	int ret;

	ret = snoop_window_judge(window);
	if (ret)
		return ret;
	if (window->range.obj->import_attach)
		return snoop_window_map_import(window);
	return snoop_map_create(window->filp, window->access.card, window->range.obj,
				window->offset, window->vma, window->access.deadline);
}

static int snoop_mmap_space(struct file *filp, struct snoop_space *space,
			    struct vm_area_struct *vma)
{
	struct snoop_window window = { .filp = filp, .vma = vma };
	int ret;

	ret = snoop_space_begin(space, &window.access);
	if (ret)
		return ret;
	ret = snoop_window_find(&window, space);
	if (!ret) {
		ret = snoop_window_map(&window);
		snoop_range_put(&window.range);
	}
	snoop_access_end_later(&window.access);
	return ret;
}

/**
 * snoop_mmap - map a window of the bound VM or object
 * @filp: The file.
 * @vma: Its offset is the first address.
 *
 * Return: 0; -ENXIO (not bound, or nothing is bound there), -EINVAL (private, or
 * more than one range), -EPERM (executable, the kernel is locked down, writing is
 * switched off), -EACCES (it must not be written, or is imported), or what
 * snoop_space_extents() and snoop_map_create() return.
 */
int snoop_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct snoop_file *file = filp->private_data;
	struct snoop_space *space;
	int ret;

	if (snoop_card_is_dead(file->card))
		return -ENODEV;
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	ret = snoop_policy_read();
	if (!ret && (vma->vm_flags & VM_WRITE))
		ret = snoop_policy_write();
	if (ret)
		return ret;
	space = snoop_file_space(file);
	if (IS_ERR(space))
		return PTR_ERR(space);
	ret = snoop_mmap_space(filp, space, vma);
	snoop_space_put_later(space);
	return ret;
}
