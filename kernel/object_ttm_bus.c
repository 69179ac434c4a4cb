// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content of TTM objects in memory at addresses of the bus: in one block, or page by
 * page where the driver scatters objects over its memory.
 */

#include <linux/dma-resv.h>
#include <linux/iosys-map.h>
#include <linux/pci.h>
#include <linux/pfn.h>

#include <drm/drm_device.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_resource.h>

#include "aperture.h"
#include "copy.h"
#include "object_ttm.h"

/**
 * snoop_ttm_is_on_bus - is an address one of the device's?
 * @dev: The device.
 * @addr: Bus address.
 *
 * The arithmetic of a driver goes on past the end of its window
 * (amdgpu_ttm_io_mem_pfn(), 6.12). What is no PCI device is believed.
 *
 * Return: true if it is.
 */
bool snoop_ttm_is_on_bus(struct device *dev, u64 addr)
{
	const struct resource *res;

	if (!dev_is_pci(dev))
		return true;
	pci_dev_for_each_resource(to_pci_dev(dev), res)
		if (resource_type(res) == IORESOURCE_MEM && addr >= res->start && addr <= res->end)
			return true;
	return false;
}

/* Copies at @addr; the object has the addresses from @start to @end around it. */
static int snoop_ttm_copy_bus(const struct ttm_buffer_object *bo, u64 addr, u64 start, u64 end,
			      void *buf, size_t len, bool write)
{
	while (len) {
		struct snoop_aperture *aperture;
		struct iosys_map map;
		size_t part;

		aperture = snoop_aperture_get(bo->base.dev, addr, start, end,
					      bo->resource->bus.caching);
		if (!aperture)
			return -ENOMEM;
		part = min_t(u64, len, aperture->end - addr);
		iosys_map_set_vaddr_iomem(&map, aperture->addr);
		snoop_copy_wc(&map, addr - aperture->start, buf, part, write);
		snoop_aperture_put(aperture);
		buf += part;
		addr += part;
		len -= part;
	}
	return 0;
}

/**
 * snoop_ttm_access_block - copy content of an object that is one block
 * @bo: The object, in place, with its I/O space reserved: at ttm_resource.bus.offset.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes.
 * @write: Into the object.
 *
 * Return: 0, -ENOMEM.
 */
int snoop_ttm_access_block(const struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
			   bool write)
{
	const struct ttm_resource *res = bo->resource;
	u64 start = res->bus.offset;

	dma_resv_assert_held(bo->base.resv);
	return snoop_ttm_copy_bus(bo, start + offset, start, start + PAGE_ALIGN(res->size), buf,
				  len, write);
}

/* Bus address of a page, or 0 if the CPU cannot reach it. */
static u64 snoop_ttm_page_addr(struct ttm_buffer_object *bo, unsigned long page)
{
	u64 addr = PFN_PHYS((u64)bo->bdev->funcs->io_mem_pfn(bo, page));

	return snoop_ttm_is_on_bus(bo->base.dev->dev, addr) &&
	       snoop_ttm_is_on_bus(bo->base.dev->dev, addr + PAGE_SIZE - 1) ? addr : 0;
}

/* Copies what is at successive addresses; bytes, or a negative error code. */
static ssize_t snoop_ttm_access_run(struct ttm_buffer_object *bo, u64 offset, void *buf,
				    size_t len, bool write)
{
	unsigned long page = offset >> PAGE_SHIFT, last = (offset + len - 1) >> PAGE_SHIFT;
	u64 start = snoop_ttm_page_addr(bo, page), end = start + PAGE_SIZE, addr;
	int ret;

	if (!start)
		return -EOPNOTSUPP;
	while (page < last && snoop_ttm_page_addr(bo, page + 1) == end) {
		end += PAGE_SIZE;
		page++;
	}
	addr = start + offset_in_page(offset);
	len = min_t(u64, len, end - addr);
	ret = snoop_ttm_copy_bus(bo, addr, start, end, buf, len, write);
	return ret ?: len;
}

/**
 * snoop_ttm_access_scattered - copy content of an object in device memory page by page
 * @bo: The object, in place; its driver says where a page is (io_mem_pfn).
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes.
 * @write: Into the object.
 *
 * Nothing is asked of the device: the CPU copies.
 *
 * Return: 0; -EOPNOTSUPP or -EINVAL, if the CPU does not see all of it; what
 * the driver's io_mem_reserve returns; -ENOMEM.
 */
int snoop_ttm_access_scattered(struct ttm_buffer_object *bo, u64 offset, void *buf, size_t len,
			       bool write)
{
	int reserved = snoop_ttm_io_get(bo);
	ssize_t ret = 0;

	if (reserved < 0)
		return reserved;
	if (!bo->resource->bus.is_iomem)
		ret = -EOPNOTSUPP;
	while (len && ret >= 0) {
		ret = snoop_ttm_access_run(bo, offset, buf, len, write);
		if (ret > 0) {
			buf += ret;
			offset += ret;
			len -= ret;
		}
	}
	if (reserved)
		snoop_ttm_io_put(bo);
	return ret < 0 ? ret : 0;
}
