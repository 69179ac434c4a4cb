/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef START_H
#define START_H

/*
 * Start: what must be so before mounting
 *
 * Each function writes one line with cause and cure to standard error when it
 * fails, and returns 0 or -1.
 */

#include <stdbool.h>

/**
 * start_check_fuse - can FUSE be used?
 */
int start_check_fuse(void);

/**
 * start_check_cards - is there a snoop node that may be opened?
 * @write: for writing, too
 *
 * Warns if the system's rules let the user see next to nothing.
 */
int start_check_cards(bool write);

/**
 * start_check_mountpoint - is it an empty directory of the user?
 * @path: as given
 * @absolute: returned absolute path, freed by the caller
 */
int start_check_mountpoint(const char *path, char **absolute);

#endif /* START_H */
