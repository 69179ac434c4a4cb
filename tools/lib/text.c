// SPDX-License-Identifier: LGPL-2.1-or-later
/* Words and lines for what the kernel answers in numbers. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define NAME_OF(value, names) \
	((value) < sizeof(names) / sizeof((names)[0]) && (names)[value] ? \
	 (names)[value] : "?")

const char *drmsnoop_node_name(uint32_t node)
{
	static const char *const names[] = {
		[DRM_SNOOP_NODE_PRIMARY] = "card",
		[DRM_SNOOP_NODE_RENDER] = "render",
		[DRM_SNOOP_NODE_ACCEL] = "accel",
	};

	return NAME_OF(node, names);
}

const char *drmsnoop_adapter_name(uint32_t state)
{
	static const char *const names[] = {
		[DRM_SNOOP_ADAPTER_NONE] = "none",
		[DRM_SNOOP_ADAPTER_READY] = "ready",
		[DRM_SNOOP_ADAPTER_FAILED] = "failed",
		[DRM_SNOOP_ADAPTER_OFF] = "off",
	};

	return NAME_OF(state, names);
}

const char *drmsnoop_object_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[DRM_SNOOP_OBJECT_OTHER] = "other",
		[DRM_SNOOP_OBJECT_TTM] = "ttm",
		[DRM_SNOOP_OBJECT_SHMEM] = "shmem",
	};

	return NAME_OF(kind, names);
}

const char *drmsnoop_path_name(uint32_t path)
{
	static const char *const names[] = {
		[DRM_SNOOP_PATH_NONE] = "none",
		[DRM_SNOOP_PATH_TTM] = "ttm",
		[DRM_SNOOP_PATH_SHMEM] = "shmem",
		[DRM_SNOOP_PATH_VMAP] = "vmap",
		[DRM_SNOOP_PATH_DMABUF] = "dma-buf",
	};

	return NAME_OF(path, names);
}

const char *drmsnoop_range_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[DRM_SNOOP_RANGE_OBJECT] = "object",
		[DRM_SNOOP_RANGE_USERPTR] = "userptr",
		[DRM_SNOOP_RANGE_SPARSE] = "sparse",
	};

	return NAME_OF(kind, names);
}

const char *drmsnoop_placement_name(uint32_t placement)
{
	static const char *const names[] = {
		[DRM_SNOOP_PLACEMENT_UNKNOWN] = "unknown",
		[DRM_SNOOP_PLACEMENT_SYSTEM] = "system",
		[DRM_SNOOP_PLACEMENT_TT] = "tt",
		[DRM_SNOOP_PLACEMENT_VRAM] = "vram",
		[DRM_SNOOP_PLACEMENT_PRIVATE] = "private",
		[DRM_SNOOP_PLACEMENT_SWAPPED] = "swapped",
		[DRM_SNOOP_PLACEMENT_NONE] = "none",
	};

	return NAME_OF(placement, names);
}

const char *drmsnoop_hole_name(int hole)
{
	static const char *const names[] = {
		[DRMSNOOP_HOLE_NONE] = "data",
		[DRMSNOOP_HOLE_UNBOUND] = "unbound",
		[DRMSNOOP_HOLE_UNREADABLE] = "unreadable",
		[DRMSNOOP_HOLE_END] = "end",
	};

	return NAME_OF((unsigned int)hole, names);
}

bool drmsnoop_may_write(uint32_t flags)
{
	return (flags & DRM_SNOOP_READABLE) && !(flags & DRM_SNOOP_READ_ONLY);
}

const char *drmsnoop_flags_text(uint32_t flags, char text[DRMSNOOP_FLAGS_SIZE])
{
	text[0] = flags & DRM_SNOOP_READABLE ? 'r' : '-';
	text[1] = drmsnoop_may_write(flags) ? 'w' : '-';
	text[2] = flags & DRM_SNOOP_IMPORTED ? 'i' : '-';
	text[3] = flags & DRM_SNOOP_EXPORTED ? 'e' : '-';
	text[4] = flags & DRM_SNOOP_PURGED ? 'p' : '-';
	text[5] = '\0';
	return text;
}

const char *drmsnoop_object_reason(const struct drm_snoop_object *object)
{
	if (object->flags & DRM_SNOOP_READABLE)
		return NULL;
	switch (object->error) {
	case EOPNOTSUPP:
		return "EOPNOTSUPP: nobody knows how to reach its memory";
	case EFBIG:
		return "EFBIG: larger than 256 MiB, and it would be mapped as a whole";
	case ENODATA:
		return "ENODATA: it has no content";
	case ENOKEY:
		return "ENOKEY: its content is protected";
	case ENODEV:
		return "ENODEV: the card that exported it is gone";
	default:
		return "it cannot be read";
	}
}

int drmsnoop_format_object(const struct drm_snoop_object *object, char *buf,
			   size_t size)
{
	const char *reason = drmsnoop_object_reason(object);
	char flags[DRMSNOOP_FLAGS_SIZE];

	return snprintf(buf, size, "%u %s %s %s 0x%llx %s%s%s\n", object->handle,
			drmsnoop_flags_text(object->flags, flags),
			drmsnoop_object_kind_name(object->kind),
			drmsnoop_placement_name(object->placement),
			(unsigned long long)object->size,
			drmsnoop_path_name(object->path),
			reason ? " # " : "", reason ? reason : "");
}

int drmsnoop_format_range(const struct drm_snoop_range *range,
			  const struct drmsnoop_objects *objects,
			  const char *reason, char *buf, size_t size)
{
	const struct drm_snoop_object *object = NULL;
	char flags[DRMSNOOP_FLAGS_SIZE], handle[16] = "-";

	if (range->object_id) {
		if (objects)
			object = drmsnoop_objects_find(objects,
						       range->object_id);
		snprintf(handle, sizeof(handle), "%u",
			 object ? object->handle : 0);
	} else if (range->kind == DRM_SNOOP_RANGE_USERPTR &&
		   range->object_offset) {
		strcpy(handle, "cpu");
	}
	return snprintf(buf, size, "%012llx-%012llx %s %s %s %s:0x%llx 0x%llx%s%s\n",
			(unsigned long long)range->start,
			(unsigned long long)range->end,
			drmsnoop_flags_text(range->flags, flags),
			drmsnoop_range_kind_name(range->kind),
			drmsnoop_placement_name(range->placement), handle,
			(unsigned long long)range->object_offset,
			(unsigned long long)range->object_size,
			reason ? " # " : "", reason ? reason : "");
}
