/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEEK_H
#define SEEK_H

#include <stdint.h>
#include <sys/types.h>

/**
 * seek_data - find the next data or hole in a file that is all data
 * @size: of the file in bytes; behind it is a hole
 * @offset: where to start
 * @whence: SEEK_DATA or SEEK_HOLE
 *
 * Returns the offset, -ENXIO (@offset is not in the file), or -EINVAL (@whence).
 */
off_t seek_data(uint64_t size, off_t offset, int whence);

#endif /* SEEK_H */
