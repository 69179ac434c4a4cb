// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "store.h"

int store_try(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), ret = 0;

	if (file < 0)
		expect_failed(__FILE__, __LINE__, "%s: %m", path);
	if (write(file, text, strlen(text)) != (ssize_t)strlen(text))
		ret = -errno;
	close(file);
	return ret;
}

void store(const char *path, const char *text)
{
	int ret = store_try(path, text);

	if (ret)
		expect_failed(__FILE__, __LINE__, "%s: %s", path, strerror(-ret));
}
