// SPDX-License-Identifier: LGPL-2.1-or-later
/* Cores: what is in them, and where. */

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"

/* What a note can tell of: its size has 32 bits. */
#define MAX_RANGES (UINT32_MAX / sizeof(struct drmsnoop_core_range) - 1)
#define MAX_OBJECTS (UINT32_MAX / sizeof(struct drmsnoop_core_object) - 1)
#define TOO_MANY "more ranges than a core can tell of"
/* The last file offset, with room for the tail. */
#define MAX_CONTENT (1ULL << 62)

static ssize_t read_live(const struct drmsnoop_core *core, void *buf, size_t count,
			 uint64_t addr)
{
	ssize_t n = drmsnoop_pread(core->snoop, buf, count, addr);

	return n ? n : dsn_fail(EIO, "0x%llx is past the end of the VM",
				(unsigned long long)addr);
}

static const struct core_source live = { read_live };

static ssize_t read_snapshot(const struct drmsnoop_core *core, void *buf, size_t count,
			     uint64_t addr)
{
	ssize_t n;

	do
		n = pread(core->snapshot, buf, count, addr - core->snapshot_start);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	return dsn_fail(n ? errno : EIO, "the snapshot cannot be read at 0x%llx",
			(unsigned long long)addr);
}

static const struct core_source frozen = { read_snapshot };

int dsn_core_add(struct drmsnoop_core *core, size_t index,
		 const struct drmsnoop_core_range *range)
{
	struct drmsnoop_core_range *grown;

	if (core->count == MAX_RANGES)
		return dsn_fail(EFBIG, TOO_MANY);
	if (core->count == core->room) {
		core->room = core->room ? core->room + core->room / 2 : 64;
		grown = realloc(core->ranges, core->room * sizeof(*grown));
		if (!grown)
			return dsn_fail(ENOMEM, "out of memory");
		core->ranges = grown;
	}
	memmove(&core->ranges[index + 1], &core->ranges[index],
		(core->count++ - index) * sizeof(*range));
	core->ranges[index] = *range;
	return 0;
}

/* What is being laid out. */
struct layout {
	struct drmsnoop_core *core;
	const struct drmsnoop_core_options *options;
	/* only numbers of entries are wanted, and not the entries */
	bool count_only;
	/* where the next content may be in the file */
	uint64_t free;
	/* end of the last range */
	uint64_t last;
};

static int add_entry(struct layout *layout, const struct drmsnoop_core_range *range)
{
	struct drmsnoop_core *core = layout->core;

	layout->last = range->end;
	if (!layout->count_only)
		return dsn_core_add(core, core->count, range);
	if (core->count == MAX_RANGES)
		return dsn_fail(EFBIG, TOO_MANY);
	core->count++;
	return 0;
}

