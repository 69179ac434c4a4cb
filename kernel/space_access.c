// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content of spaces: copies between a space and kernel memory.
 */

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "card.h"
#include "client.h"
#include "file.h"
#include "identity.h"
#include "object.h"
#include "range.h"
#include "space.h"
#include "userptr.h"

/* Times that a userptr is read anew because its range changed meanwhile. */
#define SNOOP_USERPTR_TRIES	3

/**
 * struct snoop_copy - one copy under way
 * @space: The space.
 * @access: The access.
 * @write: Into the space.
 * @generation: Of the binding that the bytes must be of, or 0: of any.
 * @user: What is left to be copied after the access.
 */
struct snoop_copy {
	struct snoop_space *space;
	struct snoop_access access;
	bool write;
	u64 generation;
	struct snoop_userptr user;
};

static int snoop_copy_range(struct snoop_copy *copy, const struct snoop_range *range, u64 addr,
			    void *buf, size_t len)
{
	if (copy->write && range->read_only)
		return -EACCES;
	switch (range->kind) {
	case DRM_SNOOP_RANGE_OBJECT:
		return snoop_object_access(&copy->access, range->obj,
					   range->obj_offset + (addr - range->start), buf, len,
					   copy->write);
	case DRM_SNOOP_RANGE_SPARSE:
		if (!copy->write)
			memset(buf, 0, len);
		return 0;
	case DRM_SNOOP_RANGE_USERPTR:
		return snoop_userptr_begin(&copy->access, range, addr, len, copy->write,
					   &copy->user);
	default:
		return -EOPNOTSUPP;
	}
}

/* Is this another binding than the one that is asked for? */
static bool snoop_copy_is_stale(const struct snoop_copy *copy, const struct snoop_range *range)
{
	return copy->generation && copy->generation != snoop_range_generation(range);
}

/* What there is at an address without a range. */
static int snoop_copy_nothing(const struct snoop_copy *copy)
{
	if (copy->generation)
		return -ESTALE;
	if (!copy->space->eof)
		return -EIO;
	return copy->write ? -ENOSPC : 0;
}

/*
 * Copies what is in the one range that covers @addr. Bytes, of which those of a
 * userptr are still to be copied; 0 at the end of an object.
 */
static ssize_t snoop_copy_one(struct snoop_copy *copy, u64 addr, void *buf, size_t len)
{
	struct snoop_space *space = copy->space;
	struct snoop_range range;
	int ret;

	ret = space->ops->ranges(space, &copy->access, addr, &range, 1);
	if (ret < 0)
		return ret;
	if (!ret || range.start > addr) {
		if (ret)
			snoop_range_put(&range);
		return snoop_copy_nothing(copy);
	}
	len = min_t(u64, len, range.end - addr);
	ret = snoop_copy_is_stale(copy, &range) ? -ESTALE :
	      snoop_copy_range(copy, &range, addr, buf, len);
	snoop_range_put(&range);
	return ret ?: len;
}

/* Copies up to a userptr, that included but still to be done. As the callers. */
static ssize_t snoop_copy_ranges(struct snoop_copy *copy, u64 addr, void *buf, size_t len)
{
	size_t done = 0;
	ssize_t ret;

	ret = snoop_space_begin(copy->space, &copy->access);
	if (ret)
		return ret;
	do {
		ret = snoop_copy_one(copy, addr + done, buf + done, len - done);
		if (ret > 0)
			done += ret;
	} while (ret > 0 && done < len && !copy->user.mm);
	snoop_access_end(&copy->access);
	return done ?: ret;
}

/* Is @addr still bound as it was when the copy of the userptr began? */
static bool snoop_copy_is_current(struct snoop_copy *copy, u64 addr)
{
	struct snoop_space *space = copy->space;
	struct snoop_range range;
	bool same = false;

	if (snoop_space_begin(space, &copy->access))
		return false;
	if (space->ops->ranges(space, &copy->access, addr, &range, 1) > 0) {
		same = snoop_range_is_same(&range, &copy->user.range);
		snoop_range_put(&range);
	}
	snoop_access_end(&copy->access);
	return same;
}

/*
 * Copies the userptr that ends the @len bytes of snoop_copy_ranges(), with nothing
 * held. What was read counts only if the range was still bound afterwards: -ESTALE
 * otherwise. As the callers.
 */
static ssize_t snoop_copy_userptr(struct snoop_copy *copy, u64 addr, void *buf, size_t len)
{
	size_t before = len - copy->user.len;
	ssize_t ret;

	ret = snoop_userptr_copy(&copy->user, buf + before, copy->write);
	if (ret > 0 && !copy->write && !snoop_copy_is_current(copy, addr + before))
		ret = -ESTALE;
	snoop_userptr_end(&copy->user);
	if (ret < 0)
		return before ?: ret;
	return before + ret;
}

/* As the callers; -ESTALE when the binding changes all the time, or is not that wanted. */
static ssize_t snoop_copy_run(struct snoop_copy *copy, u64 addr, void *buf, size_t len)
{
	struct snoop_space *space = copy->space;
	unsigned int tries = SNOOP_USERPTR_TRIES;
	ssize_t ret;

	addr = snoop_space_canonical(space, addr);
	do {
		ret = snoop_copy_ranges(copy, addr, buf, len);
		if (!copy->user.mm)
			break;
		ret = snoop_copy_userptr(copy, addr, buf, ret);
	} while (ret == -ESTALE && --tries);
	if (ret < 0 && snoop_card_is_dead(space->file->card))
		return -ENODEV;
	return ret;
}

/**
 * snoop_space_access - copy content to kernel memory, or from there
 * @space: The space.
 * @addr: First address.
 * @buf: Kernel memory, congruent to @addr modulo 16 for speed.
 * @len: Bytes, not 0; the caller bounds them, as the client and the device
 *       are held meanwhile.
 * @write: Into the space.
 *
 * Return: bytes copied, less than @len before a hole, an error or the end; 0
 * at the end when reading, -ENOSPC when writing; -EIO in a hole; -EACCES (not
 * registered for writing, bound for reading only, or a userptr whose memory is
 * not registered); -EBUSY; else what snoop_space_extents(), snoop_object_access()
 * and snoop_userptr_copy() return.
 */
ssize_t snoop_space_access(struct snoop_space *space, u64 addr, void *buf, size_t len, bool write)
{
	struct snoop_copy copy = { .space = space, .write = write };
	ssize_t ret;

	if (write && !snoop_client_may_write(space->client))
		return -EACCES;
	ret = snoop_copy_run(&copy, addr, buf, len);
	return ret == -ESTALE ? -EBUSY : ret;
}

/**
 * snoop_space_read_bound - copy content of one binding to kernel memory
 * @space: The space.
 * @addr: First address.
 * @generation: Token of the binding, as snoop_range_generation() has it.
 * @buf: Kernel memory, congruent to @addr modulo 16 for speed.
 * @len: Bytes, not 0; the caller bounds them.
 *
 * Return: bytes copied, all read through this binding; -ESTALE (something else is
 * bound there, or nothing), or an error of snoop_space_access().
 */
ssize_t snoop_space_read_bound(struct snoop_space *space, u64 addr, u64 generation, void *buf,
			       size_t len)
{
	struct snoop_copy copy = { .space = space, .generation = generation };

	return snoop_copy_run(&copy, addr, buf, len);
}
