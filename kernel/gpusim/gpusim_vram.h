/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_VRAM_H_
#define _GPUSIM_VRAM_H_

#include <linux/types.h>

struct gpusim_device;
struct pci_dev;
struct ttm_resource;

/**
 * struct gpusim_vram - device memory, the RAM-backed BAR of the PCI device
 *
 * All members are immutable after probe. The kernel mapping lives as long as
 * the &drm_device (not only as long as the PCI driver is bound), so that a
 * stale user gets no fault; whoever touches the memory does so between
 * drm_dev_enter() and drm_dev_exit().
 */
struct gpusim_vram {
	/** @base: Kernel mapping, write combining. */
	void __iomem *base;

	/** @phys: CPU physical address of the first byte. */
	phys_addr_t phys;

	/** @size: Bytes, a multiple of the page size. */
	u64 size;

	/**
	 * @visible: Bytes from the start on that maps are made of, a multiple of
	 * the page size. What is behind them is reached by gpusim_vram_read() and
	 * its like only, as on GPUs with a BAR that is smaller than their memory.
	 */
	u64 visible;
};

int gpusim_vram_init(struct gpusim_device *gdev, struct pci_dev *pdev);
bool gpusim_vram_is_visible(const struct gpusim_vram *vram, const struct ttm_resource *res);
int gpusim_vram_clear(struct gpusim_device *gdev, u64 offset, u64 size);
int gpusim_vram_read(struct gpusim_device *gdev, u64 offset, void *buf, size_t size);
int gpusim_vram_write(struct gpusim_device *gdev, u64 offset, const void *buf, size_t size);

#endif /* _GPUSIM_VRAM_H_ */
