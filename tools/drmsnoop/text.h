/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRMSNOOP_TEXT_H
#define DRMSNOOP_TEXT_H

#include <stdint.h>

/*
 * text_clean - a copy that is safe to print
 * @text: bytes of unknown origin, like the name of a process
 *
 * Control characters and what is not UTF-8 become '?', byte by byte.
 *
 * Returns a string for free(), or NULL without memory.
 */
char *text_clean(const char *text);

/*
 * text_error - the name of an error, as EIO, or "?"
 * @error: errno
 */
const char *text_error(int error);

/*
 * text_change - what happened to memory while it was copied: "rebound", "moved" or NULL
 * @flags: DRM_SNOOP_SNAPSHOT_*
 */
const char *text_change(uint32_t flags);

#endif /* DRMSNOOP_TEXT_H */
