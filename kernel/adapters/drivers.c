// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drivers that have an adapter.
 */

#include <linux/stddef.h>

#include "driver.h"

const struct snoop_driver *const snoop_drivers[] = {
	&snoop_driver_amdgpu,
	&snoop_driver_gpusim,
	&snoop_driver_i915,
	&snoop_driver_nouveau,
	&snoop_driver_panfrost,
	&snoop_driver_panthor,
	&snoop_driver_v3d,
	&snoop_driver_xe,
	NULL
};
