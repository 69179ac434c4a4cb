/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

/* Files of sysfs and tracefs, which are written at once and take a text or do not. */

/* Returns 0 or the negative error number of the write; fails the test without the file. */
int store_try(const char *path, const char *text);
/* It must be taken. */
void store(const char *path, const char *text);

#endif
