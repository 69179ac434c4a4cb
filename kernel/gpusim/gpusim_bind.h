/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_BIND_H_
#define _GPUSIM_BIND_H_

struct drm_device;
struct drm_file;
struct drm_gpuva_op;

/* steps of drm_gpuvm_sm_map() and drm_gpuvm_sm_unmap(), for &drm_gpuvm_ops */
int gpusim_bind_step_map(struct drm_gpuva_op *op, void *priv);
int gpusim_bind_step_remap(struct drm_gpuva_op *op, void *priv);
int gpusim_bind_step_unmap(struct drm_gpuva_op *op, void *priv);

int gpusim_ioctl_vm_bind(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _GPUSIM_BIND_H_ */
