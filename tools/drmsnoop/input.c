// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes to be written. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input.h"
#include "number.h"

static void begin(struct input *input, const struct command *command,
		  const char *name)
{
	memset(input, 0, sizeof(*input));
	input->command = command;
	input->name = name;
	input->fill = -1;
}

/* Copy what has no size to a file that has one, and that nobody else sees. */
static void put_by(struct input *input, uint64_t most)
{
	FILE *copy = tmpfile();
	char buf[65536];
	size_t n;

	if (!copy)
		die(input->command, "the input cannot be kept in a temporary file: %s: use --file",
		    strerror(errno));
	while (input->size < most) {
		n = most - input->size < sizeof(buf) ? most - input->size :
						       sizeof(buf);
		n = fread(buf, 1, n, input->file);
		if (!n)
			break;
		if (fwrite(buf, 1, n, copy) != n)
			die(input->command, "the input cannot be kept in a temporary file: %s: use --file",
			    strerror(errno));
		input->size += n;
	}
	if (ferror(input->file))
		die(input->command, "%s: %s", input->name, strerror(errno));
	if (fflush(copy))
		die(input->command, "the input cannot be kept in a temporary file: %s: use --file",
		    strerror(errno));
	if (input->file != stdin)
		fclose(input->file);
	rewind(copy);
	input->file = copy;
}

void input_file(struct input *input, const struct command *command,
		const char *name, uint64_t most)
{
	bool standard = !strcmp(name, "-");
	struct stat st;
	off_t at;

	begin(input, command, standard ? "standard input" : name);
	input->file = standard ? stdin : fopen(name, "re");
	if (!input->file || fstat(fileno(input->file), &st))
		die(command, "%s: %s", input->name, strerror(errno));
	at = ftello(input->file);
	if (!S_ISREG(st.st_mode) || at < 0)
		put_by(input, most);
	else if (st.st_size > at)
		input->size = st.st_size - at;
	if (input->size > most)
		input->size = most;
}

void input_hex(struct input *input, const struct command *command,
	       const char *text)
{
	size_t size;

	begin(input, command, "--hex");
	input->bytes = malloc(strlen(text) / 2 + 1);
	if (!input->bytes)
		die(command, "out of memory");
	text = number_bytes(text, input->bytes, &size);
	if (text)
		usage(command, "--hex takes pairs of hexadecimal digits, not '%.8s'",
		      text);
	input->size = size;
}

void input_fill(struct input *input, const struct command *command,
		unsigned char byte)
{
	begin(input, command, "--fill");
	input->fill = byte;
	input->size = UINT64_MAX;
}

int input_next(struct input *input, unsigned char *buf, size_t size)
{
	size_t n;

	if (input->fill >= 0) {
		memset(buf, input->fill, size);
		return 0;
	}
	/* An argument is never so long that it takes several calls. */
	if (input->bytes) {
		memcpy(buf, input->bytes, size);
		return 0;
	}
	errno = 0;
	n = fread(buf, 1, size, input->file);
	if (n == size)
		return 0;
	return ferror(input->file) && errno ? -errno : -EIO;
}

void input_close(struct input *input)
{
	if (input->file && input->file != stdin)
		fclose(input->file);
	free(input->bytes);
	memset(input, 0, sizeof(*input));
}
