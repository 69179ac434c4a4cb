// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "expect.h"
#include "fail-nth.h"

#define MAX_FAILURES	2000

static int control = -1;

static void write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	if (file < 0)
		expect_failed(__FILE__, __LINE__, "%s: %s", path, strerrorname_np(errno));
	expect_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
}

int fail_nth_setup(void **state)
{
	(void)state;
	/* Allocations that may sleep too, and of single pages; no traces. */
	write_file("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	write_file("/sys/kernel/debug/failslab/verbose", "0");
	write_file("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	write_file("/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N");
	write_file("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	write_file("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	write_file("/sys/kernel/debug/fail_usercopy/verbose", "0");
	control = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	expect_true(control >= 0);
	/* The program's own page faults are not what is tested. */
	expect_equal(mlockall(MCL_CURRENT | MCL_FUTURE), 0);
	return 0;
}

static void order_failure(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	expect_equal(pwrite(control, text, len, 0), len);
}

/* Ends the order. Return: true if it was carried out, or was none */
static bool end_failure(void)
{
	char text[16] = "";
	bool done = false;

	/* The calls here are as good a place for the failure as any. */
	if (pread(control, text, sizeof(text) - 1, 0) > 0)
		done = !atoi(text);
	while (pwrite(control, "0", 1, 0) != 1)
		expect_equal(errno, EFAULT);
	return done;
}

void fail_nth_sweep(const struct fail_path *path, void *context)
{
	unsigned int nth, errors = 0;
	bool failed = true;
	int ret;

	/* Once without: memory and code of the program are there then. */
	for (nth = 0; failed; nth++) {
		if (nth > MAX_FAILURES)
			expect_failed(__FILE__, __LINE__, "more than %u failures", MAX_FAILURES);
		if (path->before)
			path->before(context);
		order_failure(nth);
		ret = path->call(context);
		failed = end_failure();
		if (ret) {
			if (!nth || !failed || (ret != -ENOMEM && ret != -EFAULT))
				expect_failed(__FILE__, __LINE__, "failure %u%s: %s", nth,
					      failed ? "" : " (not met)", strerrorname_np(-ret));
			errors++;
			ret = path->call(context);
			if (ret)
				expect_failed(__FILE__, __LINE__, "again after failure %u: %s", nth,
					      strerrorname_np(-ret));
		}
		if (path->check)
			path->check(context);
		if (path->after)
			path->after(context);
	}
	print_message("# %u failures, %u of them errors\n", nth - 2, errors);
	expect_true(errors > 0);
}
