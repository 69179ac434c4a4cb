// SPDX-License-Identifier: GPL-2.0-only
/* Every kernel has this. */
#include <linux/module.h>
