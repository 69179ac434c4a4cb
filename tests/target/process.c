// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shell.h"

#define SLEEP_MAX_MS	600000
#define CHILDREN_MAX	16
#define CHILD_SECONDS	600

static pid_t children[CHILDREN_MAX];
static int nr_children;

int process_cmd_pid(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return answer_ok(a, "%d", getpid());
}

int process_cmd_sleep(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct timespec left;
	uint64_t ms;

	if (arg_number(a, "MS", argv[1], &ms))
		return -1;
	if (ms > SLEEP_MAX_MS)
		return answer_error(a, EINVAL, "MS: at most %d", SLEEP_MAX_MS);
	left.tv_sec = ms / 1000;
	left.tv_nsec = ms % 1000 * 1000000;
	/* A loop goes on meanwhile. */
	loop_leave();
	while (nanosleep(&left, &left) && errno == EINTR)
		;
	loop_enter();
	return answer_ok(a, "%s", "");
}

int process_cmd_undumpable(struct shell *sh, int argc, char **argv, struct answer *a)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return answer_error(a, errno, "PR_SET_DUMPABLE: %s", strerror(errno));
	return answer_ok(a, "%s", "");
}

int process_cmd_ptracer(struct shell *sh, int argc, char **argv, struct answer *a)
{
	unsigned long who = 0;
	uint64_t pid;

	if (!strcmp(argv[1], "any")) {
		who = PR_SET_PTRACER_ANY;
	} else if (strcmp(argv[1], "none")) {
		if (arg_number(a, "PID", argv[1], &pid))
			return -1;
		if (!pid || pid > INT_MAX)
			return answer_error(a, EINVAL, "PID: 1 to %d", INT_MAX);
		who = pid;
	}
	if (prctl(PR_SET_PTRACER, who, 0, 0, 0))
		return answer_error(a, errno, "PR_SET_PTRACER: %s", strerror(errno));
	return answer_ok(a, "%s", "");
}

/* Sets FD_CLOEXEC or not on what the state names */
static void set_cloexec(const struct shell *sh, int flags)
{
	const struct item *i, *e;

	for (i = sh->clients; i; i = i->next) {
		const struct client *c = (const struct client *)i;

		fcntl(c->fd, F_SETFD, flags);
		for (e = c->exports; e; e = e->next)
			fcntl(((const struct export *)e)->fd, F_SETFD, flags);
	}
	for (i = sh->jobs; i; i = i->next)
		fcntl(((const struct job *)i)->fd, F_SETFD, flags);
}

int process_cmd_exec(struct shell *sh, int argc, char **argv, struct answer *a)
{
	int fd = state_save(sh), error;
	char number[16];

	if (fd < 0)
		return answer_error(a, errno, "memfd: %s", strerror(errno));
	snprintf(number, sizeof(number), "%d", fd);
	set_cloexec(sh, 0);
	fcntl(fd, F_SETFD, 0);
	execl("/proc/self/exe", "gpusim-sh", "--state", number, (char *)NULL);
	error = errno;
	set_cloexec(sh, FD_CLOEXEC);
	close(fd);
	return answer_error(a, error, "exec: %s", strerror(error));
}

/* The child answers nothing and reads nothing; it ends with standard input. */
static void __attribute__((noreturn)) child(void)
{
	struct pollfd in = { .fd = STDIN_FILENO };
	int null = open("/dev/null", O_RDWR);

	if (null >= 0) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	prctl(PR_SET_NAME, "gpusim-child");
	alarm(CHILD_SECONDS);
	while (poll(&in, 1, -1) >= 0 && !in.revents)
		;
	_exit(0);
}

int process_cmd_fork(struct shell *sh, int argc, char **argv, struct answer *a)
{
	pid_t pid;

	if (nr_children == CHILDREN_MAX)
		return answer_error(a, EAGAIN, "at most %d children", CHILDREN_MAX);
	pid = fork();
	if (pid < 0)
		return answer_error(a, errno, "fork: %s", strerror(errno));
	if (!pid)
		child();
	children[nr_children++] = pid;
	return answer_ok(a, "%d", pid);
}

void process_reap(void)
{
	while (nr_children > 0) {
		pid_t pid = children[--nr_children];

		/* Not waited for so far: the pid is still this child's. */
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}
