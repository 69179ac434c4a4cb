/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_AUTH_MATRIX_H
#define TESTS_AUTH_MATRIX_H

/*
 * The table of authorisation: every caller, every target, every way that makes
 * sense, under each of the given values of kernel.yama.ptrace_scope, one TAP
 * result a cell. What the kernel answered is in a comment before the result.
 */

/* Runs the cells as main() of a program. @scopes: digits, such as "012". */
int auth_matrix_run(const char *name, const char *scopes);

#endif
