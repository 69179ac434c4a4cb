/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FUZZ_IMAGE_H
#define FUZZ_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"

/* Bytes of the snapshot that inputs which are no core are the table of; its first address */
#define FUZZ_SNAPSHOT_SIZE	0x10000
#define FUZZ_SNAPSHOT_START	0x10000

/*
 * fuzz_image - have a core, or the table of a snapshot, read, and all that it has
 * @data: begins with ELFMAG if it is a core
 * @seen: called per piece, or NULL
 *
 * Aborts if the reader errs.
 *
 * Returns NULL, or the message that it was refused with; valid until the next call.
 */
const char *fuzz_image(const uint8_t *data, size_t size,
		       void (*seen)(const struct image_piece *piece));

/* fuzz_image_file - the same of a file by its name, with what is beside it */
const char *fuzz_image_file(const char *name, void (*seen)(const struct image_piece *piece));

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* FUZZ_IMAGE_H */
