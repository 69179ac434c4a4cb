// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop help */

#include <getopt.h>

#include "command.h"

static const struct option_spec options[] = {
	{ 0 }
};

static int run(int argc, char **argv)
{
	const struct command *command;
	const char *value;

	while (option_next(&help_command, argc, argv, &value) != -1)
		;
	no_more_arguments(&help_command, argc, argv, optind + 1);
	if (optind == argc) {
		program_help();
		return 0;
	}
	command = command_find(argv[optind]);
	if (!command)
		usage(NULL, "there is no command %s", argv[optind]);
	command_help(command);
	return 0;
}

const struct command help_command = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "Print the help of drmsnoop or of a command",
	.options = options,
	.run = run,
};
