// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adapters: which driver a card has, and where that driver keeps its VMs.
 *
 * Layouts of private structures come from the BTF of the running driver, so
 * they are right for exactly the code that runs, whatever it was built from.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>

#include <uapi/drm/drm_snoop.h>

#include "../btf.h"
#include "../btf_file.h"
#include "../card.h"
#include "adapter.h"

static bool adapters = true;
module_param(adapters, bool, 0444);
MODULE_PARM_DESC(adapters, "Read GPU address spaces, not only objects (default: Y)");

static const struct snoop_driver *const drivers[] = {
	&snoop_driver_gpusim,
};

static const struct snoop_driver *snoop_driver_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(drivers); i++)
		if (!strcmp(drivers[i]->name, name))
			return drivers[i];
	return NULL;
}

/* Resolves all members, or says which one is missing. */
static int snoop_layout_resolve(struct snoop_card *card, const struct snoop_btf *btf,
				struct snoop_adapter *adapter)
{
	const struct snoop_driver *driver = adapter->driver;
	unsigned int i;
	int ret;

	for (i = 0; i < driver->member_count; i++) {
		const struct snoop_member *member = &driver->members[i];

		ret = snoop_btf_member(btf, member->spec, member->type, &adapter->offsets[i]);
		if (!ret)
			continue;
		if (member->optional && ret == -ENOENT) {
			adapter->offsets[i] = SNOOP_NO_MEMBER;
			continue;
		}
		scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
			  "layout of %s is not as expected: %s: %pe", driver->name,
			  member->spec, ERR_PTR(ret));
		return ret;
	}
	return 0;
}

static int snoop_layout_parse(struct snoop_card *card, struct snoop_adapter *adapter,
			      const void *base_raw, size_t base_len,
			      const void *raw, size_t len)
{
	struct snoop_btf base, btf;
	int ret;

	ret = snoop_btf_init(&base, base_raw, base_len, NULL);
	if (ret)
		goto bad;
	ret = snoop_btf_init(&btf, raw, len, &base);
	if (ret)
		goto err_base;
	ret = snoop_layout_resolve(card, &btf, adapter);
	snoop_btf_fini(&btf);
	snoop_btf_fini(&base);
	return ret;

err_base:
	snoop_btf_fini(&base);
bad:
	scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
		  "BTF of the kernel or of module %s cannot be used: %pe",
		  module_name(card->owner), ERR_PTR(ret));
	return ret;
}

static void snoop_adapter_explain(struct snoop_card *card, const char *name, int error)
{
	scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
		  "/sys/kernel/btf/%s cannot be read: %pe", name, ERR_PTR(error));
}

/*
 * Only what concerns the driver itself is final: that its layout is not as
 * expected, or that it comes without BTF. Everything else, as sysfs that is not
 * mounted yet, is -EAGAIN.
 */
static int snoop_layout_read(struct snoop_card *card, struct snoop_adapter *adapter)
{
	const char *name = card->owner ? module_name(card->owner) : "vmlinux";
	void *base_raw, *raw;
	size_t base_len, len;
	int ret;

	ret = snoop_btf_file_read("vmlinux", &base_raw, &base_len);
	if (ret) {
		snoop_adapter_explain(card, "vmlinux", ret);
		return ret == -EINTR || ret == -ENOMEM ? ret : -EAGAIN;
	}
	ret = snoop_btf_file_read(name, &raw, &len);
	if (ret) {
		vfree(base_raw);
		snoop_adapter_explain(card, name, ret);
		return ret == -EINTR || ret == -ENOMEM || ret == -ENOENT ? ret : -EAGAIN;
	}
	ret = snoop_layout_parse(card, adapter, base_raw, base_len, raw, len);
	vfree(raw);
	vfree(base_raw);
	return ret;
}

static struct snoop_adapter *snoop_adapter_create(struct snoop_card *card,
						  const struct snoop_driver *driver)
{
	struct snoop_adapter *adapter;
	int ret;

	adapter = kzalloc(sizeof(*adapter), GFP_KERNEL);
	if (!adapter)
		return ERR_PTR(-ENOMEM);
	adapter->ops = driver->ops;
	adapter->driver = driver;
	adapter->drm = card->drm;
	ret = snoop_layout_read(card, adapter);
	if (ret) {
		kfree(adapter);
		return ERR_PTR(ret);
	}
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
 * snoop_adapter_prepare - read the driver's layout if that was not done yet
 * @card: A card that is in use by an open file.
 *
 * Reads files and takes some 10 ms, so it is called before
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
	kfree(adapter);
}
