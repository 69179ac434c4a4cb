/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAGE_CORE_H
#define IMAGE_CORE_H

/* ELF cores of address spaces, as drmsnoop core makes them. */

#include "image.h"

/*
 * core_is - whether a file is an ELF core, of whatever machine
 * @image: its descriptor is set
 */
bool core_is(const struct image *image);

/*
 * core_read - read the table of ranges of a core
 * @image: its name, command, descriptor and size are set; returned: start, end, ranges
 *
 * Its ranges are in order, and so is their content, which is in the file: it is believed
 * nothing else.
 *
 * Ends the program with the status of a failure if that is no core of drmsnoop, or if it
 * is damaged.
 */
void core_read(struct image *image);

#endif /* IMAGE_CORE_H */
