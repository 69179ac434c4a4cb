// SPDX-License-Identifier: GPL-2.0-only
/*
 * Apertures: kernel mappings of device memory, kept for the next access.
 *
 * Mapping costs many times what reading some bytes does. What is kept maps addresses
 * of the bus and says nothing about objects: which of them an object has is asked of
 * the driver for each access, with the object's reservation held. So nothing that
 * moves, frees or evicts objects has to be heard of. The addresses themselves are the
 * device's as long as a driver is bound to it, and when the card goes its mappings do,
 * before the driver lets go of the device.
 */

#include <linux/bug.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "aperture.h"

/* Largest mapping, and its alignment: the size of a huge page. */
#define SNOOP_APERTURE_SIZE	SZ_2M

/* Most mappings of all cards together, but for those in use. */
#define SNOOP_APERTURES_MAX	32

/* Those not used for so long are unmapped. */
#define SNOOP_APERTURE_IDLE	HZ

static LIST_HEAD(apertures);
/* Elements of apertures. */
static unsigned int apertures_count;
/* Protects the list of apertures, their number and how they are used. */
static DEFINE_SPINLOCK(apertures_lock);
/*
 * Held over mapping and unmapping, outside of apertures_lock: who has it knows that
 * nobody else is still unmapping. Taken with reservations held; nothing of a driver
 * is waited for under it.
 */
static DEFINE_MUTEX(apertures_mutex);

static void snoop_apertures_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(apertures_work, snoop_apertures_work);

static struct snoop_aperture *snoop_aperture_find(const struct drm_device *drm, u64 addr,
						  enum ttm_caching caching)
{
	struct snoop_aperture *aperture, *found = NULL;

	spin_lock(&apertures_lock);
	list_for_each_entry(aperture, &apertures, link) {
		if (aperture->drm == drm && aperture->caching == caching &&
		    addr >= aperture->start && addr < aperture->end) {
			found = aperture;
			break;
		}
	}
	if (found) {
		found->users++;
		list_move(&found->link, &apertures);
	}
	spin_unlock(&apertures_lock);
	return found;
}

static void snoop_aperture_unlink(struct snoop_aperture *aperture, struct list_head *to)
{
	lockdep_assert_held(&apertures_lock);
	list_move(&aperture->link, to);
	apertures_count--;
}

static void snoop_apertures_unmap(struct list_head *list)
{
	struct snoop_aperture *aperture, *next;

	lockdep_assert_held(&apertures_mutex);
	list_for_each_entry_safe(aperture, next, list, link) {
		iounmap(aperture->addr);
		kfree(aperture);
	}
}

/* Makes room for one more, if there is one that is not in use. */
static void snoop_apertures_shrink(void)
{
	struct snoop_aperture *aperture;
	LIST_HEAD(old);

	spin_lock(&apertures_lock);
	if (apertures_count >= SNOOP_APERTURES_MAX) {
		list_for_each_entry_reverse(aperture, &apertures, link) {
			if (!aperture->users) {
				snoop_aperture_unlink(aperture, &old);
				break;
			}
		}
	}
	spin_unlock(&apertures_lock);
	snoop_apertures_unmap(&old);
}

/* As TTM does (ttm_bo_ioremap(), 6.12). */
static void __iomem *snoop_aperture_ioremap(u64 start, u64 size, enum ttm_caching caching)
{
	if (caching == ttm_write_combined)
		return ioremap_wc(start, size);
#ifdef CONFIG_X86
	if (caching == ttm_cached)
		return ioremap_cache(start, size);
#endif
	return ioremap(start, size);
}

