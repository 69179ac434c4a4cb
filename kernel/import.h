/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_IMPORT_H
#define SNOOP_IMPORT_H

#include <linux/types.h>

struct drm_gem_object;
struct snoop_access;
struct snoop_object_state;

bool snoop_import_may_write(const struct drm_gem_object *obj);
struct drm_gem_object *snoop_import_memory(struct drm_gem_object *obj);
void snoop_import_status(struct drm_gem_object *obj, struct snoop_object_state *state);
int snoop_import_access(const struct snoop_access *access, struct drm_gem_object *obj,
			u64 offset, void *buf, size_t len, bool write);

#endif
