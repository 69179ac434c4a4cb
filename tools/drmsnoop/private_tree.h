/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRIVATE_TREE_H
#define PRIVATE_TREE_H

/*
 * A mount of drmsnoopfs for one command: nobody else enters it, and it goes with the
 * command, however that ends but by SIGKILL
 */

#include "command.h"

/*
 * private_tree_mount - mount it on a directory of its own
 *
 * Ends the program with status 1 on failure.
 *
 * Returns the path of the directory, which stays.
 */
const char *private_tree_mount(const struct command *command);

/* private_tree_unmount - unmount it, if it is mounted; also called by exit() */
void private_tree_unmount(void);

#endif /* PRIVATE_TREE_H */
