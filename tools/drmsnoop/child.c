// SPDX-License-Identifier: GPL-2.0-or-later
/* A target that is started as a child. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "drmsnoop.h"

/* How long a target may take to end by SIGTERM, in steps of 50 ms. */
#define END_STEPS 60

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
}

void child_start(struct child *child, const struct command *command,
		 const char *line, int keep_stdin)
{
	pid_t parent = getpid();
	int null;

	memset(child, 0, sizeof(*child));
	child->command = command;
	child->has_group = !keep_stdin || !isatty(STDIN_FILENO);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child->pid = fork();
	if (child->pid < 0)
		die(command, "fork: %s", strerror(errno));
	if (child->has_group)
		setpgid(child->pid, child->pid);
	if (child->pid)
		return;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	if (!keep_stdin) {
		null = open("/dev/null", O_RDONLY);
		if (null >= 0 && null != STDIN_FILENO) {
			dup2(null, STDIN_FILENO);
			close(null);
		}
	}
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execl("/bin/sh", "sh", "-c", line, (char *)NULL);
	warn(command, "/bin/sh: %s", strerror(errno));
	_exit(127);
}

int child_poll(struct child *child)
{
	int status;
	pid_t pid;

	/* Orphans that were given to us end here, too. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == child->pid) {
			child->status = status;
			child->ended = 1;
		}
	return child->ended;
}

/* Parent of a process, 0 if it is not known. */
static pid_t parent_of(pid_t pid)
{
	char path[64], line[256];
	int parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "PPid: %d", &parent) == 1)
			break;
	fclose(file);
	return parent;
}

static int is_descendant(pid_t pid)
{
	pid_t self = getpid();
	int depth;

	/* A bound, because the tree changes while it is climbed. */
	for (depth = 0; pid > 1 && depth < 64; depth++) {
		pid = parent_of(pid);
		if (pid == self)
			return 1;
	}
	return 0;
}

static int take_descendant(const struct drmsnoop_client *client, void *data)
{
	pid_t *found = data;

	if (!is_descendant(client->pid))
		return 0;
	*found = client->pid;
	return 1;
}

pid_t child_find_client(const struct child *child, int card)
{
	pid_t found = 0;

	if (drmsnoop_foreach_client(DRMSNOOP_ALL_PROCESSES, card,
				    take_descendant, &found) < 0)
		die(child->command, "%s", drmsnoop_error());
	return found;
}

void child_wait(struct child *child)
{
	int status;
	pid_t pid;

	while (!child->ended) {
		pid = waitpid(-1, &status, 0);
		if (pid < 0)
			break;
		if (pid != child->pid)
			continue;
		child->status = status;
		child->ended = 1;
	}
}

/* The number of a group whose leader ended is not reused while others live. */
static void signal_child(const struct child *child, int number)
{
	if (child->has_group)
		kill(-child->pid, number);
	else if (!child->ended)
		kill(child->pid, number);
}

/* Does nobody of the group live any more? */
static int is_over(struct child *child)
{
	return child_poll(child) &&
	       (!child->has_group || kill(-child->pid, 0));
}

void child_end(struct child *child, pid_t client)
{
	int pidfd = -1, i;

	/* The number may be reused by now: only what is still ours is ended. */
	if (client && client != child->pid) {
		pidfd = syscall(SYS_pidfd_open, client, 0);
		if (pidfd >= 0 && !is_descendant(client)) {
			close(pidfd);
			pidfd = -1;
		}
	}
	if (pidfd >= 0)
		syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0);
	if (!is_over(child))
		signal_child(child, SIGTERM);
	for (i = 0; i < END_STEPS && !is_over(child); i++)
		nap();
	if (!is_over(child)) {
		if (pidfd >= 0)
			syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
		signal_child(child, SIGKILL);
		while (!child->ended)
			child_wait(child);
	}
	if (pidfd >= 0)
		close(pidfd);
}

int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}