static struct snoop_aperture *snoop_aperture_map(const struct drm_device *drm, u64 start,
						 u64 end, enum ttm_caching caching)
{
	struct snoop_aperture *aperture;

	lockdep_assert_held(&apertures_mutex);
	snoop_apertures_shrink();
	aperture = kzalloc(sizeof(*aperture), GFP_KERNEL);
	if (!aperture)
		return NULL;
	aperture->addr = snoop_aperture_ioremap(start, end - start, caching);
	if (!aperture->addr) {
		kfree(aperture);
		return NULL;
	}
	aperture->drm = drm;
	aperture->start = start;
	aperture->end = end;
	aperture->caching = caching;
	aperture->users = 1;

	spin_lock(&apertures_lock);
	list_add(&aperture->link, &apertures);
	apertures_count++;
	spin_unlock(&apertures_lock);
	schedule_delayed_work(&apertures_work, SNOOP_APERTURE_IDLE);
	return aperture;
}

/**
 * snoop_aperture_get - a mapping of device memory
 * @drm: The device; inside snoop_card_enter() of its card.
 * @addr: Bus address that is wanted.
 * @start: First bus address of the object that it belongs to, on a page: nothing
 *	below is mapped, as the driver may use that in another way.
 * @end: First bus address after the object, on a page.
 * @caching: How the driver wants it to be mapped.
 *
 * The caller holds the object's reservation, has its I/O space reserved, and found
 * the addresses after that.
 *
 * Return: a mapping that has @addr, to be given to snoop_aperture_put(); it may end
 * before the object. NULL: there is no memory.
 */
struct snoop_aperture *snoop_aperture_get(const struct drm_device *drm, u64 addr, u64 start,
					  u64 end, enum ttm_caching caching)
{
	u64 base = round_down(addr, SNOOP_APERTURE_SIZE);
	struct snoop_aperture *aperture;

	aperture = snoop_aperture_find(drm, addr, caching);
	if (aperture)
		return aperture;
	guard(mutex)(&apertures_mutex);
	/* Somebody else may have mapped it meanwhile. */
	aperture = snoop_aperture_find(drm, addr, caching);
	if (aperture)
		return aperture;
	return snoop_aperture_map(drm, max(start, base), min(end, base + SNOOP_APERTURE_SIZE),
				  caching);
}

/**
 * snoop_aperture_put - undo snoop_aperture_get()
 * @aperture: The mapping.
 */
void snoop_aperture_put(struct snoop_aperture *aperture)
{
	spin_lock(&apertures_lock);
	aperture->users--;
	aperture->used = jiffies;
	spin_unlock(&apertures_lock);
}

/* Unmaps what was not used for a while. Runs while there are mappings. */
static void snoop_apertures_work(struct work_struct *work)
{
	struct snoop_aperture *aperture, *next;
	LIST_HEAD(old);

	guard(mutex)(&apertures_mutex);
	spin_lock(&apertures_lock);
	list_for_each_entry_safe(aperture, next, &apertures, link)
		if (!aperture->users &&
		    time_after_eq(jiffies, aperture->used + SNOOP_APERTURE_IDLE))
			snoop_aperture_unlink(aperture, &old);
	if (apertures_count)
		schedule_delayed_work(&apertures_work, SNOOP_APERTURE_IDLE);
	spin_unlock(&apertures_lock);
	snoop_apertures_unmap(&old);
}

/**
 * snoop_apertures_forget - a card goes
 * @drm: Its device; nobody is inside snoop_card_enter() any more.
 */
void snoop_apertures_forget(const struct drm_device *drm)
{
	struct snoop_aperture *aperture, *next;
	LIST_HEAD(old);

	/* Also waits for those who are unmapping. */
	guard(mutex)(&apertures_mutex);
	spin_lock(&apertures_lock);
	list_for_each_entry_safe(aperture, next, &apertures, link)
		if (aperture->drm == drm && !WARN_ON_ONCE(aperture->users))
			snoop_aperture_unlink(aperture, &old);
	spin_unlock(&apertures_lock);
	snoop_apertures_unmap(&old);
}

/**
 * snoop_apertures_exit - the module goes
 *
 * All cards are gone.
 */
void snoop_apertures_exit(void)
{
	cancel_delayed_work_sync(&apertures_work);
	WARN_ON(!list_empty(&apertures));
}
