/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_PASS_FD_H
#define TESTS_PASS_FD_H

/*
 * Descriptors through unix sockets (SCM_RIGHTS), one a message of one byte. Both
 * return a negative error number when they fail.
 */
int pass_fd_send(int socket, int fd);
/* Return: the descriptor, O_CLOEXEC. */
int pass_fd_receive(int socket);

#endif
