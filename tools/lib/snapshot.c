// SPDX-License-Identifier: LGPL-2.1-or-later
/* Snapshots, and their tables without the resume loop. */

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

/* Entries fetched by one ioctl: 16 KiB. */
#define BATCH 256

static int explain(const struct drmsnoop *snoop, int error)
{
	switch (error) {
	case ENOTTY:
	case EOPNOTSUPP:
		return dsn_fail(EOPNOTSUPP, "this drm_snoop takes no snapshots: update it");
	case EDQUOT:
		return dsn_fail(error, "snapshot: the limit of this user is reached: close snapshots, or have max_snapshot_mb of drm_snoop raised");
	case EFBIG:
		return dsn_fail(error, "snapshot: more bytes than a file can have");
	case ENOMEM:
		return dsn_fail(error, "snapshot: no memory, or the limit of the control group is reached");
	}
	return dsn_explain_content(snoop, "snapshot", error);
}

static int explain_consistent(const struct drmsnoop *snoop, int error)
{
	switch (error) {
	case EINVAL:
	case E2BIG:
		return dsn_fail(EOPNOTSUPP, "this drm_snoop takes no consistent snapshots: update it");
	case EACCES:
		return dsn_fail(error, "consistent snapshot: not registered for writing, which stopping needs: use `drmsnoop run --write`");
	case EPERM:
		if (snoop->info.features & DRM_SNOOP_FEATURE_WRITE)
			return dsn_fail(error, "consistent snapshot: they are switched off: as root, echo 1000 >/sys/module/drm_snoop/parameters/max_stop_ms");
		return dsn_explain_writing(&dsn_real_roots);
	case ETIME:
		return dsn_fail(error, "consistent snapshot: the time was up before work was done and all copied: allow more, have max_stop_ms of drm_snoop raised, or take a smaller window or a plain one");
	case EBUSY:
		return dsn_fail(error, "consistent snapshot: the target binds something else there again and again: try again, or take a plain one");
	}
	return explain(snoop, error);
}

/* The whole pages of a window. */
static int take(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
		struct drm_snoop_snapshot *arg)
{
	const uint64_t mask = sysconf(_SC_PAGESIZE) - 1;
	int ret;

	if (!size)
		return dsn_fail(EINVAL, "a snapshot of 0 bytes");
	ret = dsn_check_window(snoop, &offset, &size);
	if (ret)
		return ret;
	arg->addr = offset & ~mask;
	arg->size = ((offset + size + mask) & ~mask) - arg->addr;
	do
		ret = snoop->backend->ioctl(snoop->fd, DRM_IOCTL_SNOOP_SNAPSHOT, arg);
	while (ret == -EINTR);
	if (!ret)
		return arg->fd;
	return arg->flags ? explain_consistent(snoop, -ret) : explain(snoop, -ret);
}

int drmsnoop_snapshot(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
		      struct drm_snoop_progress *progress)
{
	struct drm_snoop_snapshot arg = { .progress = (uintptr_t)progress };

	return take(snoop, offset, size, &arg);
}

int drmsnoop_snapshot_consistent(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
				 uint32_t budget_ms, uint32_t *stopped_us,
				 struct drm_snoop_progress *progress)
{
	struct drm_snoop_snapshot arg = {
		.progress = (uintptr_t)progress,
		.flags = DRM_SNOOP_SNAPSHOT_CONSISTENT,
		.budget_ms = budget_ms ? budget_ms : UINT32_MAX,
	};
	int ret = take(snoop, offset, size, &arg);

	if (ret >= 0 && stopped_us)
		*stopped_us = arg.stopped_us;
	return ret;
}

/* The next entries of a table. */
static int list(int snapshot, struct drm_snoop_snapshot_ranges *arg)
{
	uint64_t from = arg->cursor;
	int ret;

	arg->count = BATCH;
	do
		ret = ioctl(snapshot, DRM_IOCTL_SNOOP_SNAPSHOT_RANGES, arg) ? -errno : 0;
	while (ret == -EINTR);
	if (ret == -ENOTTY)
		return dsn_fail(ENOTTY, "not a descriptor of a snapshot, or one that was opened through /proc");
	if (ret)
		return dsn_fail(-ret, "the table of a snapshot cannot be read");
	if (arg->count > BATCH || arg->cursor <= from)
		return dsn_fail(EIO, "DRM_IOCTL_SNOOP_SNAPSHOT_RANGES does not go on at %llu: update drm_snoop",
				(unsigned long long)from);
	return 0;
}

int drmsnoop_foreach_snapshot_range(int snapshot, drmsnoop_snapshot_range_fn fn, void *data)
{
	struct drm_snoop_snapshot_range entries[BATCH];
	struct drm_snoop_snapshot_ranges arg = {
		.entries = (uintptr_t)entries,
		.entry_size = sizeof(*entries),
	};
	uint32_t i;
	int ret = 0;

	while (!ret && arg.cursor != DRM_SNOOP_CURSOR_END) {
		ret = list(snapshot, &arg);
		for (i = 0; !ret && i < arg.count; i++)
			ret = fn(&entries[i], data);
	}
	return ret;
}

int drmsnoop_snapshot_start(int snapshot, uint64_t *start)
{
	struct drm_snoop_snapshot_range entries[BATCH];
	struct drm_snoop_snapshot_ranges arg = {
		.entries = (uintptr_t)entries,
		.entry_size = sizeof(*entries),
	};
	int ret = list(snapshot, &arg);

	if (!ret)
		*start = arg.addr;
	return ret;
}
