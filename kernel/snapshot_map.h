/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_SNAPSHOT_MAP_H
#define SNOOP_SNAPSHOT_MAP_H

#include "compat_shmem.h"

int snoop_snapshot_map(const struct file_operations *shmem, struct compat_vma *map);

#endif
