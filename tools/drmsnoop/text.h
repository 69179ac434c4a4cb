/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEXT_H
#define TEXT_H

/*
 * text_clean - a copy that is safe to print
 * @text: bytes of unknown origin, like the name of a process
 *
 * Control characters and what is not UTF-8 become '?', byte by byte.
 *
 * Returns a string for free(), or NULL without memory.
 */
char *text_clean(const char *text);

#endif /* TEXT_H */
