/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _TEST_LINUX_SLAB_H_
#define _TEST_LINUX_SLAB_H_

#include <stdlib.h>

#define GFP_KERNEL	0

static inline void *kvmalloc_array(size_t n, size_t size, int flags)
{
	return calloc(n ? n : 1, size);
}

static inline void kvfree(void *p)
{
	free(p);
}

#endif
