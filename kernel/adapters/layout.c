// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts of private structures, from the BTF of the running driver: they are right
 * for exactly the code that runs, whatever it was built from.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../btf.h"
#include "../btf_file.h"
#include "../card.h"
#include "layout.h"

/*
 * One reader at a time: who comes for another card of the driver finds what the first one
 * read. Held over reading files; layouts_lock is taken inside.
 */
static DEFINE_MUTEX(layouts_reading);

/* Layouts of drivers that are loaded. */
static LIST_HEAD(layouts);
/* Protects the list and the last reference on each of its entries. Nothing is taken inside. */
static DEFINE_MUTEX(layouts_lock);

/* Resolves all members, or says which one is missing. */
static int snoop_layout_resolve(struct snoop_card *card, const struct snoop_btf *btf,
				struct snoop_layout *layout)
{
	const struct snoop_driver *driver = layout->driver;
	unsigned int i;
	int ret;

	for (i = 0; i < SNOOP_MEMBERS; i++) {
		const struct snoop_member *member = &driver->members[i];

		layout->offsets[i] = SNOOP_NO_MEMBER;
		if (!member->spec)
			continue;
		ret = snoop_btf_member(btf, member->spec, member->type, &layout->offsets[i]);
		if (!ret)
			continue;
		layout->offsets[i] = SNOOP_NO_MEMBER;
		if (member->optional && (ret == -ENOENT || ret == -EPROTOTYPE))
			continue;
		scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
			  "layout of %s is not as expected: %s: %pe", driver->name,
			  member->spec, ERR_PTR(ret));
		return ret;
	}
	return 0;
}

/* Does the layout suffice for the family, and for knowing a client when it sees one? */
static int snoop_layout_complete(struct snoop_card *card, const struct snoop_layout *layout,
				 u64 needs)
{
	u64 missing = needs;
	unsigned int i;

	for (i = 0; i < SNOOP_MEMBERS; i++)
		if (snoop_layout_has(layout, i))
			missing &= ~BIT_ULL(i);
	if (snoop_layout_has(layout, SNOOP_FILE_DEVICE) &&
	    !snoop_layout_has(layout, SNOOP_DEVICE_DRM) &&
	    !snoop_layout_has(layout, SNOOP_DEVICE_DRM_POINTER))
		missing |= BIT_ULL(SNOOP_DEVICE_DRM);
	if (!missing)
		return 0;
	scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
		  "layout of %s is not as expected: member %u is missing",
		  layout->driver->name, (unsigned int)__ffs64(missing));
	return -ENOENT;
}

