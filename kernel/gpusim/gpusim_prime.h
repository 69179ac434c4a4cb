/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_PRIME_H_
#define _GPUSIM_PRIME_H_

struct device;
struct dma_buf_attachment;
struct drm_device;
struct drm_gem_object;
struct sg_table;
struct ttm_tt;

struct drm_gem_object *gpusim_prime_import_sg_table(struct drm_device *drm,
						    struct dma_buf_attachment *attach,
						    struct sg_table *sgt);
int gpusim_prime_populate(struct device *dev, struct ttm_tt *tt);

#endif /* _GPUSIM_PRIME_H_ */
