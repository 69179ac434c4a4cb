/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KEPT_H
#define KEPT_H

/*
 * The table of a snapshot that is kept: in FILE.json beside FILE, as
 * drmsnoop-snapshot(1) documents it.
 */

#include <stdio.h>

#include "image.h"
#include "json.h"
#include "moment.h"

/*
 * kept_json - write the table of a snapshot as JSON
 * @snapshot: of moment_copy()
 * @moment: how that took it
 * @separator: between entries, besides the comma
 *
 * Returns 0 or a negative errno of the library; look at ferror(@out) too.
 */
int kept_json(FILE *out, int snapshot, const struct moment *moment, const char *separator);

/* kept_state - "copied", "zeros" or the name of an errno */
const char *kept_state(const struct drm_snoop_snapshot_range *range);

/*
 * kept_begin - the table of a file that will be written is no longer true
 * @name: of the file
 *
 * Ends the program if it cannot be removed.
 */
void kept_begin(const struct command *command, const char *name);

/*
 * kept_write - write the table of a file
 * @name: of the file
 * @snapshot: of moment_copy()
 * @moment: how that took it
 *
 * Ends the program if that fails.
 */
void kept_write(const struct command *command, const char *name, int snapshot,
		const struct moment *moment);

/*
 * kept_parse - read a table
 * @image: its name, command and size are set; returned: start, end, ranges
 * @name: of the table, for messages
 *
 * Entries may have 16 KiB each: no more of @in is kept in memory.
 *
 * Ends the program with the status of a failure if it is not one.
 */
void kept_parse(struct image *image, FILE *in, const char *name);

/*
 * kept_read - read the table of a file
 * @image: its name, command, descriptor and size are set; returned: start, end, ranges
 *
 * Ends the program with the status of a failure if there is none, or if it is not one.
 */
void kept_read(struct image *image);

#endif /* KEPT_H */
