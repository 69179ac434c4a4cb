// SPDX-License-Identifier: LGPL-2.1-or-later
/* Cards, as sysfs describes them. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "internal.h"

/* The number in "card12" or "renderD128"; -1 for other names. */
static int numbered(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);
	uint64_t value;

	if (strncmp(name, prefix, len) ||
	    dsn_parse_id(name + len, 10, &value) || value > INT_MAX)
		return -1;
	return value;
}

/* Lowest N of the entries PREFIX N of a directory, -1 if there are none. */
static int lowest_numbered(const char *path, const char *prefix)
{
	struct dirent *entry;
	int lowest = -1;
	DIR *dir;
	int n;

	dir = opendir(path);
	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		n = numbered(entry->d_name, prefix);
		if (n >= 0 && (lowest < 0 || n < lowest))
			lowest = n;
	}
	closedir(dir);
	return lowest;
}

int dsn_card_of_rdev(const struct dsn_roots *roots, dev_t rdev,
		     unsigned int *card, unsigned int *node)
{
	char path[PATH_MAX], name[NAME_MAX + 1];
	int n;

	if (major(rdev) != DSN_DRM_MAJOR)
		return -ENODEV;
	snprintf(path, sizeof(path), "%s/dev/char/%u:%u", roots->sys,
		 major(rdev), minor(rdev));
	if (dsn_link_name(path, name, sizeof(name)))
		return -ENODEV;

	n = numbered(name, "card");
	if (n >= 0) {
		*card = n;
		*node = DRM_SNOOP_NODE_PRIMARY;
		return 0;
	}
	if (numbered(name, "renderD") < 0)
		return -ENODEV;

	snprintf(path, sizeof(path), "%s/dev/char/%u:%u/device/drm", roots->sys,
		 major(rdev), minor(rdev));
	n = lowest_numbered(path, "card");
	if (n < 0)
		return -ENODEV;
	*card = n;
	*node = DRM_SNOOP_NODE_RENDER;
	return 0;
}

static int call_for_card(const struct dsn_roots *roots, unsigned int index,
			 drmsnoop_card_fn fn, void *data)
{
	char node[PATH_MAX], path[PATH_MAX];
	char driver[NAME_MAX + 1], bus_name[NAME_MAX + 1];
	struct drmsnoop_card card = {
		.index = index,
		.node = node,
		.driver = driver,
		.bus_name = bus_name,
	};

	snprintf(node, sizeof(node), "%s/dri/card%u-snoop", roots->dev, index);
	if (faccessat(AT_FDCWD, node, R_OK, AT_EACCESS))
		card.access = -errno;

	snprintf(path, sizeof(path), "%s/class/drm/card%u/device/drm",
		 roots->sys, index);
	card.render = lowest_numbered(path, "renderD");
	snprintf(path, sizeof(path), "%s/class/drm/card%u/device/driver",
		 roots->sys, index);
	dsn_link_name(path, driver, sizeof(driver));
	snprintf(path, sizeof(path), "%s/class/drm/card%u/device",
		 roots->sys, index);
	dsn_link_name(path, bus_name, sizeof(bus_name));

	return fn(&card, data);
}

static int compare_int(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

int dsn_foreach_card(const struct dsn_roots *roots, drmsnoop_card_fn fn,
		     void *data)
{
	size_t count = 0, room = 0, i;
	char path[PATH_MAX];
	struct dirent *entry;
	int *indexes = NULL, *grown;
	int n, ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/class/drm", roots->sys);
	dir = opendir(path);
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return dsn_fail(errno, "%s cannot be read: %s", path,
				strerror(errno));

	while ((entry = readdir(dir))) {
		n = numbered(entry->d_name, "card");
		if (n < 0)
			continue;
		if (count == room) {
			room = room ? 2 * room : 8;
			grown = realloc(indexes, room * sizeof(*grown));
			if (!grown) {
				ret = dsn_fail(ENOMEM, "out of memory");
				break;
			}
			indexes = grown;
		}
		indexes[count++] = n;
	}
	closedir(dir);

	if (count)
		qsort(indexes, count, sizeof(*indexes), compare_int);
	for (i = 0; !ret && i < count; i++)
		ret = call_for_card(roots, indexes[i], fn, data);
	free(indexes);
	return ret;
}

int drmsnoop_foreach_card(drmsnoop_card_fn fn, void *data)
{
	return dsn_foreach_card(&dsn_real_roots, fn, data);
}
