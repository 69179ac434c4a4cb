/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_OPEN_AS_H
#define TESTS_OPEN_AS_H

/*
 * A snoop file of the first card of gpusim that @user opened, whom limits are counted
 * for, in the hands of the test. Fails the running test when it cannot.
 */
int open_as(const char *user);

#endif
