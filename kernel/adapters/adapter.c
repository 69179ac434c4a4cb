// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adapters: which driver a card has, and where that driver keeps its VMs.
 */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>

#include <uapi/drm/drm_snoop.h>

#include "../access.h"
#include "../card.h"
#include "adapter.h"

static bool adapters = true;
module_param(adapters, bool, 0444);
MODULE_PARM_DESC(adapters, "Read GPU address spaces, not only objects (default: Y)");

static char *unverified_adapters[16];
static unsigned int unverified_count;
module_param_array(unverified_adapters, charp, &unverified_count, 0444);
MODULE_PARM_DESC(unverified_adapters, "Drivers whose adapters are used although they were never run on such a card");

static const struct snoop_adapter_ops *const families[] = {
	[SNOOP_FAMILY_GPUVM] = &snoop_gpuvm_ops,
	[SNOOP_FAMILY_MM] = &snoop_mm_ops,
	[SNOOP_FAMILY_AMDGPU] = &snoop_amdgpu_ops,
	[SNOOP_FAMILY_I915] = &snoop_i915_ops,
	[SNOOP_FAMILY_NOUVEAU] = &snoop_nouveau_ops,
};

/**
 * snoop_driver_find - what is known about a driver
 * @name: drm_driver.name.
 *
 * Return: its table, or NULL.
 */
const struct snoop_driver *snoop_driver_find(const char *name)
{
	const struct snoop_driver *const *driver;

	for (driver = snoop_drivers; *driver; driver++)
		if (!strcmp((*driver)->name, name))
			return *driver;
	return NULL;
}

/* An adapter that nobody has run must be asked for by its name. */
static bool snoop_driver_is_on(const struct snoop_driver *driver)
{
	unsigned int i;

	if (!driver->unverified)
		return true;
	for (i = 0; i < unverified_count; i++)
		if (!strcmp(unverified_adapters[i], driver->name))
			return true;
	return false;
}

static struct snoop_adapter *snoop_adapter_create(struct snoop_card *card,
						  const struct snoop_driver *driver)
{
	const struct snoop_adapter_ops *ops = families[driver->family];
	struct snoop_adapter *adapter;
	struct snoop_layout *layout;

	layout = snoop_layout_get(card, driver, ops->needs);
	if (IS_ERR(layout))
		return ERR_CAST(layout);
	adapter = kzalloc(sizeof(*adapter), GFP_KERNEL);
	if (!adapter) {
		snoop_layout_put(layout);
		return ERR_PTR(-ENOMEM);
	}
	adapter->ops = ops;
	adapter->driver = driver;
	adapter->drm = card->drm;
	adapter->layout = layout;
	return adapter;
}

/*
 * Finds out the state of the adapter. 0 if that is for good; -EAGAIN if the next
 * caller should try again; -EINTR, -ENOMEM.
 */
static int snoop_adapter_probe(struct snoop_card *card)
{
	const struct snoop_driver *driver = snoop_driver_find(card->drm->driver->name);
	struct snoop_adapter *adapter;

	lockdep_assert_held(&card->adapter_lock);
	if (!driver) {
		card->adapter_state = DRM_SNOOP_ADAPTER_NONE;
		scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
			  "no adapter for driver %s", card->drm->driver->name);
		return 0;
	}
	if (!adapters) {
		card->adapter_state = DRM_SNOOP_ADAPTER_OFF;
		scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
			  "switched off by module parameter drm_snoop.adapters");
		return 0;
	}
	if (!snoop_driver_is_on(driver)) {
		card->adapter_state = DRM_SNOOP_ADAPTER_OFF;
		scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
			  "never run on such a card; on with module parameter drm_snoop.unverified_adapters=%s",
			  driver->name);
		return 0;
	}
	adapter = snoop_adapter_create(card, driver);
	/* These say nothing about the driver. */
	if (adapter == ERR_PTR(-EINTR) || adapter == ERR_PTR(-ENOMEM))
		return PTR_ERR(adapter);
	if (IS_ERR(adapter)) {
		card->adapter_state = DRM_SNOOP_ADAPTER_FAILED;
		dev_warn_ratelimited(&card->dev, "objects only: %s\n", card->adapter_reason);
		return adapter == ERR_PTR(-EAGAIN) ? -EAGAIN : 0;
	}
	card->adapter_state = DRM_SNOOP_ADAPTER_READY;
	card->adapter_reason[0] = '\0';
	/* Pairs with snoop_adapter_ready(). */
	smp_store_release(&card->adapter, adapter);
	return 0;
}

