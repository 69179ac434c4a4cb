// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of an unknown kind, mapped by the driver's vmap for each access: those
 * of the GEM DMA helper, etnaviv, msm, rockchip and others (6.12).
 *
 * The driver maps the whole object and keeps its pages in memory meanwhile. How long
 * it takes is the driver's; the reservation and the kernel's moves are waited for
 * as for all objects.
 */

#include <linux/dma-resv.h>
#include <linux/iosys-map.h>
#include <linux/pm_runtime.h>

#include <drm/drm_device.h>
#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "copy.h"
#include "object.h"

static bool snoop_vmap_match(const struct drm_gem_object *obj)
{
	return obj->funcs && obj->funcs->vmap && obj->funcs->vunmap;
}

static int snoop_vmap_check(const struct drm_gem_object *obj)
{
	return obj->size > DRM_SNOOP_WHOLE_MAX ? -EFBIG : 0;
}

static void snoop_vmap_status(struct drm_gem_object *obj, struct snoop_object_state *state)
{
	state->error = snoop_vmap_check(obj);
}

static int snoop_vmap_copy(struct drm_gem_object *obj, const struct iosys_map *map, u64 offset,
			   void *buf, size_t len, bool write)
{
	struct device *dev = obj->dev->dev;
	int active = 0;

	/* A sleeping device is not woken up to be looked at. */
	if (map->is_iomem) {
		active = pm_runtime_get_if_active(dev);
		if (!active)
			return -EAGAIN;
	}
	snoop_copy_wc(map, offset, buf, len, write);
	/* -EINVAL: runtime power management is off, the device is on. */
	if (active > 0)
		pm_runtime_put_autosuspend(dev);
	return 0;
}

/* Not drm_gem_vmap(), whose locking has changed from one kernel to the next. */
static int snoop_vmap_access(struct drm_gem_object *obj, u64 offset, void *buf, size_t len,
			     bool write)
{
	struct iosys_map map = { };
	int ret;

	dma_resv_assert_held(obj->resv);
	ret = snoop_vmap_check(obj);
	if (ret)
		return ret;
	ret = obj->funcs->vmap(obj, &map);
	if (ret)
		return snoop_vmap_error(ret);
	ret = snoop_vmap_copy(obj, &map, offset, buf, len, write);
	obj->funcs->vunmap(obj, &map);
	return ret;
}

/* Only the driver knows. */
static void snoop_vmap_locate(struct drm_gem_object *obj, u64 offset, bool addresses,
			      struct snoop_place *place)
{
}

/**
 * snoop_vmap_error - error of a driver's vmap or export in our words
 * @error: Negative error code.
 *
 * Return: @error if it says that it may work another time, or else -EOPNOTSUPP.
 */
int snoop_vmap_error(int error)
{
	switch (error) {
	case -ENOMEM:
	case -EBUSY:
	case -EINTR:
	case -ERESTARTSYS:
	case -EAGAIN:
	case -ENODEV:
		return error;
	default:
		return -EOPNOTSUPP;
	}
}

const struct snoop_object_ops snoop_object_vmap = {
	.kind = DRM_SNOOP_OBJECT_OTHER,
	.path = DRM_SNOOP_PATH_VMAP,
	.match = snoop_vmap_match,
	.status = snoop_vmap_status,
	.access = snoop_vmap_access,
	.locate = snoop_vmap_locate,
};
