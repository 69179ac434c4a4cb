// SPDX-License-Identifier: LGPL-2.1-or-later
/* Parts of a map that are copies, for what cannot be mapped: pieces of a snapshot. */

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"
#include "map.h"

/* A snapshot of a part, piece by piece. */
struct copy {
	struct window *window;
	int snapshot;
	uint64_t start, end;
	/* all below is in a part */
	uint64_t next;
};

static int map_piece(struct copy *copy, uint64_t offset, uint64_t end)
{
	void *addr = mmap(NULL, end - offset, PROT_READ, MAP_SHARED, copy->snapshot,
			  offset - copy->start);
	int ret = addr == MAP_FAILED ? -errno : dsn_map_place(copy->window, addr, offset, end);

	return ret ? dsn_fail(-ret, "mapping a copy of 0x%llx: no memory, no room, or more maps than vm.max_map_count",
			      (unsigned long long)offset) : 0;
}

static int add_hole(struct copy *copy, uint64_t end)
{
	uint64_t offset = copy->next;

	copy->next = end;
	return offset < end ? dsn_map_add(copy->window, offset, end, -ENXIO, 0, 0) : 0;
}

/* Whole pages of one binding: an entry of less says nothing of the rest of its page. */
static int add_piece(const struct drm_snoop_snapshot_range *range, void *data)
{
	const uint64_t mask = sysconf(_SC_PAGESIZE) - 1;
	struct copy *copy = data;
	uint64_t offset = range->start > copy->next ? range->start : copy->next;
	uint64_t end = range->end < copy->end ? range->end : copy->end;
	int error = -(int)range->error, ret;

	if ((offset | end) & mask) {
		offset &= ~mask;
		end = (end + mask) & ~mask;
		error = -EOPNOTSUPP;
	}
	if (offset < copy->next)
		offset = copy->next;
	if (offset >= end)
		return 0;
	ret = add_hole(copy, offset);
	if (!ret && !error)
		ret = map_piece(copy, offset, end);
	if (!ret)
		ret = dsn_map_add(copy->window, offset, end, error, range->generation,
				  error ? 0 : DRMSNOOP_PART_COPY);
	copy->next = end;
	return ret;
}

int dsn_map_copy(struct window *window, struct drmsnoop *snoop, uint64_t offset, uint64_t end)
{
	struct copy copy = { .window = window, .start = offset, .end = end, .next = offset };
	int ret;

	copy.snapshot = drmsnoop_snapshot(snoop, offset, end - offset, NULL);
	if (copy.snapshot < 0)
		return copy.snapshot;
	ret = drmsnoop_foreach_snapshot_range(copy.snapshot, add_piece, &copy);
	if (!ret)
		ret = add_hole(&copy, end);
	close(copy.snapshot);
	return ret;
}
