/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NUMBER_H
#define NUMBER_H

#include <stddef.h>
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

/*
 * number_bytes - read bytes such as "de ad be ef", with or without spaces
 * @bytes: returned: at most half as many as @text has characters
 * @size: returned number of @bytes
 *
 * Returns NULL, or where @text has no pair of digits.
 */
const char *number_bytes(const char *text, unsigned char *bytes, size_t *size);

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
