// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alone.h"
#include "expect.h"
#include "store.h"
#include "trace.h"

#define TRACING	"/sys/kernel/tracing"

static char events[1 << 20];

static void instance_path(char path[PATH_MAX], const char *instance, const char *file)
{
	snprintf(path, PATH_MAX, TRACING "/instances/%s%s", instance, file);
}

static void set_event(const char *instance, const char *event, const char *value)
{
	char file[256], path[PATH_MAX];

	snprintf(file, sizeof(file), "/events/%s/enable", event);
	instance_path(path, instance, file);
	alone_begin();
	store(path, value);
	alone_end();
}

void trace_begin(const char *instance, const char *event)
{
	char path[PATH_MAX];

	/* Inherited by the new instance, which has no such option. */
	store(TRACING "/options/record-cmd", "0");
	instance_path(path, instance, "");
	/* It is there if the test before failed. */
	if (mkdir(path, 0700) && errno != EEXIST)
		expect_failed(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
	/* Otherwise the event has each processor's buffer made by that processor. */
	instance_path(path, instance, "/buffer_size_kb");
	store(path, "1024");
	set_event(instance, event, "1");
}

void trace_clear(const char *instance)
{
	char path[PATH_MAX];

	instance_path(path, instance, "/trace");
	store(path, "");
}

const char *trace_read(const char *instance)
{
	char path[PATH_MAX];
	size_t done = 0;
	ssize_t ret;
	int fd;

	instance_path(path, instance, "/trace");
	fd = expect_ok(open(path, O_RDONLY | O_CLOEXEC));
	while ((ret = read(fd, events + done, sizeof(events) - 1 - done)) > 0)
		done += ret;
	expect_equal(ret, 0);
	expect_true(done < sizeof(events) - 1);
	close(fd);
	events[done] = '\0';
	return events;
}

void trace_end(const char *instance, const char *event)
{
	char path[PATH_MAX];

	set_event(instance, event, "0");
	instance_path(path, instance, "");
	expect_ok(rmdir(path));
	store(TRACING "/options/record-cmd", "1");
}
