/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPAT_SHMEM_H
#define COMPAT_SHMEM_H

#include <drm/drm_gem_shmem_helper.h>

#include "features.h"

/* The old one asks for the reservation too. */
#ifndef HAVE_SHMEM_PUT_PAGES_LOCKED
#define drm_gem_shmem_put_pages_locked	drm_gem_shmem_put_pages
#endif

#endif
