/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_AUTH_CALLERS_H
#define TESTS_AUTH_CALLERS_H

#include <stddef.h>

/*
 * Observers of every kind that the kernel's rules treat in their own way. All of
 * them can open the nodes of the cards.
 */

/**
 * struct auth_caller_kind - a kind of observer
 * @name: for the names of tests
 * @user: who it is at first; NULL: root
 * @change: what it does to itself then, or NULL; returns 0 or a negative error number
 */
struct auth_caller_kind {
	const char *name;
	const char *user;
	int (*change)(void);
};

extern const struct auth_caller_kind auth_caller_kinds[];
extern const unsigned int auth_caller_kind_count;

/*
 * Runs @fn in a process of this kind and waits for it; @data, @size bytes, is
 * copied there and back. As with as_user() nothing in @fn may fail the test.
 */
void auth_caller_run(const struct auth_caller_kind *kind, void (*fn)(void *data), void *data,
		     size_t size);

#endif
