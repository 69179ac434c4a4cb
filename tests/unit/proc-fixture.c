// SPDX-License-Identifier: GPL-2.0-or-later
/* A tree of files that stands in for /proc, /sys and /dev. */

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "proc-fixture.h"

static char root[64], proc_root[96], sys_root[96], dev_root[96];

static int fixture_rdev(int dirfd, const char *name, dev_t *rdev)
{
	unsigned int major_number, minor_number;
	char target[64];
	ssize_t n;

	n = readlinkat(dirfd, name, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (sscanf(target, "%u:%u", &major_number, &minor_number) != 2)
		return -ENODEV;
	*rdev = makedev(major_number, minor_number);
	return 0;
}

struct dsn_roots fixture = {
	.proc = proc_root,
	.sys = sys_root,
	.dev = dev_root,
	.rdev = fixture_rdev,
};

int fixture_setup(void **state)
{
	strcpy(root, "/tmp/drmsnoop-test.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	snprintf(proc_root, sizeof(proc_root), "%s/proc", root);
	snprintf(sys_root, sizeof(sys_root), "%s/sys", root);
	snprintf(dev_root, sizeof(dev_root), "%s/dev", root);
	return mkdir(proc_root, 0755) || mkdir(sys_root, 0755) ||
	       mkdir(dev_root, 0755);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	return remove(path);
}

int fixture_teardown(void **state)
{
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void full_path(char *full, size_t size, const char *path)
{
	char *slash;

	assert_true(snprintf(full, size, "%s/%s", root, path) < (int)size);
	for (slash = full + strlen(root) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		assert_true(!mkdir(full, 0755) || errno == EEXIST);
		*slash = '/';
	}
}

void fixture_dir(const char *path)
{
	char full[256];

	full_path(full, sizeof(full), path);
	assert_true(!mkdir(full, 0755) || errno == EEXIST);
}

void fixture_file(const char *path, const char *text)
{
	char full[256];
	FILE *file;

	full_path(full, sizeof(full), path);
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

void fixture_link(const char *path, const char *target)
{
	char full[256];

	full_path(full, sizeof(full), path);
	assert_int_equal(symlink(target, full), 0);
}

void fixture_card(unsigned int n, int render, const char *driver)
{
	char path[128], target[128];

	snprintf(path, sizeof(path), "sys/devices/0000:00:0%u.0/drm/card%u", n,
		 n);
	fixture_dir(path);
	snprintf(path, sizeof(path), "sys/devices/0000:00:0%u.0/driver", n);
	snprintf(target, sizeof(target), "../../bus/pci/drivers/%s", driver);
	fixture_link(path, target);

	/* device is a link, as in sysfs */
	snprintf(target, sizeof(target), "../../../devices/0000:00:0%u.0", n);
	snprintf(path, sizeof(path), "sys/class/drm/card%u/device", n);
	fixture_link(path, target);
	snprintf(path, sizeof(path), "sys/dev/char/226:%u", n);
	snprintf(target, sizeof(target), "../../class/drm/card%u", n);
	fixture_link(path, target);
	if (!render)
		return;

	snprintf(path, sizeof(path), "sys/devices/0000:00:0%u.0/drm/renderD%u",
		 n, 128 + n);
	fixture_dir(path);
	snprintf(target, sizeof(target), "../../../devices/0000:00:0%u.0", n);
	snprintf(path, sizeof(path), "sys/class/drm/renderD%u/device", 128 + n);
	fixture_link(path, target);
	snprintf(path, sizeof(path), "sys/dev/char/226:%u", 128 + n);
	snprintf(target, sizeof(target), "../../class/drm/renderD%u", 128 + n);
	fixture_link(path, target);
}

void fixture_process(int pid, const char *comm, unsigned int uid)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "proc/%d/comm", pid);
	snprintf(text, sizeof(text), "%s\n", comm);
	fixture_file(path, text);
	snprintf(path, sizeof(path), "proc/%d/status", pid);
	snprintf(text, sizeof(text),
		 "Name:\t%s\nTgid:\t%d\nPid:\t%d\nUid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nCapPrm:\t0000000000000000\n",
		 comm, pid, pid, uid, uid, uid, uid, uid, uid, uid, uid);
	fixture_file(path, text);
	snprintf(path, sizeof(path), "proc/%d/fd", pid);
	fixture_dir(path);
}

void fixture_fd(int pid, int fd, const char *rdev, const char *fdinfo)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/fd/%d", pid, fd);
	fixture_link(path, rdev);
	if (!fdinfo)
		return;
	snprintf(path, sizeof(path), "proc/%d/fdinfo/%d", pid, fd);
	fixture_file(path, fdinfo);
}
