/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FS_H
#define FS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "node.h"

/* Largest read and write that is answered at once, in bytes; also -o max_read. */
#define FS_READ_MAX	(1U << 20)

/**
 * struct fs - one mounted file system
 *
 * All but nodes is immutable while mounted; nodes has its own lock.
 */
struct fs {
	/** @uid: Owner of all files, and the only user who is answered. */
	uid_t uid;

	/** @gid: Group of all files. */
	gid_t gid;

	/** @writable: Memory may be written: -o rw. */
	bool writable;

	/** @read_only: Nothing can be made: -o ro. The kernel refuses it, too. */
	bool read_only;

	/** @consistent: Snapshots are of one moment: -o consistent. */
	bool consistent;

	/** @budget_ms: Milliseconds that one may take, 0: as many as drm_snoop allows. */
	uint32_t budget_ms;

	/** @mounted: When it was mounted: the times of all files. */
	struct timespec mounted;

	/** @nodes: What the kernel references. */
	struct node_table nodes;
};

#endif /* FS_H */
