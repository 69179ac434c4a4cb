/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPAT_MM_H
#define COMPAT_MM_H

#include <linux/mm.h>

#include "features.h"

#ifndef HAVE_ZAP_VMA_RANGE
#define zap_vma_range	zap_vma_ptes
#endif

#endif
