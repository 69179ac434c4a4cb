// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: own-boot --gpu gpusim --gpu virtio-gpu
 * timeout: 600
 *
 * The same where Yama forbids all tracing, which cannot be undone in this boot.
 */
#include "auth-matrix.h"

int main(void)
{
	return auth_matrix_run("snoop-auth-yama", "3");
}
