// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 600
 * slow: two thousand callers; test-snoop-auth has the same ones where Yama is off
 *
 * The same where Yama allows ancestors, or those with the capability, only.
 */
#include "auth-matrix.h"

int main(void)
{
	return auth_matrix_run("snoop-auth-scopes", "12");
}
