// SPDX-License-Identifier: GPL-2.0-only
/*
 * DRM_IOCTL_SNOOP_QUERY_PAGES: where the bytes of a space are.
 *
 * Runs are gathered in batches, as those of DRM_IOCTL_SNOOP_LIST: nothing of the
 * driver or the client is held while a batch is copied to the caller.
 */

#include <linux/capability.h>
#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "entries.h"
#include "file.h"
#include "identity.h"
#include "import.h"
#include "memory.h"
#include "object.h"
#include "pages.h"
#include "policy.h"
#include "range.h"
#include "space.h"
#include "wait.h"

/* Runs gathered at once, and most pages looked at for that. */
#define SNOOP_PAGES_BATCH	64
#define SNOOP_PAGES_LOOKED_AT	4096

/* Most runs in one call, so that it ends soon. */
#define SNOOP_PAGES_MAX		65536

/**
 * struct snoop_walk - a batch under way
 * @space: The space.
 * @access: The access.
 * @addresses: The caller may know addresses.
 * @addr: Where to go on.
 * @end: First address that is not asked for.
 * @runs: Gathered, at most SNOOP_PAGES_BATCH.
 * @count: Their number.
 * @left: Pages that may still be looked at.
 */
struct snoop_walk {
	struct snoop_space *space;
	struct snoop_access access;
	bool addresses;
	u64 addr;
	u64 end;
	struct drm_snoop_pages *runs;
	unsigned int count;
	unsigned int left;
};

/* Does @next go on where @run ends, in each respect? */
static bool snoop_run_continues(const struct drm_snoop_pages *run,
				const struct drm_snoop_pages *next)
{
	u64 len = run->end - run->start;

	if (run->end != next->start || run->object_id != next->object_id ||
	    run->kind != next->kind || run->placement != next->placement ||
	    run->flags != next->flags)
		return false;
	/* Sparse ranges have no content and so no offset. */
	if (run->kind != DRM_SNOOP_RANGE_SPARSE && next->object_offset != run->object_offset + len)
		return false;
	if ((run->flags & DRM_SNOOP_PAGES_VRAM_OFFSET) &&
	    next->vram_offset != run->vram_offset + len)
		return false;
	if ((run->flags & DRM_SNOOP_PAGES_DMA_ADDR) && next->dma_addr != run->dma_addr + len)
		return false;
	return !(run->flags & DRM_SNOOP_PAGES_PHYS_ADDR) ||
	       next->phys_addr == run->phys_addr + len;
}

/* Adds a run, to the last one if it continues that. False: the batch is full. */
static bool snoop_walk_add(struct snoop_walk *walk, const struct drm_snoop_pages *run)
{
	struct drm_snoop_pages *last = walk->count ? &walk->runs[walk->count - 1] : NULL;

	if (last && snoop_run_continues(last, run)) {
		last->end = run->end;
	} else {
		if (walk->count == SNOOP_PAGES_BATCH)
			return false;
		walk->runs[walk->count++] = *run;
	}
	walk->addr = run->end;
	return true;
}

/* Pages of an object, from walk->addr on, up to the end of the range. */
static int snoop_walk_object(struct snoop_walk *walk, const struct snoop_range *range)
{
	struct drm_gem_object *memory = snoop_import_memory(range->obj);
	const struct snoop_object_ops *ops = memory ? snoop_object_ops(memory) : NULL;
	/* The exporter's device may be gone; only its memory is known to stay. */
	bool addresses = walk->addresses && memory == range->obj;
	u64 end = min(range->end, walk->end);
	struct drm_snoop_pages run = {
		.object_id = snoop_object_id(range->obj),
		.kind = DRM_SNOOP_RANGE_OBJECT,
	};
	bool room = true;
	int ret;

	if (ops) {
		ret = snoop_resv_lock(memory->resv, walk->access.deadline);
		if (ret)
			return ret;
	}
	while (walk->addr < end && room && walk->left) {
		u64 offset = range->obj_offset + (walk->addr - range->start);
		struct snoop_place place = { .len = range->obj->size - offset };

		if (ops && offset < memory->size)
			ops->locate(memory, offset, addresses, &place);
		walk->left--;
		run.start = walk->addr;
		run.end = run.start + min(place.len, end - run.start);
		run.object_offset = offset;
		run.placement = place.placement;
		run.flags = place.flags;
		run.vram_offset = place.vram_offset;
		run.dma_addr = place.dma_addr;
		run.phys_addr = place.phys_addr;
		room = snoop_walk_add(walk, &run);
	}
	if (ops)
		dma_resv_unlock(memory->resv);
	return 0;
}

