/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _TEST_LINUX_LIMITS_H_
#define _TEST_LINUX_LIMITS_H_

#include_next <linux/limits.h>
#include <stdint.h>

#define U32_MAX		UINT32_MAX

#endif
