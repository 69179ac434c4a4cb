// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop read */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "window.h"

enum {
	KEY_HOLES = KEY_WINDOW_OWN,
	KEY_FORCE,
};

static const struct option_spec options[] = {
	OPTIONS_WINDOW,
	{ 'f', "file", "FILE", "write to FILE instead of standard output" },
	{ KEY_HOLES, "holes", "HOW", "error (default), zero or skip" },
	{ KEY_FORCE, "force", NULL, "write to a terminal" },
	{ 0 }
};

enum holes { HOLES_ERROR, HOLES_ZERO, HOLES_SKIP };

/* Where bytes go. */
struct sink {
	int fd;
	/* NULL: standard output */
	const char *name;
	enum holes holes;
	/* a regular file: zeros can be left out */
	bool sparse;
	/* bytes of the target that were written, and that were not there */
	uint64_t read;
	uint64_t missing;
	/* the hole that ended it */
	struct drmsnoop_piece stopped;
};

static void write_all(struct sink *sink, const void *data, size_t size)
{
	const char *p = data;
	ssize_t n;

	while (size) {
		n = write(sink->fd, p, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die_writing(&read_command, sink->name, errno);
		p += n;
		size -= n;
	}
}

static void write_zeros(struct sink *sink, uint64_t size)
{
	static const char zeros[65536];
	uint64_t n;

	if (sink->sparse) {
		if (size > INT64_MAX || lseek(sink->fd, size, SEEK_CUR) < 0)
			die_writing(&read_command, sink->name, EFBIG);
		return;
	}
	while (size) {
		n = size < sizeof(zeros) ? size : sizeof(zeros);
		write_all(sink, zeros, n);
		size -= n;
	}
}

static int put_piece(const struct drmsnoop_piece *piece, void *data)
{
	struct sink *sink = data;

	if (piece->data) {
		write_all(sink, piece->data, piece->size);
		sink->read += piece->size;
		return 0;
	}
	if (sink->holes == HOLES_ERROR) {
		sink->stopped = *piece;
		return 1;
	}
	sink->missing += piece->size;
	if (sink->holes == HOLES_ZERO)
		write_zeros(sink, piece->size);
	return 0;
}

static void open_sink(struct sink *sink, const char *name, bool force)
{
	struct stat st;

	sink->name = name;
	sink->fd = STDOUT_FILENO;
	if (name) {
		/* As a core dump: it is the memory of a process. */
		sink->fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				0600);
		if (sink->fd < 0)
			die(&read_command, "%s: %s", name, strerror(errno));
		sink->sparse = !fstat(sink->fd, &st) && S_ISREG(st.st_mode);
	} else if (!force && isatty(sink->fd)) {
		usage(&read_command, "standard output is a terminal: redirect it, use hexdump, -f FILE or --force");
	}
}

static void close_sink(struct sink *sink)
{
	off_t end;

	if (!sink->name)
		return;
	/* Zeros at the end were only sought over. */
	if (sink->sparse) {
		end = lseek(sink->fd, 0, SEEK_CUR);
		if (end < 0 || ftruncate(sink->fd, end))
			die_writing(&read_command, sink->name, errno);
	}
	if (close(sink->fd))
		die_writing(&read_command, sink->name, errno);
}

static enum holes parse_holes(const char *text)
{
	if (!strcmp(text, "error"))
		return HOLES_ERROR;
	if (!strcmp(text, "zero"))
		return HOLES_ZERO;
	if (!strcmp(text, "skip"))
		return HOLES_SKIP;
	usage(&read_command, "--holes is error, zero or skip, not '%s'", text);
}

static void die_at_hole(const struct sink *sink, uint64_t size)
{
	const char *reason = sink->stopped.reason;

	die(&read_command, "hole of 0x%llx bytes at 0x%llx (%s%s%s): %llu of %llu bytes were read: see drmsnoop maps, or use --holes",
	    (unsigned long long)sink->stopped.size,
	    (unsigned long long)sink->stopped.offset,
	    drmsnoop_hole_name(sink->stopped.hole), reason ? ": " : "",
	    reason ? reason : "",
	    (unsigned long long)sink->read, (unsigned long long)size);
}

static int run(int argc, char **argv)
{
	struct window window = WINDOW_INIT(&read_command);
	struct sink sink = { 0 };
	struct drmsnoop *snoop;
	const char *value, *name = NULL;
	bool force = false;
	int key, ret;

	while ((key = option_next(&read_command, argc, argv, &value)) != -1) {
		if (window_option(&window, key, value))
			continue;
		switch (key) {
		case 'f':
			name = strcmp(value, "-") ? value : NULL;
			break;
		case KEY_HOLES:
			sink.holes = parse_holes(value);
			break;
		case KEY_FORCE:
			force = true;
			break;
		}
	}
	window_arguments(&window, argc, argv, WINDOW_SIZE);
	if (!name)
		open_sink(&sink, NULL, force);

	snoop = window_open(&window);
	/* Nothing is truncated before there is something to write. */
	if (name)
		open_sink(&sink, name, force);

	ret = drmsnoop_read(snoop, window.start, window.size, put_piece, &sink);
	close_sink(&sink);
	drmsnoop_close(snoop);
	if (ret < 0)
		die(&read_command, "%s; %" PRIu64 " of %" PRIu64 " bytes were read",
		    drmsnoop_error(), sink.read, window.size);
	if (ret)
		die_at_hole(&sink, window.size);
	if (sink.missing)
		warn(&read_command, "%" PRIu64 " of %" PRIu64 " bytes are holes and were %s",
		     sink.missing, window.size, sink.holes == HOLES_ZERO ?
		     "written as zeros" : "left out");
	return 0;
}

const struct command read_command = {
	.name = "read",
	.args = "[OPTIONS] PID|@FD --va ADDR --size N | --bo HANDLE",
	.summary = "Write GPU memory of a process to standard output",
	.options = options,
	.run = run,
};
