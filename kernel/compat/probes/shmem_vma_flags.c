// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are the flags of shmem_file_setup() a vma_flags_t?
 * Since "mm: update shmem_[kernel]_file_*() functions to use vma_flags_t", between 6.12 and 7.2.
 */
#include <linux/mm.h>
#include <linux/shmem_fs.h>

struct file *probe(void);

struct file *probe(void)
{
	return shmem_file_setup("probe", 0, mk_vma_flags(VMA_NORESERVE_BIT));
}
