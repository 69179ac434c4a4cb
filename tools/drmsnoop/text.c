// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of unknown origin. */

#include <stdlib.h>
#include <string.h>

#include "drmsnoop.h"
#include "text.h"

/*
 * Length of the UTF-8 sequence at @s, 0 if it is not one: the table of
 * well-formed sequences in the Unicode Standard, section 3.9. C1 control
 * characters (U+0080 to U+009F) do not count either.
 */
static size_t sequence(const unsigned char *s)
{
	size_t len, i;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xc2 && s[1] < 0xa0) || (s[0] == 0xe0 && s[1] < 0xa0) ||
	    (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

char *text_clean(const char *text)
{
	char *copy = strdup(text), *s = copy;
	size_t len;

	while (copy && *s) {
		len = sequence((unsigned char *)s);
		if (!len) {
			*s = '?';
			len = 1;
		}
		s += len;
	}
	return copy;
}

const char *text_error(int error)
{
	return strerrorname_np(error) ?: "?";
}

const char *text_change(uint32_t flags)
{
	if (flags & DRM_SNOOP_SNAPSHOT_REBOUND)
		return "rebound";
	return flags & DRM_SNOOP_SNAPSHOT_MOVED ? "moved" : NULL;
}
