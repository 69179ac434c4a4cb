/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_DMABUF_H
#define SNOOP_DMABUF_H

#include <linux/types.h>

struct device;
struct dma_buf;
struct drm_gem_object;
struct snoop_access;

int snoop_dmabuf_check(const struct dma_buf *dmabuf, struct device *dev);
int snoop_dmabuf_access_locked(struct dma_buf *dmabuf, u64 offset, void *buf, size_t len,
			       bool write);
int snoop_dmabuf_access(const struct snoop_access *access, struct dma_buf *dmabuf,
			struct device *dev, u64 offset, void *buf, size_t len, bool write);

int snoop_export_check(struct drm_gem_object *obj);
int snoop_export_access(const struct snoop_access *access, struct drm_gem_object *obj,
			u64 offset, void *buf, size_t len, bool write);

#endif
