/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_MAP_H
#define SNOOP_MAP_H

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct drm_gem_object;
struct file;
struct snoop_card;
struct snoop_map;

/**
 * struct snoop_map_ops - how the pages of a map come and go
 *
 * prepare, begin and fault are called while the card is entered, with the mmap lock
 * of the caller held: what they take of the driver comes after it.
 */
struct snoop_map_ops {
	/**
	 * @prepare: May [@offset, @offset + @len) of the object be mapped? Called with
	 * the object's reservation held. 0 or a negative error code.
	 */
	int (*prepare)(struct snoop_map *map, u64 offset, u64 len);

	/**
	 * @begin: The driver has set the VMA up, or for a copied window has refused to.
	 * Takes over what it needs, and fills fault and others of snoop_map.vm_ops.
	 */
	void (*begin)(struct snoop_map *map, struct vm_area_struct *vma);

	/**
	 * @fault: Inserts a page. Does not wait for reservation and moves of the
	 * object: VM_FAULT_RETRY then, with the mmap lock still held.
	 */
	vm_fault_t (*fault)(struct snoop_map *map, struct vm_fault *vmf);

	/**
	 * @end: Undoes prepare and begin, after the last VMA. With @wait false it may
	 * return false instead of waiting, and is called again with true, without any
	 * lock. May be NULL.
	 */
	bool (*end)(struct snoop_map *map, bool wait);
};

/**
 * struct snoop_map - what one mmap() call mapped
 *
 * Shared by all VMAs that come from it by fork, mremap, and munmap or mprotect of a
 * part, and freed after the last of them. It keeps the snoop file, the card that
 * the memory is of, as snoop_card_get() does, and the object; so the module, the
 * driver's module, the DRM device and the object's memory stay as long as it is
 * mapped, whatever becomes of the client. The hardware does not: faults enter the card.
 *
 * @link is protected by snoop_card.maps_lock, @copies by its own lock, the content of
 * its pages while it is written by the object's reservation; everything else is
 * immutable once the VMA is there.
 */
struct snoop_map {
	/** @vm_ops: Of the VMAs: the driver's, with our own functions in front. */
	struct vm_operations_struct vm_ops;

	/** @driver: The driver's own, to be called by ours; NULL if they need not be. */
	const struct vm_operations_struct *driver;

	/** @ops: Kind of the map. */
	const struct snoop_map_ops *ops;

	/** @ref: Held by each VMA, and by faults that wait without the mmap lock. */
	refcount_t ref;

	/** @filp: The snoop file, with a reference. */
	struct file *filp;

	/** @card: The card of @obj: the snoop file's, or an exporter's. */
	struct snoop_card *card;

	/** @obj: The object that has the memory, with a reference; not imported. */
	struct drm_gem_object *obj;

	/** @charged: Bytes charged to the user who opened the snoop file. */
	size_t charged;

	/**
	 * @copies: Of a copied window: its pages, by their index in the object. Added by
	 * faults, and there until the map ends.
	 */
	struct xarray copies;

	/** @link: Entry in snoop_card.maps. */
	struct list_head link;

	/** @work: Ends the map where waiting is no matter. */
	struct work_struct work;
};

extern const struct snoop_map_ops snoop_map_driver;
extern const struct snoop_map_ops snoop_map_ttm;
extern const struct snoop_map_ops snoop_map_shmem;
extern const struct snoop_map_ops snoop_map_pages;
extern const struct snoop_map_ops snoop_map_copy;

static inline struct snoop_map *snoop_map_of(const struct vm_area_struct *vma)
{
	return container_of(vma->vm_ops, struct snoop_map, vm_ops);
}

int snoop_map_create(struct file *filp, struct snoop_card *card, struct drm_gem_object *obj,
		     u64 offset, struct vm_area_struct *vma, unsigned long deadline);
u64 snoop_map_offset(const struct snoop_map *map, const struct vm_area_struct *vma,
		     unsigned long addr);
bool snoop_map_shmem_is_lazy(const struct drm_gem_object *obj);
bool snoop_map_is_charged(struct snoop_card *card, const struct drm_gem_object *obj);
void snoop_map_zap_card(struct snoop_card *card);

int snoop_maps_init(void);
void snoop_maps_exit(void);

#endif
