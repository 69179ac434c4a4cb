// SPDX-License-Identifier: GPL-2.0-or-later
/* A mount of drmsnoopfs for one command. */

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "private_tree.h"

static char directory[PATH_MAX];
static bool mounted;

/* Exit status of a program, 127 if it cannot be run. */
static int run_program(char *const *argv)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

void private_tree_unmount(void)
{
	char *const unmount[] = { "fusermount3", "-u", "-z", "-q", directory, NULL };

	if (mounted && umount2(directory, MNT_DETACH | UMOUNT_NOFOLLOW))
		run_program(unmount);
	if (directory[0])
		rmdir(directory);
	mounted = false;
	directory[0] = '\0';
}

/* The daemon of the same build or installation, or else that of PATH. */
static void find_daemon(char *path, size_t size)
{
	static const char name[] = "drmsnoopfs";
	ssize_t n = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		if (slash && slash + sizeof(name) < path + size) {
			strcpy(slash + 1, name);
			if (!access(path, X_OK))
				return;
		}
	}
	snprintf(path, size, "%s", name);
}

const char *private_tree_mount(const struct command *command)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	char daemon[PATH_MAX];
	char *const mount[] = { daemon, directory, NULL };
	int status;

	if (!base || access(base, W_OK | X_OK))
		base = getenv("TMPDIR") ?: "/tmp";
	snprintf(directory, sizeof(directory), "%s/drmsnoop-gdb.XXXXXX", base);
	if (!mkdtemp(directory)) {
		directory[0] = '\0';
		die(command, "no directory can be made in %s: %s", base, strerror(errno));
	}
	atexit(private_tree_unmount);
	find_daemon(daemon, sizeof(daemon));
	/* It goes to the background when it is mounted, and else says why it is not. */
	status = run_program(mount);
	if (status == 127)
		die(command, "%s cannot be run: install it, or put it into PATH", daemon);
	if (status)
		exit(STATUS_RUNTIME);
	mounted = true;
	return directory;
}
