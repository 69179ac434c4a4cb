/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EXPECT_H
#define TESTS_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/*
 * Assertions on calls that return a negative error number when they fail. A
 * failure names the error, the call and its place.
 */

/* Prints what went wrong and fails the running test. */
__attribute__((noreturn, format(printf, 3, 4)))
void expect_failed(const char *file, int line, const char *format, ...);

long long expect_result(long long result, const char *call, const char *file, int line);
void expect_error_is(long long result, int error, const char *call, const char *file, int line);

/* @call succeeds; its value is returned. */
#define expect_ok(call) \
	expect_result((call), #call, __FILE__, __LINE__)
/* @call fails with errno @error, such as ENOENT. */
#define expect_error(call, error) \
	expect_error_is((call), (error), #call, __FILE__, __LINE__)
/* Integers are equal; shows both in hexadecimal. */
#define expect_equal(value, wanted) \
	expect_equal_to((value), (wanted), #value, __FILE__, __LINE__)
#define expect_true(condition) \
	do { \
		if (!(condition)) \
			expect_failed(__FILE__, __LINE__, "not true: %s", #condition); \
	} while (0)

void expect_equal_to(unsigned long long value, unsigned long long wanted, const char *what,
		     const char *file, int line);

/* Memory is equal; names the first byte that is not. */
#define expect_bytes(memory, wanted, size) \
	expect_same_bytes((memory), (wanted), (size), #memory, __FILE__, __LINE__)
void expect_same_bytes(const void *memory, const void *wanted, size_t size, const char *what,
		       const char *file, int line);

/* Runs @count tests as main() of a program that writes TAP. */
int run_group(const char *name, const struct CMUnitTest *tests, size_t count,
	      CMFixtureFunction setup, CMFixtureFunction teardown);

#endif
