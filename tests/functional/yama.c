// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "yama.h"

int yama_set_scope(char scope)
{
	int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_WRONLY | O_CLOEXEC);
	int ret = fd >= 0 && write(fd, &scope, 1) == 1 ? 0 : -errno;

	close(fd);
	return ret;
}
