/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_APERTURE_H
#define SNOOP_APERTURE_H

#include <linux/list.h>
#include <linux/types.h>

#include <drm/ttm/ttm_caching.h>

struct drm_device;

/**
 * struct snoop_aperture - kernel mapping of a piece of a card's aperture
 *
 * Between snoop_aperture_get() and snoop_aperture_put() it stays; that is inside
 * snoop_card_enter() of @drm's card, so that it never outlives the card.
 *
 * @link, @users and @used are protected by apertures_lock; the rest is immutable.
 */
struct snoop_aperture {
	/** @link: Entry in the list of apertures, the last used first. */
	struct list_head link;

	/** @drm: Whose aperture; only compared. */
	const struct drm_device *drm;

	/** @start: First bus address, on a page. */
	u64 start;

	/** @end: First bus address after it. */
	u64 end;

	/** @caching: How it is mapped. */
	enum ttm_caching caching;

	/** @addr: Where @start is mapped. */
	void __iomem *addr;

	/** @users: Accesses that use it now. */
	unsigned int users;

	/** @used: When the last one ended, in jiffies. */
	unsigned long used;
};

struct snoop_aperture *snoop_aperture_get(const struct drm_device *drm, u64 addr, u64 start,
					  u64 end, enum ttm_caching caching);
void snoop_aperture_put(struct snoop_aperture *aperture);
void snoop_apertures_forget(const struct drm_device *drm);
void snoop_apertures_exit(void);

#endif