static int snoop_layout_parse(struct snoop_card *card, struct snoop_layout *layout,
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
	ret = snoop_layout_resolve(card, &btf, layout);
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

static void snoop_layout_explain(struct snoop_card *card, const char *name, int error)
{
	scnprintf(card->adapter_reason, sizeof(card->adapter_reason),
		  "/sys/kernel/btf/%s cannot be read: %pe", name, ERR_PTR(error));
}

/* Fills the offsets; as snoop_layout_get(). */
static int snoop_layout_read(struct snoop_card *card, struct snoop_layout *layout)
{
	const char *name = card->owner ? module_name(card->owner) : "vmlinux";
	void *base_raw, *raw;
	size_t base_len, len;
	int ret;

	ret = snoop_btf_file_read("vmlinux", &base_raw, &base_len);
	if (ret) {
		snoop_layout_explain(card, "vmlinux", ret);
		return ret == -EINTR || ret == -ENOMEM ? ret : -EAGAIN;
	}
	ret = snoop_btf_file_read(name, &raw, &len);
	if (ret) {
		vfree(base_raw);
		snoop_layout_explain(card, name, ret);
		return ret == -EINTR || ret == -ENOMEM || ret == -ENOENT ? ret : -EAGAIN;
	}
	ret = snoop_layout_parse(card, layout, base_raw, base_len, raw, len);
	vfree(raw);
	vfree(base_raw);
	return ret;
}

/* With a reference, or NULL. */
static struct snoop_layout *snoop_layout_find(const struct snoop_card *card,
					      const struct snoop_driver *driver)
{
	struct snoop_layout *layout;

	guard(mutex)(&layouts_lock);
	list_for_each_entry(layout, &layouts, link) {
		if (layout->owner == card->owner && layout->driver == driver) {
			/* Not 0: the entry would not be here. */
			refcount_inc(&layout->ref);
			return layout;
		}
	}
	return NULL;
}

static struct snoop_layout *snoop_layout_create(struct snoop_card *card,
						const struct snoop_driver *driver, u64 needs)
{
	ktime_t begin = ktime_get();
	struct snoop_layout *layout;
	int ret;

	lockdep_assert_held(&layouts_reading);
	layout = kzalloc(sizeof(*layout), GFP_KERNEL);
	if (!layout)
		return ERR_PTR(-ENOMEM);
	refcount_set(&layout->ref, 1);
	layout->driver = driver;
	layout->owner = card->owner;
	ret = snoop_layout_read(card, layout);
	if (!ret)
		ret = snoop_layout_complete(card, layout, needs);
	if (ret) {
		kfree(layout);
		return ERR_PTR(ret);
	}
	dev_info(&card->dev, "layout of %s read in %lld ms\n", driver->name,
		 ktime_ms_delta(ktime_get(), begin));
	/* The caller's open file keeps the module: its end comes later. */
	mutex_lock(&layouts_lock);
	list_add(&layout->link, &layouts);
	mutex_unlock(&layouts_lock);
	return layout;
}

/**
 * snoop_layout_get - where the driver of a card has its members
 * @card: The card, in use by an open file; adapter_reason is filled if there is an error.
 * @driver: What is known about its driver.
 * @needs: Members that must be there, a bit for each.
 *
 * Reads BTF unless that was done for another card of the driver since its module was
 * loaded. Called with snoop_card.adapter_lock held, and no lock that is taken below opening
 * a file.
 *
 * Only what concerns the driver itself is final: that its layout is not as
 * expected, or that it comes without BTF. Everything else, as sysfs that is not
 * mounted yet, is -EAGAIN.
 *
 * Return: the layout, to be given to snoop_layout_put(); -EAGAIN, -EINTR, -ENOMEM, or
 * another error for good.
 */
struct snoop_layout *snoop_layout_get(struct snoop_card *card, const struct snoop_driver *driver,
				      u64 needs)
{
	struct snoop_layout *layout;

	lockdep_assert_held(&card->adapter_lock);
	if (mutex_lock_killable(&layouts_reading))
		return ERR_PTR(-EINTR);
	layout = snoop_layout_find(card, driver);
	if (!layout)
		layout = snoop_layout_create(card, driver, needs);
	mutex_unlock(&layouts_reading);
	return layout;
}

/**
 * snoop_layout_put - undo snoop_layout_get()
 * @layout: The layout.
 *
 * Takes layouts_lock.
 */
void snoop_layout_put(struct snoop_layout *layout)
{
	if (!refcount_dec_and_mutex_lock(&layout->ref, &layouts_lock))
		return;
	list_del(&layout->link);
	mutex_unlock(&layouts_lock);
	kfree(layout);
}

/*
 * The next load of the driver may be another build of it, at the same address. Its cards
 * are gone, but not our last reference on each of them.
 */
static int snoop_layouts_notify(struct notifier_block *block, unsigned long state, void *module)
{
	struct snoop_layout *layout, *next;

	if (state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	guard(mutex)(&layouts_lock);
	list_for_each_entry_safe(layout, next, &layouts, link)
		if (layout->owner == module)
			list_del_init(&layout->link);
	return NOTIFY_OK;
}

static struct notifier_block snoop_layouts_block = {
	.notifier_call = snoop_layouts_notify,
};

/**
 * snoop_layouts_init - be ready for layouts
 *
 * Return: 0 or a negative error code.
 */
int snoop_layouts_init(void)
{
	return register_module_notifier(&snoop_layouts_block);
}

/**
 * snoop_layouts_exit - forget all of them
 *
 * There are no cards any more, so no layouts.
 */
void snoop_layouts_exit(void)
{
	unregister_module_notifier(&snoop_layouts_block);
}
