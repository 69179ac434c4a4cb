// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snoop.h"

#define MAX_CARDS	64
#define MAX_FDS		4096

int snoop_ioctl(int snoop, unsigned long request, void *arg)
{
	return ioctl(snoop, request, arg) ? -errno : 0;
}

int snoop_card_info(int snoop, struct drm_snoop_card_info *info)
{
	return snoop_ioctl(snoop, DRM_IOCTL_SNOOP_CARD_INFO, info);
}

int snoop_open(const char *driver, unsigned int index)
{
	struct drm_snoop_card_info info;
	char path[64];
	int card, fd;

	for (card = 0; card < MAX_CARDS; card++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d-snoop", card);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!snoop_card_info(fd, &info) && !strcmp(info.driver, driver) && !index--)
			return fd;
		close(fd);
	}
	return -ENODEV;
}

int snoop_open_drm(int snoop, __u32 node, int flags)
{
	struct drm_snoop_card_info info;
	char path[64];
	int ret;

	ret = snoop_card_info(snoop, &info);
	if (ret)
		return ret;
	if (node == DRM_SNOOP_NODE_PRIMARY)
		snprintf(path, sizeof(path), "/dev/dri/card%u", info.primary_minor);
	else
		snprintf(path, sizeof(path), "/dev/dri/renderD%u", info.render_minor);
	ret = open(path, flags | O_CLOEXEC);
	return ret < 0 ? -errno : ret;
}

