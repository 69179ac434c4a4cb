/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_YAMA_H
#define TESTS_YAMA_H

/*
 * Sets kernel.yama.ptrace_scope, '0' to '3'; 3 lasts until the next boot. Returns
 * 0 or a negative error number.
 */
int yama_set_scope(char scope);

#endif
