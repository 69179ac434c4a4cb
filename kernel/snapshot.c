// SPDX-License-Identifier: GPL-2.0-only
/*
 * DRM_IOCTL_SNOOP_SNAPSHOT: a frozen copy of a window.
 *
 * Goes from range to range, so holes cost nothing, however large they are. A range is
 * looked up, copied in pieces that must all be of the binding that was found, and
 * looked at again.
 */

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include <uapi/drm/drm_snoop.h>

#include "card.h"
#include "file.h"
#include "policy.h"
#include "snapshot.h"
#include "snapshot_taking.h"
#include "space.h"

/**
 * snoop_taking_report - tell the caller how far it is
 * @taking: The snapshot; nothing of the target is held.
 *
 * Return: 0 to go on; -EINTR, -EFAULT.
 */
int snoop_taking_report(const struct snoop_taking *taking)
{
	struct drm_snoop_progress __user *progress = taking->progress;

	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	if (!progress)
		return 0;
	if (put_user(taking->addr, &progress->addr) ||
	    put_user(taking->snapshot->copied, &progress->copied))
		return -EFAULT;
	return 0;
}

static void snoop_taking_advance(struct snoop_taking *taking, u64 addr)
{
	taking->addr = addr;
	taking->stale = 0;
}

/**
 * snoop_taking_is_over - does an error end the call, or is it that of some addresses?
 * @taking: The snapshot.
 * @kind: DRM_SNOOP_RANGE_* of what was copied.
 * @error: Negative error code.
 *
 * Return: true if it ends the call.
 */
bool snoop_taking_is_over(const struct snoop_taking *taking, u32 kind, ssize_t error)
{
	switch (error) {
	case -ENOENT:
	case -EUCLEAN:
	case -EINTR:
	case -ERESTARTSYS:
	case -EDQUOT:
	case -ENOMEM:
		return true;
	case -ESRCH:
		/* A process can end before its client. */
		return kind != DRM_SNOOP_RANGE_USERPTR;
	case -ENODEV:
		/* The card of an exporter is another one. */
		return snoop_card_is_dead(taking->space->file->card);
	default:
		return false;
	}
}

/* Address after some pages of a process's memory from @addr on, or @end if that is before. */
static u64 snoop_taking_after(const struct drm_snoop_range *range, u64 addr, u64 end,
			      unsigned int pages)
{
	u64 cpu = range->object_offset + (addr - range->start);

	return addr + min_t(u64, end - addr, pages * PAGE_SIZE - offset_in_page(cpu));
}

/* Where the next piece of a range ends at the latest. */
static u64 snoop_taking_until(const struct snoop_taking *taking,
			      const struct drm_snoop_range *range, u64 end)
{
	return range->kind == DRM_SNOOP_RANGE_USERPTR ?
		snoop_taking_after(range, taking->addr, end, taking->pages) : end;
}

/*
 * First address after what cannot be read because of an error. Objects are readable or
 * not; of a process's memory it can be each page.
 */
static u64 snoop_taking_skip(struct snoop_taking *taking, const struct drm_snoop_range *range,
			     u64 end, ssize_t error)
{
	if (range->kind != DRM_SNOOP_RANGE_USERPTR || !(range->flags & DRM_SNOOP_READABLE) ||
	    (error != -EIO && error != -EACCES))
		return end;
	taking->pages = 1;
	return snoop_taking_after(range, taking->addr, end, 1);
}

/**
 * snoop_taking_entry - the entry of no bytes in a range
 * @range: The range.
 * @addr: Address in it.
 *
 * Return: the entry of [@addr, @addr).
 */
struct drm_snoop_snapshot_range snoop_taking_entry(const struct drm_snoop_range *range, u64 addr)
{
	struct drm_snoop_snapshot_range entry = {
		.start = addr,
		.end = addr,
		.object_id = range->object_id,
		.object_offset = range->object_offset,
		.object_size = range->object_size,
		.generation = range->generation,
		.kind = range->kind,
		.placement = range->placement,
	};

