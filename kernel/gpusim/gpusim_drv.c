// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpusim: a virtual GPU whose memory is the BAR of an ivshmem-plain device and
 * whose engine is the CPU. Module, PCI and DRM driver.
 */

#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/gpusim_drm.h>

#include "compat_drm_driver.h"
#include "gpusim_bind.h"
#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_exec.h"
#include "gpusim_file.h"
#include "gpusim_prime.h"
#include "gpusim_reset.h"
#include "gpusim_sched.h"
#include "gpusim_ttm.h"
#include "gpusim_vm.h"

#define GPUSIM_PCI_DEVICE_IVSHMEM	0x1110

struct workqueue_struct *gpusim_teardown_wq;

static int gpusim_ioctl_dev_query(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct gpusim_device *gdev = to_gpusim(drm);
	struct drm_gpusim_dev_query *args = data;

	args->va_bits = GPUSIM_VA_BITS;
	args->page_size = GPUSIM_PAGE_SIZE;
	args->vram_size = gdev->vram.size;
	args->vram_free = gdev->vram.size - gpusim_ttm_vram_used(gdev);
	args->vram_visible = gdev->vram.visible;
	args->max_cmds = GPUSIM_MAX_CMDS;
	args->max_vms = GPUSIM_MAX_VMS;
	args->timeout_ms = gpusim_reset_timeout_ms();

	return 0;
}

static const struct drm_ioctl_desc gpusim_ioctls[] = {
	DRM_IOCTL_DEF_DRV(GPUSIM_DEV_QUERY, gpusim_ioctl_dev_query, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_VM_CREATE, gpusim_ioctl_vm_create, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_VM_DESTROY, gpusim_ioctl_vm_destroy, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_VM_BIND, gpusim_ioctl_vm_bind, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_VM_GET_STATE, gpusim_ioctl_vm_get_state, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_GEM_CREATE, gpusim_ioctl_gem_create, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_GEM_MMAP_OFFSET, gpusim_ioctl_gem_mmap_offset, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_GEM_INFO, gpusim_ioctl_gem_info, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_GEM_MIGRATE, gpusim_ioctl_gem_migrate, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(GPUSIM_EXEC, gpusim_ioctl_exec, DRM_RENDER_ALLOW),
};

static const struct file_operations gpusim_fops = {
	.owner = THIS_MODULE,
	.open = drm_open,
	.release = drm_release,
	.unlocked_ioctl = drm_ioctl,
	.compat_ioctl = drm_compat_ioctl,
	.poll = drm_poll,
	.read = drm_read,
	.llseek = noop_llseek,
	.mmap = drm_gem_mmap,
	.show_fdinfo = drm_show_fdinfo,
	.fop_flags = FOP_UNSIGNED_OFFSET,
};

static const struct drm_driver gpusim_drm_driver = {
	.driver_features = DRIVER_RENDER | DRIVER_GEM | COMPAT_DRIVER_GEM_GPUVA | DRIVER_SYNCOBJ |
			   DRIVER_SYNCOBJ_TIMELINE,
	.gem_prime_import_sg_table = gpusim_prime_import_sg_table,
	.open = gpusim_file_open,
	.postclose = gpusim_file_postclose,
	.show_fdinfo = drm_show_memory_stats,
	.ioctls = gpusim_ioctls,
	.num_ioctls = ARRAY_SIZE(gpusim_ioctls),
	.fops = &gpusim_fops,
	.name = "gpusim",
	.desc = "Virtual GPU on shared memory",
	COMPAT_DRM_DRIVER_DATE
	.major = 1,
	.minor = 0,
};

static int gpusim_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct gpusim_device *gdev;
	int ret;

	gdev = devm_drm_dev_alloc(&pdev->dev, &gpusim_drm_driver, struct gpusim_device, drm);
	if (IS_ERR(gdev))
		return PTR_ERR(gdev);
	pci_set_drvdata(pdev, gdev);

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;

	/* what others share may be anywhere */
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;

	/* and in pieces of any size */
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);

	ret = gpusim_vram_init(gdev, pdev);
	if (ret)
		return ret;

	ret = gpusim_ttm_init(gdev);
	if (ret)
		return ret;

	ret = gpusim_sched_init(gdev);
	if (ret)
		return ret;

	return drm_dev_register(&gdev->drm, 0);
}

/*
 * Clients keep their descriptors. Running jobs end at their next page, new ones
 * at once; the rest goes with the last reference.
 */
static void gpusim_pci_remove(struct pci_dev *pdev)
{
	struct gpusim_device *gdev = pci_get_drvdata(pdev);

	drm_dev_unplug(&gdev->drm);
	gpusim_sched_power_off(gdev->sched);
}

/*
 * Not exported by MODULE_DEVICE_TABLE(): memory shared with other guests or
 * programs looks the same, and must not be taken over without being asked.
 */
static const struct pci_device_id gpusim_pci_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, GPUSIM_PCI_DEVICE_IVSHMEM) },
	{ }
};

static struct pci_driver gpusim_pci_driver = {
	.name = "gpusim",
	.id_table = gpusim_pci_ids,
	.probe = gpusim_pci_probe,
	.remove = gpusim_pci_remove,
};

static int __init gpusim_init(void)
{
	int ret;

	BUILD_BUG_ON(PAGE_SIZE != GPUSIM_PAGE_SIZE);

	gpusim_teardown_wq = alloc_workqueue("gpusim-teardown", WQ_UNBOUND, 0);
	if (!gpusim_teardown_wq)
		return -ENOMEM;

	ret = pci_register_driver(&gpusim_pci_driver);
	if (ret)
		destroy_workqueue(gpusim_teardown_wq);

	return ret;
}
module_init(gpusim_init);

static void __exit gpusim_exit(void)
{
	pci_unregister_driver(&gpusim_pci_driver);
	/* last VMs, and with them last references to devices */
	destroy_workqueue(gpusim_teardown_wq);
}
module_exit(gpusim_exit);

MODULE_DESCRIPTION("Virtual GPU on the shared memory of an ivshmem device");
MODULE_LICENSE("GPL");
MODULE_INFO(import_ns, "DMA_BUF");
