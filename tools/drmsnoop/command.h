/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMMAND_H
#define COMMAND_H

/*
 * Commands and their options. The tables here are the only place that says
 * which there are: --help prints them, and a test compares completion and man
 * pages with --help.
 */

#include <stddef.h>

/* Exit statuses. */
#define STATUS_RUNTIME	1
#define STATUS_USAGE	2

/*
 * struct option_spec - an option of a command
 */
struct option_spec {
	/* @key: Value of option_next(); a letter is also the short option. */
	int key;
	/* @name: Long option without dashes; NULL ends a table. */
	const char *name;
	/*
	 * @arg: Name of its argument, or NULL if it takes none; "[=NAME]" if it
	 * may be left out.
	 */
	const char *arg;
	/* @help: What it does, in a few words. */
	const char *help;
};

/*
 * struct command - a command of drmsnoop
 *
 * Immutable.
 */
struct command {
	/* @name: The word on the command line. */
	const char *name;
	/* @args: What follows it, for the usage line. */
	const char *args;
	/* @summary: What it does, in a few words. */
	const char *summary;
	/* @options: Table of options. */
	const struct option_spec *options;
	/* @run: Does it; argv[0] is the command's name. Returns the status. */
	int (*run)(int argc, char **argv);
	/* @failure: Status when it fails; 0: STATUS_RUNTIME. */
	int failure;
};

extern const struct command core_command;
extern const struct command diff_command;
extern const struct command doctor_command;
extern const struct command find_command;
extern const struct command gdb_command;
extern const struct command help_command;
extern const struct command hexdump_command;
extern const struct command map_command;
extern const struct command maps_command;
extern const struct command ps_command;
extern const struct command read_command;
extern const struct command run_command;
extern const struct command snapshot_command;
extern const struct command translate_command;
extern const struct command write_command;

/* All commands, by name; ended by NULL. */
extern const struct command *const commands[];

/*
 * command_find - look up a command by its name
 *
 * Returns NULL if there is none.
 */
const struct command *command_find(const char *name);

/*
 * command_help - print the help of a command to standard output
 */
void command_help(const struct command *command);

/*
 * program_help - print the help of drmsnoop itself to standard output
 */
void program_help(void);

/*
 * option_next - parse the next option of a command
 * @value: returned argument of the option
 *
 * Options may stand anywhere before "--". Handles --help. Ends the program with
 * status 2 and one line if an option is wrong.
 *
 * Returns the key, or -1 after the last one; optind is then the first argument.
 */
int option_next(const struct command *command, int argc, char **argv,
		const char **value);

/*
 * usage - end the program with status 2 and one line on standard error
 * @command: NULL for drmsnoop itself
 */
void usage(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/*
 * no_more_arguments - end the program as usage() does, if there is an argument
 * @first: index in @argv of what is one too many
 */
void no_more_arguments(const struct command *command, int argc, char **argv, int first);

/*
 * warn - write one line to standard error
 */
void warn(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * die - end the program with the status of a failure and one line on standard error
 */
void die(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/*
 * die_writing - end the program because standard output or a file failed
 * @name: of the file, or NULL for standard output
 * @error: errno
 *
 * A reader that went away (EPIPE) is not worth a line.
 */
void die_writing(const struct command *command, const char *name, int error)
	__attribute__((noreturn));

/*
 * finish_output - make sure that standard output was written
 * @command: for the message
 */
void finish_output(const struct command *command);

#endif /* COMMAND_H */
