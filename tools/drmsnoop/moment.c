// SPDX-License-Identifier: GPL-2.0-or-later
/* Of what moment a copy is. */

#include "moment.h"

void moment_option(struct moment *moment, struct selection *selection, const char *value)
{
	moment->consistent = true;
	/* Stopping is for those who may write. */
	selection->write = true;
	if (!value)
		return;
	moment->budget_ms = selection_number(selection->command, "milliseconds", value,
					     UINT32_MAX);
	if (!moment->budget_ms)
		usage(selection->command, "in 0 milliseconds nothing can be copied");
}

int moment_copy(struct moment *moment, struct drmsnoop *snoop, uint64_t start, uint64_t size,
		struct drm_snoop_progress *progress)
{
	if (!moment->consistent)
		return drmsnoop_snapshot(snoop, start, size, progress);
	return drmsnoop_snapshot_consistent(snoop, start, size, moment->budget_ms,
					    &moment->stopped_us, progress);
}
