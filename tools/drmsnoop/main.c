// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop: look at the GPU memory of other processes. */

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "drmsnoop.h"

int main(int argc, char **argv)
{
	const struct command *command;
	const char *word = argv[1];
	int status;

	setlocale(LC_CTYPE, "");
	if (argc < 2)
		usage(NULL, "a command is missing");
	if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
		program_help();
		finish_output(NULL);
		return 0;
	}
	if (!strcmp(word, "-V") || !strcmp(word, "--version")) {
		printf("drmsnoop %s\n", drmsnoop_version());
		finish_output(NULL);
		return 0;
	}
	if (word[0] == '-')
		usage(NULL, "there is no option %s", word);
	command = command_find(word);
	if (!command)
		usage(NULL, "there is no command %s", word);

	status = command->run(argc - 1, argv + 1);
	finish_output(command);
	return status;
}
