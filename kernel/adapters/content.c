// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content that must not be looked at.
 */

#include <linux/err.h>
#include <linux/uaccess.h>

#include <drm/drm_gem.h>

#include "adapter.h"

/* All bits if the member cannot be read: then the layout is not what was thought. */
static u64 snoop_content_member(const struct snoop_adapter *adapter, const void *object,
				enum snoop_member_id id, size_t size)
{
	u64 value64 = 0;
	u32 value32 = 0;
	void *value = size == sizeof(value32) ? (void *)&value32 : &value64;

	if (!snoop_adapter_has(adapter, id))
		return 0;
	if (copy_from_kernel_nofault(value, object + adapter->offsets[id], size))
		return U64_MAX;
	return value64 | value32;
}

/**
 * snoop_content_check - may the content of an object be looked at?
 * @card: Card of the object's device.
 * @obj: The object, not imported.
 *
 * Protected content (for video under copy protection, say) is encrypted with a key of
 * the GPU's, or must not be touched by the CPU. Only an adapter that is ready knows.
 * Takes no lock.
 *
 * Return: 0 or -ENOKEY.
 */
int snoop_content_check(struct snoop_card *card, const struct drm_gem_object *obj)
{
	const struct snoop_adapter *adapter = snoop_adapter_ready(card);
	const void *object;
	u64 value;

	if (IS_ERR(adapter) || !adapter->driver->protected_mask || obj->dev != adapter->drm ||
	    !snoop_adapter_has(adapter, SNOOP_OBJECT_GEM))
		return 0;
	object = (const void *)obj - adapter->offsets[SNOOP_OBJECT_GEM];
	value = snoop_content_member(adapter, object, SNOOP_OBJECT_PROTECTED, sizeof(u32)) |
		snoop_content_member(adapter, object, SNOOP_OBJECT_PROTECTED64, sizeof(u64));
	return value & adapter->driver->protected_mask ? -ENOKEY : 0;
}
