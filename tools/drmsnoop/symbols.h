/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYMBOLS_H
#define SYMBOLS_H

/* Where the symbols of a running program are. */

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * struct symbols - the program of a process
 */
struct symbols {
	/* path of the program, or of its link in /proc if it is not there any more */
	char path[PATH_MAX];
	/* what is added to the addresses in the program; 0 if it is not relocated */
	uint64_t bias;
};

/*
 * symbols_find - find the program of a process
 *
 * Returns 0 or a negative errno: -ENOEXEC (not an ELF file for 64 bits), -ENOENT (it has
 * no program, or it is not mapped), -EACCES and others.
 */
int symbols_find(pid_t pid, struct symbols *symbols);

#endif /* SYMBOLS_H */
