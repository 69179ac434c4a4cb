/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIVE_H
#define LIVE_H

/*
 * Bytes of a map of GPU memory, which can go at any moment: an access to a map whose
 * card is gone is SIGBUS.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drmsnoop.h"

/* live_init - be ready for SIGBUS */
void live_init(void);

/*
 * live_copy - copy bytes out of a map
 * @buf: returned bytes
 * @from: where they are mapped
 *
 * Returns false if it is SIGBUS; @buf may be changed then.
 */
bool live_copy(void *buf, const void *from, size_t size);

/*
 * live_refresh - see to it that a part of a map shows what is there now
 * @part: a part of @map that is mapped
 *
 * Returns whether it is a copy, which was dropped and is made afresh by the next
 * access. Live maps always show what is there.
 */
bool live_refresh(const struct drmsnoop_map *map,
		  const struct drmsnoop_part *part);

/* live_address - where a byte of a map is */
const unsigned char *live_address(const struct drmsnoop_map *map,
				  uint64_t offset);

#endif /* LIVE_H */
