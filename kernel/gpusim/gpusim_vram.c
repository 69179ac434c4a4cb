// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device memory: the BAR, its kernel mapping, and access to it by the CPU.
 */

#include <linux/io.h>
#include <linux/iosys-map.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include <drm/drm_cache.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_resource.h>

#include "gpusim_device.h"
#include "gpusim_vram.h"

/* ivshmem: BAR 0 registers, BAR 1 MSI-X, BAR 2 the shared memory */
#define GPUSIM_VRAM_BAR		2

#define GPUSIM_VRAM_MIN		SZ_1M

/* bytes written between two looks at the scheduler */
#define GPUSIM_CLEAR_CHUNK	SZ_1M

static unsigned int gpusim_visible_percent = 75;

static int gpusim_visible_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, 100);
}

static const struct kernel_param_ops gpusim_visible_ops = {
	.set = gpusim_visible_set,
	.get = param_get_uint,
};

module_param_cb(visible_percent, &gpusim_visible_ops, &gpusim_visible_percent, 0444);
MODULE_PARM_DESC(visible_percent,
		 "Share of device memory that the CPU can map, 1 to 100 percent (default 75)");

static void gpusim_vram_unmap(struct drm_device *drm, void *data)
{
	struct gpusim_vram *vram = data;

	iounmap(vram->base);
}

/**
 * gpusim_vram_init - find and map the device's memory
 * @gdev: device
 * @pdev: its PCI device, enabled
 *
 * The region is released when the driver is unbound, the mapping with the last
 * reference to the DRM device.
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_vram_init(struct gpusim_device *gdev, struct pci_dev *pdev)
{
	struct gpusim_vram *vram = &gdev->vram;
	int ret;

	if (!(pci_resource_flags(pdev, GPUSIM_VRAM_BAR) & IORESOURCE_MEM) ||
	    pci_resource_len(pdev, GPUSIM_VRAM_BAR) < GPUSIM_VRAM_MIN) {
		drm_err(&gdev->drm, "no memory BAR of at least %u bytes\n", GPUSIM_VRAM_MIN);
		return -ENODEV;
	}

	ret = pci_request_region(pdev, GPUSIM_VRAM_BAR, "gpusim");
	if (ret)
		return ret;

	vram->phys = pci_resource_start(pdev, GPUSIM_VRAM_BAR);
	vram->size = pci_resource_len(pdev, GPUSIM_VRAM_BAR);
	vram->visible = round_down(mul_u64_u32_div(vram->size, gpusim_visible_percent, 100),
				   PAGE_SIZE);
	vram->base = ioremap_wc(vram->phys, vram->size);
	if (!vram->base)
		return -ENOMEM;

	return drmm_add_action_or_reset(&gdev->drm, gpusim_vram_unmap, vram);
}

/**
 * gpusim_vram_is_visible - tell whether the CPU can map a piece of memory
 * @vram: device memory
 * @res: piece of any memory
 *
 * Returns: true if so, and for all that is not device memory.
 */
bool gpusim_vram_is_visible(const struct gpusim_vram *vram, const struct ttm_resource *res)
{
	return res->mem_type != TTM_PL_VRAM ||
	       ((u64)res->start << PAGE_SHIFT) + res->size <= vram->visible;
}

/**
 * gpusim_vram_clear - write zeros
 * @gdev: device
 * @offset: first byte
 * @size: bytes, all of them inside of the device's memory
 *
 * May sleep.
 *
 * Returns: 0, or -ENODEV if the device is gone.
 */
int gpusim_vram_clear(struct gpusim_device *gdev, u64 offset, u64 size)
{
	int idx;

	might_sleep();

	while (size) {
		size_t n = min_t(u64, size, GPUSIM_CLEAR_CHUNK);

		if (!drm_dev_enter(&gdev->drm, &idx))
			return -ENODEV;
		memset_io(gdev->vram.base + offset, 0, n);
		drm_dev_exit(idx);

		offset += n;
		size -= n;
		cond_resched();
	}

	/* out of the write-combining buffer before anybody maps it */
	wmb();

	return 0;
}

/**
 * gpusim_vram_read - copy from device memory
 * @gdev: device
 * @offset: first byte, of any alignment
 * @buf: kernel memory
 * @size: bytes
 *
 * Returns: 0, or -ENODEV if the device is gone.
 */
int gpusim_vram_read(struct gpusim_device *gdev, u64 offset, void *buf, size_t size)
{
	struct iosys_map src = IOSYS_MAP_INIT_VADDR_IOMEM(gdev->vram.base + offset);
	struct iosys_map dst = IOSYS_MAP_INIT_VADDR(buf);
	int idx;

	if (!drm_dev_enter(&gdev->drm, &idx))
		return -ENODEV;
	/* streaming loads; falls back to memcpy_fromio() */
	drm_memcpy_from_wc(&dst, &src, size);
	drm_dev_exit(idx);

	return 0;
}

/**
 * gpusim_vram_write - copy to device memory
 * @gdev: device
 * @offset: first byte, of any alignment
 * @buf: kernel memory
 * @size: bytes
 *
 * Ordered before whatever the caller publishes next.
 *
 * Returns: 0, or -ENODEV if the device is gone.
 */
int gpusim_vram_write(struct gpusim_device *gdev, u64 offset, const void *buf, size_t size)
{
	int idx;

	if (!drm_dev_enter(&gdev->drm, &idx))
		return -ENODEV;
	memcpy_toio(gdev->vram.base + offset, buf, size);
	/* out of the write-combining buffer before a fence signals */
	wmb();
	drm_dev_exit(idx);

	return 0;
}
