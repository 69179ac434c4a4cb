/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_DEVICE_H_
#define _GPUSIM_DEVICE_H_

#include <linux/container_of.h>
#include <linux/workqueue_types.h>

#include <drm/drm_device.h>
#include <drm/ttm/ttm_device.h>

#include "gpusim_swap.h"
#include "gpusim_vram.h"

struct gpusim_sched;

/**
 * struct gpusim_device - one virtual GPU
 *
 * Lifetime: reference counted through @drm. Each open file, each VM (through
 * its &drm_gpuvm) and each exported dma-buf holds a reference, so every member
 * outlives every user of it; all of it is taken down by managed actions when
 * the last reference goes, which can be long after the device was unbound.
 * Memory of the device is touched only between drm_dev_enter() and
 * drm_dev_exit().
 */
struct gpusim_device {
	/** @drm: Base class. */
	struct drm_device drm;

	/** @ttm: TTM device: placements SYSTEM, TT and VRAM. */
	struct ttm_device ttm;

	/** @vram: Device memory. */
	struct gpusim_vram vram;

	/** @swap: BO that is being swapped out. */
	struct gpusim_swap swap;

	/** @sched: The engine's queue; a reference is held. */
	struct gpusim_sched *sched;
};

static inline struct gpusim_device *to_gpusim(struct drm_device *drm)
{
	return container_of(drm, struct gpusim_device, drm);
}

/* Removes mappings of dying VMs; flushed before the module goes. */
extern struct workqueue_struct *gpusim_teardown_wq;

#endif /* _GPUSIM_DEVICE_H_ */
