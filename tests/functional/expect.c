// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "expect.h"

void expect_failed(const char *file, int line, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	print_error("%s\n", text);
	_fail(file, line);
	__builtin_unreachable();
}

static const char *error_name(long long result)
{
	const char *name = result < 0 && result >= -4095 ? strerrorname_np(-result) : NULL;

	return name ?: "no error";
}

long long expect_result(long long result, const char *call, const char *file, int line)
{
	if (result < 0)
		expect_failed(file, line, "%s: %s", call, error_name(result));
	return result;
}

void expect_error_is(long long result, int error, const char *call, const char *file, int line)
{
	if (result != -error)
		expect_failed(file, line, "%s: %lld (%s) instead of %s", call, result,
			      error_name(result), strerrorname_np(error));
}

void expect_equal_to(unsigned long long value, unsigned long long wanted, const char *what,
		     const char *file, int line)
{
	if (value != wanted)
		expect_failed(file, line, "%s is 0x%llx instead of 0x%llx", what, value, wanted);
}

void expect_same_bytes(const void *memory, const void *wanted, size_t size, const char *what,
		       const char *file, int line)
{
	const unsigned char *a = memory, *b = wanted;
	size_t i;

	if (!memcmp(memory, wanted, size))
		return;
	for (i = 0; a[i] == b[i]; i++)
		;
	expect_failed(file, line, "%s: byte %zu of %zu is 0x%02x instead of 0x%02x", what, i,
		      size, a[i], b[i]);
}

int run_group(const char *name, const struct CMUnitTest *tests, size_t count,
	      CMFixtureFunction setup, CMFixtureFunction teardown)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests(name, tests, count, setup, teardown) ? 1 : 0;
}
