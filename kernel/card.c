// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cards: discovery of DRM devices and their snoop nodes.
 *
 * DRM devices are found by a class_interface on the DRM core's own class: its
 * add_dev is called for each DRM node that is there or comes, remove_dev when
 * one goes. Both run inside device_add() and device_del() of the DRM node with
 * the mutex of class drm held, so nothing here may add a device to that class;
 * our nodes have a class of their own (drivers/base/class.c and core.c, 6.12).
 */

#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/kdev_t.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include "adapters/adapter.h"
#include "aperture.h"
#include "card.h"
#include "drm_class.h"
#include "map.h"
#include "memory.h"
#include "policy.h"
#include "snapshot.h"

#define SNOOP_MAX_CARDS		64

static LIST_HEAD(cards);
/* Protects the list of live cards. */
static DEFINE_MUTEX(cards_lock);
static DEFINE_IDA(card_ida);
static dev_t cards_devt;
static const struct file_operations *cards_fops;

static char *snoop_devnode(const struct device *dev, umode_t *mode)
{
	return kasprintf(GFP_KERNEL, "dri/%s", dev_name(dev));
}

static const struct class snoop_class = {
	.name = "drm_snoop",
	.devnode = snoop_devnode,
};

/**
 * snoop_card_get - use a card from an open file
 * @card: The card.
 *
 * Takes references on the node, the DRM device and the driver's module, which
 * snoop_card_put() drops. The caller must have a reference on the node, as
 * everybody has who came through its character device.
 *
 * Return: 0, or -ENODEV when the card is gone or not yet registered.
 */
int snoop_card_get(struct snoop_card *card)
{
	guard(mutex)(&card->lock);
	/*
	 * The node exists before drm_dev_register() has finished: the driver
	 * may still fail then (drivers/gpu/drm/drm_drv.c, 6.12).
	 */
	if (card->dead || !READ_ONCE(card->drm->registered))
		return -ENODEV;
	if (!try_module_get(card->owner))
		return -ENODEV;
	drm_dev_get(card->drm);
	get_device(&card->dev);
	return 0;
}

/**
 * snoop_card_put - undo snoop_card_get()
 * @card: The card.
 *
 * May run the release of the DRM device, in the driver.
 */
void snoop_card_put(struct snoop_card *card)
{
	struct module *owner = card->owner;

	drm_dev_put(card->drm);
	module_put(owner);
	put_device(&card->dev);
}

/**
 * snoop_card_is_dead - was the device removed?
 * @card: A card that snoop_card_get() was called for.
 *
 * For calls that do not touch the device: what they would say means nothing
 * any more. And for accesses that failed: a driver under removal fails in its own
 * ways.
 *
 * Return: true for good once it is.
 */
bool snoop_card_is_dead(struct snoop_card *card)
{
	return READ_ONCE(card->dead) || drm_dev_is_unplugged(card->drm);
}

/**
 * snoop_card_enter - begin an access to the hardware
 * @card: A card that snoop_card_get() was called for, or snoop_card_find() on
 *	behalf of something that keeps the DRM device.
 * @card_index: Filled for snoop_card_exit().
 * @drm_index: Filled for snoop_card_exit().
 *
 * drm_dev_enter() alone is not enough: some drivers are removed without
 * drm_dev_unplug() (qxl, vgem, vkms in 6.12).
 *
 * Return: false when the card is gone.
 */
bool snoop_card_enter(struct snoop_card *card, int *card_index, int *drm_index)
{
	*card_index = srcu_read_lock(&card->srcu);
	if (!READ_ONCE(card->dead) && drm_dev_enter(card->drm, drm_index)) {
		/* For sparse: the section goes on until snoop_card_exit(). */
		__release(&card->srcu);
		return true;
	}
	srcu_read_unlock(&card->srcu, *card_index);
	return false;
}

/**
 * snoop_card_exit - end an access to the hardware
 * @card: The card.
 * @card_index: From snoop_card_enter().
 * @drm_index: From snoop_card_enter().
 */
void snoop_card_exit(struct snoop_card *card, int card_index, int drm_index)
{
	drm_dev_exit(drm_index);
	__acquire(&card->srcu);
	srcu_read_unlock(&card->srcu, card_index);
}

