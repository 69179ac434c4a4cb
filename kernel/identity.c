// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identities given to user space: keyed hashes of kernel pointers, so that
 * equality can be seen and addresses cannot.
 */

#include <linux/random.h>
#include <linux/siphash.h>

#include "identity.h"
#include "range.h"

static siphash_key_t identity_key;

/**
 * snoop_identity_init - choose the key
 *
 * Called once, before any other function here.
 */
void snoop_identity_init(void)
{
	get_random_bytes(&identity_key, sizeof(identity_key));
}

/**
 * snoop_object_id - identity of an object
 * @obj: The object; the pointer is not dereferenced.
 *
 * Return: never 0; constant while the object lives. A later object may get it again.
 */
u64 snoop_object_id(const struct drm_gem_object *obj)
{
	return siphash_1u64((unsigned long)obj, &identity_key) ?: 1;
}

/**
 * snoop_range_generation - token of a binding
 * @range: A range as the adapter returned it.
 *
 * Return: two values that differ tell that something else was bound meanwhile.
 * Equal ones do not prove the contrary, unless a reference on the object was held:
 * both structures may have been freed and made again at the same place.
 */
u64 snoop_range_generation(const struct snoop_range *range)
{
	u64 binding = siphash_2u64((unsigned long)range->binding,
				   (unsigned long)range->obj, &identity_key);

	return siphash_4u64(binding, range->start, range->end, range->obj_offset,
			    &identity_key);
}
