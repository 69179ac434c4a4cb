/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_SWAP_H_
#define _GPUSIM_SWAP_H_

#include <linux/mutex.h>
#include <linux/types.h>

struct gpusim_bo;
struct task_struct;
struct ttm_buffer_object;

/**
 * struct gpusim_swap - which BO is to be swapped out
 *
 * TTM chooses what it swaps out and asks the driver whether each is worth it; this
 * is how the choice becomes one BO. Lifetime: that of the &drm_device.
 */
struct gpusim_swap {
	/** @lock: Held while a BO is swapped out, inside its reservation. */
	struct mutex lock;

	/**
	 * @task: Who does so, or NULL. Set under @lock; others only compare it
	 * with themselves.
	 */
	struct task_struct *task;

	/** @bo: What @task swaps out; under @lock. */
	const struct ttm_buffer_object *bo;
};

int gpusim_swap_init(struct gpusim_swap *swap);
bool gpusim_swap_wants(const struct gpusim_swap *swap, const struct ttm_buffer_object *tbo);
int gpusim_swap_out(struct gpusim_bo *bo);
bool gpusim_swap_is_out(const struct gpusim_bo *bo);

#endif /* _GPUSIM_SWAP_H_ */
