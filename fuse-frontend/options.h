/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <fuse_opt.h>

/* What options_parse() found. */
enum options_result {
	/* go on */
	OPTIONS_MOUNT,
	/* --help or --version was answered */
	OPTIONS_DONE,
	/* one line was written to standard error */
	OPTIONS_ERROR,
};

/**
 * struct options - command line
 */
struct options {
	/** @source: First of two arguments: what /proc/mounts shows; owned. */
	char *source;

	/** @mountpoint: Last argument, as given; owned. */
	char *mountpoint;

	/** @foreground: -f, or -d. */
	int foreground;

	/** @debug: -d. */
	int debug;

	/** @single: -s. */
	int single;

	/** @help: --help. */
	int help;

	/** @version: --version. */
	int version;

	/** @read_only: -o ro, which is stronger than the three below: no snapshots, too. */
	int read_only;

	/** @read_write: -o rw. */
	int read_write;

	/** @write: -o write. */
	int write;

	/** @consistent: -o consistent; needs writing, but does not let files be written. */
	int consistent;

	/** @budget_ms: MS of -o consistent=MS, or 0. */
	uint32_t budget_ms;

	/** @by_mount: mount(8) made the options, and rw means nothing. */
	int by_mount;

	/** @writable: What comes of them: memory may be written. */
	bool writable;

	/** @mount: Arguments for fuse_session_new(). */
	struct fuse_args mount;
};

/**
 * options_parse - read the command line
 * @argc: as main()
 * @argv: as main()
 * @options: returned; end it with options_free() whatever is returned
 */
enum options_result options_parse(int argc, char **argv,
				  struct options *options);

/**
 * options_free - free what options_parse() made
 */
void options_free(struct options *options);

#endif /* OPTIONS_H */
