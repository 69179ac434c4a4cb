/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_BACKING_H
#define SNOOP_BACKING_H

#include <linux/types.h>

struct drm_gem_object;
struct page;
struct snoop_card;

bool snoop_backing_is_known(struct snoop_card *card, const struct drm_gem_object *obj);
int snoop_backing_page(struct snoop_card *card, const struct drm_gem_object *obj, u64 index,
		       struct page **page);

#endif
