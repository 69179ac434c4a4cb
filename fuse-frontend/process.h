/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROCESS_H
#define PROCESS_H

/*
 * Processes: a pid that stays the same process
 *
 * A pidfd names one process for good; a number alone may be given to another
 * one. Whoever reads something by number asks process_alive() afterwards: if
 * the process still runs, the number was its own all the time.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct process - one process
 *
 * pid and start are immutable.
 * The list lock of process.c protects pidfd, next and link.
 */
struct process {
	/** @pid: Its number in the daemon's pid namespace. */
	pid_t pid;

	/** @start: When it started, in clock ticks after boot. */
	uint64_t start;

	/** @pidfd: Owned; -1 as soon as the process was found dead. */
	int pidfd;

	/** @next: Next of all open processes. */
	struct process *next;

	/** @link: What points here. */
	struct process **link;
};

/**
 * process_open - take hold of the process that has a number now
 * @pid: number
 * @process: returned; the caller frees it with process_close()
 *
 * Also closes the pidfds of all processes that ended, so that descriptors are
 * bounded by running processes even if the kernel is slow to forget nodes.
 *
 * Returns 0, -ESRCH (no such process), -EINVAL (@pid names a thread), -EMFILE,
 * -ENOMEM.
 */
int process_open(pid_t pid, struct process **process);

/**
 * process_ended - stand for a process that has ended
 * @pid: number that it had
 * @start: when it started
 * @process: returned; the caller frees it with process_close()
 *
 * Returns 0 or -ENOMEM.
 */
int process_ended(pid_t pid, uint64_t start, struct process **process);

/**
 * process_close - let go of a process
 * @process: process, or NULL
 */
void process_close(struct process *process);

/**
 * process_alive - whether the process has not exited yet
 *
 * Does not block.
 */
bool process_alive(struct process *process);

#endif /* PROCESS_H */
