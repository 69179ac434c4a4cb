/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MOMENT_H
#define MOMENT_H

/* Of what moment a copy is: the option --consistent. */

#include "select.h"

#define OPTION_CONSISTENT(key) \
	{ key, "consistent", "[=MS]", "stop writers, for MS milliseconds at most" }

/* struct moment - whether writers are stopped for a copy */
struct moment {
	bool consistent;
	/* 0: as many as drm_snoop allows */
	uint32_t budget_ms;
	/* returned by moment_copy() */
	uint32_t stopped_us;
};

/*
 * moment_option - take --consistent
 * @selection: is to be opened for writing from then on, which stopping needs
 * @value: milliseconds, or NULL
 *
 * Ends with status 2 if it is no such number.
 */
void moment_option(struct moment *moment, struct selection *selection, const char *value);

/*
 * moment_copy - take a snapshot, of one moment if that was chosen
 * @snoop: handle that is bound
 * @start: first file offset
 * @size: bytes
 * @progress: as for drmsnoop_snapshot()
 *
 * Returns a descriptor, or a negative errno with drmsnoop_error().
 */
int moment_copy(struct moment *moment, struct drmsnoop *snoop, uint64_t start, uint64_t size,
		struct drm_snoop_progress *progress);

#endif /* MOMENT_H */
