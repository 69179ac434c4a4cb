// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that a driver keeps for its objects in an array of its own.
 */

#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/uaccess.h>

#include <drm/drm_gem.h>

#include "../card.h"
#include "backing.h"
#include "private.h"

/* The adapter that tells where the array is, or NULL. */
static const struct snoop_adapter *snoop_backing_adapter(struct snoop_card *card,
							 const struct drm_gem_object *obj)
{
	const struct snoop_adapter *adapter = snoop_adapter_ready(card);

	if (IS_ERR(adapter) || obj->dev != adapter->drm || !obj->filp ||
	    !snoop_adapter_has(adapter, SNOOP_OBJECT_GEM) ||
	    !snoop_adapter_has(adapter, SNOOP_OBJECT_PAGE_ARRAY))
		return NULL;
	return adapter;
}

/**
 * snoop_backing_is_known - does an adapter tell the pages of an object?
 * @card: Card of the object's device.
 * @obj: The object, not imported.
 *
 * Takes no lock.
 *
 * Return: true if snoop_backing_page() may be called.
 */
bool snoop_backing_is_known(struct snoop_card *card, const struct drm_gem_object *obj)
{
	return snoop_backing_adapter(card, obj);
}

/* A page leads back to the file of its object. */
static bool snoop_backing_is_of(const struct drm_gem_object *obj, u64 index,
				const struct page *page)
{
	const struct folio *folio;

	if (!pfn_valid(page_to_pfn(page)))
		return false;
	folio = page_folio(page);
	return folio->mapping == obj->filp->f_mapping &&
	       folio->index + folio_page_idx(folio, page) == index;
}

/**
 * snoop_backing_page - a page of an object
 * @card: Card of the object's device.
 * @obj: The object, for which snoop_backing_is_known(); its reservation is held, and keeps
 *	the page.
 * @index: Which page, less than there are.
 * @page: Filled; NULL if the object has no pages at the moment.
 *
 * Return: 0 or -EUCLEAN.
 */
int snoop_backing_page(struct snoop_card *card, const struct drm_gem_object *obj, u64 index,
		       struct page **page)
{
	const struct snoop_adapter *adapter = snoop_backing_adapter(card, obj);
	const void *object;
	void *array;

	dma_resv_assert_held(obj->resv);
	if (!adapter || index >= obj->size >> PAGE_SHIFT)
		return -EUCLEAN;
	object = (const void *)obj - adapter->layout->offsets[SNOOP_OBJECT_GEM];
	if (snoop_private_pointer(adapter, object, SNOOP_OBJECT_PAGE_ARRAY, &array))
		return -EUCLEAN;
	*page = NULL;
	if (!array)
		return 0;
	if (copy_from_kernel_nofault(page, (struct page **)array + index, sizeof(*page)) ||
	    !snoop_backing_is_of(obj, index, *page))
		return -EUCLEAN;
	return 0;
}
