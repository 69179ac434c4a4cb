/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for libigt's igt.h where libigt is absent: of its interface what the
 * tests here use, with the meaning that it has there.
 */
#ifndef IGT_H
#define IGT_H

#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <xf86drm.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Exit statuses */
#define IGT_EXIT_SUCCESS	0
#define IGT_EXIT_SKIP		77
#define IGT_EXIT_INVALID	79
#define IGT_EXIT_FAILURE	98

#define igt_tokencat2(x, y)	x ## y
#define igt_tokencat(x, y)	igt_tokencat2(x, y)
#define igt_unique(prefix)	igt_tokencat(igt_tokencat(igt_unique_, prefix), __LINE__)

#define IGT_TEST_DESCRIPTION(text) const char *igt_test_description = text
extern const char *igt_test_description;

/* Structure of a test: see standin.c for what the functions do. */
extern sigjmp_buf igt_subtest_jmpbuf;
void igt_init(int argc, char **argv);
bool igt_begin_fixture(void);
void igt_end_fixture(void);
bool igt_begin_subtest(const char *name);
void igt_success(void);
__attribute__((noreturn)) void igt_exit(void);
void igt_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void igt_fail_at(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

#define igt_main \
	static void igt_unique(real_main)(void); \
	int main(int argc, char **argv) \
	{ \
		igt_init(argc, argv); \
		igt_unique(real_main)(); \
		igt_exit(); \
	} \
	static void igt_unique(real_main)(void)

#define igt_fixture \
	for (volatile int igt_unique(once) = 0; \
	     igt_unique(once) < 1 && igt_begin_fixture() && \
	     sigsetjmp(igt_subtest_jmpbuf, 1) == 0; \
	     igt_unique(once)++, igt_end_fixture())

#define igt_subtest(name) \
	for (; igt_begin_subtest(name) && sigsetjmp(igt_subtest_jmpbuf, 1) == 0; igt_success())

#define igt_subtest_f(...) igt_subtest_named(igt_unique(name), __VA_ARGS__)
#define igt_subtest_named(buffer, ...) \
	for (char buffer[256]; \
	     snprintf(buffer, sizeof(buffer), __VA_ARGS__), \
	     igt_begin_subtest(buffer) && sigsetjmp(igt_subtest_jmpbuf, 1) == 0; \
	     igt_success())

/* Assertions; errno is printed with what failed. */
#define igt_assert(condition) \
	do { \
		if (!(condition)) \
			igt_fail_at(__FILE__, __LINE__, "failed: %s\n", #condition); \
	} while (0)

#define igt_assert_f(condition, ...) \
	do { \
		if (!(condition)) \
			igt_fail_at(__FILE__, __LINE__, __VA_ARGS__); \
	} while (0)

#define igt_assert_eq(a, b) \
	do { \
		int igt_unique(x) = (a), igt_unique(y) = (b); \
		if (igt_unique(x) != igt_unique(y)) \
			igt_fail_at(__FILE__, __LINE__, "failed: %s == %s: %d is not %d\n", \
				    #a, #b, igt_unique(x), igt_unique(y)); \
	} while (0)

#define igt_require(condition) \
	do { \
		if (!(condition)) \
			igt_skip("required: %s\n", #condition); \
	} while (0)

#define igt_assert_fd(fd) igt_assert_f((fd) >= 0, "%s is no descriptor\n", #fd)

/* DRM */
#define igt_ioctl	drmIoctl

#define do_ioctl(fd, request, arg) \
	do { \
		igt_assert_eq(igt_ioctl(fd, request, arg), 0); \
		errno = 0; \
	} while (0)

#define do_ioctl_err(fd, request, arg, error) \
	do { \
		igt_assert_eq(igt_ioctl(fd, request, arg), -1); \
		igt_assert_eq(errno, error); \
		errno = 0; \
	} while (0)

#define DRIVER_ANY	(~0u)

/* The driver that IGT_FORCE_DRIVER names, or the first; skips if there is none. */
int drm_open_driver_render(int chipset);
int drm_close_driver(int fd);

#endif /* IGT_H */
