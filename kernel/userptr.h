/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_USERPTR_H
#define SNOOP_USERPTR_H

#include <linux/types.h>

#include "range.h"

struct mm_struct;
struct snoop_access;

/**
 * struct snoop_userptr - content of a process that is still to be copied
 *
 * Made within an access and used after it, so that nothing is held while the
 * process's memory is touched.
 */
struct snoop_userptr {
	/** @mm: The memory, with mmget(), or NULL: nothing to be done. */
	struct mm_struct *mm;

	/** @addr: First CPU address. */
	unsigned long addr;

	/** @len: Bytes. */
	size_t len;

	/** @deadline: When waiting ends, in jiffies. */
	unsigned long deadline;

	/** @range: The range as it was; only compared, without a reference. */
	struct snoop_range range;
};

int snoop_userptr_begin(const struct snoop_access *access, const struct snoop_range *range,
			u64 addr, size_t len, bool write, struct snoop_userptr *user);
ssize_t snoop_userptr_copy(const struct snoop_userptr *user, void *buf, bool write);
void snoop_userptr_end(struct snoop_userptr *user);

#endif
