// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 600
 *
 * Who may look at whom: exactly those to whom the kernel gives the descriptor.
 */
#include "auth-matrix.h"

int main(void)
{
	return auth_matrix_run("snoop-auth", "0");
}
