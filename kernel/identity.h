/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_IDENTITY_H
#define SNOOP_IDENTITY_H

#include <linux/types.h>

struct drm_gem_object;
struct snoop_range;

void snoop_identity_init(void);
u64 snoop_object_id(const struct drm_gem_object *obj);
u64 snoop_range_generation(const struct snoop_range *range);

#endif
