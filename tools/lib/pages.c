// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where bytes are, without the resume loop. */

#include <errno.h>
#include <string.h>

#include "internal.h"

/* Runs fetched by one ioctl: 16 KiB. */
#define BATCH 224

/* Does a place go on where a run ends? */
static bool follows(uint64_t first, uint64_t next, uint64_t size)
{
	return first + size == next;
}

static bool extends(const struct drm_snoop_pages *run,
		    const struct drm_snoop_pages *next)
{
	uint64_t size = run->end - run->start;

	if (run->end != next->start || run->kind != next->kind ||
	    run->object_id != next->object_id ||
	    run->placement != next->placement || run->flags != next->flags)
		return false;
	/* 0 of a userptr whose address is not told, or of sparse pages. */
	if ((run->object_id || run->object_offset || next->object_offset) &&
	    !follows(run->object_offset, next->object_offset, size))
		return false;
	if (run->flags & DRM_SNOOP_PAGES_VRAM_OFFSET &&
	    !follows(run->vram_offset, next->vram_offset, size))
		return false;
	if (run->flags & DRM_SNOOP_PAGES_DMA_ADDR &&
	    !follows(run->dma_addr, next->dma_addr, size))
		return false;
	return !(run->flags & DRM_SNOOP_PAGES_PHYS_ADDR) ||
	       follows(run->phys_addr, next->phys_addr, size);
}

static int query(struct drmsnoop *snoop, struct drm_snoop_query_pages *arg)
{
	uint64_t from = arg->addr;
	int ret;

	do {
		arg->count = BATCH;
		ret = snoop->backend->ioctl(snoop->fd,
					    DRM_IOCTL_SNOOP_QUERY_PAGES, arg);
	} while (ret == -EINTR);
	if (ret == -ENOTTY || ret == -EOPNOTSUPP)
		return dsn_fail(EOPNOTSUPP, "this drm_snoop cannot tell where bytes are: update it");
	if (ret)
		return dsn_explain_content(snoop, "DRM_IOCTL_SNOOP_QUERY_PAGES",
					   -ret);
	if (arg->count > BATCH || arg->addr <= from)
		return dsn_fail(EIO, "DRM_IOCTL_SNOOP_QUERY_PAGES does not go on at 0x%llx: update drm_snoop",
				(unsigned long long)from);
	return 0;
}

int drmsnoop_foreach_pages(struct drmsnoop *snoop, uint64_t offset,
			   uint64_t size, drmsnoop_pages_fn fn, void *data)
{
	struct drm_snoop_pages pages[BATCH], run = { 0 };
	struct drm_snoop_query_pages arg = {
		.entries = (uintptr_t)pages,
		.entry_size = sizeof(*pages),
	};
	uint32_t i;
	int ret;

	ret = dsn_check_window(snoop, &offset, &size);
	if (ret)
		return ret;
	arg.addr = offset;
	arg.end = offset + size;
	while (!ret && arg.addr < arg.end) {
		ret = query(snoop, &arg);
		for (i = 0; !ret && i < arg.count; i++) {
			if (run.end && extends(&run, &pages[i])) {
				run.end = pages[i].end;
				continue;
			}
			if (run.end)
				ret = fn(&run, data);
			run = pages[i];
		}
	}
	return !ret && run.end ? fn(&run, data) : ret;
}
