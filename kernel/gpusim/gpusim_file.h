/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_FILE_H_
#define _GPUSIM_FILE_H_

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/wait.h>
#include <linux/xarray.h>

struct drm_device;
struct drm_file;

/* VMs in one client's table; as many again may be dying. */
#define GPUSIM_MAX_VMS		64

/**
 * struct gpusim_file - one client: an open DRM descriptor
 *
 * Lifetime: &drm_file.driver_priv holds a reference, and each VM, as VMs can
 * outlive the descriptor until their last work has ended.
 */
struct gpusim_file {
	/** @kref: Reference count. */
	struct kref kref;

	/**
	 * @vms: VMs (&struct gpusim_vm) by id, each holding one &gpusim_vm.users.
	 * Its own spinlock protects all members that follow, too; an entry's
	 * hold on its VM ends after the entry has gone, so that whoever finds
	 * a VM under the lock can take a reference.
	 */
	struct xarray vms;

	/** @all: Each VM that still has mappings, in @vms or not. */
	struct list_head all;

	/** @nr_vms: Length of @all. */
	unsigned int nr_vms;

	/** @gone: Woken when a VM has left @all. */
	wait_queue_head_t gone;
};

int gpusim_file_open(struct drm_device *drm, struct drm_file *file);
void gpusim_file_postclose(struct drm_device *drm, struct drm_file *file);

struct gpusim_file *gpusim_file_get(struct gpusim_file *gfile);
void gpusim_file_put(struct gpusim_file *gfile);

#endif /* _GPUSIM_FILE_H_ */
