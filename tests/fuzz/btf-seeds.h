/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _BTF_SEEDS_H_
#define _BTF_SEEDS_H_

#include <linux/types.h>
#include <stddef.h>

struct seed {
	const char *name;
	u8 *base, *module;	/* on the heap; the module may be empty */
	size_t base_len, module_len;
};

/* Blobs from which inputs are made. Return: their number; *seeds is for good. */
unsigned int btf_seeds(const struct seed **seeds);

#endif
