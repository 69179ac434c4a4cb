/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_PRIVATE_H
#define SNOOP_PRIVATE_H

#include "adapter.h"

struct drm_file;

/* Address of a member that the adapter has. */
static inline void *snoop_private_member(const struct snoop_adapter *adapter, const void *base,
					 enum snoop_member_id id)
{
	return (void *)base + adapter->layout->offsets[id];
}

int snoop_private_pointer(const struct snoop_adapter *adapter, const void *base,
			  enum snoop_member_id id, void **pointer);
void *snoop_private_device(const struct snoop_adapter *adapter, const void *file);
void *snoop_private_file(const struct snoop_adapter *adapter, const struct drm_file *client);

#endif
