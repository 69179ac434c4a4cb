// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop gdb */

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "private_tree.h"
#include "select.h"
#include "symbols.h"

static const struct option_spec options[] = {
	OPTION_CARD,
	OPTION_CLIENT,
	OPTION_VM,
	{ 0 }
};

/* gdb, the core, two for symbols, the end, and a spare one. */
#define OWN_ARGUMENTS 8

/* What gdb's command line takes for more than a letter. */
static void append_quoted(char *text, size_t size, const char *path)
{
	size_t n = strlen(text);

	for (; *path && n + 3 < size; path++) {
		if (!isalnum((unsigned char)*path) && !strchr("/._-+", *path))
			text[n++] = '\\';
		text[n++] = *path;
	}
	text[n] = '\0';
}

/* The command of gdb that loads the symbols of the program; "" without any. */
static void load_symbols(pid_t pid, char *text, size_t size)
{
	struct symbols symbols;
	int ret = symbols_find(pid, &symbols);

	text[0] = '\0';
	if (ret) {
		warn(&gdb_command, "no symbols: the program of process %d cannot be used: %s",
		     (int)pid, strerror(-ret));
		return;
	}
	snprintf(text, size, "symbol-file -o 0x%" PRIx64 " ", symbols.bias);
	append_quoted(text, size, symbols.path);
}

/* A signal that ends us, and the mount first. */
static volatile sig_atomic_t ended;

static void take_signal(int number)
{
	ended = number;
}

/* Only that it interrupts what waits. */
static void take_child(int number)
{
}

/* What the keyboard sends is gdb's. */
static void handle_signals(void)
{
	struct sigaction end = { .sa_handler = take_signal };
	struct sigaction child = { .sa_handler = take_child };

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	sigaction(SIGCHLD, &child, NULL);
}

static int run_gdb(char **argv)
{
	sigset_t blocked, before;
	pid_t debugger, pid = 0;
	int status = 0;

	/* They arrive while it waits, and never between a look and the waiting. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGHUP);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	debugger = fork();
	if (!debugger) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		execvp(argv[0], argv);
		warn(&gdb_command, "gdb cannot be run: %s: install it", strerror(errno));
		_exit(127);
	}
	if (debugger < 0)
		die(&gdb_command, "fork: %s", strerror(errno));
	while (!ended && !(pid = waitpid(debugger, &status, WNOHANG)))
		sigsuspend(&before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		die(&gdb_command, "waiting for gdb: %s", strerror(errno));
	if (ended) {
		/* It may be waiting for a program of its own. */
		kill(debugger, SIGTERM);
		return 128 + ended;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Who is looked at; errors are told before anything is mounted. */
static void check(const struct selection *selection, struct bound *bound, unsigned int *card)
{
	struct drmsnoop *snoop = selection_open(selection);

	selection_bind_anew(selection, snoop, bound);
	*card = drmsnoop_card_info(snoop)->primary_minor;
	drmsnoop_close(snoop);
}

static int run(int argc, char **argv)
{
	struct selection selection = SELECTION_INIT(&gdb_command);
	char core[PATH_MAX], symbols[2 * PATH_MAX + 64];
	int key, status, own, more, n = 0;
	struct bound bound;
	unsigned int card;
	const char *value;
	char **gdb;

	for (own = 1; own < argc && strcmp(argv[own], "--"); own++)
		;
	more = own < argc ? own + 1 : argc;
	while ((key = option_next(&gdb_command, own, argv, &value)) != -1)
		selection_option(&selection, key, value);
	selection_target(&selection, optind < own ? argv[optind] : NULL);
	if (optind + 1 < own)
		usage(&gdb_command, "arguments of gdb come after --");
	if (selection.fd >= 0)
		usage(&gdb_command, "a process id is needed, not a descriptor");

	check(&selection, &bound, &card);
	handle_signals();
	snprintf(core, sizeof(core), "%s/card%u/%d/clients/%" PRIu64 "/vm/%" PRIu64 "/core",
		 private_tree_mount(&gdb_command), card, (int)selection.pid, bound.client,
		 bound.id);
	load_symbols(selection.pid, symbols, sizeof(symbols));

	gdb = calloc(argc - more + OWN_ARGUMENTS, sizeof(*gdb));
	if (!gdb)
		die(&gdb_command, "out of memory");
	gdb[n++] = "gdb";
	gdb[n++] = "-q";
	gdb[n++] = "-c";
	gdb[n++] = core;
	if (symbols[0]) {
		gdb[n++] = "-ex";
		gdb[n++] = symbols;
	}
	memcpy(gdb + n, argv + more, (argc - more) * sizeof(*gdb));
	status = run_gdb(gdb);
	free(gdb);
	private_tree_unmount();
	return status;
}

const struct command gdb_command = {
	.name = "gdb",
	.args = "[OPTIONS] PID [-- ARGUMENTS]",
	.summary = "Run gdb on a GPU address space of a process, live",
	.options = options,
	.run = run,
};
