// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers of the command line, and sizes for people. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "number.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower((unsigned char)c);
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int number_parse(const char *text, uint64_t max, uint64_t *value)
{
	unsigned int base = 10, shift = 0;
	const char *first;
	uint64_t v = 0;
	int digit;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	for (first = text; *text; text++) {
		digit = digit_value(*text);
		if (digit < 0 || digit >= (int)base)
			break;
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			return -ERANGE;
	}
	if (text == first)
		return -EINVAL;

	switch (*text) {
	case 'T': case 't':
		shift = 40;
		break;
	case 'G': case 'g':
		shift = 30;
		break;
	case 'M': case 'm':
		shift = 20;
		break;
	case 'K': case 'k':
		shift = 10;
		break;
	}
	if (shift)
		text++;
	if (*text)
		return -EINVAL;
	if (__builtin_mul_overflow(v, (uint64_t)1 << shift, &v) || v > max)
		return -ERANGE;
	*value = v;
	return 0;
}

const char *number_bytes(const char *text, unsigned char *bytes, size_t *size)
{
	*size = 0;
	while (*text) {
		if (isspace((unsigned char)*text)) {
			text++;
			continue;
		}
		if (digit_value(text[0]) < 0 || digit_value(text[1]) < 0)
			return text;
		bytes[(*size)++] = digit_value(text[0]) << 4 | digit_value(text[1]);
		text += 2;
	}
	return NULL;
}

const char *number_human(uint64_t size, char text[NUMBER_HUMAN_SIZE])
{
	static const char units[] = "KMGTPE";
	unsigned int unit = 0, shift = 10, tenth;
	uint64_t whole;

	if (size < 1024) {
		snprintf(text, NUMBER_HUMAN_SIZE, "%u", (unsigned int)size);
		return text;
	}
	while (shift < 60 && size >> shift >= 1024) {
		shift += 10;
		unit++;
	}
	whole = size >> shift;
	tenth = ((size >> (shift - 10)) & 1023) * 10 / 1024;
	if (tenth)
		snprintf(text, NUMBER_HUMAN_SIZE, "%u.%u%c",
			 (unsigned int)whole, tenth, units[unit]);
	else
		snprintf(text, NUMBER_HUMAN_SIZE, "%u%c", (unsigned int)whole,
			 units[unit]);
	return text;
}
