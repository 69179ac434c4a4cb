// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of commands, their options and help. */

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* More than any command has. */
#define MAX_OPTIONS 24

/* Beyond all letters and keys. */
#define KEY_HELP 0x1000

const struct command *const commands[] = {
	&core_command,
	&diff_command,
	&doctor_command,
	&find_command,
	&gdb_command,
	&help_command,
	&hexdump_command,
	&map_command,
	&maps_command,
	&ps_command,
	&read_command,
	&run_command,
	&snapshot_command,
	&translate_command,
	&write_command,
	NULL,
};

const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int is_letter(int key)
{
	return key > ' ' && key < 0x7f;
}

/* May the argument be left out? It is joined to the option then. */
static int is_optional(const char *arg)
{
	return arg && arg[0] == '[';
}

static void print_option(int key, const char *name, const char *arg,
			 const char *help)
{
	const char *gap = arg && !is_optional(arg) ? " " : "";
	char left[64];

	if (is_letter(key))
		snprintf(left, sizeof(left), "-%c, --%s%s%s", key, name, gap, arg ? arg : "");
	else
		snprintf(left, sizeof(left), "    --%s%s%s", name, gap, arg ? arg : "");
	printf("  %-24s %s\n", left, help);
}

void command_help(const struct command *command)
{
	const struct option_spec *option;

	printf("Usage: drmsnoop %s%s%s\n\n%s.\n\nOptions:\n", command->name,
	       command->args[0] ? " " : "", command->args, command->summary);
	for (option = command->options; option->name; option++)
		print_option(option->key, option->name, option->arg,
			     option->help);
	print_option('h', "help", NULL, "print this help");
	printf("\nSee drmsnoop%s%s(1).\n", command == &help_command ? "" : "-",
	       command == &help_command ? "" : command->name);
}

void program_help(void)
{
	size_t i;

	printf("Usage: drmsnoop [OPTIONS] COMMAND [ARGUMENTS]\n\n"
	       "Look at the GPU memory of other processes.\n\nCommands:\n");
	for (i = 0; commands[i]; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	printf("\nOptions:\n");
	print_option('h', "help", NULL, "print this help");
	print_option('V', "version", NULL, "print the version");
	printf("\nStart with `drmsnoop doctor`. See drmsnoop(1), and drmsnoop COMMAND --help.\n");
}

static void say(const struct command *command, const char *format, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "drmsnoop%s%s: ", command ? " " : "",
		command ? command->name : "");
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void usage(const struct command *command, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	warn(command, "%s: see drmsnoop%s%s --help", text, command ? " " : "",
	     command ? command->name : "");
	exit(STATUS_USAGE);
}

void no_more_arguments(const struct command *command, int argc, char **argv, int first)
{
	if (first < argc)
		usage(command, "too many arguments, '%s' is one", argv[first]);
}

void warn(const struct command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(command, format, args);
	va_end(args);
}

static int failure(const struct command *command)
{
	return command && command->failure ? command->failure : STATUS_RUNTIME;
}

void die(const struct command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(command, format, args);
	va_end(args);
	exit(failure(command));
}

void die_writing(const struct command *command, const char *name, int error)
{
	if (error != EPIPE)
		warn(command, "writing %s: %s", name ? name : "standard output",
		     strerror(error));
	exit(failure(command));
}

void finish_output(const struct command *command)
{
	errno = 0;
	if (fflush(stdout) || ferror(stdout))
		die_writing(command, NULL, errno ? errno : EIO);
}

int option_next(const struct command *command, int argc, char **argv,
		const char **value)
{
	struct option longs[MAX_OPTIONS + 2] = { 0 };
	char shorts[2 * MAX_OPTIONS + 4] = ":h";
	const struct option_spec *option;
	size_t n = 0, len = 2;
	const char *word;
	int key;

	for (option = command->options; option->name && n < MAX_OPTIONS;
	     option++, n++) {
		longs[n].name = option->name;
		longs[n].has_arg = is_optional(option->arg) ? optional_argument :
				   option->arg ? required_argument : no_argument;
		longs[n].val = option->key;
		if (is_letter(option->key)) {
			shorts[len++] = option->key;
			if (option->arg)
				shorts[len++] = ':';
		}
	}
	longs[n].name = "help";
	longs[n].val = KEY_HELP;

	opterr = 0;
	key = getopt_long(argc, argv, shorts, longs, NULL);
	*value = optarg;
	switch (key) {
	case 'h':
	case KEY_HELP:
		command_help(command);
		finish_output(command);
		exit(0);
	case ':':
	case '?':
		word = argv[optind - 1];
		if (key == ':')
			usage(command, "option %s needs an argument", word);
		/* getopt_long() sets optopt for a known option or a letter. */
		if (optopt && !strncmp(word, "--", 2))
			usage(command, "option %s takes no argument", word);
		if (optopt)
			usage(command, "there is no option -%c", optopt);
		usage(command, "there is no option %s, or it is ambiguous",
		      word);
	}
	return key;
}
