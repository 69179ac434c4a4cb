/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SNAPSHOT_TAKE_H
#define SNAPSHOT_TAKE_H

#include <drmsnoop.h>

#include "fs.h"

/**
 * snapshot_take - copy a VM
 * @fs: says whether it is to be consistent
 * @dir: of kind NODE_SNAPSHOTS
 * @name: name of the snapshot
 * @progress: as in drmsnoop_snapshot(): the copy ends with -EFAULT when it cannot be
 *	written any more
 *
 * Asks the kernel anew whether the daemon may look at the process. Nothing is left of
 * a copy that fails, also because the process or the client ended meanwhile.
 *
 * Returns 0 and the snapshot is in the list, or a negative errno: those of
 * snapshot_check_name(), target_open_vm() and drmsnoop_snapshot(), or
 * drmsnoop_snapshot_consistent(): with -EPERM as -EACCES. Reached limits are logged with
 * their cure.
 */
int snapshot_take(const struct fs *fs, const struct node *dir, const char *name,
		  struct drm_snoop_progress *progress);

#endif /* SNAPSHOT_TAKE_H */
