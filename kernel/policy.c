// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the administrator allows, whoever asks: the module parameter for
 * writes, and kernel lockdown.
 *
 * GPU memory is memory that devices work with, so what lockdown forbids for
 * /dev/mem and /proc/kcore it forbids here: with "integrity" nothing is
 * written, with "confidentiality" nothing is read (man kernel_lockdown.7).
 */

#include <linux/errno.h>
#include <linux/moduleparam.h>
#include <linux/security.h>

#include "policy.h"

static bool writes = true;
module_param(writes, bool, 0644);
MODULE_PARM_DESC(writes, "Allow writing to GPU memory (default: Y)");

/**
 * snoop_policy_read - may content be read now?
 *
 * Can change from one call to the next, so each access asks again. The LSM
 * logs refusals.
 *
 * Return: 0 or -EPERM.
 */
int snoop_policy_read(void)
{
	return security_locked_down(LOCKDOWN_KCORE) ? -EPERM : 0;
}

/**
 * snoop_policy_write - may content be written now?
 *
 * As snoop_policy_read().
 *
 * Return: 0 or -EPERM.
 */
int snoop_policy_write(void)
{
	if (!READ_ONCE(writes))
		return -EPERM;
	return security_locked_down(LOCKDOWN_DEV_MEM) ? -EPERM : 0;
}
