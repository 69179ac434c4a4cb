// SPDX-License-Identifier: GPL-2.0-only
/*
 * lseek(): offsets are 64-bit addresses without sign; data is what is bound.
 */

#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/syscalls.h>

#include "card.h"
#include "file.h"
#include "space.h"

/* First address from @addr on that is bound. 0, -ENXIO or an error. */
static int snoop_seek_data(struct snoop_space *space, u64 *addr)
{
	struct snoop_extent extent;
	int ret;

	*addr = snoop_space_canonical(space, *addr);
	ret = snoop_space_extents(space, *addr, &extent, 1);
	if (ret <= 0)
		return ret ?: -ENXIO;
	*addr = max(*addr, extent.start);
	return 0;
}

/* First address after the space: of an object, after what the handle names now. */
static int snoop_seek_size(struct snoop_space *space, u64 *size)
{
	struct snoop_extent extent = {};
	int ret;

	*size = space->size;
	if (!space->eof)
		return 0;
	ret = snoop_space_extents(space, 0, &extent, 1);
	*size = extent.end;
	return min(ret, 0);
}

/* First address from @addr on that is not bound. 0, -ENXIO or an error. */
static int snoop_seek_hole(struct snoop_space *space, u64 *addr)
{
	struct snoop_extent extents[SNOOP_EXTENTS_MAX];
	bool found = false;
	int count, i;
	u64 size;

	*addr = snoop_space_canonical(space, *addr);
	count = snoop_seek_size(space, &size);
	if (count)
		return count;
	if (*addr >= size)
		return -ENXIO;
	while (!found) {
		count = snoop_space_extents(space, *addr, extents, ARRAY_SIZE(extents));
		if (count < 0)
			return count;
		found = count < ARRAY_SIZE(extents);
		for (i = 0; i < count; i++) {
			if (extents[i].start > *addr) {
				found = true;
				break;
			}
			*addr = extents[i].end;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/* @base + @offset, where only @offset has a sign. */
static int snoop_seek_add(u64 base, loff_t offset, u64 *addr)
{
	if (offset < 0)
		return check_sub_overflow(base, -(u64)offset, addr) ? -EINVAL : 0;
	return check_add_overflow(base, (u64)offset, addr) ? -EOVERFLOW : 0;
}

static int snoop_seek(struct file *filp, struct snoop_space *space, loff_t offset, int whence,
		      u64 *addr)
{
	u64 size;
	int ret;

	*addr = offset;
	switch (whence) {
	case SEEK_SET:
		return 0;
	case SEEK_CUR:
		return snoop_seek_add(filp->f_pos, offset, addr);
	case SEEK_END:
		ret = snoop_seek_size(space, &size);
		return ret ?: snoop_seek_add(size, offset, addr);
	case SEEK_DATA:
		return snoop_seek_data(space, addr);
	case SEEK_HOLE:
		return snoop_seek_hole(space, addr);
	default:
		return -EINVAL;
	}
}

/**
 * snoop_llseek - move the file position
 * @filp: The file.
 * @offset: Address, or distance for SEEK_CUR and SEEK_END.
 * @whence: SEEK_SET, CUR, END (first address after the VM or object), DATA,
 *          HOLE.
 *
 * Return: the new address; -EINVAL (unknown whence, below 0), -EOVERFLOW
 * (beyond 64 bit), -ENXIO (not bound; no data or hole from there on), -ENODEV, or
 * what snoop_space_extents() returns.
 */
loff_t snoop_llseek(struct file *filp, loff_t offset, int whence)
{
	struct snoop_file *file = filp->private_data;
	struct snoop_space *space;
	u64 addr;
	int ret;

	if (snoop_card_is_dead(file->card))
		return -ENODEV;
	space = snoop_file_space(file);
	if (IS_ERR(space))
		return PTR_ERR(space);
	ret = snoop_seek(filp, space, offset, whence, &addr);
	snoop_space_put(space);
	if (ret)
		return ret;
	filp->f_pos = addr;
	force_successful_syscall_return();
	return addr;
}
