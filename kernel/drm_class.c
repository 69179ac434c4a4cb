// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DRM core's device class. Its pointer is not exported, but each DRM node
 * has it: a DRM device that is never registered is enough to read it from
 * (drm_minor_alloc() and drm_sysfs_minor_alloc(), 6.12).
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include "compat_drm_driver.h"
#include "drm_class.h"

static const struct file_operations probe_fops = {
	.owner = THIS_MODULE,
};

static const struct drm_driver probe_driver = {
	.fops = &probe_fops,
	.name = "drm_snoop",
	.desc = "source of the class pointer",
	COMPAT_DRM_DRIVER_DATE
};

/**
 * snoop_find_drm_class - class of the DRM core's nodes
 *
 * The class lives as long as the drm module, which this module depends on.
 *
 * Return: the class or an error pointer.
 */
const struct class *snoop_find_drm_class(void)
{
	const struct class *class;
	struct device *root;
	struct drm_device *drm;

	root = root_device_register("drm_snoop_probe");
	if (IS_ERR(root))
		return ERR_CAST(root);
	drm = drm_dev_alloc(&probe_driver, root);
	if (IS_ERR(drm)) {
		class = ERR_CAST(drm);
	} else {
		class = drm->primary->kdev->class;
		drm_dev_put(drm);
	}
	root_device_unregister(root);
	return class ?: ERR_PTR(-ENXIO);
}
