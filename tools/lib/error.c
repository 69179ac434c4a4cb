// SPDX-License-Identifier: LGPL-2.1-or-later
/* The message of this thread's last failure. */

#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

static _Thread_local char message[512];

const char *drmsnoop_error(void)
{
	return message;
}

int dsn_fail(int error, const char *format, ...)
{
	va_list args;
	char *c;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);

	/* Names of processes and files may hold anything. */
	for (c = message; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return -error;
}

const char *drmsnoop_version(void)
{
	return DRMSNOOP_VERSION;
}
