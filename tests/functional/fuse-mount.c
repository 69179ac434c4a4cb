// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "expect.h"
#include "fuse-mount.h"

#define START_MS	60000

static void __attribute__((noreturn)) serve(const struct fuse_mount *mount, const char *user,
					    const char *options)
{
	const char *daemon = getenv("DRMSNOOPFS");
	const char *args[16], **arg = args;
	char name[128];
	int log;

	snprintf(name, sizeof(name), "%s.log", mount->dir);
	log = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (log < 0 || dup2(log, STDERR_FILENO) < 0)
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (user) {
		*arg++ = "runuser";
		*arg++ = "-u";
		*arg++ = user;
		*arg++ = "--";
	}
	*arg++ = daemon ? daemon : "drmsnoopfs";
	*arg++ = "-f";
	if (options) {
		*arg++ = "-o";
		*arg++ = options;
	}
	*arg++ = mount->dir;
	*arg = NULL;
	execvp(args[0], (char **)args);
	_exit(127);
}

static int is_mounted(const struct fuse_mount *mount)
{
	FILE *mounts = fopen("/proc/self/mounts", "r");
	char line[1024], name[128];
	int found = 0;

	expect_true(mounts);
	snprintf(name, sizeof(name), " %s fuse.drmsnoopfs ", mount->dir);
	while (!found && fgets(line, sizeof(line), mounts))
		found = !!strstr(line, name);
	fclose(mounts);
	return found;
}

void fuse_mount_start(struct fuse_mount *mount, const char *user, const char *options)
{
	int64_t end = clock_ms() + START_MS;
	struct passwd *pw;
	char text[256];

	*mount = (struct fuse_mount) { .dir = "/tmp/drmsnoopfs-XXXXXX" };
	expect_true(mkdtemp(mount->dir));
	if (user) {
		pw = getpwnam(user);
		expect_true(pw && !chown(mount->dir, pw->pw_uid, pw->pw_gid));
	}
	mount->pid = fork();
	expect_true(mount->pid >= 0);
	if (!mount->pid)
		serve(mount, user, options);
	while (!is_mounted(mount)) {
		if (clock_ms() > end || waitpid(mount->pid, NULL, WNOHANG)) {
			fuse_mount_log(mount, text, sizeof(text));
			expect_failed(__FILE__, __LINE__, "no mount: %s", text);
		}
		usleep(10000);
	}
}

void fuse_mount_log(const struct fuse_mount *mount, char *text, size_t size)
{
	char name[128];
	ssize_t n;
	int log;

	snprintf(name, sizeof(name), "%s.log", mount->dir);
	log = open(name, O_RDONLY | O_CLOEXEC);
	expect_true(log >= 0);
	n = lseek(log, 0, SEEK_END);
	n = pread(log, text, size - 1, n < (ssize_t)size ? 0 : n - (ssize_t)size + 1);
	close(log);
	text[n < 0 ? 0 : n] = '\0';
}

unsigned int fuse_mount_descriptors(const struct fuse_mount *mount)
{
	unsigned int count = 0;
	char name[32];
	DIR *dir;

	snprintf(name, sizeof(name), "/proc/%d/fd", mount->pid);
	dir = opendir(name);
	expect_true(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void clean(struct fuse_mount *mount)
{
	char name[128];

	snprintf(name, sizeof(name), "%s.log", mount->dir);
	unlink(name);
	rmdir(mount->dir);
	mount->pid = 0;
}

void fuse_mount_stop(struct fuse_mount *mount)
{
	int status;

	expect_ok(umount2(mount->dir, UMOUNT_NOFOLLOW) ? -errno : 0);
	expect_equal(waitpid(mount->pid, &status, 0), mount->pid);
	expect_equal(status, 0);
	clean(mount);
}

void fuse_mount_kill(struct fuse_mount *mount)
{
	if (!mount->pid)
		return;
	umount2(mount->dir, MNT_DETACH);
	kill(mount->pid, SIGKILL);
	waitpid(mount->pid, NULL, 0);
	clean(mount);
}
