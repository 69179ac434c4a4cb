// SPDX-License-Identifier: GPL-2.0-or-later
#include "seek.h"

#include <errno.h>
#include <unistd.h>

off_t seek_data(uint64_t size, off_t offset, int whence)
{
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return -EINVAL;
	if (offset < 0 || (uint64_t)offset >= size)
		return -ENXIO;
	return whence == SEEK_DATA ? offset : (off_t)size;
}
