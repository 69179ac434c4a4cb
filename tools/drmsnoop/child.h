/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CHILD_H
#define CHILD_H

/*
 * A target that is started as a child, because Yama (ptrace_scope 1) lets a
 * process be looked at by its ancestors only.
 */

#include <sys/types.h>

#include "command.h"

/*
 * struct child - a started target
 */
struct child {
	const struct command *command;
	/* the shell that was started */
	pid_t pid;
	/* it leads a process group of its own */
	int has_group;
	/* its status as of waitpid(), once @ended */
	int status;
	int ended;
};

/*
 * child_start - run a command line with /bin/sh
 * @line: command line
 * @keep_stdin: leave it standard input; otherwise it gets /dev/null
 *
 * Its standard output goes to standard error, because standard output belongs
 * to the command that looks at it. It gets a process group of its own, unless
 * it is left a terminal to read from. It is told to end when drmsnoop dies.
 * Orphans among its descendants become children of this process, so that they
 * stay its descendants. Ends the program on failure.
 */
void child_start(struct child *child, const struct command *command,
		 const char *line, int keep_stdin);

/*
 * child_poll - look whether the child ended, without waiting
 *
 * Returns whether it did.
 */
int child_poll(struct child *child);

/*
 * child_find_client - find a descendant that has a GPU client
 * @card: N of cardN, or DRMSNOOP_ANY_CARD
 *
 * Returns the lowest process id, or 0 if there is none yet.
 */
pid_t child_find_client(const struct child *child, int card);

/*
 * child_wait - wait until the child ended by itself, or a signal was handled
 */
void child_wait(struct child *child);

/*
 * child_end - end the child, its group and the process with the GPU client
 * @client: what child_find_client() returned, or 0
 *
 * By SIGTERM, and SIGKILL after 3 s.
 */
void child_end(struct child *child, pid_t client);

/*
 * status_of - exit status as a shell would give it
 * @status: of waitpid()
 */
int status_of(int status);

#endif /* CHILD_H */
