// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private structures of drivers: the first steps into them, which believe nothing.
 *
 * A layout that was read from BTF is right. That the pointers lead to the structures
 * that we take them for is knowledge about the driver, and checked: they are read so
 * that a bad address is an error, and must lead back to where we came from.
 */

#include <linux/align.h>
#include <linux/err.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>

#include "private.h"

/**
 * snoop_private_pointer - read a pointer out of a structure of the driver
 * @adapter: The adapter.
 * @base: The structure; may be anything.
 * @id: Member; the adapter has it.
 * @pointer: Filled, with NULL too.
 *
 * Return: 0 or -EUCLEAN.
 */
int snoop_private_pointer(const struct snoop_adapter *adapter, const void *base,
			  enum snoop_member_id id, void **pointer)
{
	if (copy_from_kernel_nofault(pointer, snoop_private_member(adapter, base, id),
				     sizeof(*pointer)) ||
	    !IS_ALIGNED((unsigned long)*pointer, sizeof(void *)))
		return -EUCLEAN;
	return 0;
}

/**
 * snoop_private_device - the driver's device that a client points to
 * @adapter: The adapter; it has SNOOP_FILE_DEVICE.
 * @file: The client's private structure.
 *
 * Return: the device, whose struct drm_device is the adapter's; -EUCLEAN.
 */
void *snoop_private_device(const struct snoop_adapter *adapter, const void *file)
{
	void *device, *drm;

	if (snoop_private_pointer(adapter, file, SNOOP_FILE_DEVICE, &device) || !device)
		return ERR_PTR(-EUCLEAN);
	if (snoop_adapter_has(adapter, SNOOP_DEVICE_DRM))
		drm = snoop_private_member(adapter, device, SNOOP_DEVICE_DRM);
	else if (snoop_private_pointer(adapter, device, SNOOP_DEVICE_DRM_POINTER, &drm))
		return ERR_PTR(-EUCLEAN);
	return drm == adapter->drm ? device : ERR_PTR(-EUCLEAN);
}

/**
 * snoop_private_file - what a driver keeps of a client
 * @adapter: The adapter.
 * @client: Client of an access.
 *
 * Return: the structure at driver_priv, whose back-pointers are right; NULL if the
 * driver keeps nothing; -EUCLEAN.
 */
void *snoop_private_file(const struct snoop_adapter *adapter, const struct drm_file *client)
{
	void *file = READ_ONCE(client->driver_priv);
	void *back;

	if (!file)
		return NULL;
	if (snoop_adapter_has(adapter, SNOOP_FILE_DRM_FILE) &&
	    (snoop_private_pointer(adapter, file, SNOOP_FILE_DRM_FILE, &back) || back != client))
		return ERR_PTR(-EUCLEAN);
	if (snoop_adapter_has(adapter, SNOOP_FILE_DEVICE)) {
		back = snoop_private_device(adapter, file);
		if (IS_ERR(back))
			return back;
	}
	return file;
}
