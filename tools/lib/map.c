// SPDX-License-Identifier: LGPL-2.1-or-later
/* A window of GPU addresses in the caller's address space, made of what can be mapped. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"
#include "map.h"

/* How often in a row the target may bind something else while it is mapped. */
#define MAX_CHANGES	100

/* What is returned, while it grows. */
struct window {
	struct drmsnoop *snoop;
	struct drmsnoop_map map;
	struct drmsnoop_part *parts;
	size_t room;
	int prot;
	/* what cannot be mapped is copied */
	bool copies;
	/* what is not ours any more */
	char *cut;
	size_t cut_size;
	/* in a row */
	unsigned int changes;
};

int dsn_map_add(struct window *window, uint64_t offset, uint64_t end, int error,
		uint64_t generation, uint32_t flags)
{
	struct drmsnoop_part *parts;

	if (window->map.part_count == window->room) {
		window->room = window->room ? 2 * window->room : 8;
		parts = reallocarray(window->parts, window->room, sizeof(*parts));
		if (!parts)
			return dsn_fail(ENOMEM, "out of memory");
		window->parts = parts;
	}
	window->parts[window->map.part_count++] = (struct drmsnoop_part) {
		.offset = offset,
		.size = end - offset,
		.generation = generation,
		.error = error,
		.flags = flags,
	};
	return 0;
}

/* [place, place + size) is left alone when the window is unmapped. */
static void cut(struct window *window, char *place, size_t size)
{
	window->cut = place;
	window->cut_size = size;
}

static void unmap_window(const struct window *window)
{
	char *start = window->map.addr, *end = start + window->map.size;

	if (!window->cut) {
		munmap(start, end - start);
		return;
	}
	if (window->cut > start)
		munmap(start, window->cut - start);
	if (window->cut + window->cut_size < end)
		munmap(window->cut + window->cut_size, end - window->cut - window->cut_size);
}

/*
 * Into the reservation by mremap(): an mmap() with MAP_FIXED that fails leaves a gap,
 * where another thread's memory may be by the time that all of it is unmapped. mremap()
 * leaves one only if there is no memory for page tables; it is closed then, if it is
 * ours to close.
 */
int dsn_map_place(struct window *window, void *addr, uint64_t offset, uint64_t end)
{
	char *place = (char *)window->map.addr + (offset - window->map.offset);
	int ret;

	if (mremap(addr, end - offset, end - offset, MREMAP_MAYMOVE | MREMAP_FIXED, place) !=
	    MAP_FAILED)
		return 0;
	ret = -errno;
	munmap(addr, end - offset);
	if (mmap(place, end - offset, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
		 0) == MAP_FAILED)
		cut(window, place, end - offset);
	return ret;
}

static int map_part(struct window *window, uint64_t offset, uint64_t end)
{
	struct drmsnoop *snoop = window->snoop;
	void *addr;
	int ret;

	do
		ret = snoop->backend->mmap(snoop->fd, end - offset, window->prot, offset, &addr);
	while (ret == -EINTR);
	return ret ?: dsn_map_place(window, addr, offset, end);
}

/* Why nothing at all was mapped. */
static int explain_map(struct drmsnoop *snoop, uint64_t offset, int error)
{
	unsigned long long at = offset;

	switch (error) {
	case EACCES:
		return dsn_fail(error, "0x%llx may not be mapped so: it is bound read-only, not registered for writing, copied, or imported from another client",
				at);
	case EDQUOT:
		return dsn_fail(error, "mapping 0x%llx: the limit of this user is reached: unmap something, or have max_memory_mb of drm_snoop raised",
				at);
	case ENODATA:
		return dsn_fail(error, "the object at 0x%llx has no content", at);
	case ENOKEY:
		return dsn_fail(error, "the content of the object at 0x%llx is protected", at);
	case ENOMEM:
		return dsn_fail(error, "mapping 0x%llx: no memory, no room, or more maps than vm.max_map_count",
				at);
	case ENXIO:
		return dsn_fail(error, "nothing is bound at 0x%llx: see `drmsnoop maps`", at);
	case EOPNOTSUPP:
		return dsn_fail(error, "what is bound at 0x%llx cannot be mapped: read it", at);
	case EPERM:
		return dsn_fail(error, "memory may not be mapped so: the kernel is locked down, or writing is switched off: see `drmsnoop doctor`");
	}
	return dsn_explain_content(snoop, "mapping", error);
}

/* The pages of [@offset, @end) that one range has; it is not before @offset. */
static int add_range(struct window *window, uint64_t *offset, uint64_t end,
		     const struct drm_snoop_range *range)
{
	int ret;

	if (range->kind != DRM_SNOOP_RANGE_OBJECT) {
		ret = -EOPNOTSUPP;
	} else {
		ret = map_part(window, *offset, end);
		/* It was another range by then. */
		if ((ret == -ENXIO || ret == -EINVAL) && window->changes++ < MAX_CHANGES)
			return 0;
	}
	switch (ret) {
	case 0:
	case -EACCES:
	case -ENODATA:
	case -ENOKEY:
	case -EOPNOTSUPP:
		break;
	case -ENXIO:
	case -EINVAL:
		return dsn_explain_content(window->snoop, "mapping", ESTALE);
	default:
		return explain_map(window->snoop, *offset, -ret);
	}
	window->changes = 0;
	if (ret == -EOPNOTSUPP && window->copies)
		ret = dsn_map_copy(window, window->snoop, *offset, end);
	else
		ret = dsn_map_add(window, *offset, end, ret, range->generation, 0);
	*offset = end;
	return ret;
}

