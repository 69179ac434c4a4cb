// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

enum line { LINE_OK, LINE_BAD, LINE_END };

static void usage(FILE *f)
{
	fprintf(f, "Usage: gpusim-sh [--device PATH] [--primary]\n"
		"\n"
		"A GPU application on gpusim that reads commands from standard input and\n"
		"answers each with one line, \"ok [VALUE...]\" or \"error ERRNO-NAME TEXT\".\n"
		"\n"
		"  --device PATH  DRM node to open; default: the first gpusim render node\n"
		"  --primary      open the primary node\n"
		"  -h, --help     print this\n"
		"\n"
		"The commands are described in Documentation/gpusim-sh.rst.\n");
}

/*
 * Reads a line, one byte at a time: what follows it must stay in the pipe, for
 * the program that "exec" starts.
 */
static enum line read_line(char *line, size_t size)
{
	enum line ret = LINE_OK;
	size_t len = 0;
	ssize_t n;
	char c;

	for (;;) {
		n = read(STDIN_FILENO, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		/* A last line without its newline counts. */
		if (n <= 0 && !len && ret == LINE_OK)
			return LINE_END;
		if (n <= 0 || c == '\n')
			break;
		if (!c || len + 1 == size)
			ret = LINE_BAD;
		else
			line[len++] = c;
	}
	line[len] = '\0';
	return ret;
}

/* Runs commands until the input ends or one says so */
static void serve(struct shell *sh)
{
	char line[SHELL_LINE_MAX], *argv[SHELL_ARGS_MAX + 1];
	struct answer answer;
	enum line got;
	int argc;

	while (!sh->exiting) {
		got = read_line(line, sizeof(line));
		if (got == LINE_END)
			return;
		argc = got == LINE_BAD ? -1 : command_split(line, argv);
		if (!argc || (argc > 0 && argv[0][0] == '#'))
			continue;
		if (argc < 0) {
			answer_error(&answer, EINVAL,
				     "usage: a line is at most %d bytes and %d words",
				     SHELL_LINE_MAX - 1, SHELL_ARGS_MAX);
		} else {
			argv[argc] = NULL;
			loop_enter();
			command_run(sh, argc, argv, &answer);
			loop_leave();
		}
		answer_write(&answer);
	}
}

static void finish_loop(struct shell *sh)
{
	struct answer answer;

	loop_enter();
	if (loop_running())
		loop_cmd_stop(sh, 0, NULL, &answer);
	loop_leave();
}

static void die(const struct answer *a)
{
	fprintf(stderr, "gpusim-sh: %s\n", a->text);
	exit(1);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "primary", no_argument, NULL, 'p' },
		{ "state", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *path = NULL;
	struct shell sh = { 0 };
	struct answer answer;
	uint64_t state = UINT64_MAX;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			path = optarg;
			break;
		case 'p':
			sh.use_primary = true;
			break;
		case 's':
			if (arg_number(&answer, "--state", optarg, &state) || state > 1 << 20)
				return 2;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "gpusim-sh: unexpected argument %s, see --help\n", argv[optind]);
		return 2;
	}
	if (state != UINT64_MAX) {
		if (state_load(&sh, state)) {
			answer_error(&answer, EINVAL, "--state is for the exec command only");
			die(&answer);
		}
	} else if (client_find_card(&sh, path, &answer) ||
		   client_open(&sh, "main", sh.use_primary, &answer)) {
		die(&answer);
	}
	printf("ready %d %" PRIu64 "\n", getpid(), sh.current ? sh.current->id : 0);
	fflush(stdout);
	serve(&sh);
	finish_loop(&sh);
	if (!sh.exiting)
		process_reap();
	return sh.status;
}