/*
 * What can be used now. Reading is asked for first: under lockdown each question is a
 * line in the log (security_locked_down(), 6.12), and nobody writes who may not read.
 */
static u64 snoop_card_features(u32 adapter_state)
{
	u64 features = DRM_SNOOP_FEATURE_POLL;

	if (adapter_state == DRM_SNOOP_ADAPTER_READY)
		features |= DRM_SNOOP_FEATURE_VM;
	if (snoop_policy_read())
		return features;
	features |= DRM_SNOOP_FEATURE_READ | DRM_SNOOP_FEATURE_PAGES | DRM_SNOOP_FEATURE_MMAP |
		    DRM_SNOOP_FEATURE_SNAPSHOT;
	if (snoop_memory_is_known())
		features |= DRM_SNOOP_FEATURE_USERPTR;
	if (!snoop_policy_write())
		features |= DRM_SNOOP_FEATURE_WRITE |
			    (snoop_consistent_max_ms() ? DRM_SNOOP_FEATURE_CONSISTENT : 0);
	return features;
}

/**
 * snoop_card_info - answer DRM_IOCTL_SNOOP_CARD_INFO
 * @card: The card.
 * @info: Answer.
 *
 * Return: 0, -ENODEV, -EINTR.
 */
int snoop_card_info(struct snoop_card *card, struct drm_snoop_card_info *info)
{
	struct drm_device *drm = card->drm;
	int card_index, drm_index, ret;

	memset(info, 0, sizeof(*info));
	ret = snoop_adapter_state(card, info);
	if (ret)
		return ret;

	if (!snoop_card_enter(card, &card_index, &drm_index))
		return -ENODEV;
	info->features = snoop_card_features(info->adapter_state);
	info->primary_minor = drm->primary->index;
	info->render_minor = drm->render ? drm->render->index : DRM_SNOOP_NO_MINOR;
	strscpy(info->driver, drm->driver->name);
	strscpy(info->module, card->owner ? module_name(card->owner) : "");
	strscpy(info->bus_name, dev_name(drm->dev));
	snoop_card_exit(card, card_index, drm_index);
	return 0;
}

static void snoop_card_release(struct device *dev)
{
	struct snoop_card *card = container_of(dev, struct snoop_card, dev);

	snoop_adapter_free(card->adapter);
	ida_free(&card_ida, MINOR(dev->devt) - MINOR(cards_devt));
	mutex_destroy(&card->adapter_lock);
	mutex_destroy(&card->maps_lock);
	mutex_destroy(&card->lock);
	cleanup_srcu_struct(&card->srcu);
	kfree(card);
}

/*
 * The module whose code must stay while the device is used. Some drivers
 * leave fops->owner empty (panthor in 6.12), some devices have no bus driver
 * (vgem). In add_dev both are stable: the driver cannot be unbound before the
 * DRM node is gone.
 */
static struct module *snoop_driver_module(const struct drm_device *drm)
{
	if (drm->driver->fops->owner)
		return drm->driver->fops->owner;
	return drm->dev->driver ? drm->dev->driver->owner : NULL;
}

static struct drm_minor *snoop_primary_minor(struct device *kdev)
{
	struct drm_minor *minor;

	/* Connectors are in the class too. */
	if (!kdev->type || !kdev->type->name || strcmp(kdev->type->name, "drm_minor"))
		return NULL;
	minor = dev_get_drvdata(kdev);
	return minor && minor->type == DRM_MINOR_PRIMARY ? minor : NULL;
}

static int snoop_card_create(struct device *kdev, struct drm_device *drm)
{
	struct snoop_card *card;
	int ret, id;

	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return -ENOMEM;
	ret = init_srcu_struct(&card->srcu);
	if (ret)
		goto err_free;
	id = ida_alloc_max(&card_ida, SNOOP_MAX_CARDS - 1, GFP_KERNEL);
	if (id < 0) {
		ret = id;
		goto err_srcu;
	}
	mutex_init(&card->lock);
	mutex_init(&card->adapter_lock);
	init_waitqueue_head(&card->wait);
	mutex_init(&card->maps_lock);
	INIT_LIST_HEAD(&card->maps);
	card->kdev = kdev;
	card->owner = snoop_driver_module(drm);
	card->drm = drm;
	drm_dev_get(drm);

	device_initialize(&card->dev);
	card->dev.class = &snoop_class;
	card->dev.release = snoop_card_release;
	card->dev.devt = MKDEV(MAJOR(cards_devt), MINOR(cards_devt) + id);
	ret = dev_set_name(&card->dev, "%s-snoop", dev_name(kdev));
	if (ret)
		goto err_put;
	cdev_init(&card->cdev, cards_fops);
	card->cdev.owner = THIS_MODULE;
	ret = cdev_device_add(&card->cdev, &card->dev);
	if (ret)
		goto err_put;

	mutex_lock(&cards_lock);
	list_add_tail(&card->link, &cards);
	mutex_unlock(&cards_lock);
	return 0;

err_put:
	drm_dev_put(drm);
	put_device(&card->dev);
	return ret;
err_srcu:
	cleanup_srcu_struct(&card->srcu);
err_free:
	kfree(card);
	return ret;
}

