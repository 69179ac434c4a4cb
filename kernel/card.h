/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_CARD_H
#define SNOOP_CARD_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/srcu.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <uapi/drm/drm_snoop.h>

struct drm_device;
struct module;
struct snoop_adapter;

/**
 * struct snoop_card - one DRM device and its snoop node
 *
 * Made when the DRM core adds the device's primary node, dead when it removes
 * it. The structure lives as long as @dev, which each open snoop file holds.
 *
 * A card is used in one of two ways:
 *
 * - snoop_card_get() at open: the driver's module and the drm_device stay until
 *   snoop_card_put(), but the hardware may go at any moment;
 * - snoop_card_enter(), as part of snoop_access_begin(): the hardware stays
 *   until snoop_card_exit(). Never held while touching user memory, because
 *   removal of the device waits for it.
 *
 * @dead is written under @lock; read under @lock or inside @srcu.
 * @adapter, @adapter_state and @adapter_reason are protected by @adapter_lock;
 * @adapter is written once and may be used without it afterwards.
 * @drm may be dereferenced between get and put; everything else is immutable.
 *
 * The locks do not nest, but @maps_lock is taken under mmap locks and reservations, and
 * the locks of layouts (adapters/layout.c) in @adapter_lock.
 */
struct snoop_card {
	/** @dev: The node's device, of class drm_snoop, without a parent. */
	struct device dev;

	/** @cdev: The node's character device. */
	struct cdev cdev;

	/** @link: Entry in the list of live cards, protected by cards_lock. */
	struct list_head link;

	/** @kdev: Device of the primary node; only compared. */
	const struct device *kdev;

	/** @drm: The DRM device; the card itself holds a reference until dead. */
	struct drm_device *drm;

	/** @owner: Module of the driver. */
	struct module *owner;

	/** @srcu: Readers are accesses that use the hardware. */
	struct srcu_struct srcu;

	/** @lock: Serialises opens with the death of the card. */
	struct mutex lock;

	/** @wait: Who polls files of the card; woken when it dies. */
	struct wait_queue_head wait;

	/** @dead: The device was removed. */
	bool dead;

	/** @maps_lock: Protects @maps. */
	struct mutex maps_lock;

	/** @maps: struct snoop_map of this card's memory that are in use. */
	struct list_head maps;

	/** @adapter_lock: Serialises the first use of the adapter. */
	struct mutex adapter_lock;

	/** @adapter: The adapter, once it is ready. */
	struct snoop_adapter *adapter;

	/** @adapter_state: DRM_SNOOP_ADAPTER_*, valid if @adapter_probed. */
	u32 adapter_state;

	/** @adapter_probed: The adapter was looked for. */
	bool adapter_probed;

	/** @adapter_reason: Why it is not ready. */
	char adapter_reason[sizeof_field(struct drm_snoop_card_info, adapter_reason)];
};

int snoop_card_get(struct snoop_card *card);
void snoop_card_put(struct snoop_card *card);
struct snoop_card *snoop_card_find(const struct drm_device *drm);
bool snoop_card_is_dead(struct snoop_card *card);
bool snoop_card_enter(struct snoop_card *card, int *card_index, int *drm_index);
void snoop_card_exit(struct snoop_card *card, int card_index, int drm_index);
int snoop_card_info(struct snoop_card *card, struct drm_snoop_card_info *info);

int snoop_cards_init(const struct file_operations *fops);
void snoop_cards_exit(void);

#endif
