/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_AS_USER_H
#define TESTS_AS_USER_H

#include <stddef.h>

/*
 * Runs @fn in a child process that has become @user for good (NULL: stays what
 * it is) and waits for it. With @groups false the user has no supplementary
 * groups. @data, @size bytes, is copied to the child before and back afterwards.
 * In @fn nothing may fail the test: it fills @data, and the caller judges.
 * Fails the running test if the child ends otherwise than by returning from @fn.
 */
void as_user(const char *user, int groups, void (*fn)(void *data), void *data, size_t size);

#endif
