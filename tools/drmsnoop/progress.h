/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROGRESS_H
#define PROGRESS_H

/* How far long work is: a line on standard error, if that is a terminal. */

#include <stdbool.h>

/* struct progress - start it with progress_begin() */
struct progress {
	/* it is a terminal */
	bool on;
	/* there is a line, to be cleared */
	bool shown;
	/* when there may be the next one */
	double due;
};

/* progress_begin - for work that takes less than half a second nothing is shown */
void progress_begin(struct progress *progress);

/* progress_show - replace the line, unless the last one is too new */
void progress_show(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* progress_clear - remove the line: before other output, and in the end */
void progress_clear(struct progress *progress);

#endif /* PROGRESS_H */
