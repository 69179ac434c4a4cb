// SPDX-License-Identifier: LGPL-2.1-or-later
/* Cores: bytes at an offset of the file. */

#include <string.h>

#include "core.h"

/* The first entry that ends after an offset, or the number of entries. */
static size_t find(const struct drmsnoop_core *core, uint64_t offset)
{
	size_t low = 0, high = core->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (core->ranges[mid].offset + core_content(&core->ranges[mid]) <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The page of the ELF header. */
static size_t read_header(const struct drmsnoop_core *core, char *buf, size_t size,
			  uint64_t offset)
{
	char page[CORE_PAGE] = "";
	Elf64_Ehdr header;

	dsn_core_header(core, &header);
	memcpy(page, &header, sizeof(header));
	size = dsn_min(size, sizeof(page) - offset);
	memcpy(buf, page + offset, size);
	return size;
}

/* Content of a range, or what is between two. */
static ssize_t read_content(const struct drmsnoop_core *core, char *buf, size_t size,
			    uint64_t offset)
{
	size_t i = find(core, offset);
	const struct drmsnoop_core_range *range = &core->ranges[i];
	uint64_t stop = i < core->count ? dsn_min(range->offset, core->tail) : core->tail;

	if (offset < stop) {
		size = dsn_min(size, stop - offset);
		memset(buf, 0, size);
		return size;
	}
	size = dsn_min(size, range->offset + core_content(range) - offset);
	return core->source->pread(core, buf, size, range->start + (offset - range->offset));
}

ssize_t drmsnoop_core_pread(struct drmsnoop_core *core, void *buf, size_t count,
			    uint64_t offset)
{
	uint64_t end = drmsnoop_core_size(core);
	size_t done = 0;
	ssize_t n;

	if (offset >= end)
		return 0;
	count = dsn_min(count, end - offset);
	for (; done < count; done += n, offset += n) {
		char *p = (char *)buf + done;

		if (offset < CORE_PAGE) {
			n = read_header(core, p, count - done, offset);
		} else if (offset < core->tail) {
			n = read_content(core, p, dsn_min(count - done, core->tail - offset),
					 offset);
		} else {
			dsn_core_tail(core, p, count - done, offset - core->tail);
			n = count - done;
		}
		if (n < 0)
			return done ? (ssize_t)done : n;
	}
	return done;
}
