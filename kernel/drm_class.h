/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_DRM_CLASS_H
#define SNOOP_DRM_CLASS_H

struct class;

const struct class *snoop_find_drm_class(void);

#endif