	/* Others have no offset, or one that the caller may not know. */
	if (range->object_id || range->object_offset)
		entry.object_offset += addr - range->start;
	return entry;
}

/* Adds an entry with what became of its range while it was copied. */
static int snoop_taking_add(struct snoop_taking *taking, struct drm_snoop_snapshot_range *entry)
{
	struct drm_snoop_range now;
	int ret;

	if (entry->start == entry->end)
		return 0;
	ret = snoop_space_next(taking->space, entry->start, &now);
	if (ret < 0)
		return ret;
	if (!ret || now.start > entry->start || now.generation != entry->generation)
		entry->flags |= DRM_SNOOP_SNAPSHOT_REBOUND;
	else if (now.placement != entry->placement)
		entry->flags |= DRM_SNOOP_SNAPSHOT_MOVED;
	if (!entry->error && entry->kind != DRM_SNOOP_RANGE_SPARSE)
		entry->flags |= taking->flags;
	return snoop_table_add(&taking->snapshot->table, entry);
}

/* Goes on with an entry, or with one of another error. */
static int snoop_taking_extend(struct snoop_taking *taking, const struct drm_snoop_range *range,
			       struct drm_snoop_snapshot_range *entry, u64 end, u32 error)
{
	int ret;

	if (entry->error != error) {
		ret = snoop_taking_add(taking, entry);
		if (ret)
			return ret;
		*entry = snoop_taking_entry(range, taking->addr);
		entry->error = error;
	}
	entry->end = end;
	snoop_taking_advance(taking, end);
	return snoop_taking_report(taking);
}

/*
 * Copies the next piece of a range. 0, 1: bound anew, so the entry ends and the range is
 * to be looked up again; or an error.
 */
static int snoop_taking_copy_piece(struct snoop_taking *taking,
				   const struct drm_snoop_range *range,
				   struct drm_snoop_snapshot_range *entry, u64 end)
{
	u64 addr = taking->addr;
	u64 until = snoop_taking_until(taking, range, end);
	ssize_t ret;

	ret = snoop_snapshot_copy(taking->snapshot, taking->space, addr, range->generation,
				  snoop_snapshot_piece(taking->snapshot, addr, until));
	if (ret > 0) {
		taking->pages = min(2 * taking->pages, SNOOP_PIECE_PAGES);
		return snoop_taking_extend(taking, range, entry, addr + ret, 0);
	}
	if (ret == -ESTALE) {
		if (taking->stale++ < SNOOP_SNAPSHOT_TRIES)
			return 1;
		ret = -EBUSY;
	}
	/* Nothing, without an error: no more of the object is there. */
	if (!ret)
		ret = -ENODATA;
	if (snoop_taking_is_over(taking, range->kind, ret))
		return ret;
	return snoop_taking_extend(taking, range, entry,
				   snoop_taking_skip(taking, range, end, ret), -ret);
}

/* Copies what a range has of the window from taking->addr on. */
static int snoop_taking_copy_range(struct snoop_taking *taking,
				   const struct drm_snoop_range *range)
{
	u64 end = min(range->end, taking->end);
	struct drm_snoop_snapshot_range entry = snoop_taking_entry(range, taking->addr);
	int ret = 0;

	if (range->kind == DRM_SNOOP_RANGE_SPARSE)
		ret = snoop_taking_extend(taking, range, &entry, end, 0);
	while (!ret && taking->addr < end)
		ret = snoop_taking_copy_piece(taking, range, &entry, end);
	if (ret < 0)
		return ret;
	return snoop_taking_add(taking, &entry);
}

/**
 * snoop_taking_run - copy what is bound, one piece after the other
 * @taking: The snapshot, from its addr to its end.
 *
 * Return: 0 with addr at the end; or what the uAPI says of SNAPSHOT.
 */
