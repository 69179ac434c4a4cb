/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_GEM_H_
#define _GPUSIM_GEM_H_

struct drm_gem_object_funcs;

extern const struct drm_gem_object_funcs gpusim_gem_funcs;

#endif /* _GPUSIM_GEM_H_ */
