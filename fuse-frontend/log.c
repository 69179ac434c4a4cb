// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <fuse_log.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define SAME_LINE_S	60

static enum { TO_STDERR, TO_SYSLOG, TO_HELD } sink;
static bool log_debug;

/* lock protects held, refusal and refused. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char held[256];
static char refusal[256];
static time_t refused;

static void hold(const char *format, va_list args)
{
	pthread_mutex_lock(&lock);
	vsnprintf(held, sizeof(held), format, args);
	held[strcspn(held, "\n")] = '\0';
	pthread_mutex_unlock(&lock);
}

static void write_log(enum fuse_log_level level, const char *format,
		      va_list args)
{
	if (level == FUSE_LOG_DEBUG && !log_debug)
		return;
	switch (sink) {
	case TO_STDERR:
		vfprintf(stderr, format, args);
		break;
	case TO_SYSLOG:
		/* The levels of libfuse are those of syslog. */
		vsyslog(level, format, args);
		break;
	case TO_HELD:
		hold(format, args);
		break;
	}
}

void log_start(bool debug)
{
	log_debug = debug;
	sink = TO_STDERR;
	fuse_set_log_func(write_log);
}

void log_quiet(void)
{
	sink = TO_HELD;
	fuse_set_log_func(write_log);
}

const char *log_last(void)
{
	return held;
}

void log_to_syslog(void)
{
	openlog("drmsnoopfs", LOG_PID, LOG_DAEMON);
	sink = TO_SYSLOG;
}

void log_error(const char *message)
{
	fuse_log(FUSE_LOG_ERR, "drmsnoopfs: %s\n", message);
}

void log_refusal(const char *message)
{
	struct timespec now;
	bool same, quiet;

	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&lock);
	same = refused && !strncmp(message, refusal, sizeof(refusal) - 1);
	quiet = refused && now.tv_sec - refused < (same ? SAME_LINE_S : 1);
	if (!quiet) {
		snprintf(refusal, sizeof(refusal), "%s", message);
		refused = now.tv_sec;
	}
	pthread_mutex_unlock(&lock);
	if (!quiet)
		fuse_log(FUSE_LOG_NOTICE, "drmsnoopfs: %s\n", message);
}
