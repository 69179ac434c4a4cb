/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_ENTRIES_H
#define SNOOP_ENTRIES_H

#include <linux/types.h>

/**
 * struct snoop_entries - a caller's array, whose elements may have another size
 * @user: User pointer to the array.
 * @user_size: Size of an element as the caller knows it.
 * @size: Size of an element as the kernel knows it.
 */
struct snoop_entries {
	u64 user;
	unsigned int user_size;
	unsigned int size;
};

bool snoop_entries_size_valid(u32 user_size);
int snoop_entries_copy(const struct snoop_entries *entries, u64 index, const void *from,
		       unsigned int count);

#endif
