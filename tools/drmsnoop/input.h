/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INPUT_H
#define INPUT_H

/*
 * Bytes to be written: of a file, of standard input, of the command line.
 *
 * Their number is known before the first one is used: what comes through a pipe is
 * put by first, in a file without name.
 */

#include <stdint.h>
#include <stdio.h>

#include "command.h"

/*
 * struct input - bytes to be written
 *
 * Start it with zeros, end it with input_close().
 */
struct input {
	const struct command *command;
	/* for messages */
	const char *name;
	/* bytes of a file, or NULL */
	FILE *file;
	/* bytes of the command line, owned, or NULL */
	unsigned char *bytes;
	/* one byte again and again, or -1 */
	int fill;
	/* number of bytes; UINT64_MAX: no end */
	uint64_t size;
};

/*
 * input_file - take a file
 * @name: "-" for standard input
 * @most: number of bytes that are of interest
 *
 * Ends the program with status 1 if it cannot be read.
 */
void input_file(struct input *input, const struct command *command,
		const char *name, uint64_t most);

/*
 * input_hex - take bytes such as "de ad be ef"
 *
 * Ends the program with status 2 if the text is anything else.
 */
void input_hex(struct input *input, const struct command *command,
	       const char *text);

/* input_fill - take one byte, without end */
void input_fill(struct input *input, const struct command *command,
		unsigned char byte);

/*
 * input_next - get the next bytes
 * @buf: returned bytes
 * @size: their number
 *
 * Returns 0, or a negative errno: -EIO also if there are not so many.
 */
int input_next(struct input *input, unsigned char *buf, size_t size);

void input_close(struct input *input);

#endif /* INPUT_H */
