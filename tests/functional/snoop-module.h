/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SNOOP_MODULE_H
#define TESTS_SNOOP_MODULE_H

/*
 * Sets a parameter of drm_snoop, for tests with a boot of their own that run as
 * root. Fails the running test when it cannot.
 */
void snoop_module_set(const char *parameter, unsigned int value);

/* What holds drm_snoop: its open files, maps and snapshots. */
int snoop_module_users(void);

#endif
