// SPDX-License-Identifier: LGPL-2.1-or-later
/* Handles: an open snoop node and what is registered on it. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

static int kernel_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

static ssize_t kernel_pread(int fd, void *buf, size_t count, off_t offset)
{
	ssize_t n = pread(fd, buf, count, offset);

	return n < 0 ? -errno : n;
}

static ssize_t kernel_pwrite(int fd, const void *buf, size_t count,
			     off_t offset)
{
	ssize_t n = pwrite(fd, buf, count, offset);

	return n < 0 ? -errno : n;
}

static int kernel_fsync(int fd)
{
	return fsync(fd) ? -errno : 0;
}

static int kernel_mmap(int fd, size_t size, int prot, off_t offset, void **addr)
{
	*addr = mmap(NULL, size, prot, MAP_SHARED, fd, offset);
	return *addr == MAP_FAILED ? -errno : 0;
}

const struct dsn_backend dsn_kernel = {
	.ioctl = kernel_ioctl,
	.pread = kernel_pread,
	.pwrite = kernel_pwrite,
	.fsync = kernel_fsync,
	.mmap = kernel_mmap,
};

int dsn_handle_new(int fd, bool write, const struct dsn_backend *backend,
		   struct drmsnoop **snoop)
{
	struct drmsnoop *s;
	int ret;

	s = calloc(1, sizeof(*s));
	if (!s)
		return dsn_fail(ENOMEM, "out of memory");
	s->fd = fd;
	s->write = write;
	s->backend = backend;
	strcpy(s->memory, "process memory: not registered");

	ret = backend->ioctl(fd, DRM_IOCTL_SNOOP_CARD_INFO, &s->info);
	if (ret) {
		free(s);
		if (ret == -ENODEV)
			return dsn_fail(-ret, "the card is gone");
		if (ret == -ENOTTY || ret == -EINVAL)
			return dsn_fail(ENOTTY, "descriptor %d is not a /dev/dri/cardN-snoop node",
					fd);
		return dsn_fail(-ret, "DRM_IOCTL_SNOOP_CARD_INFO: %s",
				strerror(-ret));
	}
	/* Strings of the kernel, but no reason to rely on their ends. */
	s->info.driver[sizeof(s->info.driver) - 1] = '\0';
	s->info.module[sizeof(s->info.module) - 1] = '\0';
	s->info.bus_name[sizeof(s->info.bus_name) - 1] = '\0';
	s->info.adapter_reason[sizeof(s->info.adapter_reason) - 1] = '\0';
	*snoop = s;
	return 0;
}

int drmsnoop_open(unsigned int card, unsigned int flags,
		  struct drmsnoop **snoop)
{
	bool write = flags & DRMSNOOP_WRITE;
	struct drmsnoop *s;
	char path[PATH_MAX];
	int fd, ret;

	if (flags & ~DRMSNOOP_WRITE)
		return dsn_fail(EINVAL, "unknown flags 0x%x", flags);
	snprintf(path, sizeof(path), "%s/dri/card%u-snoop", dsn_real_roots.dev,
		 card);
	fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return dsn_explain_node(&dsn_real_roots, card, write, errno);
	ret = dsn_handle_new(fd, write, &dsn_kernel, &s);
	if (ret) {
		close(fd);
		return ret;
	}
	if (write && !(s->info.features & DRM_SNOOP_FEATURE_WRITE)) {
		drmsnoop_close(s);
		return dsn_explain_writing(&dsn_real_roots);
	}
	*snoop = s;
	return 0;
}

int drmsnoop_open_fd(int fd, struct drmsnoop **snoop)
{
	struct stat st;
	int flags;

	if (fstat(fd, &st))
		return dsn_fail(errno, "descriptor %d is not open", fd);
	/* Numbers of ioctls mean other things to other devices. */
	if (!S_ISCHR(st.st_mode))
		return dsn_fail(ENOTTY, "descriptor %d is not a /dev/dri/cardN-snoop node",
				fd);
	flags = fcntl(fd, F_GETFL);
	return dsn_handle_new(fd, flags >= 0 && (flags & O_ACCMODE) == O_RDWR,
			      &dsn_kernel, snoop);
}

void drmsnoop_close(struct drmsnoop *snoop)
{
	if (!snoop)
		return;
	close(snoop->fd);
	free(snoop);
}

int drmsnoop_fd(const struct drmsnoop *snoop)
{
	return snoop->fd;
}

const struct drm_snoop_card_info *
drmsnoop_card_info(const struct drmsnoop *snoop)
{
	return &snoop->info;
}
