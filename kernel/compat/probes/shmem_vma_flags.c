// SPDX-License-Identifier: GPL-2.0-only
/* Are the flags of shmem_file_setup() a vma_flags_t? Later kernels. */
#include <linux/mm.h>
#include <linux/shmem_fs.h>

struct file *probe(void);

struct file *probe(void)
{
	return shmem_file_setup("probe", 0, mk_vma_flags(VMA_NORESERVE_BIT));
}
