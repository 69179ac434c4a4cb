// SPDX-License-Identifier: GPL-2.0-only
/*
 * BOs made from dma-bufs of other devices.
 */

#include <linux/dma-buf.h>
#include <linux/dma-direct.h>
#include <linux/ioport.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>

#include <drm/gpusim_drm.h>
#include <drm/ttm/ttm_tt.h>

#include "gpusim_bo.h"
#include "gpusim_device.h"
#include "gpusim_prime.h"

/*
 * Goes the way of an address that the device puts on the bus. The pages behind a
 * scatter list of a dma-buf are not an importer's to look at, its DMA addresses
 * are.
 */
static phys_addr_t gpusim_prime_translate(struct device *dev, dma_addr_t addr)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain ? iommu_iova_to_phys(domain, addr) : dma_to_phys(dev, addr);
}

/**
 * gpusim_prime_populate - find the pages of an imported BO
 * @dev: device that is attached to the dma-buf
 * @tt: with the scatter list
 *
 * Returns: 0, or -EINVAL if not all of it is system memory.
 */
int gpusim_prime_populate(struct device *dev, struct ttm_tt *tt)
{
	struct sg_dma_page_iter iter;
	u32 i = 0;

	for_each_sgtable_dma_page(tt->sg, &iter, 0) {
		dma_addr_t addr = sg_page_iter_dma_address(&iter);
		unsigned long pfn;

		if (i == tt->num_pages)
			break;
		if (!IS_ALIGNED(addr, PAGE_SIZE))
			return -EINVAL;

		pfn = PHYS_PFN(gpusim_prime_translate(dev, addr));
		if (!pfn_valid(pfn) || !page_is_ram(pfn))
			return -EINVAL;
		tt->pages[i++] = pfn_to_page(pfn);
	}

	return i == tt->num_pages ? 0 : -EINVAL;
}

/**
 * gpusim_prime_import_sg_table - &drm_driver.gem_prime_import_sg_table
 * @drm: device
 * @attach: attachment to the dma-buf
 * @sgt: its memory, mapped for the device; stays so as long as the BO lives
 *
 * Returns: the BO or an error pointer.
 */
struct drm_gem_object *gpusim_prime_import_sg_table(struct drm_device *drm,
						    struct dma_buf_attachment *attach,
						    struct sg_table *sgt)
{
	struct gpusim_bo *bo = gpusim_bo_import(to_gpusim(drm), attach->dmabuf, sgt);

	return IS_ERR(bo) ? ERR_CAST(bo) : &bo->tbo.base;
}
