// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop run */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "select.h"

enum {
	KEY_FD = KEY_OWN,
	KEY_CHILD,
	KEY_WAIT,
	KEY_KEEP,
};

/* How long a started target may take until it uses a GPU, in seconds. */
#define DEFAULT_WAIT 10

static const struct option_spec options[] = {
	OPTION_CARD,
	OPTION_CLIENT,
	OPTION_VM,
	OPTION_BO,
	OPTION_WRITE("let COMMAND write the memory, too"),
	{ KEY_FD, "fd", "N", "descriptor that COMMAND gets (default 0)" },
	{ KEY_CHILD, "child", "CMDLINE", "start CMDLINE with sh as the target" },
	{ KEY_WAIT, "wait", "SECONDS", "with --child: until it uses a GPU (default 10)" },
	{ KEY_KEEP, "keep", NULL, "with --child: do not end it after COMMAND" },
	{ 0 }
};

struct run {
	struct selection selection;
	struct drmsnoop *snoop;
	struct bound bound;
	int fd;
	const char *child_line;
	uint64_t wait;
	bool keep;
	char **command;
};

static void set_number(const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	if (setenv(name, text, 1))
		die(&run_command, "out of memory");
}

/* Put the descriptor where the command expects it, and become the command. */
static void become_command(const struct run *run)
{
	int fd = drmsnoop_fd(run->snoop), error;

	set_number("DRMSNOOP_FD", run->fd);
	set_number("DRMSNOOP_CARD",
		   drmsnoop_card_info(run->snoop)->primary_minor);
	if (run->selection.pid)
		set_number("DRMSNOOP_PID", run->selection.pid);
	if (run->bound.client)
		set_number("DRMSNOOP_CLIENT", run->bound.client);

	if (fd == run->fd) {
		if (fcntl(fd, F_SETFD, 0))
			die(&run_command, "descriptor %d: %s", fd,
			    strerror(errno));
	} else if (dup2(fd, run->fd) < 0) {
		die(&run_command, "descriptor %d: %s", run->fd,
		    strerror(errno));
	}
	execvp(run->command[0], run->command);
	error = errno;
	warn(&run_command, "%s: %s", run->command[0], strerror(error));
	_exit(error == ENOENT ? 127 : 126);
}

/* Bind, if it was asked for or if there is no choice. */
static void bind(struct run *run)
{
	struct selection *selection = &run->selection;
	char choices[256];
	int ret;

	if (selection->has_vm || selection->has_bo) {
		selection_bind(selection, run->snoop, &run->bound);
		return;
	}
	ret = selection_find(selection, run->snoop, &run->bound, choices,
			     sizeof(choices));
	if (ret == 1) {
		ret = drmsnoop_bind_vm(run->snoop, run->bound.client,
				       run->bound.id, &run->bound.end);
		if (ret)
			die(&run_command, "%s", drmsnoop_error());
		return;
	}
	memset(&run->bound, 0, sizeof(run->bound));
	if (ret < 0)
		warn(&run_command, "the descriptor is not bound: %s",
		     drmsnoop_error());
	else if (ret)
		warn(&run_command, "the descriptor is not bound, choose one: %s",
		     choices);
	else
		warn(&run_command, "the descriptor is not bound: the process has no VM; choose an object with --bo");
}

/* The target and who started it, for the end of the program. */
static struct child child;
static pid_t client, starter;

/* A signal that asks drmsnoop to end; it also interrupts what waits. */
static volatile sig_atomic_t asked_to_end;

static void take_signal(int number)
{
	asked_to_end = number;
}

static void handle_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = take_signal }, old;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!sigaction(numbers[i], NULL, &old) &&
		    old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
}

/* However the program ends, it does not leave the target behind. */
static void end_target(void)
{
	if (getpid() == starter)
		child_end(&child, client);
}

/* Is what was asked for there yet? Fills run->snoop and selection.pid. */
static bool try_child(struct run *run)
{
	struct selection *selection = &run->selection;
	char choices[256];
	int ret;

	selection->pid = child_find_client(&child, selection->card);
	if (!selection->pid)
		return false;
	client = selection->pid;
	ret = drmsnoop_open_process(selection->pid, selection->card,
				    selection->client,
				    selection->write ? DRMSNOOP_WRITE : 0,
				    &run->snoop);
	/* Gone again, or not that client yet. */
	if (ret == -ESRCH || ret == -ENOENT)
		if (!access("/sys/module/drm_snoop", F_OK))
			return false;
	if (ret)
		die(&run_command, "%s", drmsnoop_error());

	ret = selection_find(selection, run->snoop, &run->bound, choices,
			     sizeof(choices));
	if (ret > 0 || (ret == -EOPNOTSUPP && !selection->has_vm))
		return true;
	drmsnoop_close(run->snoop);
	run->snoop = NULL;
	if (ret < 0)
		die(&run_command, "%s", drmsnoop_error());
	return false;
}

