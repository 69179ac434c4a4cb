// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drmsnoopfs: GPU memory of processes as files
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fuse_lowlevel.h>

#include "fs.h"
#include "log.h"
#include "ops.h"
#include "options.h"
#include "snapshot.h"
#include "start.h"

#define EXIT_USAGE	2

/* Every open file and every living process that was looked up needs one. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* A DRM descriptor of who started us would keep that client alive. */
static void close_inherited(void)
{
	close_range(STDERR_FILENO + 1, ~0U, 0);
}

static int serve(struct fuse_session *session, bool single)
{
	struct fuse_loop_config *config;
	int ret;

	if (single)
		return fuse_session_loop(session);
	config = fuse_loop_cfg_create();
	if (!config)
		return -1;
	ret = fuse_session_loop_mt(session, config);
	fuse_loop_cfg_destroy(config);
	return ret;
}

static int mount_and_serve(struct fs *fs, struct options *options,
			   const char *mountpoint)
{
	struct fuse_session *session;
	int ret = -1;

	log_quiet();
	session = fuse_session_new(&options->mount, &fs_ops, sizeof(fs_ops),
				   fs);
	if (!session) {
		fprintf(stderr, "drmsnoopfs: libfuse refuses to start: %s\n",
			log_last());
		return -1;
	}
	if (fuse_set_signal_handlers(session))
		goto out_destroy;
	if (fuse_session_mount(session, mountpoint)) {
		/* Without a message: fusermount3 has written one itself. */
		if (*log_last())
			fprintf(stderr, "drmsnoopfs: cannot mount on %s: %s\n",
				mountpoint, log_last());
		goto out_handlers;
	}
	log_start(options->debug);
	if (fuse_daemonize(options->foreground))
		goto out_unmount;
	if (!options->foreground)
		log_to_syslog();
	/* A positive value is the signal that ended it. */
	ret = serve(session, options->single) < 0 ? -1 : 0;

out_unmount:
	fuse_session_unmount(session);
out_handlers:
	fuse_remove_signal_handlers(session);
out_destroy:
	fuse_session_destroy(session);
	return ret;
}

int main(int argc, char **argv)
{
	struct fs fs = { .uid = geteuid(), .gid = getegid() };
	struct options options;
	char *mountpoint = NULL;
	int status = EXIT_FAILURE;

	close_inherited();
	log_start(false);
	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_ERROR:
		options_free(&options);
		return EXIT_USAGE;
	case OPTIONS_DONE:
		options_free(&options);
		return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	case OPTIONS_MOUNT:
		break;
	}
	if (start_check_mountpoint(options.mountpoint, &mountpoint) ||
	    start_check_fuse() || start_check_cards(options.writable || options.consistent))
		goto out;
	fs.writable = options.writable;
	fs.read_only = options.read_only;
	fs.consistent = options.consistent;
	fs.budget_ms = options.budget_ms;
	raise_descriptor_limit();
	clock_gettime(CLOCK_REALTIME, &fs.mounted);
	if (node_table_init(&fs.nodes)) {
		fprintf(stderr, "drmsnoopfs: out of memory\n");
		goto out;
	}
	if (!mount_and_serve(&fs, &options, mountpoint))
		status = EXIT_SUCCESS;
	node_table_destroy(&fs.nodes);
	snapshot_drop_all();
out:
	free(mountpoint);
	options_free(&options);
	return status;
}
