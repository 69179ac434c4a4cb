/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_ALONE_H
#define TESTS_ALONE_H

/*
 * Between begin and end the caller runs on one processor, and on every other one a
 * thread of the highest priority runs in user space: no task runs kernel code there.
 * For milliseconds: the kernel takes processors from such threads after a second.
 * Needs root.
 */
void alone_begin(void);
void alone_end(void);

#endif
