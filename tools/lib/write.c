// SPDX-License-Identifier: LGPL-2.1-or-later
/* Writing what a handle is bound to. */

#include <errno.h>
#include <limits.h>

#include "internal.h"

static int refuse(struct drmsnoop *snoop, int error, uint64_t offset,
		  const struct drm_snoop_range *range)
{
	const char *reason = drmsnoop_range_reason(snoop, range,
						   DRMSNOOP_WRITE);

	if (!reason)
		reason = dsn_fault_reason(range);
	return dsn_fail(error, "nothing can be written at 0x%llx%s%s",
			(unsigned long long)offset, reason ? ": " : "",
			reason ? reason : "");
}

static int explain_write(struct drmsnoop *snoop, uint64_t offset, int error)
{
	struct drm_snoop_range range;

	switch (error) {
	case EPERM:
		return dsn_explain_writing(&dsn_real_roots);
	case EBADF:
		return dsn_fail(EACCES, "the descriptor is not open for writing: use `drmsnoop run --write`");
	case EACCES:
	case EIO:
		if (!drmsnoop_query_range(snoop, offset, 0, &range,
					  sizeof(range)))
			return refuse(snoop, error, offset, &range);
		return dsn_fail(error, "nothing is bound at 0x%llx: see `drmsnoop maps`",
				(unsigned long long)offset);
	case EOPNOTSUPP:
		return dsn_fail(error, "the driver gives no access to what is bound at 0x%llx",
				(unsigned long long)offset);
	case ENOSPC:
	case EFBIG:
		return dsn_fail(ENOSPC, "0x%llx is past the end",
				(unsigned long long)offset);
	}
	return dsn_explain_content(snoop, "writing", error);
}

int drmsnoop_check_write(struct drmsnoop *snoop, uint64_t offset,
			 uint64_t size, uint64_t *dropped)
{
	uint64_t asked = size, end;
	struct drm_snoop_range range;
	int ret;

	if (dropped)
		*dropped = 0;
	ret = dsn_check_window(snoop, &offset, &size);
	if (ret)
		return ret;
	if (!snoop->write)
		return explain_write(snoop, offset, EBADF);
	for (end = offset + size; offset < end; offset = range.end) {
		if (snoop->end && offset >= snoop->end)
			return explain_write(snoop, offset, ENOSPC);
		ret = drmsnoop_query_range(snoop, offset, 0, &range,
					   sizeof(range));
		if (ret == -ENOENT)
			return dsn_fail(EIO, "nothing is bound at 0x%llx: see `drmsnoop maps`",
					(unsigned long long)offset);
		if (ret)
			return ret;
		if (!(range.flags & DRM_SNOOP_WRITABLE))
			return refuse(snoop, EACCES, offset, &range);
		if (range.end <= offset)
			return dsn_fail(EIO, "DRM_IOCTL_SNOOP_QUERY_RANGE answered with a range below 0x%llx: update drm_snoop",
					(unsigned long long)offset);
		if (dropped && range.kind == DRM_SNOOP_RANGE_SPARSE)
			*dropped += (range.end < end ? range.end : end) -
				    offset;
	}
	return asked > size ? explain_write(snoop, end, ENOSPC) : 0;
}

ssize_t drmsnoop_pwrite(struct drmsnoop *snoop, const void *buf, size_t count,
			uint64_t offset)
{
	uint64_t size = count;
	size_t done = 0;
	ssize_t n = 0;
	int ret;

	ret = dsn_check_window(snoop, &offset, &size);
	if (ret)
		return ret;
	if (size > SSIZE_MAX)
		size = SSIZE_MAX;
	while (done < size) {
		n = snoop->backend->pwrite(snoop->fd, (const char *)buf + done,
					   size - done, offset + done);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			break;
		done += n;
	}
	if (done || !size)
		return done;
	return explain_write(snoop, offset, n ? -n : ENOSPC);
}

int drmsnoop_sync(struct drmsnoop *snoop)
{
	int ret;

	do
		ret = snoop->backend->fsync(snoop->fd);
	while (ret == -EINTR);
	if (ret == -EOPNOTSUPP)
		return dsn_fail(EOPNOTSUPP, "the device does not see the caches of the CPU: what was written may become visible late");
	return ret ? dsn_explain_content(snoop, "fsync", -ret) : 0;
}
