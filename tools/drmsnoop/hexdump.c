// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop hexdump */

#include <getopt.h>
#include <errno.h>

#include "dump.h"
#include "window.h"

static const struct option_spec options[] = {
	OPTION_CARD,
	OPTION_CLIENT,
	OPTION_VM,
	OPTION_VA,
	OPTION_BO,
	OPTION_OFFSET,
	OPTION_SIZE,
	{ 'v', "no-squeezing", NULL, "print equal lines too" },
	{ 0 }
};

static int put_piece(const struct drmsnoop_piece *piece, void *data)
{
	struct dump *dump = data;

	dump_piece(dump, piece);
	return ferror(dump->out) ? 1 : 0;
}

static int run(int argc, char **argv)
{
	struct selection selection = SELECTION_INIT(&hexdump_command);
	struct window window = { 0 };
	struct drmsnoop *snoop;
	struct bound bound;
	struct dump dump;
	const char *value;
	bool all = false;
	uint64_t start, size;
	int key, ret;

	while ((key = option_next(&hexdump_command, argc, argv, &value)) != -1) {
		if (selection_option(&selection, key, value) ||
		    window_option(&window, &hexdump_command, key, value))
			continue;
		if (key == 'v')
			all = true;
	}
	selection_target(&selection, argv[optind]);
	if (optind + 1 < argc)
		usage(&hexdump_command, "too many arguments");
	window_check(&window, &selection, true);

	snoop = selection_open(&selection);
	selection_bind(&selection, snoop, &bound);
	window_resolve(&window, &selection, &bound, &start, &size);

	dump_begin(&dump, stdout, start, all);
	ret = drmsnoop_read(snoop, start, size, put_piece, &dump);
	if (ret <= 0)
		dump_end(&dump);
	finish_output(&hexdump_command);
	if (ret < 0)
		die(&hexdump_command, "%s", drmsnoop_error());
	drmsnoop_close(snoop);
	return 0;
}

const struct command hexdump_command = {
	.name = "hexdump",
	.args = "[OPTIONS] PID|@FD --va ADDR --size N | --bo HANDLE",
	.summary = "Print GPU memory of a process in hexadecimal",
	.options = options,
	.run = run,
};