/* A range without an object: one run. */
static void snoop_walk_other(struct snoop_walk *walk, const struct snoop_range *range)
{
	struct drm_snoop_pages run = {
		.start = walk->addr,
		.end = min(range->end, walk->end),
		.kind = range->kind,
	};

	if (range->kind == DRM_SNOOP_RANGE_SPARSE)
		run.placement = DRM_SNOOP_PLACEMENT_NONE;
	else if (snoop_memories_find(walk->access.memories, range->mm))
		run.object_offset = range->obj_offset + (walk->addr - range->start);
	snoop_walk_add(walk, &run);
}

/* Gathers a batch from walk->addr on, and moves that behind it. */
static int snoop_walk_run(struct snoop_walk *walk)
{
	struct snoop_space *space = walk->space;
	struct snoop_range range;
	int ret;

	walk->count = 0;
	walk->left = SNOOP_PAGES_LOOKED_AT;
	ret = snoop_space_begin(space, &walk->access);
	if (ret)
		return ret;
	while (walk->addr < walk->end && walk->count < SNOOP_PAGES_BATCH && walk->left) {
		ret = space->ops->ranges(space, &walk->access, walk->addr, &range, 1);
		if (ret <= 0) {
			if (!ret)
				walk->addr = walk->end;
			break;
		}
		walk->addr = min(max(walk->addr, range.start), walk->end);
		walk->left--;
		ret = 0;
		if (walk->addr < walk->end && range.obj)
			ret = snoop_walk_object(walk, &range);
		else if (walk->addr < walk->end)
			snoop_walk_other(walk, &range);
		snoop_range_put(&range);
		if (ret)
			break;
	}
	snoop_access_end(&walk->access);
	/* What was gathered counts; the error comes again if it lasts. */
	return walk->count ? 0 : ret;
}

/* Fills the caller's array; as snoop_query_pages(). */
static int snoop_walk_all(struct snoop_walk *walk, struct drm_snoop_query_pages *query)
{
	const struct snoop_entries entries = {
		.user = query->entries,
		.user_size = query->entry_size,
		.size = sizeof(*walk->runs),
	};
	u32 wanted = min_t(u32, query->count, SNOOP_PAGES_MAX);
	u32 done = 0;
	int ret = 0;

	while (done < wanted && walk->addr < walk->end) {
		u64 addr = walk->addr;

		ret = snoop_walk_run(walk);
		if (ret)
			break;
		if (walk->count > wanted - done) {
			walk->count = wanted - done;
			walk->addr = walk->runs[walk->count - 1].end;
		}
		if (snoop_entries_copy(&entries, done, walk->runs, walk->count)) {
			walk->addr = addr;
			ret = -EFAULT;
			break;
		}
		done += walk->count;
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		cond_resched();
	}
	query->count = done;
	return done ? 0 : ret;
}

/**
 * snoop_query_pages - answer DRM_IOCTL_SNOOP_QUERY_PAGES
 * @file: The calling file.
 * @query: Request and answer.
 *
 * Return: 0 or what the uAPI says.
 */
int snoop_query_pages(struct snoop_file *file, struct drm_snoop_query_pages *query)
{
	struct snoop_walk walk = {};
	u64 alias;
	int ret;

	if (query->flags || query->pad || query->end <= query->addr || !query->count ||
	    !snoop_entries_size_valid(query->entry_size))
		return -EINVAL;
	ret = snoop_policy_read();
	if (ret)
		return ret;
	walk.space = snoop_file_space(file);
	if (IS_ERR(walk.space))
		return PTR_ERR(walk.space);
	/* Whoever opened the file, and not whoever has it now. */
	walk.addresses = file_ns_capable(file->account.filp, &init_user_ns, CAP_SYS_ADMIN);
	walk.addr = snoop_space_canonical(walk.space, query->addr);
	alias = query->addr - walk.addr;
	walk.end = query->end - alias;
	ret = -ENOMEM;
	walk.runs = kcalloc(SNOOP_PAGES_BATCH, sizeof(*walk.runs), GFP_KERNEL_ACCOUNT);
	if (walk.runs)
		ret = snoop_walk_all(&walk, query);
	query->addr = walk.addr + alias;
	kfree(walk.runs);
	snoop_space_put(walk.space);
	return ret;
}
