// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding the layout of a driver: drm_snoop reads the BTF of the kernel and of the driver,
 * and looks for the members that it needs.
 */

#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "layout.h"
#include "snoop.h"

/* Index of the driver's card. */
static int find_card(const char *driver)
{
	char link[256], pattern[] = "/sys/class/drm/card[0-9]*/device/driver/module";
	int card = -1;
	glob_t paths;
	size_t i;

	if (glob(pattern, 0, NULL, &paths))
		errx(1, "no card has a driver that is a module");
	for (i = 0; i < paths.gl_pathc && card < 0; i++) {
		ssize_t len = readlink(paths.gl_pathv[i], link, sizeof(link) - 1);

		if (len < 0)
			continue;
		link[len] = '\0';
		if (!strcmp(strrchr(link, '/') + 1, driver))
			card = atoi(paths.gl_pathv[i] + strlen("/sys/class/drm/card"));
	}
	globfree(&paths);
	if (card < 0)
		errx(1, "%s has no card", driver);
	return card;
}

static void load(void)
{
	const char *dir = getenv("DRM_SNOOP_MODULES");
	char path[4096];
	int fd;

	if (!dir)
		errx(1, "DRM_SNOOP_MODULES does not say where drm_snoop.ko is");
	snprintf(path, sizeof(path), "%s/drm_snoop.ko", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		err(1, "%s", path);
	close(fd);
}

/**
 * layout_forget - load drm_snoop anew and open its node
 * @arg: The layout.
 */
void layout_forget(void *arg)
{
	struct layout *layout = arg;
	char path[64];

	layout_fini(layout);
	if (syscall(SYS_delete_module, "drm_snoop", O_NONBLOCK))
		err(1, "drm_snoop cannot be unloaded");
	load();
	snprintf(path, sizeof(path), "/dev/dri/card%d-snoop", find_card(layout->driver));
	layout->snoop = open(path, O_RDONLY | O_CLOEXEC);
	if (layout->snoop < 0)
		err(1, "%s", path);
}

/**
 * layout_find - the first question about the card
 * @arg: The layout, after layout_forget().
 * @count: 1.
 */
void layout_find(void *arg, unsigned int count)
{
	const struct layout *layout = arg;
	struct drm_snoop_card_info info = { 0 };

	(void)count;
	if (snoop_card_info(layout->snoop, &info) ||
	    info.adapter_state != DRM_SNOOP_ADAPTER_READY)
		errx(1, "no adapter for %s: %s", layout->driver, info.adapter_reason);
}

static void read_file(struct layout *layout, const char *name)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	if (!layout->buffer) {
		layout->size = 1 << 20;
		layout->buffer = malloc(layout->size);
		if (!layout->buffer)
			err(1, "%s", path);
	}
	do {
		len = read(fd, layout->buffer, layout->size);
	} while (len > 0);
	if (len < 0)
		err(1, "%s", path);
	close(fd);
}

/**
 * layout_read - read what drm_snoop has to read
 * @arg: The layout.
 * @count: How many times.
 */
void layout_read(void *arg, unsigned int count)
{
	struct layout *layout = arg;

	while (count--) {
		read_file(layout, "vmlinux");
		read_file(layout, layout->driver);
	}
}

/**
 * layout_fini - close the node; drm_snoop stays loaded
 * @layout: The layout.
 */
void layout_fini(struct layout *layout)
{
	if (layout->snoop)
		close(layout->snoop);
	layout->snoop = 0;
	free(layout->buffer);
	layout->buffer = NULL;
}
