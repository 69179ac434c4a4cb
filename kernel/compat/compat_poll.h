/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPAT_POLL_H
#define COMPAT_POLL_H

#include <linux/poll.h>

/**
 * compat_poll_waits - does somebody wait, or only look?
 * @table: of file_operations.poll
 *
 * poll_does_not_wait(), its reverse, is gone since f005bf18a57a ("poll: kill
 * poll_does_not_wait()").
 */
static inline bool compat_poll_waits(const poll_table *table)
{
	return table && table->_qproc;
}

#endif
