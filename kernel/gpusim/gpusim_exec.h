/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_EXEC_H_
#define _GPUSIM_EXEC_H_

struct drm_device;
struct drm_file;

/* Commands in one EXEC. */
#define GPUSIM_MAX_CMDS		1024

int gpusim_ioctl_exec(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _GPUSIM_EXEC_H_ */
