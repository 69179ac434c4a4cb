// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <drmsnoop.h>
#include <fuse_lowlevel.h>

#include "fs.h"

enum {
	KEY_OTHERS,
	KEY_KNOWN,
	KEY_CONSISTENT,
};

#define OPTION(text, member)	{ text, offsetof(struct options, member), 1 }

static const struct fuse_opt table[] = {
	OPTION("-f", foreground),
	OPTION("-d", debug),
	OPTION("debug", debug),
	OPTION("-s", single),
	OPTION("-h", help),
	OPTION("--help", help),
	OPTION("-V", version),
	OPTION("--version", version),
	FUSE_OPT_KEY("allow_other", KEY_OTHERS),
	FUSE_OPT_KEY("allow_root", KEY_OTHERS),
	/* What libfuse and fusermount3 make something of. */
	FUSE_OPT_KEY("auto_unmount", KEY_KNOWN),
	FUSE_OPT_KEY("noatime", KEY_KNOWN),
	FUSE_OPT_KEY("context=", KEY_KNOWN),
	FUSE_OPT_KEY("fscontext=", KEY_KNOWN),
	FUSE_OPT_KEY("defcontext=", KEY_KNOWN),
	FUSE_OPT_KEY("rootcontext=", KEY_KNOWN),
	OPTION("ro", read_only),
	OPTION("rw", read_write),
	OPTION("write", write),
	OPTION("consistent", consistent),
	FUSE_OPT_KEY("consistent=", KEY_CONSISTENT),
	/* What the mount has in any case. */
	FUSE_OPT_KEY("nosuid", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_KEY("nodev", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_KEY("noexec", FUSE_OPT_KEY_DISCARD),
	/* mount(8) and its helper add these, and rw, without being asked. */
	OPTION("suid", by_mount),
	OPTION("dev", by_mount),
	FUSE_OPT_KEY("exec", FUSE_OPT_KEY_DISCARD),
	/* Words of fstab that are meant for others. */
	FUSE_OPT_KEY("defaults", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_KEY("auto", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_KEY("noauto", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_KEY("user", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_KEY("users", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_KEY("nofail", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_KEY("_netdev", FUSE_OPT_KEY_DISCARD),
	FUSE_OPT_END
};

static int usage_error(const char *problem, const char *what)
{
	fprintf(stderr, "drmsnoopfs: %s%s%s; see drmsnoopfs --help\n", problem,
		what ? ": " : "", what ? what : "");
	return -1;
}

static int take_argument(struct options *options, const char *arg)
{
	char *copy = strdup(arg);

	if (!copy)
		return usage_error("out of memory", NULL);
	if (!options->mountpoint) {
		options->mountpoint = copy;
	} else if (!options->source) {
		options->source = options->mountpoint;
		options->mountpoint = copy;
	} else {
		free(copy);
		return usage_error("too many arguments", arg);
	}
	return 0;
}

/* consistent=MS */
static int take_budget(struct options *options, const char *arg)
{
	const char *text = strchr(arg, '=') + 1;
	unsigned long long ms;
	char *end;

	errno = 0;
	ms = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !ms || ms > UINT32_MAX)
		return usage_error("not a number of milliseconds", arg);
	options->consistent = 1;
	options->budget_ms = ms;
	return 0;
}

static int process(void *data, const char *arg, int key, struct fuse_args *out)
{
	switch (key) {
	case FUSE_OPT_KEY_NONOPT:
		return take_argument(data, arg);
	case KEY_OTHERS:
		fprintf(stderr, "drmsnoopfs: %s is refused: others would see what you may see, as the kernel judges who mounted; let every user mount for himself\n",
			arg);
		return -1;
	case KEY_KNOWN:
		return 1;
	case KEY_CONSISTENT:
		return take_budget(data, arg);
	default:
		if (!strncmp(arg, "x-", 2) || !strncmp(arg, "comment=", 8))
			return 0;
		return usage_error("unknown option", arg);
	}
}

static int add_mount_options(struct options *options)
{
	const char *source = options->source ? options->source : "drmsnoopfs";
	struct fuse_args *args = &options->mount;
	char *name, *escaped = NULL;
	char fixed[128];
	int err;

	snprintf(fixed, sizeof(fixed),
		 "-o%s,nosuid,nodev,noexec,subtype=drmsnoopfs,max_read=%u",
		 options->read_only ? "ro" : "rw", FS_READ_MAX);
	if (asprintf(&name, "fsname=%s", source) < 0)
		return -1;
	err = fuse_opt_add_opt_escaped(&escaped, name) ||
	      fuse_opt_add_arg(args, fixed) ||
	      fuse_opt_add_arg(args, "-o") ||
	      fuse_opt_add_arg(args, escaped) ||
	      (options->debug && fuse_opt_add_arg(args, "-odebug"));
	free(escaped);
	free(name);
	return err ? -1 : 0;
}

static void print_help(void)
{
	printf("Usage: drmsnoopfs [SOURCE] MOUNTPOINT [OPTIONS]\n"
	       "\n"
	       "Shows the GPU memory of your processes as files below MOUNTPOINT (an empty\n"
	       "directory of yours). SOURCE is the name that /proc/mounts shows.\n"
	       "\n"
	       "Options:\n"
	       "  -f               stay in the foreground, log to standard error\n"
	       "  -d               as -f, with debug messages\n"
	       "  -s               use one thread\n"
	       "  -o OPTION[,...]  rw: memory can be written (with mount(8): write),\n"
	       "                   ro: no snapshots either,\n"
	       "                   consistent[=MS]: snapshots of one moment, for which\n"
	       "                   writers are stopped for MS milliseconds at most,\n"
	       "                   auto_unmount, noatime, context=...;\n"
	       "                   options of mount(8) and fstab are accepted\n"
	       "  -h, --help       print this text\n"
	       "  -V, --version    print the version\n"
	       "\n"
	       "Unmount: fusermount3 -u MOUNTPOINT\n"
	       "A process that is missing: drmsnoop doctor says why.\n");
}

enum options_result options_parse(int argc, char **argv,
				  struct options *options)
{
	*options = (struct options) {
		.mount = FUSE_ARGS_INIT(argc, argv),
	};
	if (fuse_opt_parse(&options->mount, options, table, process))
		return OPTIONS_ERROR;
	if (options->help) {
		print_help();
		return OPTIONS_DONE;
	}
	if (options->version) {
		printf("drmsnoopfs %s, libdrmsnoop %s, libfuse %s\n",
		       DRMSNOOP_VERSION, drmsnoop_version(), fuse_pkgversion());
		return OPTIONS_DONE;
	}
	if (!options->mountpoint) {
		usage_error("no mountpoint given", NULL);
		return OPTIONS_ERROR;
	}
	if (options->debug)
		options->foreground = 1;
	options->consistent = options->consistent && !options->read_only;
	options->writable = !options->read_only &&
			    (options->write ||
			     (options->read_write && !options->by_mount));
	if (add_mount_options(options)) {
		usage_error("out of memory", NULL);
		return OPTIONS_ERROR;
	}
	return OPTIONS_MOUNT;
}

void options_free(struct options *options)
{
	free(options->source);
	free(options->mountpoint);
	fuse_opt_free_args(&options->mount);
}