/* The next part, from *@offset on; goes past it unless the target was faster. */
static int add_next(struct window *window, uint64_t *offset, uint64_t end)
{
	const uint64_t mask = sysconf(_SC_PAGESIZE) - 1;
	struct drm_snoop_range range;
	uint64_t start, stop;
	int ret;

	ret = drmsnoop_query_range(window->snoop, *offset, DRM_SNOOP_QUERY_NEXT, &range,
				   sizeof(range));
	if (ret && ret != -ENOENT)
		return ret;
	if (!ret && range.end <= *offset)
		return dsn_fail(EIO, "DRM_IOCTL_SNOOP_QUERY_RANGE answered with a range below 0x%llx: update drm_snoop",
				(unsigned long long)*offset);
	start = !ret && range.start < end ? range.start & ~mask : end;
	if (start > *offset) {
		ret = dsn_map_add(window, *offset, start, -ENXIO, 0, 0);
		*offset = start;
		return ret;
	}
	stop = range.end < end ? range.end & ~mask : end;
	/* Pages that are in it only in part. */
	if (range.start > *offset || stop <= *offset) {
		stop = *offset + mask + 1;
		ret = dsn_map_add(window, *offset, stop, -EOPNOTSUPP, range.generation, 0);
		*offset = stop;
		return ret;
	}
	return add_range(window, offset, stop, &range);
}

static int fill(struct window *window)
{
	uint64_t offset = window->map.offset, end = offset + window->map.size;
	size_t i;
	int ret;

	while (offset < end) {
		ret = add_next(window, &offset, end);
		if (ret)
			return ret;
	}
	for (i = 0; i < window->map.part_count; i++)
		if (!window->parts[i].error)
			return 0;
	/* What is there says more than what is not. */
	for (i = 0; i < window->map.part_count - 1; i++)
		if (window->parts[i].error != -ENXIO)
			break;
	return explain_map(window->snoop, window->parts[i].offset, -window->parts[i].error);
}

static int check_map(const struct drmsnoop *snoop, uint64_t *offset, uint64_t *size,
		     unsigned int flags)
{
	const uint64_t mask = sysconf(_SC_PAGESIZE) - 1;
	uint64_t end;
	int ret;

	if (flags & ~(DRMSNOOP_WRITE | DRMSNOOP_COPY))
		return dsn_fail(EINVAL, "unknown flags 0x%x", flags);
	if (flags & DRMSNOOP_WRITE && flags & DRMSNOOP_COPY)
		return dsn_fail(EINVAL, "copies are not written");
	if (!*size)
		return dsn_fail(EINVAL, "a map of 0 bytes");
	if (!(snoop->info.features & DRM_SNOOP_FEATURE_MMAP))
		return dsn_fail(EOPNOTSUPP, "nothing can be mapped: this drm_snoop does not map (update it), or the kernel is locked down");
	if (flags & DRMSNOOP_WRITE && !snoop->write)
		return dsn_fail(EACCES, "the handle is not open for writing");
	ret = dsn_check_window(snoop, offset, size);
	if (ret)
		return ret;
	end = (*offset + *size + mask) & ~mask;
	*offset &= ~mask;
	*size = end - *offset;
	if (*size > SIZE_MAX)
		return dsn_fail(ENOMEM, "no room for a map of 0x%llx bytes",
				(unsigned long long)*size);
	return 0;
}

int drmsnoop_map(struct drmsnoop *snoop, uint64_t offset, uint64_t size, unsigned int flags,
		 struct drmsnoop_map **map)
{
	struct window window = {
		.snoop = snoop,
		.prot = PROT_READ | (flags & DRMSNOOP_WRITE ? PROT_WRITE : 0),
		.copies = flags & DRMSNOOP_COPY,
	};
	struct drmsnoop_map *returned;
	int ret;

	ret = check_map(snoop, &offset, &size, flags);
	if (ret)
		return ret;
	returned = malloc(sizeof(*returned));
	if (!returned)
		return dsn_fail(ENOMEM, "out of memory");
	window.map.offset = offset;
	window.map.size = size;
	window.map.addr = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			       -1, 0);
	if (window.map.addr == MAP_FAILED) {
		free(returned);
		return dsn_fail(ENOMEM, "no room for a map of 0x%llx bytes",
				(unsigned long long)size);
	}
	ret = fill(&window);
	if (ret) {
		unmap_window(&window);
		free(window.parts);
		free(returned);
		return ret;
	}
	*returned = window.map;
	returned->parts = window.parts;
	*map = returned;
	return 0;
}

void drmsnoop_unmap(struct drmsnoop_map *map)
{
	if (!map)
		return;
	munmap(map->addr, map->size);
	free((void *)map->parts);
	free(map);
}
