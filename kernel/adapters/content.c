// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content that must not be looked at.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>

#include "../card.h"
#include "adapter.h"

/* All bits if the member cannot be read: then the layout is not what was thought. */
static u64 snoop_content_member(const struct snoop_adapter *adapter, const void *object,
				enum snoop_member_id id, size_t size)
{
	u64 value64 = 0;
	u32 value32 = 0;
	void *value = size == sizeof(value32) ? (void *)&value32 : &value64;

	if (!snoop_adapter_has(adapter, id))
		return 0;
	if (copy_from_kernel_nofault(value, object + adapter->layout->offsets[id], size))
		return U64_MAX;
	return value64 | value32;
}

/**
 * snoop_content_check - may the content of an object be looked at?
 * @card: Card of the object's device.
 * @obj: The object, not imported.
 *
 * Protected content (for video under copy protection, say) is encrypted with a key of
 * the GPU's, or must not be touched by the CPU. Only an adapter that is ready knows.
 * Takes no lock.
 *
 * Return: 0, -ENOKEY, or what the driver's family says.
 */
int snoop_content_check(struct snoop_card *card, const struct drm_gem_object *obj)
{
	const struct snoop_adapter *adapter = snoop_adapter_ready(card);
	const void *object;
	u64 value;

	if (IS_ERR(adapter) || obj->dev != adapter->drm)
		return 0;
	if (!adapter->driver->protected_mask || !snoop_adapter_has(adapter, SNOOP_OBJECT_GEM))
		return 0;
	object = (const void *)obj - adapter->layout->offsets[SNOOP_OBJECT_GEM];
	value = snoop_content_member(adapter, object, SNOOP_OBJECT_PROTECTED, sizeof(u32)) |
		snoop_content_member(adapter, object, SNOOP_OBJECT_PROTECTED64, sizeof(u64));
	if (value & adapter->driver->protected_mask)
		return -ENOKEY;
	return adapter->ops->content ? adapter->ops->content(adapter, obj) : 0;
}

/* Not at the place where the GPU is that is a part of the processor (Intel's: 00:02.0). */
static bool snoop_content_is_discrete(struct device *dev)
{
	return dev_is_pci(dev) && (!pci_is_root_bus(to_pci_dev(dev)->bus) ||
				   to_pci_dev(dev)->devfn != PCI_DEVFN(2, 0));
}

/**
 * snoop_content_adapter - the adapter that is asked before the CPU touches an object
 * @obj: The object, not imported; inside snoop_card_enter() of its card.
 *
 * Takes a mutex under which nothing is waited for.
 *
 * Return: the adapter, which has content_begin; NULL if nobody has to be asked;
 * -EOPNOTSUPP if somebody would have to be, who is not ready.
 */
const struct snoop_adapter *snoop_content_adapter(const struct drm_gem_object *obj)
{
	const struct snoop_driver *driver = snoop_driver_find(obj->dev->driver->name);
	const struct snoop_adapter *adapter = ERR_PTR(-EOPNOTSUPP);
	struct snoop_card *card;

	if (!driver)
		return NULL;
	card = snoop_card_find(obj->dev);
	if (card) {
		adapter = snoop_adapter_ready(card);
		/* Whoever entered the card keeps it. */
		put_device(&card->dev);
	}
	if (!IS_ERR(adapter))
		return adapter->ops->content_begin ? adapter : NULL;
	return driver->discrete_asks_first && snoop_content_is_discrete(obj->dev->dev) ?
	       ERR_PTR(-EOPNOTSUPP) : NULL;
}

/**
 * snoop_content_is_window_only - must the driver's access_memory not be used?
 * @obj: The object.
 *
 * Return: true if it would have the GPU work.
 */
bool snoop_content_is_window_only(const struct drm_gem_object *obj)
{
	const struct snoop_driver *driver = snoop_driver_find(obj->dev->driver->name);

	return driver && driver->window_only;
}
