// SPDX-License-Identifier: LGPL-2.1-or-later
/* Memory of the process itself, and why a range cannot be reached. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* The number was the process's own as long as its pidfd says that it runs. */
static bool still_runs(int pidfd)
{
	struct pollfd poller = { .fd = pidfd, .events = POLLIN };

	return !poll(&poller, 1, 0);
}

static int open_memory(const struct drmsnoop *snoop, int pidfd, pid_t pid)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%d/mem", dsn_real_roots.proc,
		 (int)pid);
	fd = open(path, (snoop->write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	if (still_runs(pidfd))
		return fd;
	close(fd);
	return -ESRCH;
}

static const char *why(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "permission denied";
	case ESRCH:
		return "the process ended";
	case ENOSPC:
		return "too many are registered on this descriptor";
	case EDQUOT:
		return "your limit of registrations is reached";
	case EOPNOTSUPP:
	case ENOTTY:
		return "this drm_snoop does not reach it";
	}
	return strerror(error);
}

int dsn_register_memory(struct drmsnoop *snoop, int pidfd, pid_t pid)
{
	struct drm_snoop_register_mem arg = {
		.flags = snoop->write ? DRM_SNOOP_REGISTER_WRITE : 0,
	};
	int ret = -EOPNOTSUPP;

	if (snoop->info.features & DRM_SNOOP_FEATURE_USERPTR) {
		ret = open_memory(snoop, pidfd, pid);
		if (ret >= 0) {
			arg.fd = ret;
			ret = snoop->backend->ioctl(snoop->fd,
						    DRM_IOCTL_SNOOP_REGISTER_MEM,
						    &arg);
			close(arg.fd);
		}
	}
	if (ret)
		snprintf(snoop->memory, sizeof(snoop->memory),
			 "process memory: %s", why(-ret));
	else
		snoop->memory[0] = '\0';
	return ret;
}

int drmsnoop_register_memory(struct drmsnoop *snoop, pid_t pid)
{
	int pidfd, ret;

	pidfd = dsn_pidfd_open(&dsn_real_roots, pid);
	if (pidfd < 0)
		return pidfd;
	ret = dsn_register_memory(snoop, pidfd, pid);
	close(pidfd);
	if (ret == -EACCES || ret == -EPERM)
		return dsn_explain_process(&dsn_real_roots, pid,
					   DSN_REFUSED_ATTACH, EACCES);
	if (ret)
		return dsn_fail(-ret, "process %d: %s", (int)pid,
				snoop->memory);
	return 0;
}

static const char *read_reason(const struct drmsnoop *snoop,
			       const struct drm_snoop_range *range)
{
	if (range->kind == DRM_SNOOP_RANGE_USERPTR)
		return snoop->memory[0] ? snoop->memory :
		       "process memory: of another process, or gone";
	if (range->flags & DRM_SNOOP_PURGED)
		return "purged by the driver";
	if (range->flags & DRM_SNOOP_IMPORTED)
		return "imported, and its exporter gives no access";
	return "the driver gives no access to its content";
}

const char *dsn_fault_reason(const struct drm_snoop_range *range)
{
	if (range->kind == DRM_SNOOP_RANGE_USERPTR)
		return "process memory: not mapped, or protected: see /proc/PID/maps";
	return NULL;
}

const char *drmsnoop_range_reason(const struct drmsnoop *snoop,
				  const struct drm_snoop_range *range,
				  unsigned int flags)
{
	if (!(range->flags & DRM_SNOOP_READABLE))
		return read_reason(snoop, range);
	if (!(flags & DRMSNOOP_WRITE) || range->flags & DRM_SNOOP_WRITABLE)
		return NULL;
	if (range->flags & DRM_SNOOP_READ_ONLY)
		return "bound read-only, or a read-only dma-buf";
	if (!snoop->write)
		return "the descriptor is not open for writing";
	if (range->kind == DRM_SNOOP_RANGE_USERPTR)
		return "process memory: not registered for writing";
	return "the client is not registered for writing";
}
