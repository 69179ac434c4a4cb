// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cards for tests, whose objects use no GEM helper: their memory is reached by vmap,
 * by a dma-buf with a vmap of its own (as i915's), or not at all by the kernel. The
 * stock drivers that have such objects find no device in QEMU.
 *
 * Objects are dumb buffers; their pages come with the first map of any kind.
 */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/iosys-map.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_prime.h>

/**
 * struct odd_object - a dumb buffer
 * @base: The GEM object.
 * @memory: From vmalloc_user(), or NULL. Protected by the reservation.
 * @maps: Mappings of the kernel's. Protected by the reservation.
 */
struct odd_object {
	struct drm_gem_object base;
	void *memory;
	unsigned int maps;
};

static struct odd_object *to_odd(struct drm_gem_object *obj)
{
	return container_of(obj, struct odd_object, base);
}

static void odd_free(struct drm_gem_object *obj)
{
	struct odd_object *odd = to_odd(obj);

	/* Who mapped it has not cleaned up. */
	WARN_ON(odd->maps);
	drm_gem_object_release(obj);
	vfree(odd->memory);
	kfree(odd);
}

static int odd_populate(struct odd_object *odd)
{
	dma_resv_assert_held(odd->base.resv);
	if (!odd->memory)
		odd->memory = vmalloc_user(odd->base.size);
	return odd->memory ? 0 : -ENOMEM;
}

static int odd_vmap(struct drm_gem_object *obj, struct iosys_map *map)
{
	struct odd_object *odd = to_odd(obj);
	int ret;

	ret = odd_populate(odd);
	if (ret)
		return ret;
	odd->maps++;
	iosys_map_set_vaddr(map, odd->memory);
	return 0;
}

static void odd_vunmap(struct drm_gem_object *obj, struct iosys_map *map)
{
	dma_resv_assert_held(obj->resv);
	to_odd(obj)->maps--;
}

static int odd_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct odd_object *odd = to_odd(obj);
	int ret;

	dma_resv_lock(obj->resv, NULL);
	ret = odd_populate(odd);
	dma_resv_unlock(obj->resv);
	return ret ?: remap_vmalloc_range(vma, odd->memory, 0);
}

static const struct vm_operations_struct odd_vm_ops = {
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

static int odd_dmabuf_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	return odd_vmap(dmabuf->priv, map);
}

static void odd_dmabuf_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	odd_vunmap(dmabuf->priv, map);
}

static struct sg_table *odd_dmabuf_map(struct dma_buf_attachment *attach,
				       enum dma_data_direction direction)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static void odd_dmabuf_unmap(struct dma_buf_attachment *attach, struct sg_table *table,
			     enum dma_data_direction direction)
{
}

static const struct dma_buf_ops odd_dmabuf_ops = {
	.map_dma_buf = odd_dmabuf_map,
	.unmap_dma_buf = odd_dmabuf_unmap,
	.vmap = odd_dmabuf_vmap,
	.vunmap = odd_dmabuf_vunmap,
	.release = drm_gem_dmabuf_release,
};

static struct dma_buf *odd_export(struct drm_gem_object *obj, int flags)
{
	struct dma_buf_export_info info = {
		.exp_name = KBUILD_MODNAME,
		.owner = THIS_MODULE,
		.ops = &odd_dmabuf_ops,
		.size = obj->size,
		.flags = flags,
		.priv = obj,
		.resv = obj->resv,
	};

	return drm_gem_dmabuf_export(obj->dev, &info);
}

static const struct drm_gem_object_funcs odd_vmap_funcs = {
	.free = odd_free,
	.vmap = odd_vmap,
	.vunmap = odd_vunmap,
	.mmap = odd_mmap,
	.vm_ops = &odd_vm_ops,
};

static const struct drm_gem_object_funcs odd_dmabuf_funcs = {
	.free = odd_free,
	.export = odd_export,
	.mmap = odd_mmap,
	.vm_ops = &odd_vm_ops,
};

static const struct drm_gem_object_funcs odd_none_funcs = {
	.free = odd_free,
	.mmap = odd_mmap,
	.vm_ops = &odd_vm_ops,
};

