/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_LAYOUT_H
#define SNOOP_LAYOUT_H

#include <linux/limits.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "driver.h"

struct module;
struct snoop_card;

#define SNOOP_NO_MEMBER		U32_MAX

/**
 * struct snoop_layout - where the driver that runs has its members
 *
 * Read from BTF for the first card of a driver that is asked about, and shared by all of
 * its cards: each adapter holds a reference. It describes one load of the driver's
 * module: when that goes, nobody finds the layout any more, and it is freed with the
 * last card, which an observer may keep a little longer than the module.
 *
 * @ref is dropped to 0, and @link changed, under layouts_lock; everything else is
 * immutable once the layout is in the list.
 */
struct snoop_layout {
	/** @ref: Held by adapters. */
	refcount_t ref;

	/** @link: Entry in the list of layouts that can be found, or empty. */
	struct list_head link;

	/** @driver: Whose members. */
	const struct snoop_driver *driver;

	/** @owner: Module of the driver, only compared; NULL: a part of the kernel. */
	const struct module *owner;

	/** @offsets: Of the members; SNOOP_NO_MEMBER for those that the driver lacks. */
	u32 offsets[SNOOP_MEMBERS];
};

static inline bool snoop_layout_has(const struct snoop_layout *layout, enum snoop_member_id id)
{
	return layout->offsets[id] != SNOOP_NO_MEMBER;
}

struct snoop_layout *snoop_layout_get(struct snoop_card *card, const struct snoop_driver *driver,
				      u64 needs);
void snoop_layout_put(struct snoop_layout *layout);
int snoop_layouts_init(void);
void snoop_layouts_exit(void);

#endif