/* [start, end) of a range, which is wanted or not; it gets its place. */
static int place(struct layout *layout, const struct drmsnoop_core_range *whole,
		 uint64_t start, uint64_t end, bool wanted)
{
	struct drmsnoop_core_range range = *whole;
	uint64_t size = end - start;

	if (start >= end)
		return 0;
	range.start = start;
	range.end = end;
	if (range.kind != DRM_SNOOP_RANGE_SPARSE)
		range.object_offset += start - whole->start;
	if (!wanted)
		range.flags |= DRMSNOOP_CORE_LEFT_OUT;
	range.offset = layout->free;
	if (core_content(&range)) {
		range.offset += start % CORE_PAGE;
		if (size > MAX_CONTENT - range.offset)
			return dsn_fail(EFBIG, "the core would have more bytes than a file can have");
		layout->free = (range.offset + size + CORE_PAGE - 1) & -(uint64_t)CORE_PAGE;
	}
	return add_entry(layout, &range);
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* A range of the VM or snapshot, parted into what is wanted and what is not. */
static int add_range(struct layout *layout, struct drmsnoop_core_range *range)
{
	const struct drmsnoop_core_options *options = layout->options;
	uint64_t last = layout->last;
	uint64_t from = range->start > last ? range->start : last, start, end;
	bool wanted = !options->placements || options->placements >> range->placement & 1;
	int ret;

	/* Bound while they were listed, it may begin in what was listed before. */
	if (from >= range->end)
		return 0;
	start = clamp(options->start, from, range->end);
	end = clamp(options->end ?: UINT64_MAX, start, range->end);
	ret = place(layout, range, from, start, false);
	if (!ret)
		ret = place(layout, range, start, end, wanted);
	return ret ?: place(layout, range, end, range->end, false);
}

/* Why a range that is not readable is not. */
static uint32_t range_error(const struct layout *layout, const struct drm_snoop_range *range)
{
	const struct drmsnoop_core *core = layout->core;
	size_t i;

	if (range->flags & DRM_SNOOP_READABLE || range->kind == DRM_SNOOP_RANGE_SPARSE)
		return 0;
	if (range->kind == DRM_SNOOP_RANGE_USERPTR)
		return EACCES;
	for (i = 0; !layout->count_only && i < core->object_count; i++)
		if (core->objects[i].object_id == range->object_id)
			return core->objects[i].error ?: EIO;
	return EIO;
}

/* Ranges of a VM and those of a snapshot begin with the same members. */
#define COMMON offsetof(struct drm_snoop_range, flags)
_Static_assert(offsetof(struct drm_snoop_snapshot_range, flags) == COMMON, "they differ");

/* @common: COMMON bytes of a range of either kind; @flags: of the core */
static int add(struct layout *layout, const void *common, uint32_t flags, uint32_t error)
{
	struct drm_snoop_range range;
	struct drmsnoop_core_range entry;

	memcpy(&range, common, COMMON);
	entry = (struct drmsnoop_core_range){
		.start = range.start,
		.end = range.end,
		.object_id = range.object_id,
		.object_offset = range.object_offset,
		.object_size = range.object_size,
		.generation = range.generation,
		.kind = range.kind,
		.placement = range.placement,
		.flags = flags,
		.error = error,
	};
	return add_range(layout, &entry);
}

static int add_live(const struct drm_snoop_range *range, void *data)
{
	struct layout *layout = data;

	return add(layout, range,
		   range->flags & DRM_SNOOP_READ_ONLY ? DRMSNOOP_CORE_READ_ONLY : 0,
		   range_error(layout, range));
}

static int add_frozen(const struct drm_snoop_snapshot_range *range, void *data)
{
	uint32_t flags = 0;

	if (range->flags & DRM_SNOOP_SNAPSHOT_REBOUND)
		flags |= DRMSNOOP_CORE_REBOUND;
	if (range->flags & DRM_SNOOP_SNAPSHOT_MOVED)
		flags |= DRMSNOOP_CORE_MOVED;
	if (range->flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED)
		flags |= DRMSNOOP_CORE_NOT_STOPPED;
	if (range->flags & DRM_SNOOP_SNAPSHOT_SHARED)
		flags |= DRMSNOOP_CORE_SHARED;
	return add(data, range, flags, range->error);
}

static int add_object(const struct drm_snoop_object *object, void *data)
{
	const struct layout *layout = data;
	struct drmsnoop_core *core = layout->core;
	struct drmsnoop_core_object *grown;

	if (core->object_count == MAX_OBJECTS)
		return dsn_fail(EFBIG, "more objects than a core can tell of");
	if (layout->count_only) {
		core->object_count++;
		return 0;
	}
	if (core->object_count == core->object_room) {
		core->object_room = core->object_room ? 2 * core->object_room : 64;
		grown = realloc(core->objects, core->object_room * sizeof(*grown));
		if (!grown)
			return dsn_fail(ENOMEM, "out of memory");
		core->objects = grown;
	}
	core->objects[core->object_count++] = (struct drmsnoop_core_object){
		.object_id = object->object_id,
		.size = object->size,
		.handle = object->handle,
		.kind = object->kind,
		.placement = object->placement,
		.flags = object->flags,
		.path = object->path,
		.error = object->error,
	};
	return 0;
}

static int lay_out(struct drmsnoop_core *core, const struct drmsnoop_core_options *options,
		   bool count_only)
{
	struct layout layout = {
		.core = core, .options = options, .count_only = count_only, .free = CORE_PAGE,
	};
	int ret;

	ret = drmsnoop_foreach_object(core->snoop, options->client_id, add_object, &layout);
	if (ret)
		return ret;
	if (core->source == &live)
		ret = drmsnoop_foreach_range(core->snoop, options->client_id,
					     options->vm_id, add_live, &layout);
	else
		ret = drmsnoop_foreach_snapshot_range(core->snapshot, add_frozen, &layout);
	core->tail = layout.free;
	return ret;
}

/* An empty core, of what is wanted. */
static int begin(struct drmsnoop_core *core, struct drmsnoop *snoop,
		 const struct drmsnoop_core_options *options)
{
	bool snapshot = options->flags & DRMSNOOP_CORE_SNAPSHOT;

	if (options->flags & ~(DRMSNOOP_CORE_LIVE | DRMSNOOP_CORE_SNAPSHOT |
			       DRMSNOOP_CORE_CONSISTENT) ||
	    (options->end && options->start >= options->end))
		return dsn_fail(EINVAL, "a core of nothing, or unknown flags");
	*core = (struct drmsnoop_core) {
		.snoop = snoop,
		.source = snapshot ? &frozen : &live,
		.snapshot = snapshot ? options->snapshot : -1,
	};
	return snapshot ? drmsnoop_snapshot_start(core->snapshot, &core->snapshot_start) : 0;
}

int drmsnoop_core_open(struct drmsnoop *snoop, const struct drmsnoop_core_options *options,
		       struct drmsnoop_core **result)
{
	struct drmsnoop_core *core = calloc(1, sizeof(*core));
	int ret;

	if (!core)
		return dsn_fail(ENOMEM, "out of memory");
	ret = begin(core, snoop, options);
	if (!ret)
		ret = dsn_core_describe(core, options);
	if (!ret)
		ret = lay_out(core, options, false);
	if (core->source == &frozen)
		core->snoop = NULL;
	if (ret) {
		drmsnoop_core_close(core);
		return ret;
	}
	*result = core;
	return 0;
}

int drmsnoop_core_measure(struct drmsnoop *snoop, const struct drmsnoop_core_options *options,
			  uint64_t *size)
{
	struct drmsnoop_core core;
	int ret;

	ret = begin(&core, snoop, options);
	if (!ret)
		ret = lay_out(&core, options, true);
	if (!ret)
		*size = drmsnoop_core_size(&core);
	return ret;
}

void drmsnoop_core_close(struct drmsnoop_core *core)
{
	if (!core)
		return;
	free(core->ranges);
	free(core->objects);
	free(core);
}

uint64_t drmsnoop_core_size(const struct drmsnoop_core *core)
{
	return core->tail + dsn_core_tail_size(core);
}

const struct drmsnoop_core_range *
drmsnoop_core_ranges(const struct drmsnoop_core *core, size_t *count)
{
	*count = core->count;
	return core->ranges;
}
