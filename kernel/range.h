/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_RANGE_H
#define SNOOP_RANGE_H

#include <linux/types.h>

struct drm_gem_object;
struct drm_snoop_range;
struct mm_struct;
struct snoop_access;

/**
 * struct snoop_range - one mapping of a space, as it was when looked at
 *
 * A value without lock: it may be out of date at once. It holds a reference on
 * @obj, which snoop_range_put() drops; dropping may sleep and run the
 * driver's free function, so never under a lock of the driver, and before the
 * access ends that it was made in.
 */
struct snoop_range {
	/** @start: First address. */
	u64 start;

	/** @end: First address after the range, above @start. */
	u64 end;

	/** @obj: The bound object with a reference, or NULL. */
	struct drm_gem_object *obj;

	/**
	 * @obj_offset: Byte in @obj at @start; @obj_offset + (@end - @start) is
	 * at most the size of the object. CPU address at @start for a userptr,
	 * if @mm is known.
	 */
	u64 obj_offset;

	/** @binding: The driver's mapping structure; only hashed. */
	const void *binding;

	/** @mm: Memory of a userptr, only compared; NULL: not known. */
	const struct mm_struct *mm;

	/** @kind: DRM_SNOOP_RANGE_*. */
	u32 kind;

	/** @read_only: The driver lets the device only read it. */
	bool read_only;
};

void snoop_range_put(struct snoop_range *range);
void snoop_ranges_put(struct snoop_range *ranges, unsigned int count);
bool snoop_range_is_same(const struct snoop_range *a, const struct snoop_range *b);
void snoop_range_describe(const struct snoop_access *access, const struct snoop_range *range,
			  struct drm_snoop_range *out);

#endif