int snoop_taking_run(struct snoop_taking *taking)
{
	struct drm_snoop_range range;
	int ret;

	while (taking->addr < taking->end) {
		ret = snoop_space_next(taking->space, taking->addr, &range);
		if (ret < 0)
			return ret;
		if (!ret || range.start >= taking->end)
			break;
		if (range.start > taking->addr)
			snoop_taking_advance(taking, range.start);
		ret = snoop_taking_copy_range(taking, &range);
		if (ret)
			return ret;
	}
	snoop_taking_advance(taking, taking->end);
	return snoop_taking_report(taking);
}

static int snoop_snapshot_check(const struct drm_snoop_snapshot *request)
{
	bool consistent = request->flags & DRM_SNOOP_SNAPSHOT_CONSISTENT;
	u64 end;

	if ((request->flags & ~DRM_SNOOP_SNAPSHOT_CONSISTENT) || request->pad || request->pad2 ||
	    !request->budget_ms == consistent || request->stopped_us || !request->size ||
	    offset_in_page(request->addr) || offset_in_page(request->size))
		return -EINVAL;
	if (request->size > MAX_LFS_FILESIZE)
		return -EFBIG;
	/* The last page may end with the last address. */
	if (check_add_overflow(request->addr, request->size - 1, &end))
		return -EOVERFLOW;
	return snoop_policy_read();
}

/* Nothing is left of a snapshot that fails. */
static int snoop_snapshot_try(struct snoop_taking *taking, const struct snoop_account *account,
			      struct drm_snoop_snapshot *request)
{
	int ret;

	taking->snapshot = snoop_snapshot_create(account, request->addr, request->size);
	if (IS_ERR(taking->snapshot))
		return PTR_ERR(taking->snapshot);
	taking->addr = request->addr;
	if (request->flags & DRM_SNOOP_SNAPSHOT_CONSISTENT)
		ret = snoop_taking_run_at_once(taking, request);
	else
		ret = snoop_taking_run(taking);
	if (ret)
		snoop_snapshot_free(taking->snapshot);
	return ret;
}

static struct file *snoop_snapshot_take_space(struct snoop_file *file, struct snoop_space *space,
					      struct drm_snoop_snapshot *request)
{
	unsigned int tries = SNOOP_SNAPSHOT_TRIES;
	struct snoop_taking taking = {
		.space = space,
		.progress = u64_to_user_ptr(request->progress),
		.pages = SNOOP_PIECE_PAGES,
	};
	int ret;

	request->addr = snoop_space_canonical(space, request->addr);
	if (check_add_overflow(request->addr, request->size, &taking.end))
		taking.end = U64_MAX;
	do {
		ret = snoop_snapshot_try(&taking, &file->account, request);
	} while (ret == -ESTALE && --tries);
	if (ret)
		return ERR_PTR(ret == -ESTALE ? -EBUSY : ret);
	request->copied = taking.snapshot->copied;
	request->range_count = taking.snapshot->table.count;
	return snoop_snapshot_seal(taking.snapshot);
}

/**
 * snoop_snapshot_take - answer DRM_IOCTL_SNOOP_SNAPSHOT
 * @file: The calling file.
 * @request: Request and answer.
 *
 * Return: the file of the snapshot, or an error pointer as the uAPI says.
 */
struct file *snoop_snapshot_take(struct snoop_file *file, struct drm_snoop_snapshot *request)
{
	struct snoop_space *space;
	struct file *made;
	int ret;

	ret = snoop_snapshot_check(request);
	if (ret)
		return ERR_PTR(ret);
	space = snoop_file_space(file);
	if (IS_ERR(space))
		return ERR_CAST(space);
	ret = request->flags & DRM_SNOOP_SNAPSHOT_CONSISTENT ? snoop_consistent_check(space) : 0;
	made = ret ? ERR_PTR(ret) : snoop_snapshot_take_space(file, space, request);
	snoop_space_put(space);
	return made;
}
