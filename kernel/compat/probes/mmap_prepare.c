// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do files say how they are mapped before there is a VMA, and shmem in this way only?
 * Since "mm/shmem: update shmem to use mmap_prepare", between 6.12 and 7.2.
 */
#include <linux/fs.h>
#include <linux/mm.h>

int probe(struct vm_area_desc *desc);

int probe(struct vm_area_desc *desc)
{
	return file_inode(desc->file)->i_fop->mmap_prepare(desc) + !desc->vm_file;
}
