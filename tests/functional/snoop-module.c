// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "expect.h"
#include "snoop-module.h"

void snoop_module_set(const char *parameter, unsigned int value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/module/drm_snoop/parameters/%s", parameter);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "%u", value) < 0)
		expect_failed(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
	close(fd);
}
