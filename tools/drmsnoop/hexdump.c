// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop hexdump */

#include <getopt.h>
#include <errno.h>

#include "dump.h"
#include "window.h"

static const struct option_spec options[] = {
	OPTIONS_WINDOW,
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
	struct window window = WINDOW_INIT(&hexdump_command);
	struct drmsnoop *snoop;
	struct dump dump;
	const char *value;
	bool all = false;
	int key, ret;

	while ((key = option_next(&hexdump_command, argc, argv, &value)) != -1) {
		if (window_option(&window, key, value))
			continue;
		if (key == 'v')
			all = true;
	}
	window_arguments(&window, argc, argv, WINDOW_SIZE);

	snoop = window_open(&window);

	dump_begin(&dump, stdout, window.start, all);
	ret = drmsnoop_read(snoop, window.start, window.size, put_piece, &dump);
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
