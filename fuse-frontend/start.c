// SPDX-License-Identifier: GPL-2.0-or-later
#include "start.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <drmsnoop.h>

#define FUSE_DEVICE	"/dev/fuse"
#define YAMA_SCOPE	"/proc/sys/kernel/yama/ptrace_scope"

int start_check_fuse(void)
{
	int fd = open(FUSE_DEVICE, O_RDWR | O_CLOEXEC);
	int err = errno;

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (err == ENOENT || err == ENODEV || err == ENXIO)
		fprintf(stderr, "drmsnoopfs: there is no %s: load the fuse module with modprobe fuse\n",
			FUSE_DEVICE);
	else if (err == EACCES || err == EPERM)
		fprintf(stderr, "drmsnoopfs: %s may not be opened: let an administrator chmod 666 %s, which is its usual mode\n",
			FUSE_DEVICE, FUSE_DEVICE);
	else
		fprintf(stderr, "drmsnoopfs: %s: %s\n", FUSE_DEVICE,
			strerror(err));
	return -1;
}

struct card_check {
	unsigned int flags;
	int usable;
	char message[512];
};

static int try_card(const struct drmsnoop_card *card, void *data)
{
	struct card_check *check = data;
	struct drmsnoop *snoop;

	if (drmsnoop_open(card->index, check->flags, &snoop)) {
		snprintf(check->message, sizeof(check->message), "%s",
			 drmsnoop_error());
		return 0;
	}
	drmsnoop_close(snoop);
	check->usable = 1;
	return 1;
}

static void warn_of_yama(void)
{
	FILE *file = fopen(YAMA_SCOPE, "re");
	int scope = 0;

	if (!file)
		return;
	if (fscanf(file, "%d", &scope) == 1 && scope > 0 && geteuid())
		fprintf(stderr, "drmsnoopfs: warning: kernel.yama.ptrace_scope is %d: %s; cure: sysctl kernel.yama.ptrace_scope=0, or mount as root\n",
			scope, scope == 1 ?
			"only processes that allow it with prctl(PR_SET_PTRACER) are shown" :
			"no process is shown");
	fclose(file);
}

int start_check_cards(bool write)
{
	struct card_check check = { .flags = write ? DRMSNOOP_WRITE : 0 };
	int err = drmsnoop_foreach_card(try_card, &check);

	if (err < 0)
		snprintf(check.message, sizeof(check.message), "%s",
			 drmsnoop_error());
	if (check.usable) {
		warn_of_yama();
		return 0;
	}
	fprintf(stderr, "drmsnoopfs: %s\n", *check.message ? check.message :
		"this machine has no GPU: there is no /dev/dri/card*; load its driver");
	return -1;
}

static int complain(const char *path, const char *cause, const char *cure)
{
	fprintf(stderr, "drmsnoopfs: mountpoint %s %s: %s\n", path, cause,
		cure);
	return -1;
}

static int complain_errno(const char *path, int err)
{
	switch (err) {
	case ENOENT:
		return complain(path, "does not exist", "make it with mkdir");
	case ENOTDIR:
		return complain(path, "is not a directory", "name one");
	case ENOTCONN:
		return complain(path, "has a dead mount",
				"remove it with fusermount3 -u");
	default:
		return complain(path, "cannot be used", strerror(err));
	}
}

static int is_empty(const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);
	int empty = 1;

	if (!dir)
		return -errno;
	while (empty && (entry = readdir(dir)))
		empty = !strcmp(entry->d_name, ".") ||
			!strcmp(entry->d_name, "..");
	closedir(dir);
	return empty;
}

int start_check_mountpoint(const char *path, char **absolute)
{
	struct stat st;
	int empty;

	if (stat(path, &st))
		return complain_errno(path, errno);
	if (!S_ISDIR(st.st_mode))
		return complain_errno(path, ENOTDIR);
	if (geteuid() && st.st_uid != geteuid())
		return complain(path, "belongs to another user",
				"use a directory of your own");
	empty = is_empty(path);
	if (empty < 0)
		return complain_errno(path, -empty);
	if (!empty)
		return complain(path, "is not empty",
				"use an empty directory, or unmount what is there with fusermount3 -u");
	*absolute = realpath(path, NULL);
	return *absolute ? 0 : complain_errno(path, errno);
}
