/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CAPABILITY_H
#define CAPABILITY_H

#include <stdbool.h>

/* Numbers of linux/capability.h. */
#define CAPABILITY_SYS_PTRACE	19
#define CAPABILITY_SYS_ADMIN	21

/* capability_have - whether a capability of this process is effective */
bool capability_have(unsigned int number);

#endif /* CAPABILITY_H */
