/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_OPEN_AS_H
#define TESTS_OPEN_AS_H

/*
 * A snoop file that @user opened, whom limits are counted for, in the hands of the
 * test: of the first card of gpusim, or of another driver. Fails the running test when
 * it cannot.
 */
int open_as(const char *user);
int open_card_as(const char *driver, const char *user);
/* The same for writing too. */
int open_as_writable(const char *user);

#endif
