/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>

/*
 * number_parse - read a number strictly
 * @text: decimal or 0x hexadecimal, then K, M, G or T (powers of 1024) or
 *	nothing. No sign, no spaces; a leading 0 does not mean octal.
 * @max: largest value that is accepted
 * @value: returned number, unchanged on failure
 *
 * Returns 0, -EINVAL (not a number) or -ERANGE (above @max).
 */
int number_parse(const char *text, uint64_t max, uint64_t *value);

/* Size of the buffer of number_human(). */
#define NUMBER_HUMAN_SIZE 24

/*
 * number_human - a size for people
 * @text: returned: bytes below 1024 as they are, else the largest fitting unit
 *	with one digit after the point if that is not 0, rounded down
 *
 * Returns @text.
 */
const char *number_human(uint64_t size, char text[NUMBER_HUMAN_SIZE]);

#endif /* NUMBER_H */
