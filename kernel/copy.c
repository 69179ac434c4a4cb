// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies between a buffer of ours and memory of a target, in either direction:
 * out of the target, or with @write into it.
 */

#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include <drm/drm_cache.h>

#include "copy.h"

/* Smallest unit and alignment of streaming loads (drm_memcpy_from_wc()). */
#define SNOOP_WC_ALIGN		16

/**
 * snoop_copy_page - copy from or to a page of system memory
 * @page: The page; the caller keeps it. Cached, or in the kernel's linear map as
 *	the driver wants it.
 * @offset: Byte in the page.
 * @buf: Kernel memory.
 * @len: Bytes, up to the end of the page.
 * @write: To the page. Who owns the page has to mark it dirty.
 */
void snoop_copy_page(struct page *page, size_t offset, void *buf, size_t len, bool write)
{
	if (write)
		memcpy_to_page(page, offset, buf, len);
	else
		memcpy_from_page(buf, page, offset, len);
}

/**
 * snoop_copy_pages - copy from or to several pages
 * @pages: Pages as for snoop_copy_page(), the first one holding byte 0.
 * @offset: First byte.
 * @buf: Kernel memory.
 * @len: Bytes.
 * @write: To the pages.
 */
void snoop_copy_pages(struct page **pages, u64 offset, void *buf, size_t len, bool write)
{
	while (len) {
		size_t part = min_t(size_t, len, PAGE_SIZE - offset_in_page(offset));

		snoop_copy_page(pages[offset >> PAGE_SHIFT], offset_in_page(offset), buf, part,
				write);
		buf += part;
		offset += part;
		len -= part;
	}
}

/**
 * snoop_copy_mapping - copy from or to a shmem file
 * @mapping: Of the shmem file; its pages are brought in.
 * @offset: Byte in the file.
 * @buf: Kernel memory.
 * @len: Bytes.
 * @write: To the file.
 *
 * Return: 0 or the error of bringing a page in.
 */
int snoop_copy_mapping(struct address_space *mapping, u64 offset, void *buf, size_t len,
		       bool write)
{
	while (len) {
		size_t part = min_t(size_t, len, PAGE_SIZE - offset_in_page(offset));
		struct page *page;

		page = shmem_read_mapping_page(mapping, offset >> PAGE_SHIFT);
		if (IS_ERR(page))
			return PTR_ERR(page);
		snoop_copy_page(page, offset_in_page(offset), buf, part, write);
		if (write)
			set_page_dirty_lock(page);
		put_page(page);
		buf += part;
		offset += part;
		len -= part;
	}
	return 0;
}

/* Each plain load of write-combined memory is a bus transaction. */
static void snoop_copy_from_wc(const struct iosys_map *src, size_t offset, void *buf, size_t len)
{
	struct iosys_map from, to;
	size_t edge = -offset & (SNOOP_WC_ALIGN - 1);
	size_t body;

	edge = min(edge, len);
	iosys_map_memcpy_from(buf, src, offset, edge);
	offset += edge;
	buf += edge;
	len -= edge;
	/* A page at a time: streaming loads run with preemption off. */
	while (len >= SNOOP_WC_ALIGN) {
		body = min_t(size_t, round_down(len, SNOOP_WC_ALIGN), PAGE_SIZE);
		from = IOSYS_MAP_INIT_OFFSET(src, offset);
		iosys_map_set_vaddr(&to, buf);
		drm_memcpy_from_wc(&to, &from, body);
		offset += body;
		buf += body;
		len -= body;
	}
	iosys_map_memcpy_from(buf, src, offset, len);
}

/*
 * The stores leave this CPU's write-combining buffers here, because another CPU
 * could not make them do so later; reading one back makes sure that they have
 * passed the bus.
 */
static void snoop_copy_to_wc(const struct iosys_map *dst, size_t offset, const void *buf,
			     size_t len)
{
	struct iosys_map to = *dst;
	u8 last;

	iosys_map_memcpy_to(&to, offset, buf, len);
	/* See above. */
	wmb();
	iosys_map_memcpy_from(&last, &to, offset + len - 1, sizeof(last));
}

/**
 * snoop_copy_wc - copy from or to memory that may be write-combined
 * @map: The memory.
 * @offset: Byte in @map.
 * @buf: Kernel memory, congruent to @offset modulo 16 for speed.
 * @len: Bytes, not 0.
 * @write: To @map; complete when this returns.
 */
void snoop_copy_wc(const struct iosys_map *map, size_t offset, void *buf, size_t len, bool write)
{
	if (write)
		snoop_copy_to_wc(map, offset, buf, len);
	else
		snoop_copy_from_wc(map, offset, buf, len);
}