/**
 * snoop_adapter_prepare - find the driver's layout if that was not done yet
 * @card: A card that is in use by an open file.
 *
 * Reads files and takes some 10 ms for the first card of a driver, so it is called before
 * snoop_card_enter().
 *
 * Return: 0 whatever came out; -EINTR, -ENOMEM.
 */
int snoop_adapter_prepare(struct snoop_card *card)
{
	int ret = 0;

	/* Pairs with snoop_adapter_probe(). */
	if (smp_load_acquire(&card->adapter))
		return 0;
	if (mutex_lock_killable(&card->adapter_lock))
		return -EINTR;
	if (!card->adapter_probed) {
		ret = snoop_adapter_probe(card);
		card->adapter_probed = !ret;
	}
	mutex_unlock(&card->adapter_lock);
	return ret == -EAGAIN ? 0 : ret;
}

/**
 * snoop_adapter_prepare_content - snoop_adapter_prepare() for objects
 * @card: A card that is in use by an open file.
 *
 * Objects are reached without an adapter; but it may have to say whose content is
 * protected, be asked before the CPU touches one, or know the pages of one.
 *
 * Return: 0 whatever came out; -EINTR, -ENOMEM.
 */
int snoop_adapter_prepare_content(struct snoop_card *card)
{
	const struct snoop_driver *driver = snoop_driver_find(card->drm->driver->name);

	if (!driver || (!driver->protected_mask && !families[driver->family]->content_begin &&
			!driver->members[SNOOP_OBJECT_PAGE_ARRAY].spec))
		return 0;
	return snoop_adapter_prepare(card);
}

/**
 * snoop_adapter_ready - the card's adapter
 * @card: The card, after snoop_adapter_prepare().
 *
 * Return: the adapter, or -EOPNOTSUPP.
 */
const struct snoop_adapter *snoop_adapter_ready(struct snoop_card *card)
{
	/* Pairs with snoop_adapter_probe(). */
	return smp_load_acquire(&card->adapter) ?: ERR_PTR(-EOPNOTSUPP);
}

/* The driver is not as we know it, or its memory was overwritten: somebody should know. */
static void snoop_adapter_complain(const struct snoop_access *access, int error)
{
	if (error == -EUCLEAN)
		dev_warn_ratelimited(&access->card->dev,
				     "data of %s is not what its layout says\n",
				     access->card->drm->driver->name);
}

/**
 * snoop_adapter_vm_next - the next VM of a client
 * @adapter: The adapter.
 * @access: Access to the client.
 * @vm_id: Lowest id that is wanted; returned: the one found.
 *
 * Return: the VM, to be given to vm_put(); NULL at the end; -EBUSY, -EINTR, -EUCLEAN.
 */
void *snoop_adapter_vm_next(const struct snoop_adapter *adapter, const struct snoop_access *access,
			    u64 *vm_id)
{
	void *vm = adapter->ops->vm_next(adapter, access, vm_id);

	if (IS_ERR(vm))
		snoop_adapter_complain(access, PTR_ERR(vm));
	return vm;
}

/**
 * snoop_adapter_ranges - what is bound in a VM
 * @adapter: The adapter.
 * @access: Access to the client.
 * @vm: A VM of the client.
 * @addr: Address.
 * @ranges: Filled with what ends above @addr, ascending.
 * @max: Elements of @ranges.
 *
 * Return: number of ranges, each to be given to snoop_range_put(); -EBUSY, -EINTR,
 * -EUCLEAN.
 */
int snoop_adapter_ranges(const struct snoop_adapter *adapter, const struct snoop_access *access,
			 void *vm, u64 addr, struct snoop_range *ranges, unsigned int max)
{
	int ret = adapter->ops->ranges(adapter, access, vm, addr, ranges, max);

	snoop_adapter_complain(access, ret);
	return ret;
}

/**
 * snoop_adapter_state - state of the card's adapter for user space
 * @card: The card.
 * @info: adapter_state and adapter_reason are filled.
 *
 * Return: 0, -EINTR, -ENOMEM.
 */
int snoop_adapter_state(struct snoop_card *card, struct drm_snoop_card_info *info)
{
	int ret = snoop_adapter_prepare(card);

	if (ret)
		return ret;
	if (mutex_lock_killable(&card->adapter_lock))
		return -EINTR;
	info->adapter_state = card->adapter_state;
	strscpy(info->adapter_reason, card->adapter_reason);
	mutex_unlock(&card->adapter_lock);
	return 0;
}

/**
 * snoop_adapter_free - free an adapter
 * @adapter: The adapter or NULL; nobody uses it.
 */
void snoop_adapter_free(struct snoop_adapter *adapter)
{
	if (!adapter)
		return;
	snoop_layout_put(adapter->layout);
	kfree(adapter);
}
