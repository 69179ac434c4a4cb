// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cards for tests, whose objects use no GEM helper: their memory is reached by vmap,
 * by a dma-buf with a vmap of its own (as i915's), or not at all by the kernel. Their
 * maps are complete at mmap(), or filled by faults of all the kinds that drivers have.
 * The stock drivers that have such objects find no device in QEMU.
 *
 * Objects are dumb buffers; their pages come with the first map of any kind. A card
 * goes when its device (oddgem-KIND on the platform bus) is unbound.
 */

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/mod_devicetable.h>
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

#include "compat_drm_driver.h"

/**
 * struct odd_object - a dumb buffer
 * @base: The GEM object.
 * @memory: From vmalloc_user(), or NULL. Set under the reservation; stays.
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

static int odd_populate_unlocked(struct odd_object *odd)
{
	int ret;

	dma_resv_lock(odd->base.resv, NULL);
	ret = odd_populate(odd);
	dma_resv_unlock(odd->base.resv);
	return ret;
}

/* All pages at once. */
static int odd_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct odd_object *odd = to_odd(obj);

	return odd_populate_unlocked(odd) ?: remap_vmalloc_range(vma, odd->memory, 0);
}

static const struct vm_operations_struct odd_vm_ops = {
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

/* Counted from the begin of the VMA, as many drivers do. */
static struct page *odd_fault_page(const struct vm_fault *vmf)
{
	const struct odd_object *odd = to_odd(vmf->vma->vm_private_data);
	unsigned long offset = vmf->address - vmf->vma->vm_start;

	return offset < odd->base.size ? vmalloc_to_page(odd->memory + offset) : NULL;
}

static vm_fault_t odd_pfn_fault(struct vm_fault *vmf)
{
	struct page *page = odd_fault_page(vmf);

	if (!page)
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(page));
}

static vm_fault_t odd_page_fault(struct vm_fault *vmf)
{
	struct page *page = odd_fault_page(vmf);

	if (!page)
		return VM_FAULT_SIGBUS;
	switch (vm_insert_page(vmf->vma, vmf->address, page)) {
	case 0:
	case -EBUSY:
		return VM_FAULT_NOPAGE;
	case -ENOMEM:
		return VM_FAULT_OOM;
	default:
		return VM_FAULT_SIGBUS;
	}
}

static vm_fault_t odd_returned_fault(struct vm_fault *vmf)
{
	struct page *page = odd_fault_page(vmf);

	if (!page)
		return VM_FAULT_SIGBUS;
	get_page(page);
	vmf->page = page;
	return 0;
}

static int odd_mmap_flags(struct drm_gem_object *obj, struct vm_area_struct *vma, vm_flags_t flags)
{
	vm_flags_set(vma, flags | VM_DONTEXPAND | VM_DONTDUMP);
	return odd_populate_unlocked(to_odd(obj));
}

static int odd_pfn_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return odd_mmap_flags(obj, vma, VM_PFNMAP);
}

static int odd_page_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return odd_mmap_flags(obj, vma, VM_MIXEDMAP);
}

static int odd_returned_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return odd_mmap_flags(obj, vma, 0);
}

static const struct vm_operations_struct odd_pfn_vm_ops = {
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
	.fault = odd_pfn_fault,
};

static const struct vm_operations_struct odd_page_vm_ops = {
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
	.fault = odd_page_fault,
};

