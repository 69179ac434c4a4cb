/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_POLICY_H
#define SNOOP_POLICY_H

#include <linux/types.h>

int snoop_policy_read(void);
int snoop_policy_write(void);

#endif
