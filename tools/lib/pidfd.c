// SPDX-License-Identifier: LGPL-2.1-or-later
/* Descriptors of other processes, as the kernel gives them out. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/* The process that a thread belongs to; 0 if @tid is not a mere thread. */
static pid_t process_of_thread(const struct dsn_roots *roots, pid_t tid)
{
	char path[PATH_MAX], text[4096];
	const char *line;
	int tgid;

	snprintf(path, sizeof(path), "%s/%d/status", roots->proc, (int)tid);
	if (dsn_read_file(path, text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "\nTgid:");
	if (!line || sscanf(line, "\nTgid:\t%d", &tgid) != 1 || tgid == tid)
		return 0;
	return tgid;
}

int dsn_pidfd_open(const struct dsn_roots *roots, pid_t pid)
{
	pid_t process;
	int fd, error;

	if (pid <= 0)
		return dsn_fail(EINVAL, "%d is not a process id", (int)pid);
	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0)
		return fd;
	error = errno;

	switch (error) {
	case ESRCH:
		return dsn_fail(error, "there is no process %d", (int)pid);
	case EINVAL:
	case ENOENT:
		process = process_of_thread(roots, pid);
		if (process)
			return dsn_fail(ESRCH,
					"%d is a thread of process %d: use that number",
					(int)pid, (int)process);
		break;
	}
	return dsn_fail(error, "pidfd_open(%d): %s", (int)pid,
			strerror(error));
}

int dsn_pidfd_getfd(const struct dsn_roots *roots, int pidfd, pid_t pid, int fd)
{
	int got = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	int error = errno;

	if (got >= 0)
		return got;
	switch (error) {
	case EPERM:
		return dsn_explain_process(roots, pid, DSN_REFUSED_ATTACH,
					   error);
	case ESRCH:
		return dsn_fail(error, "process %d ended", (int)pid);
	case EBADF:
		return dsn_fail(error, "process %d closed its descriptor %d",
				(int)pid, fd);
	}
	return dsn_fail(error, "pidfd_getfd(%d, %d): %s", (int)pid, fd,
			strerror(error));
}

int drmsnoop_check_access(pid_t pid, int fd)
{
	int pidfd, got;

	pidfd = dsn_pidfd_open(&dsn_real_roots, pid);
	if (pidfd < 0)
		return pidfd;
	got = dsn_pidfd_getfd(&dsn_real_roots, pidfd, pid, fd);
	close(pidfd);
	if (got < 0)
		return got;
	close(got);
	return 0;
}