static const struct vm_operations_struct odd_returned_vm_ops = {
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
	.fault = odd_returned_fault,
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

static const struct drm_gem_object_funcs odd_pfn_funcs = {
	.free = odd_free,
	.mmap = odd_pfn_mmap,
	.vm_ops = &odd_pfn_vm_ops,
};

static const struct drm_gem_object_funcs odd_page_funcs = {
	.free = odd_free,
	.mmap = odd_page_mmap,
	.vm_ops = &odd_page_vm_ops,
};

static const struct drm_gem_object_funcs odd_returned_funcs = {
	.free = odd_free,
	.mmap = odd_returned_mmap,
	.vm_ops = &odd_returned_vm_ops,
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

DEFINE_DRM_GEM_FOPS(odd_fops);

static char *driver_name;
module_param(driver_name, charp, 0444);
MODULE_PARM_DESC(driver_name, "Name of the driver of the card oddgem-vmap, as if it were another");

#define ODD_DRIVER(_kind)							\
	static int odd_create_##_kind(struct drm_file *file, struct drm_device *drm, \
				      struct drm_mode_create_dumb *args)	\
	{									\
		return odd_create(file, drm, args, &odd_##_kind##_funcs);	\
	}									\
										\
	/* Constant once the module is loaded. */				\
	static struct drm_driver odd_##_kind##_driver = {			\
		.driver_features = DRIVER_GEM | DRIVER_RENDER,			\
		.fops = &odd_fops,						\
		.dumb_create = odd_create_##_kind,				\
		.name = "oddgem-" #_kind,					\
		.desc = "Test of drm_snoop",					\
		COMPAT_DRM_DRIVER_DATE						\
		.major = 1,							\
	}

ODD_DRIVER(vmap);
ODD_DRIVER(dmabuf);
ODD_DRIVER(none);
ODD_DRIVER(pfn);
ODD_DRIVER(page);
ODD_DRIVER(returned);

#define ODD_DEVICE(_kind)							\
	{ .name = "oddgem-" #_kind, .driver_data = (kernel_ulong_t)&odd_##_kind##_driver }

static const struct platform_device_id odd_ids[] = {
	ODD_DEVICE(vmap),
	ODD_DEVICE(dmabuf),
	ODD_DEVICE(none),
	ODD_DEVICE(pfn),
	ODD_DEVICE(page),
	ODD_DEVICE(returned),
	{}
};

#define ODD_DEVICES	(ARRAY_SIZE(odd_ids) - 1)

/* One of each kind; immutable once the module is loaded. */
static struct platform_device *odd_devices[ODD_DEVICES];

static int odd_probe(struct platform_device *device)
{
	const struct platform_device_id *id = platform_get_device_id(device);
	struct drm_device *drm;
	int ret;

	drm = drm_dev_alloc((const struct drm_driver *)id->driver_data, &device->dev);
	if (IS_ERR(drm))
		return PTR_ERR(drm);
	ret = dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(64));
	if (!ret)
		ret = drm_dev_register(drm, 0);
	if (ret)
		drm_dev_put(drm);
	else
		platform_set_drvdata(device, drm);
	return ret;
}

static void odd_remove(struct platform_device *device)
{
	struct drm_device *drm = platform_get_drvdata(device);

	drm_dev_unplug(drm);
	drm_dev_put(drm);
}

static struct platform_driver odd_platform_driver = {
	.probe = odd_probe,
	.remove = odd_remove,
	.id_table = odd_ids,
	.driver.name = KBUILD_MODNAME,
};

static int __init odd_init(void)
{
	unsigned int i;
	int ret;

	if (driver_name)
		odd_vmap_driver.name = driver_name;
	ret = platform_driver_register(&odd_platform_driver);
	if (ret)
		return ret;
	for (i = 0; i < ODD_DEVICES; i++) {
		odd_devices[i] = platform_device_register_simple(odd_ids[i].name,
								 PLATFORM_DEVID_NONE, NULL, 0);
		ret = PTR_ERR_OR_ZERO(odd_devices[i]);
		if (ret)
			goto err_unregister;
	}
	return 0;

err_unregister:
	while (i--)
		platform_device_unregister(odd_devices[i]);
	platform_driver_unregister(&odd_platform_driver);
	return ret;
}

static void __exit odd_exit(void)
{
	unsigned int i;

	for (i = 0; i < ODD_DEVICES; i++)
		platform_device_unregister(odd_devices[i]);
	platform_driver_unregister(&odd_platform_driver);
}

module_init(odd_init);
module_exit(odd_exit);
MODULE_DESCRIPTION("Cards whose objects use no GEM helper, for tests of drm_snoop");
MODULE_INFO(import_ns, "DMA_BUF");
MODULE_LICENSE("GPL");
