/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_COPY_H
#define SNOOP_COPY_H

#include <linux/types.h>

struct address_space;
struct iosys_map;
struct page;

void snoop_copy_page(struct page *page, size_t offset, void *buf, size_t len, bool write);
void snoop_copy_pages(struct page **pages, u64 offset, void *buf, size_t len, bool write);
int snoop_copy_mapping(struct address_space *mapping, u64 offset, void *buf, size_t len,
		       bool write);
void snoop_copy_wc(const struct iosys_map *map, size_t offset, void *buf, size_t len, bool write);

#endif
