// SPDX-License-Identifier: GPL-2.0-or-later
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* lock protects processes and what struct process says; held over poll(0). */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct process *processes;

/* Field 22 of /proc/PID/stat; field 2 is in brackets and may contain any. */
static int read_start(pid_t pid, uint64_t *start)
{
	char path[32], text[1024], *at;
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	size = read(fd, text, sizeof(text) - 1);
	if (size < 0)
		size = -errno;
	close(fd);
	if (size < 0)
		return size;
	text[size] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	if (!at || sscanf(at, "%" SCNu64, start) != 1)
		return -ESRCH;
	return 0;
}

static bool alive_locked(struct process *process)
{
	struct pollfd poller = { .fd = process->pidfd, .events = POLLIN };

	if (process->pidfd < 0)
		return false;
	/* A pidfd is readable when its process has exited. */
	if (poll(&poller, 1, 0) != 1)
		return true;
	close(process->pidfd);
	process->pidfd = -1;
	return false;
}

bool process_alive(struct process *process)
{
	bool alive;

	pthread_mutex_lock(&lock);
	alive = alive_locked(process);
	pthread_mutex_unlock(&lock);
	return alive;
}

static void link_locked(struct process *process)
{
	process->next = processes;
	process->link = &processes;
	if (processes)
		processes->link = &process->next;
	processes = process;
}

int process_open(pid_t pid, struct process **result)
{
	struct process *process = malloc(sizeof(*process));
	int err;

	if (!process)
		return -ENOMEM;
	process->pid = pid;
	process->pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd < 0) {
		err = -errno;
		goto err_free;
	}
	err = read_start(pid, &process->start);
	if (err)
		goto err_close;

	pthread_mutex_lock(&lock);
	for (struct process *other = processes; other; other = other->next)
		alive_locked(other);
	link_locked(process);
	pthread_mutex_unlock(&lock);

	if (!process_alive(process)) {
		process_close(process);
		return -ESRCH;
	}
	*result = process;
	return 0;

err_close:
	close(process->pidfd);
err_free:
	free(process);
	return err;
}

int process_ended(pid_t pid, uint64_t start, struct process **result)
{
	struct process *process = malloc(sizeof(*process));

	if (!process)
		return -ENOMEM;
	*process = (struct process) { .pid = pid, .start = start, .pidfd = -1 };
	pthread_mutex_lock(&lock);
	link_locked(process);
	pthread_mutex_unlock(&lock);
	*result = process;
	return 0;
}

void process_close(struct process *process)
{
	if (!process)
		return;
	pthread_mutex_lock(&lock);
	*process->link = process->next;
	if (process->next)
		process->next->link = process->link;
	pthread_mutex_unlock(&lock);
	if (process->pidfd >= 0)
		close(process->pidfd);
	free(process);
}
