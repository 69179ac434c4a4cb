// SPDX-License-Identifier: GPL-2.0-or-later
/* How far long work is. */

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "progress.h"

/* Seconds before the first line, and between two. */
#define FIRST_S 0.5
#define NEXT_S 0.2

void progress_begin(struct progress *progress)
{
	*progress = (struct progress) {
		.on = isatty(STDERR_FILENO),
		.due = clock_now() + FIRST_S,
	};
}

void progress_show(struct progress *progress, const char *format, ...)
{
	va_list args;

	if (!progress->on || clock_now() < progress->due)
		return;
	progress_clear(progress);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	progress->shown = true;
	progress->due = clock_now() + NEXT_S;
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
