// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of libigt that the tests use. Options, output and exit status are
 * those of libigt, so that a runner sees no difference.
 */
#include <ctype.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "igt.h"

#define FIRST_RENDER	128
#define MAX_NODES	64

__attribute__((weak)) const char *igt_test_description = "";
sigjmp_buf igt_subtest_jmpbuf;

static bool list_only;
static const char *pattern;	/* of --run-subtest */
static bool matched;		/* a subtest has that name */
static bool in_fixture;
static const char *henceforth;	/* result of all that follows a bad fixture */
static bool failed, succeeded, skipped;
static char subtest[256];	/* that runs, or empty */
static struct timespec started;

static void usage(const char *name, FILE *f)
{
	fprintf(f, "Usage: %s [OPTION]\n"
		"  --list-subtests          print the names of all subtests\n"
		"  --run-subtest PATTERN    run only these\n"
		"  --help-description\n"
		"  --help\n", name);
}

void igt_init(int argc, char **argv)
{
	static const struct option options[] = {
		{ "list-subtests", no_argument, NULL, 'l' },
		{ "run-subtest", required_argument, NULL, 'r' },
		{ "help-description", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'l':
			list_only = true;
			break;
		case 'r':
			pattern = optarg;
			break;
		case 'd':
			puts(igt_test_description);
			exit(IGT_EXIT_SUCCESS);
		case 'h':
			usage(argv[0], stdout);
			exit(IGT_EXIT_SUCCESS);
		default:
			usage(argv[0], stderr);
			exit(IGT_EXIT_INVALID);
		}
	}
}

/* Fixtures are not run to list names. */
bool igt_begin_fixture(void)
{
	if (list_only || henceforth)
		return false;
	in_fixture = true;
	return true;
}

void igt_end_fixture(void)
{
	in_fixture = false;
}

static void report(const char *result)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("Subtest %s: %s (%.3fs)\n", subtest, result,
	       now.tv_sec - started.tv_sec + (now.tv_nsec - started.tv_nsec) / 1e9);
	fflush(stdout);
	subtest[0] = '\0';
}

static void check_name(const char *name)
{
	const char *p = name;

	while (isalnum((unsigned char)*p) || *p == '-' || *p == '_')
		p++;
	if (!*p && p != name)
		return;
	fprintf(stderr, "Invalid subtest name \"%s\".\n", name);
	exit(IGT_EXIT_INVALID);
}

bool igt_begin_subtest(const char *name)
{
	check_name(name);
	if (list_only) {
		puts(name);
		return false;
	}
	if (pattern && fnmatch(pattern, name, 0))
		return false;
	matched = true;
	snprintf(subtest, sizeof(subtest), "%s", name);
	clock_gettime(CLOCK_MONOTONIC, &started);
	printf("Starting subtest: %s\n", name);
	fflush(stdout);
	if (henceforth) {
		report(henceforth);
		return false;
	}
	errno = 0;
	return true;
}

void igt_success(void)
{
	succeeded = true;
	report("SUCCESS");
	siglongjmp(igt_subtest_jmpbuf, 1);
}

static void __attribute__((noreturn)) leave(const char *result)
{
	if (in_fixture) {
		in_fixture = false;
		henceforth = result;
	} else {
		report(result);
	}
	siglongjmp(igt_subtest_jmpbuf, 1);
}

void igt_fail_at(const char *file, int line, const char *format, ...)
{
	int error = errno;
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "Last errno: %d, %s\n", error, strerror(error));
	failed = true;
	leave("FAIL");
}

void igt_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	skipped = true;
	leave("SKIP");
}

void igt_exit(void)
{
	if (pattern && !matched && !list_only) {
		fprintf(stderr, "Unknown subtest: %s\n", pattern);
		exit(IGT_EXIT_INVALID);
	}
	if (failed)
		exit(IGT_EXIT_FAILURE);
	exit(skipped && !succeeded ? IGT_EXIT_SKIP : IGT_EXIT_SUCCESS);
}

int drm_open_driver_render(int chipset)
{
	const char *wanted = getenv("IGT_FORCE_DRIVER");
	char path[64];

	for (int i = FIRST_RENDER; i < FIRST_RENDER + MAX_NODES; i++) {
		drmVersionPtr version;
		bool found;
		int fd;

		snprintf(path, sizeof(path), "/dev/dri/renderD%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		version = drmGetVersion(fd);
		found = version && (!wanted || !strcmp(version->name, wanted));
		drmFreeVersion(version);
		if (found)
			return fd;
		close(fd);
	}
	igt_skip("no render node of %s\n", wanted ?: "any driver");
}

int drm_close_driver(int fd)
{
	return close(fd);
}
