// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop snapshot */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kept.h"
#include "text.h"

enum {
	KEY_JSON = KEY_WINDOW_OWN,
	KEY_CONSISTENT,
};

static const struct option_spec options[] = {
	OPTIONS_WINDOW,
	{ 'f', "file", "FILE", "write the copy to FILE, its table to FILE.json" },
	OPTION_CONSISTENT(KEY_CONSISTENT),
	{ KEY_JSON, "json", NULL, "print the table as JSON" },
	{ 0 }
};

/* What is shown on a terminal while the kernel copies. */
struct show {
	pthread_t thread;
	bool on;
	volatile bool done;
	volatile struct drm_snoop_progress progress;
};

static void *show_progress(void *data)
{
	struct show *show = data;

	while (!show->done) {
		fprintf(stderr, "\r0x%012" PRIx64 "  %" PRIu64 " MiB copied",
			(uint64_t)show->progress.addr, (uint64_t)show->progress.copied >> 20);
		usleep(200000);
	}
	fputs("\r\033[K", stderr);
	return NULL;
}

static void show_begin(struct show *show)
{
	show->on = isatty(STDERR_FILENO) &&
		   !pthread_create(&show->thread, NULL, show_progress, show);
}

static void show_end(struct show *show)
{
	show->done = true;
	if (show->on)
		pthread_join(show->thread, NULL);
}

static int print_entry(const struct drm_snoop_snapshot_range *range, void *data)
{
	const char *change = text_change(range->flags);

	printf("%012" PRIx64 "-%012" PRIx64 " %s %s %s%s%s%s%s\n", (uint64_t)range->start,
	       (uint64_t)range->end, drmsnoop_range_kind_name(range->kind),
	       drmsnoop_placement_name(range->placement), kept_state(range),
	       change ? " " : "", change ?: "",
	       range->flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED ? " not-stopped" : "",
	       range->flags & DRM_SNOOP_SNAPSHOT_SHARED ? " shared" : "");
	return ferror(stdout) ? 1 : 0;
}

static void write_at(int fd, const char *name, const char *data, size_t size, off_t offset)
{
	ssize_t n;

	while (size) {
		n = pwrite(fd, data, size, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die_writing(&snapshot_command, name, errno);
		data += n;
		size -= n;
		offset += n;
	}
}

/* [start, end) of the snapshot, which has no holes there. */
static void copy_data(int snapshot, int fd, const char *name, off_t start, off_t end)
{
	static char buf[1 << 20];
	ssize_t n;

	while (start < end) {
		n = pread(snapshot, buf, end - start < (off_t)sizeof(buf) ?
			  (size_t)(end - start) : sizeof(buf), start);
		if (n <= 0)
			die(&snapshot_command, "reading the snapshot: %s",
			    strerror(n ? errno : EIO));
		write_at(fd, name, buf, n, start);
		start += n;
	}
}

static void copy_file(int snapshot, const struct moment *moment, const char *name)
{
	struct stat st, kept;
	off_t start, end = 0;
	bool regular;
	/* As a core dump: it is the memory of a process. */
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		die(&snapshot_command, "%s: %s", name, strerror(errno));
	regular = !fstat(fd, &kept) && S_ISREG(kept.st_mode);
	if (regular)
		kept_begin(&snapshot_command, name);
	if (fstat(snapshot, &st) || ftruncate(fd, st.st_size))
		die_writing(&snapshot_command, name, errno);
	while ((start = lseek(snapshot, end, SEEK_DATA)) >= 0) {
		end = lseek(snapshot, start, SEEK_HOLE);
		if (end < 0)
			break;
		copy_data(snapshot, fd, name, start, end);
	}
	if (errno != ENXIO)
		die(&snapshot_command, "reading the snapshot: %s", strerror(errno));
	if (close(fd))
		die_writing(&snapshot_command, name, errno);
	if (regular)
		kept_write(&snapshot_command, name, snapshot, moment);
}

static void print_table(int snapshot, const struct moment *moment, bool json)
{
	int ret;

	ret = json ? kept_json(stdout, snapshot, moment, "") :
		     drmsnoop_foreach_snapshot_range(snapshot, print_entry, NULL);
	if (ret < 0)
		die(&snapshot_command, "%s", drmsnoop_error());
	finish_output(&snapshot_command);
}

static int run(int argc, char **argv)
{
	const char *value, *name = NULL;
	struct window window = WINDOW_INIT(&snapshot_command);
	struct moment moment = { 0 };
	struct show show = { 0 };
	struct drmsnoop *snoop;
	bool json = false;
	int key, snapshot;

	while ((key = option_next(&snapshot_command, argc, argv, &value)) != -1) {
		if (window_option(&window, key, value))
			continue;
		if (key == 'f')
			name = value;
		else if (key == KEY_CONSISTENT)
			moment_option(&moment, &window.selection, value);
		else if (key == KEY_JSON)
			json = true;
	}
	window_arguments(&window, argc, argv, WINDOW_SIZE);
	if (!name)
		usage(&snapshot_command, "--file is missing");

	snoop = window_open(&window);
	show_begin(&show);
	snapshot = moment_copy(&moment, snoop, window.start, window.size,
			       (struct drm_snoop_progress *)&show.progress);
	show_end(&show);
	if (snapshot < 0)
		die(&snapshot_command, "%s", drmsnoop_error());
	drmsnoop_close(snoop);
	copy_file(snapshot, &moment, name);
	print_table(snapshot, &moment, json);
	close(snapshot);
	return 0;
}

const struct command snapshot_command = {
	.name = "snapshot",
	.args = "[OPTIONS] PID|@FD --va ADDR --size N | --bo HANDLE -f FILE",
	.summary = "Copy GPU memory of a process to a sparse file",
	.options = options,
	.run = run,
};
