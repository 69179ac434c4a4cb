/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPAT_SHMEM_H
#define COMPAT_SHMEM_H

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

#endif
