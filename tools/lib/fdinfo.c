// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The fdinfo of DRM descriptors; keys as in Linux 6.12
 * Documentation/gpu/drm-usage-stats.rst.
 */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* Copy the value of "KEY: value" to @value; false if the line has another key. */
static bool value_of(const char *line, size_t len, const char *key,
		     char *value, size_t size)
{
	size_t key_len = strlen(key);

	if (len <= key_len || strncmp(line, key, key_len) ||
	    line[key_len] != ':')
		return false;
	line += key_len + 1;
	len -= key_len + 1;

	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	if (len >= size)
		return false;
	memcpy(value, line, len);
	value[len] = '\0';
	return true;
}

void dsn_parse_fdinfo(const char *text, struct dsn_fdinfo *info)
{
	char value[32];
	size_t len;

	memset(info, 0, sizeof(*info));
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (value_of(text, len, "drm-driver", value, sizeof(value)))
			memcpy(info->driver, value, sizeof(value));
		else if (value_of(text, len, "drm-client-id", value,
				  sizeof(value)) &&
			 dsn_parse_id(value, 10, &info->client_id))
			info->client_id = 0;
	}
}

int dsn_own_fdinfo(const struct dsn_roots *roots, int fd,
		   struct dsn_fdinfo *info)
{
	char path[PATH_MAX], text[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/thread-self/fdinfo/%d", roots->proc,
		 fd);
	n = dsn_read_file(path, text, sizeof(text));
	if (n < 0)
		return n;
	dsn_parse_fdinfo(text, info);
	return 0;
}
