// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arrays of the uAPI, whose elements may grow.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/uaccess.h>

#include "entries.h"

/* Largest element that a caller may ask for. */
#define SNOOP_ENTRY_MAX		4096

/**
 * snoop_entries_size_valid - is this a size for an element?
 * @user_size: As the caller says.
 *
 * Return: true if it is a multiple of 8 from 8 to 4096.
 */
bool snoop_entries_size_valid(u32 user_size)
{
	return user_size && IS_ALIGNED(user_size, 8) && user_size <= SNOOP_ENTRY_MAX;
}

/**
 * snoop_entries_copy - copy packed elements to the caller's array
 * @entries: The array.
 * @index: First element to be written.
 * @from: Elements of the kernel's size.
 * @count: Their number.
 *
 * The tail of larger elements is zeroed, smaller ones are filled as far as they
 * go.
 *
 * Return: 0 or -EFAULT.
 */
int snoop_entries_copy(const struct snoop_entries *entries, u64 index, const void *from,
		       unsigned int count)
{
	unsigned int known = min(entries->size, entries->user_size);
	u8 __user *user = u64_to_user_ptr(entries->user + index * entries->user_size);

	if (entries->size == entries->user_size)
		return copy_to_user(user, from, (size_t)entries->size * count) ? -EFAULT : 0;
	while (count--) {
		if (copy_to_user(user, from, known) ||
		    clear_user(user + known, entries->user_size - known))
			return -EFAULT;
		from += entries->size;
		user += entries->user_size;
	}
	return 0;
}
