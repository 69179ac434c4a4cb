// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "expect.h"
#include "target.h"

#define ANSWER_MS	60000
#define END_MS		30000

static void __attribute__((noreturn)) become_target(int in, int out, const char *user, pid_t parent)
{
	struct passwd *pw = user ? getpwnam(user) : NULL;

	if (user && (!pw || initgroups(user, pw->pw_gid) ||
		     setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) ||
		     setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid)))
		_exit(126);
	/* After the change of user, which would clear it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(126);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execlp("gpusim-sh", "gpusim-sh", (char *)NULL);
	_exit(127);
}

/* Reads one line into t->line, without its newline. Return: 0 or -errno */
static int read_line(struct target *t)
{
	struct pollfd out = { .fd = t->out, .events = POLLIN };
	int64_t end = clock_ms() + ANSWER_MS, left;
	char *newline;
	size_t len;
	ssize_t n;

	while (!(newline = memchr(t->input, '\n', t->buffered))) {
		if (t->buffered == sizeof(t->input))
			return -EMSGSIZE;
		left = end - clock_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&out, 1, left) <= 0)
			continue;
		n = read(t->out, t->input + t->buffered, sizeof(t->input) - t->buffered);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			return -EPIPE;
		if (n > 0)
			t->buffered += n;
	}
	len = newline - t->input;
	memcpy(t->line, t->input, len);
	t->line[len] = '\0';
	t->buffered -= len + 1;
	memmove(t->input, newline + 1, t->buffered);
	return 0;
}

static void write_all(struct target *t, const char *text, size_t len)
{
	ssize_t n;

	/* Shorter than a pipe holds, and the target reads before it answers. */
	while (len) {
		n = write(t->in, text, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			fail_msg("target %d: write: %s", t->pid, strerror(errno));
		text += n;
		len -= n;
	}
}

void target_start_as(struct target *t, const char *user)
{
	int in[2], out[2], ret, pid;
	pid_t parent = getpid();

	memset(t, 0, sizeof(*t));
	/* A dead target is an error of write(), not the end of the test. */
	signal(SIGPIPE, SIG_IGN);
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		fail_msg("pipe: %s", strerror(errno));
	t->pid = fork();
	if (t->pid < 0)
		fail_msg("fork: %s", strerror(errno));
	if (!t->pid)
		become_target(in[0], out[1], user, parent);
	close(in[0]);
	close(out[1]);
	t->in = in[1];
	t->out = out[0];
	ret = read_line(t);
	if (!ret && sscanf(t->line, "ready %d %" SCNu64, &pid, &t->client) == 2 && pid == t->pid)
		return;
	target_kill(t);
	fail_msg("gpusim-sh%s%s does not start: %s", user ? " as " : "", user ? user : "",
		 ret ? strerror(-ret) : t->line);
}

void target_start(struct target *t)
{
	target_start_as(t, NULL);
}

static void send_line(struct target *t, const char *format, va_list ap)
{
	char line[TARGET_LINE];
	int len = vsnprintf(line, sizeof(line), format, ap);

	if (len < 0 || len + 1 >= (int)sizeof(line))
		fail_msg("target %d: a command is too long", t->pid);
	line[len++] = '\n';
	write_all(t, line, len);
}

/* Return: what follows "ok"; for exec what follows "ready" */
static const char *ok_line(struct target *t)
{
	int ret = read_line(t);

	if (ret)
		fail_msg("target %d: %s", t->pid, strerror(-ret));
	if (!strcmp(t->line, "ok"))
		return t->line + 2;
	if (!strncmp(t->line, "ok ", 3))
		return t->line + 3;
	if (!strncmp(t->line, "ready ", 6))
		return t->line + 6;
	fail_msg("target %d: %s", t->pid, t->line);
	return NULL;
}

void target_send(struct target *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	send_line(t, format, ap);
	va_end(ap);
}

const char *target_answer(struct target *t)
{
	return ok_line(t);
}

const char *target_cmd(struct target *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	send_line(t, format, ap);
	va_end(ap);
	return ok_line(t);
}

uint64_t target_number(struct target *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	send_line(t, format, ap);
	va_end(ap);
	return target_value(ok_line(t), 0);
}

const char *target_cmd_err(struct target *t, int error, const char *format, ...)
{
	char wanted[64];
	va_list ap;
	size_t len;
	int ret;

	va_start(ap, format);
	send_line(t, format, ap);
	va_end(ap);
	ret = read_line(t);
	if (ret)
		fail_msg("target %d: %s", t->pid, strerror(-ret));
	len = snprintf(wanted, sizeof(wanted), "error %s", strerrorname_np(error));
	if (strncmp(t->line, wanted, len) || (t->line[len] && t->line[len] != ' '))
		fail_msg("target %d: '%s' instead of '%s'", t->pid, t->line, wanted);
	return t->line + len + (t->line[len] == ' ');
}

uint64_t target_value(const char *values, unsigned int index)
{
	const char *word = values;
	uint64_t value;
	char *end;

	for (; index; index--) {
		word += strcspn(word, " ");
		word += strspn(word, " ");
	}
	errno = 0;
	value = strtoull(word, &end, 0);
	if (errno || end == word || (*end && *end != ' '))
		fail_msg("no number in '%s'", values);
	return value;
}

int target_getfd(struct target *t, int fd)
{
	int pidfd, copy;

	if (!fd)
		fd = target_value(target_cmd(t, "client main"), 1);
	pidfd = syscall(SYS_pidfd_open, t->pid, 0);
	if (pidfd < 0)
		return -errno;
	copy = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (copy < 0)
		copy = -errno;
	close(pidfd);
	return copy;
}

/* Return: exit status as of waitpid(), -1 if it had to be killed */
static int end(struct target *t, int64_t ms)
{
	int64_t until = clock_ms() + ms;
	int status;
	pid_t ret;

	close(t->in);
	while (!(ret = waitpid(t->pid, &status, WNOHANG)) && clock_ms() < until)
		usleep(1000);
	if (ret != t->pid) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
		status = -1;
	}
	close(t->out);
	t->pid = 0;
	return status;
}

void target_stop(struct target *t)
{
	pid_t pid = t->pid;
	int status;

	if (!pid)
		return;
	status = end(t, END_MS);
	if (status)
		fail_msg("target %d ended with status %#x", pid, status);
}

void target_kill(struct target *t)
{
	if (t->pid)
		end(t, 0);
}
