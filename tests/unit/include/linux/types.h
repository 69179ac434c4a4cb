/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's names for what kernel/btf.c needs of it, so that the file builds
 * in user space as it is.
 */
#ifndef _TEST_LINUX_TYPES_H_
#define _TEST_LINUX_TYPES_H_

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#endif
