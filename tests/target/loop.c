// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "shell.h"

#define JOIN_SECONDS	60

/* Who runs a command holds the gate; it protects the shell. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static atomic_int waiting;	/* threads that want the gate */

/* Written before the thread starts and after it has ended; @quit is atomic */
static struct {
	bool running;
	pthread_t thread;
	struct shell *sh;
	char words[SHELL_LINE_MAX];
	char *argv[SHELL_ARGS_MAX + 1];	/* commands, NULL between them */
	int argc;
	atomic_bool quit;
	uint64_t rounds;
	struct answer answer;
} loop;

void loop_enter(void)
{
	waiting++;
	pthread_mutex_lock(&gate);
	waiting--;
}

void loop_leave(void)
{
	pthread_mutex_unlock(&gate);
}

bool loop_running(void)
{
	return loop.running;
}

static int loop_round(void)
{
	char **argv = loop.argv, **end = loop.argv + loop.argc, *words[SHELL_ARGS_MAX + 1];
	int n, ret;

	for (; argv < end; argv += n + 1) {
		for (n = 0; argv[n]; n++)
			words[n] = argv[n];
		words[n] = NULL;
		loop_enter();
		ret = command_run(loop.sh, n, words, &loop.answer);
		loop_leave();
		if (ret)
			return ret;
		/* A mutex alone would hardly ever let the main thread in. */
		while (waiting)
			sched_yield();
	}
	return 0;
}

static void *loop_thread(void *arg)
{
	while (!loop.quit && !loop_round())
		loop.rounds++;
	return NULL;
}

/* Return: 0, -1 with the error in @a */
static int check_command(int argc, char **argv, struct answer *a)
{
	const struct command *c = argc ? command_find(argv[0]) : NULL;

	if (!c)
		return answer_error(a, EINVAL, "usage: no command %s, see help",
				    argc ? argv[0] : "");
	if (!(c->flags & COMMAND_LOOP))
		return answer_error(a, EINVAL, "%s cannot be repeated", c->name);
	if (argc - 1 < c->min || argc - 1 > c->max)
		return answer_error(a, EINVAL, "usage: %s %s", c->name, c->usage);
	return 0;
}

int loop_cmd_loop(struct shell *sh, int argc, char **argv, struct answer *a)
{
	int i, begin, error;
	size_t at = 0;

	for (begin = 1; begin <= argc; begin = i + 1) {
		for (i = begin; i < argc && strcmp(argv[i], ";"); i++)
			;
		if (check_command(i - begin, argv + begin, a))
			return -1;
	}
	loop.argc = 0;
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], ";")) {
			loop.argv[loop.argc++] = NULL;
			continue;
		}
		loop.argv[loop.argc++] = loop.words + at;
		at += snprintf(loop.words + at, sizeof(loop.words) - at, "%s", argv[i]) + 1;
	}
	loop.argv[loop.argc] = NULL;
	loop.sh = sh;
	loop.quit = false;
	loop.rounds = 0;
	answer_ok(&loop.answer, "%s", "");
	error = pthread_create(&loop.thread, NULL, loop_thread, NULL);
	if (error)
		return answer_error(a, error, "pthread_create: %s", strerror(error));
	loop.running = true;
	return answer_ok(a, "%s", "");
}

int loop_cmd_stop(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct timespec until;
	int error;

	if (!loop.running)
		return answer_error(a, ENOENT, "no loop runs");
	loop.quit = true;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += JOIN_SECONDS;
	loop_leave();
	error = pthread_timedjoin_np(loop.thread, NULL, &until);
	loop_enter();
	if (error)
		return answer_error(a, error, "the command does not end");
	loop.running = false;
	if (loop.answer.error)
		return answer_error(a, loop.answer.error, "after %" PRIu64 " rounds: %.900s",
				    loop.rounds, loop.answer.text);
	return answer_ok(a, "%" PRIu64, loop.rounds);
}
