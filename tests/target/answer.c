// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

int answer_ok(struct answer *a, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(a->text, sizeof(a->text), format, ap);
	va_end(ap);
	a->error = 0;
	return 0;
}

int answer_error(struct answer *a, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(a->text, sizeof(a->text), format, ap);
	va_end(ap);
	a->error = error;
	return -1;
}

void answer_write(const struct answer *a)
{
	const char *name = a->error ? strerrorname_np(a->error) : NULL;

	if (!a->error)
		printf("ok");
	else if (name)
		printf("error %s", name);
	else
		printf("error E%d", a->error);
	printf("%s%s\n", *a->text ? " " : "", a->text);
	/* Nobody is left who could ask for more. */
	if (fflush(stdout))
		exit(1);
}