static int odd_create(struct drm_file *file, struct drm_device *drm,
		      struct drm_mode_create_dumb *args, const struct drm_gem_object_funcs *funcs)
{
	struct odd_object *odd;
	int ret;

	args->pitch = DIV_ROUND_UP(args->width * args->bpp, 8);
	args->size = PAGE_ALIGN((u64)args->pitch * args->height);
	odd = kzalloc(sizeof(*odd), GFP_KERNEL);
	if (!odd)
		return -ENOMEM;
	odd->base.funcs = funcs;
	drm_gem_private_object_init(drm, &odd->base, args->size);
	ret = drm_gem_handle_create(file, &odd->base, &args->handle);
	drm_gem_object_put(&odd->base);
	return ret;
}

static int odd_create_vmap(struct drm_file *file, struct drm_device *drm,
			   struct drm_mode_create_dumb *args)
{
	return odd_create(file, drm, args, &odd_vmap_funcs);
}

static int odd_create_dmabuf(struct drm_file *file, struct drm_device *drm,
			     struct drm_mode_create_dumb *args)
{
	return odd_create(file, drm, args, &odd_dmabuf_funcs);
}

static int odd_create_none(struct drm_file *file, struct drm_device *drm,
			   struct drm_mode_create_dumb *args)
{
	return odd_create(file, drm, args, &odd_none_funcs);
}

DEFINE_DRM_GEM_FOPS(odd_fops);

#define ODD_DRIVER(_kind)						\
	{								\
		.driver_features = DRIVER_GEM | DRIVER_RENDER,		\
		.fops = &odd_fops,					\
		.dumb_create = odd_create_##_kind,			\
		.name = "oddgem-" #_kind,				\
		.desc = "Test of drm_snoop",				\
		.date = "20260101",					\
		.major = 1,						\
	}

static char *driver_name;
module_param(driver_name, charp, 0444);
MODULE_PARM_DESC(driver_name, "Name of the driver of the card oddgem-vmap, as if it were another");

/* Constant once the module is loaded. */
static struct drm_driver odd_drivers[] = {
	ODD_DRIVER(vmap),
	ODD_DRIVER(dmabuf),
	ODD_DRIVER(none),
};

/* The card of each driver, with its device; immutable once the module is loaded. */
static struct drm_device *odd_cards[ARRAY_SIZE(odd_drivers)];

static int odd_add(unsigned int index)
{
	struct platform_device *device;
	struct drm_device *drm;
	int ret;

	device = platform_device_register_simple(odd_drivers[index].name, -1, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	drm = drm_dev_alloc(&odd_drivers[index], &device->dev);
	ret = PTR_ERR_OR_ZERO(drm);
	if (ret)
		goto err_device;
	ret = dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(64));
	if (ret)
		goto err_drm;
	ret = drm_dev_register(drm, 0);
	if (ret)
		goto err_drm;
	odd_cards[index] = drm;
	return 0;

err_drm:
	drm_dev_put(drm);
err_device:
	platform_device_unregister(device);
	return ret;
}

static void odd_remove(unsigned int index)
{
	struct drm_device *drm = odd_cards[index];
	struct platform_device *device = to_platform_device(drm->dev);

	drm_dev_unplug(drm);
	drm_dev_put(drm);
	platform_device_unregister(device);
}

static int __init odd_init(void)
{
	unsigned int i;
	int ret;

	if (driver_name)
		odd_drivers[0].name = driver_name;
	for (i = 0; i < ARRAY_SIZE(odd_drivers); i++) {
		ret = odd_add(i);
		if (ret)
			goto err_remove;
	}
	return 0;

err_remove:
	while (i--)
		odd_remove(i);
	return ret;
}

static void __exit odd_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(odd_drivers); i++)
		odd_remove(i);
}

module_init(odd_init);
module_exit(odd_exit);
MODULE_DESCRIPTION("Cards whose objects use no GEM helper, for tests of drm_snoop");
MODULE_IMPORT_NS(DMA_BUF);
MODULE_LICENSE("GPL");