static int snoop_add_dev(struct device *kdev)
{
	struct drm_minor *minor = snoop_primary_minor(kdev);
	int ret;

	if (!minor)
		return 0;
	ret = snoop_card_create(kdev, minor->dev);
	if (ret)
		dev_warn(kdev, "drm_snoop: no node: %pe\n", ERR_PTR(ret));
	return ret;
}

static struct snoop_card *snoop_card_unlink(const struct device *kdev)
{
	struct snoop_card *card;

	guard(mutex)(&cards_lock);
	list_for_each_entry(card, &cards, link) {
		if (card->kdev == kdev) {
			list_del(&card->link);
			return card;
		}
	}
	return NULL;
}

static void snoop_remove_dev(struct device *kdev)
{
	struct snoop_card *card = snoop_card_unlink(kdev);

	if (!card)
		return;
	mutex_lock(&card->lock);
	WRITE_ONCE(card->dead, true);
	mutex_unlock(&card->lock);
	wake_up_poll(&card->wait, EPOLLIN | EPOLLRDNORM | EPOLLHUP);
	/* Accesses under way are bounded; none begins from here on. */
	synchronize_srcu(&card->srcu);
	snoop_map_zap_card(card);
	snoop_apertures_forget(card->drm);
	cdev_device_del(&card->cdev, &card->dev);
	/*
	 * Files that are still open have references of their own; the card
	 * has no hold on the module and so must let the DRM device go.
	 */
	drm_dev_put(card->drm);
	put_device(&card->dev);
}

/**
 * snoop_card_find - the card of a DRM device
 * @drm: The device; the caller keeps it.
 *
 * Return: the card, to be given to put_device() of its dev, or NULL when the
 * device is gone or has no primary node.
 */
struct snoop_card *snoop_card_find(const struct drm_device *drm)
{
	struct snoop_card *card;

	guard(mutex)(&cards_lock);
	list_for_each_entry(card, &cards, link) {
		if (card->drm == drm) {
			get_device(&card->dev);
			return card;
		}
	}
	return NULL;
}

static struct class_interface snoop_interface = {
	.add_dev = snoop_add_dev,
	.remove_dev = snoop_remove_dev,
};

/**
 * snoop_cards_init - make nodes for all DRM devices, now and later
 * @fops: Operations of the nodes.
 *
 * Return: 0 or a negative error code.
 */
int snoop_cards_init(const struct file_operations *fops)
{
	int ret;

	cards_fops = fops;
	snoop_interface.class = snoop_find_drm_class();
	if (IS_ERR(snoop_interface.class))
		return PTR_ERR(snoop_interface.class);
	ret = alloc_chrdev_region(&cards_devt, 0, SNOOP_MAX_CARDS, "drm_snoop");
	if (ret)
		return ret;
	ret = class_register(&snoop_class);
	if (ret)
		goto err_region;
	ret = class_interface_register(&snoop_interface);
	if (ret)
		goto err_class;
	return 0;

err_class:
	class_unregister(&snoop_class);
err_region:
	unregister_chrdev_region(cards_devt, SNOOP_MAX_CARDS);
	return ret;
}

/**
 * snoop_cards_exit - remove all nodes
 *
 * No node is open: open files hold this module.
 */
void snoop_cards_exit(void)
{
	class_interface_unregister(&snoop_interface);
	class_unregister(&snoop_class);
	unregister_chrdev_region(cards_devt, SNOOP_MAX_CARDS);
	ida_destroy(&card_ida);
}
