// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "shell.h"

#define JOBS_MAX	256
#define WAIT_SECONDS	30
#define WAIT_MAX	600

int job_check(const struct shell *sh, struct answer *a)
{
	const struct item *i;
	int n = 0;

	for (i = sh->jobs; i; i = i->next)
		n++;
	if (n >= JOBS_MAX)
		return answer_error(a, EAGAIN, "%d jobs: wait for some", n);
	return 0;
}

int job_add(struct shell *sh, int fd, struct answer *a)
{
	char name[SHELL_NAME_MAX + 1];
	struct job *job;

	snprintf(name, sizeof(name), "%u", ++sh->last_job);
	job = item_add(&sh->jobs, name, sizeof(*job));
	job->fd = fd;
	return answer_ok(a, "%s", name);
}

/* What the fence says, 0 or an errno; ETIMEDOUT: it has not signalled */
static int wait_for(int fd, int ms)
{
	struct sync_file_info info = { 0 };
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	int n;

	/* A loop goes on meanwhile. */
	loop_leave();
	do {
		n = poll(&pollfd, 1, ms);
	} while (n < 0 && errno == EINTR);
	loop_enter();
	if (!n)
		return ETIMEDOUT;
	if (n < 0 || ioctl(fd, SYNC_IOC_FILE_INFO, &info))
		return errno;
	return info.status < 0 ? -info.status : 0;
}

int job_cmd_wait(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct job *job = (struct job *)item_find(sh->jobs, argv[1]);
	uint64_t seconds = WAIT_SECONDS;
	int error;

	if (!job)
		return answer_error(a, ENOENT, "no job %s", argv[1]);
	if (argc > 2 && arg_number(a, "SECONDS", argv[2], &seconds))
		return -1;
	if (seconds > WAIT_MAX)
		return answer_error(a, EINVAL, "SECONDS: at most %d", WAIT_MAX);
	error = wait_for(job->fd, seconds * 1000);
	if (error == ETIMEDOUT)
		return answer_error(a, ETIMEDOUT, "job %s: not done after %" PRIu64 " s",
				    argv[1], seconds);
	close(job->fd);
	item_drop(&sh->jobs, job);
	if (error)
		return answer_error(a, error, "job %s: %s", argv[1], strerror(error));
	return answer_ok(a, "%s", "");
}