static void wait_for_client(struct run *run)
{
	double end = clock_now() + run->wait;

	for (;;) {
		if (try_child(run))
			return;
		if (child_poll(&child))
			die(&run_command, "the target ended with status %d before it %s",
			    status_of(child.status), client ?
			    "had what was asked for" : "used a GPU");
		if (asked_to_end)
			exit(128 + asked_to_end);
		if (clock_now() >= end)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	if (!client)
		die(&run_command, "the target does not use a GPU after %" PRIu64 " s: see --wait",
		    run->wait);
	die(&run_command, "process %d has no %s after %" PRIu64 " s: see --wait",
	    (int)client, run->selection.has_bo ? "such object" :
	    run->selection.has_vm ? "such VM" : "VM", run->wait);
}

static int run_with_child(struct run *run)
{
	int status = 0;
	pid_t pid, ended;

	starter = getpid();
	child_start(&child, &run_command, run->child_line,
		    run->fd == STDIN_FILENO);
	if (atexit(end_target))
		die(&run_command, "out of memory");
	handle_signals();
	wait_for_client(run);
	bind(run);

	pid = fork();
	if (pid < 0)
		die(&run_command, "fork: %s", strerror(errno));
	if (!pid)
		become_command(run);

	for (;;) {
		ended = waitpid(-1, &status, 0);
		if (ended == pid)
			break;
		if (ended == child.pid) {
			child.status = status;
			child.ended = 1;
		}
		if (ended < 0 && errno != EINTR)
			die(&run_command, "waitpid: %s", strerror(errno));
		/* Keys of the terminal reach the command by themselves. */
		if (asked_to_end && asked_to_end != SIGINT)
			kill(pid, asked_to_end);
		asked_to_end = 0;
	}
	status = status_of(status);

	if (run->keep)
		child_wait(&child);
	return status;
}

/* Split "[OPTIONS] PID -- COMMAND"; returns the number of words before "--". */
static int split(struct run *run, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help"))
			return argc;
	if (i >= argc - 1)
		usage(&run_command, "'-- COMMAND' is missing");
	run->command = argv + i + 1;
	argv[i] = NULL;
	return i;
}

static int run(int argc, char **argv)
{
	struct run run = {
		.selection = SELECTION_INIT(&run_command),
		.wait = DEFAULT_WAIT,
	};
	struct selection *selection = &run.selection;
	bool has_wait = false;
	const char *value;
	int key;

	argc = split(&run, argc, argv);
	while ((key = option_next(&run_command, argc, argv, &value)) != -1) {
		if (selection_option(selection, key, value))
			continue;
		switch (key) {
		case KEY_FD:
			run.fd = selection_number(&run_command, "descriptor",
						  value, INT_MAX);
			break;
		case KEY_CHILD:
			run.child_line = value;
			break;
		case KEY_WAIT:
			run.wait = selection_number(&run_command, "time", value,
						    1000000);
			has_wait = true;
			break;
		case KEY_KEEP:
			run.keep = true;
			break;
		}
	}
	if (run.fd == STDOUT_FILENO || run.fd == STDERR_FILENO)
		usage(&run_command, "descriptors 1 and 2 are for the output of COMMAND");

	if (run.child_line) {
		if (optind < argc)
			usage(&run_command, "a process id and --child exclude each other");
		if (selection->has_vm && selection->has_bo)
			usage(&run_command, "--vm and --bo exclude each other");
		return run_with_child(&run);
	}
	if (run.keep || has_wait)
		usage(&run_command, "--keep and --wait go with --child");
	selection_target(selection, optind < argc ? argv[optind] : NULL);
	if (optind + 1 < argc)
		usage(&run_command, "too many arguments before --");
	run.snoop = selection_open(selection);
	bind(&run);
	become_command(&run);
	return STATUS_RUNTIME;
}

const struct command run_command = {
	.name = "run",
	.args = "[OPTIONS] PID|--child CMDLINE -- COMMAND [ARG...]",
	.summary = "Run a command with GPU memory of a process as a descriptor",
	.options = options,
	.run = run,
};
