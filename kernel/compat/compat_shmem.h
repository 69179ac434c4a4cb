/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPAT_SHMEM_H
#define COMPAT_SHMEM_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>

#include <drm/drm_gem_shmem_helper.h>

#include "features.h"

/* The old one asks for the reservation too. */
#ifndef HAVE_SHMEM_PUT_PAGES_LOCKED
#define drm_gem_shmem_put_pages_locked	drm_gem_shmem_put_pages
#endif

/* Of shmem_file_setup(): memory is promised when it is used. */
#ifdef HAVE_SHMEM_VMA_FLAGS
#define COMPAT_SHMEM_NORESERVE	mk_vma_flags(VMA_NORESERVE_BIT)
#else
#define COMPAT_SHMEM_NORESERVE	VM_NORESERVE
#endif

/*
 * COMPAT_SHMEM_MMAP is a member of file_operations: the file is mapped as its inode's are.
 * For an inode of shmem whose struct file has other operations than the inode.
 */
#ifdef HAVE_MMAP_PREPARE
static inline int compat_shmem_mmap(struct vm_area_desc *desc)
{
	return file_inode(desc->file)->i_fop->mmap_prepare(desc);
}

#define COMPAT_SHMEM_MMAP	.mmap_prepare = compat_shmem_mmap
#else
static inline int compat_shmem_mmap(struct file *filp, struct vm_area_struct *vma)
{
	return file_inode(filp)->i_fop->mmap(filp, vma);
}

#define COMPAT_SHMEM_MMAP	.mmap = compat_shmem_mmap
#endif

#endif
