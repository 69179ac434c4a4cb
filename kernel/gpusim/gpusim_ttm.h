/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_TTM_H_
#define _GPUSIM_TTM_H_

#include <linux/types.h>

struct gpusim_device;

int gpusim_ttm_init(struct gpusim_device *gdev);
u64 gpusim_ttm_vram_used(struct gpusim_device *gdev);

#endif /* _GPUSIM_TTM_H_ */
