// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop write */

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "window.h"

/* Bytes between two reads of the input. */
#define CHUNK (1 << 20)

enum {
	KEY_HEX = KEY_WINDOW_OWN,
	KEY_FILL,
};

static const struct option_spec options[] = {
	OPTIONS_PLACE,
	{ KEY_SIZE, "size", "N", "number of bytes; default: all of the input" },
	OPTION_WRITE("required: nothing is written without it"),
	{ 'f', "file", "FILE", "write FILE instead of standard input" },
	{ KEY_HEX, "hex", "BYTES", "write these, such as \"de ad be ef\"" },
	{ KEY_FILL, "fill", "BYTE", "write this byte again and again" },
	{ 0 }
};

/* What the command line says to write. */
struct source {
	const char *file;
	const char *hex;
	const char *fill;
};

static void check_source(const struct source *source,
			 const struct window *window)
{
	if (!!source->file + !!source->hex + !!source->fill > 1)
		usage(&write_command, "--file, --hex and --fill exclude each other");
	if (source->hex && window->has_size)
		usage(&write_command, "--size does not go with --hex");
}

static void open_input(const struct source *source,
		       const struct window *window, struct input *input)
{
	uint64_t most = window->has_size ? window->size : UINT64_MAX;

	if (source->fill) {
		input_fill(input, &write_command,
			   selection_number(&write_command, "byte",
					    source->fill, UINT8_MAX));
		return;
	}
	if (source->hex) {
		input_hex(input, &write_command, source->hex);
		return;
	}
	input_file(input, &write_command, source->file ? source->file : "-",
		   most);
}

/* What was written stays, and is made visible as at the end. */
static void give_up(struct drmsnoop *snoop, const char *cause, uint64_t done,
		    uint64_t size) __attribute__((noreturn));

static void give_up(struct drmsnoop *snoop, const char *cause, uint64_t done,
		    uint64_t size)
{
	char text[512];

	snprintf(text, sizeof(text), "%s", cause);
	if (done)
		drmsnoop_sync(snoop);
	die(&write_command, "%s; %" PRIu64 " of %" PRIu64 " bytes were written",
	    text, done, size);
}

/* Write all of it, or end the program and say how much was written. */
static void copy(struct drmsnoop *snoop, struct input *input, uint64_t start,
		 uint64_t size)
{
	unsigned char *buf = malloc(CHUNK);
	char cause[128];
	uint64_t done = 0;
	size_t want, at;
	ssize_t n;
	int ret;

	if (!buf)
		die(&write_command, "out of memory");
	while (done < size) {
		want = size - done < CHUNK ? size - done : CHUNK;
		ret = input_next(input, buf, want);
		if (ret) {
			snprintf(cause, sizeof(cause), "the input: %s",
				 strerror(-ret));
			give_up(snoop, cause, done, size);
		}
		for (at = 0; at < want; at += n, done += n) {
			/* After a short write the next one says why. */
			n = drmsnoop_pwrite(snoop, buf + at, want - at,
					    start + done);
			if (n < 0)
				give_up(snoop, drmsnoop_error(), done, size);
		}
	}
	free(buf);
}

static int run(int argc, char **argv)
{
	struct window window = WINDOW_INIT(&write_command);
	struct source source = { 0 };
	struct input input = { 0 };
	struct drmsnoop *snoop;
	uint64_t size, dropped;
	const char *value;
	int key;

	while ((key = option_next(&write_command, argc, argv, &value)) != -1) {
		if (window_option(&window, key, value))
			continue;
		switch (key) {
		case 'f':
			source.file = value;
			break;
		case KEY_HEX:
			source.hex = value;
			break;
		case KEY_FILL:
			source.fill = value;
			break;
		}
	}
	if (!window.selection.write)
		usage(&write_command, "memory of another process is written with --write only");
	check_source(&source, &window);
	window_arguments(&window, argc, argv, source.fill ? WINDOW_SIZE : WINDOW_START);
	open_input(&source, &window, &input);

	snoop = window_open(&window);
	size = window.size;
	if (window.has_size && input.size < size)
		die(&write_command, "%s has %" PRIu64 " bytes, not %" PRIu64 "; nothing was written",
		    input.name, input.size, size);
	if (!window.has_size && !source.fill)
		size = input.size;
	if (!size)
		die(&write_command, "%s is empty; nothing was written",
		    input.name);
	if (drmsnoop_check_write(snoop, window.start, size, &dropped))
		die(&write_command, "%s; nothing was written",
		    drmsnoop_error());

	copy(snoop, &input, window.start, size);
	if (drmsnoop_sync(snoop))
		die(&write_command, "%s; the device may not see all that was written",
		    drmsnoop_error());
	if (dropped)
		warn(&write_command, "%" PRIu64 " of %" PRIu64 " bytes went to sparse ranges, where nothing is stored",
		     dropped, size);
	input_close(&input);
	drmsnoop_close(snoop);
	return 0;
}

const struct command write_command = {
	.name = "write",
	.args = "[OPTIONS] --write PID|@FD --va ADDR | --bo HANDLE [--offset N]",
	.summary = "Write standard input to GPU memory of a process",
	.options = options,
	.run = run,
};