int snoop_reopen(int snoop, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", snoop);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int snoop_register(int snoop, int drm, __u64 *client_id)
{
	return snoop_register_flags(snoop, drm, 0, client_id);
}

int snoop_register_flags(int snoop, int drm, __u32 flags, __u64 *client_id)
{
	struct drm_snoop_register arg = { .fd = drm, .flags = flags };
	int ret = snoop_ioctl(snoop, DRM_IOCTL_SNOOP_REGISTER, &arg);

	if (!ret)
		*client_id = arg.client_id;
	return ret;
}

int snoop_register_mem(int snoop, int mem, __u32 flags)
{
	struct drm_snoop_register_mem arg = { .fd = mem, .flags = flags };

	return snoop_ioctl(snoop, DRM_IOCTL_SNOOP_REGISTER_MEM, &arg);
}

static int snoop_bind(int snoop, __u32 what, __u64 client_id, __u64 id, __u64 *size)
{
	struct drm_snoop_bind arg = { .client_id = client_id, .what = what, .id = id };
	int ret = snoop_ioctl(snoop, DRM_IOCTL_SNOOP_BIND, &arg);

	if (!ret && size)
		*size = arg.size;
	return ret;
}

int snoop_bind_vm(int snoop, __u64 client_id, __u64 vm_id, __u64 *size)
{
	return snoop_bind(snoop, DRM_SNOOP_BIND_VM, client_id, vm_id, size);
}

int snoop_bind_object(int snoop, __u64 client_id, __u64 handle, __u64 *size)
{
	return snoop_bind(snoop, DRM_SNOOP_BIND_OBJECT, client_id, handle, size);
}

int snoop_query(int snoop, __u64 addr, __u32 flags, struct drm_snoop_range *range)
{
	struct drm_snoop_query_range arg = { .addr = addr, .flags = flags };
	int ret = snoop_ioctl(snoop, DRM_IOCTL_SNOOP_QUERY_RANGE, &arg);

	if (!ret)
		*range = arg.range;
	return ret;
}

size_t snoop_entry_size(__u32 what)
{
	switch (what) {
	case DRM_SNOOP_LIST_CLIENTS:
		return sizeof(struct drm_snoop_client);
	case DRM_SNOOP_LIST_VMS:
		return sizeof(struct drm_snoop_vm);
	case DRM_SNOOP_LIST_OBJECTS:
		return sizeof(struct drm_snoop_object);
	default:
		return sizeof(struct drm_snoop_range);
	}
}

int snoop_list(int snoop, __u32 what, __u64 client_id, __u64 vm_id, void *entries,
	       unsigned int max, unsigned int page)
{
	struct drm_snoop_list arg = { .what = what, .client_id = client_id, .vm_id = vm_id };
	size_t size = snoop_entry_size(what);
	unsigned int count = 0;
	int ret;

	arg.entry_size = size;
	while (arg.cursor != DRM_SNOOP_CURSOR_END) {
		arg.entries = (unsigned long)entries + count * size;
		arg.count = max - count < page ? max - count : page;
		if (!arg.count)
			return -ENOBUFS;
		ret = snoop_ioctl(snoop, DRM_IOCTL_SNOOP_LIST, &arg);
		if (ret)
			return ret;
		count += arg.count;
	}
	return count;
}

int snoop_pages(int snoop, __u64 addr, __u64 end, struct drm_snoop_pages *runs,
		unsigned int max, unsigned int page)
{
	struct drm_snoop_query_pages arg = {
		.addr = addr, .end = end, .entry_size = sizeof(*runs)
	};
	unsigned int count = 0;
	int ret;

	while (arg.addr != end) {
		arg.entries = (unsigned long)(runs + count);
		arg.count = max - count < page ? max - count : page;
		if (!arg.count)
			return -ENOBUFS;
		ret = snoop_ioctl(snoop, DRM_IOCTL_SNOOP_QUERY_PAGES, &arg);
		if (ret)
			return ret;
		count += arg.count;
	}
	return count;
}

static int snapshot(int snoop, struct drm_snoop_snapshot *arg, struct drm_snoop_snapshot *answer)
{
	int ret = snoop_ioctl(snoop, DRM_IOCTL_SNOOP_SNAPSHOT, arg);

	if (ret)
		return ret;
	if (answer)
		*answer = *arg;
	return arg->fd;
}

int snoop_snapshot(int snoop, __u64 addr, __u64 size, struct drm_snoop_snapshot *answer)
{
	struct drm_snoop_snapshot arg = { .addr = addr, .size = size };

	return snapshot(snoop, &arg, answer);
}

int snoop_snapshot_consistent(int snoop, __u64 addr, __u64 size, __u32 budget_ms,
			      struct drm_snoop_snapshot *answer)
{
	struct drm_snoop_snapshot arg = {
		.addr = addr, .size = size,
		.flags = DRM_SNOOP_SNAPSHOT_CONSISTENT, .budget_ms = budget_ms,
	};

	return snapshot(snoop, &arg, answer);
}

int snoop_snapshot_table(int snapshot, struct drm_snoop_snapshot_range *entries,
			 unsigned int max, unsigned int page)
{
	struct drm_snoop_snapshot_ranges arg = { .entry_size = sizeof(*entries) };
	unsigned int count = 0;
	int ret;

	while (arg.cursor != DRM_SNOOP_CURSOR_END) {
		arg.entries = (unsigned long)(entries + count);
		arg.count = max - count < page ? max - count : page;
		if (!arg.count)
			return -ENOBUFS;
		ret = snoop_ioctl(snapshot, DRM_IOCTL_SNOOP_SNAPSHOT_RANGES, &arg);
		if (ret)
			return ret;
		count += arg.count;
	}
	return count;
}

int snoop_find_object(int snoop, __u64 client_id, __u32 handle, struct drm_snoop_object *object)
{
	struct drm_snoop_list arg = {
		.what = DRM_SNOOP_LIST_OBJECTS,
		.client_id = client_id,
		.cursor = handle,
		.entries = (unsigned long)object,
		.count = 1,
		.entry_size = sizeof(*object),
	};
	int ret = snoop_ioctl(snoop, DRM_IOCTL_SNOOP_LIST, &arg);

	if (ret)
		return ret;
	return arg.count == 1 && object->handle == handle ? 0 : -ENOENT;
}

ssize_t snoop_pread(int snoop, void *buf, size_t len, __u64 addr)
{
	ssize_t ret = pread(snoop, buf, len, addr);

	return ret < 0 ? -errno : ret;
}

ssize_t snoop_pwrite(int snoop, const void *buf, size_t len, __u64 addr)
{
	ssize_t ret = pwrite(snoop, buf, len, addr);

	return ret < 0 ? -errno : ret;
}

ssize_t snoop_read(int snoop, void *buf, size_t len)
{
	ssize_t ret = read(snoop, buf, len);

	return ret < 0 ? -errno : ret;
}

int snoop_seek(int snoop, __u64 offset, int whence, __u64 *position)
{
	__s64 ret;

	/* Only -1 with errno set is a failure: all other values are offsets. */
	errno = 0;
	ret = lseek(snoop, (off_t)offset, whence);
	if (ret == -1 && errno)
		return -errno;
	*position = ret;
	return 0;
}

int snoop_steal_fd(pid_t pid, int fd)
{
	int pidfd, copy, ret;

	pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return -errno;
	copy = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	ret = copy < 0 ? -errno : copy;
	close(pidfd);
	return ret;
}

int snoop_open_mem(pid_t pid, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int fdinfo_client(const char *path, __u64 *client_id)
{
	unsigned long long id;
	char line[256];
	int ret = -ENOENT;
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (ret && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "drm-client-id: %llu", &id) != 1)
			continue;
		*client_id = id;
		ret = 0;
	}
	fclose(file);
	return ret;
}

int snoop_fdinfo_client(int fd, __u64 *client_id)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return fdinfo_client(path, client_id);
}

int snoop_client_fd(pid_t pid, __u64 client_id)
{
	char path[64];
	__u64 id;
	int fd;

	for (fd = 0; fd < MAX_FDS; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
		if (!fdinfo_client(path, &id) && id == client_id)
			return fd;
	}
	return -ENOENT;
}
