// SPDX-License-Identifier: LGPL-2.1-or-later
/* Small files and links of sysfs and procfs. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "internal.h"

static int real_rdev(int dirfd, const char *name, dev_t *rdev)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, 0))
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENODEV;
	*rdev = st.st_rdev;
	return 0;
}

const struct dsn_roots dsn_real_roots = {
	.proc = "/proc",
	.sys = "/sys",
	.dev = "/dev",
	.rdev = real_rdev,
};

ssize_t dsn_read_file(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;
	int fd;

	buf[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;

	while (len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			n = -errno;
			close(fd);
			buf[0] = '\0';
			return n;
		}
		if (!n)
			break;
		len += n;
	}
	close(fd);
	buf[len] = '\0';
	return len;
}

int dsn_link_name(const char *path, char *name, size_t size)
{
	char target[PATH_MAX];
	const char *slash;
	ssize_t n;

	name[0] = '\0';
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';

	slash = strrchr(target, '/');
	if (snprintf(name, size, "%s", slash ? slash + 1 : target) >= (int)size) {
		name[0] = '\0';
		return -ENAMETOOLONG;
	}
	return 0;
}

int dsn_parse_id(const char *text, int base, uint64_t *value)
{
	unsigned long long v;
	char *end;

	/* strtoull() would take signs and spaces. */
	if (!isxdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	v = strtoull(text, &end, base);
	if (end == text || *end)
		return -EINVAL;
	if (errno)
		return -errno;
	*value = v;
	return 0;
}
