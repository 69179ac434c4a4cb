/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_TARGET_H
#define TESTS_TARGET_H

#include <stdint.h>
#include <sys/types.h>

/*
 * A gpusim-sh for tests in C (Documentation/gpusim-sh.rst): a process of its own
 * that does what it is told with GPU memory.
 *
 * All functions fail the running test (cmocka) when the target does not do as it
 * should. None waits longer than a minute. A target ends with the thread that
 * started it, at the latest.
 */

#define TARGET_LINE	1024

/**
 * struct target - a process that runs gpusim-sh
 * @pid: process id; 0 when it does not run
 * @client: drm-client-id of its first client
 */
struct target {
	pid_t pid;
	uint64_t client;
	/* private */
	int in, out;
	char line[TARGET_LINE], input[TARGET_LINE];
	size_t buffered;
};

void target_start(struct target *t);
/* As another user; NULL: as the test itself */
void target_start_as(struct target *t, const char *user);

/*
 * One command, which must succeed. Return: its values, one string that is valid
 * until the next command.
 */
const char *target_cmd(struct target *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* One command, which must fail with errno @error. Return: the text. */
const char *target_cmd_err(struct target *t, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* As target_cmd() for commands with one number as their value */
uint64_t target_number(struct target *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The halves of target_cmd(), to do something while the command runs */
void target_send(struct target *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *target_answer(struct target *t);

/* The @index'th of values parted by blanks, decimal or hexadecimal */
uint64_t target_value(const char *values, unsigned int index);

/*
 * A duplicate of one of its descriptors (that of the first client: 0), by
 * pidfd_getfd(). Return: it, to be closed; -errno where that is refused.
 */
int target_getfd(struct target *t, int fd);

/* Ends it by the end of its input; its exit status must be 0. Again: nothing. */
void target_stop(struct target *t);
/* Kills it. Does not fail: for teardown. */
void target_kill(struct target *t);

#endif
