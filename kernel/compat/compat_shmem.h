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
 * mmap() of files: .COMPAT_MMAP = function is a member of file_operations, and
 * COMPAT_MMAP_ARGS the arguments of that function, of which it looks at map only. A struct
 * compat_vma says what the map will be; it has vm_ops.
 */
#ifdef HAVE_MMAP_PREPARE
#define COMPAT_MMAP		mmap_prepare
#define COMPAT_MMAP_ARGS	struct vm_area_desc *map
#define compat_vma		vm_area_desc

static inline void compat_vma_set_mixed(struct vm_area_desc *map)
{
	vma_desc_set_flags(map, VMA_MIXEDMAP_BIT);
}

/* As a file with the operations @shmem is mapped. */
static inline int compat_shmem_mmap(const struct file_operations *shmem, struct vm_area_desc *map)
{
	return shmem->mmap_prepare(map);
}
#else
#define COMPAT_MMAP		mmap
#define COMPAT_MMAP_ARGS	struct file *filp, struct vm_area_struct *map
#define compat_vma		vm_area_struct

static inline void compat_vma_set_mixed(struct vm_area_struct *map)
{
	vm_flags_set(map, VM_MIXEDMAP);
}

static inline int compat_shmem_mmap(const struct file_operations *shmem,
				    struct vm_area_struct *map)
{
	return shmem->mmap(map->vm_file, map);
}
#endif

#endif
