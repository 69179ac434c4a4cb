/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_FILE_H
#define CORE_FILE_H

/*
 * A core that is being written: sparse, or compressed
 *
 * It has another name until it is complete. However the program ends before that, but by
 * SIGKILL, nothing is left.
 */

#include <stdbool.h>
#include <stdint.h>

#include "command.h"

struct core_file;

/*
 * core_file_open - begin a file
 * @name: what it will be called; a file of that name is replaced in the end
 * @compress: write it in the format of gzip
 *
 * Ends the program with status 1 if that is not possible.
 */
struct core_file *core_file_open(const struct command *command, const char *name,
				 bool compress);

/*
 * core_file_put - write bytes
 * @offset: in the core: ascending from CORE_FILE_FIRST on; what is before that comes last
 *
 * Ends the program with status 1 on failure.
 */
void core_file_put(struct core_file *file, const void *bytes, size_t size,
		   uint64_t offset);

/* Bytes that are put last. */
#define CORE_FILE_FIRST	4096

/*
 * core_file_finish - complete the file and give it its name
 * @size: of the core
 *
 * Ends the program with status 1 on failure.
 */
void core_file_finish(struct core_file *file, uint64_t size);

#endif /* CORE_FILE_H */
