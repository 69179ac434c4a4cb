// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Buffers of stock drivers, in the target: with the content of a target, and in the
 * card's memory if they are shown on its screen.
 */

#include <err.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "dumb.h"
#include "gpusim-client.h"
#include "target.h"

/* A mode that every card has. */
#define WIDTH	1024
#define HEIGHT	768
/* Lines in the buffer: more than are shown. */
#define LINES	(TARGET_SIZE / WIDTH / 4)

/**
 * dumb_open - become a client of the first card of a driver
 * @driver: Name of the DRM driver.
 *
 * Return: descriptor of the primary node; no such card ends the program.
 */
int dumb_open(const char *driver)
{
	int fd = gc_open_card(driver, DRM_NODE_PRIMARY, 0);

	if (fd < 0)
		errx(1, "target: no card of driver %s", driver);
	return fd;
}

static drmModeModeInfo *find_mode(const drmModeConnector *connector)
{
	int i;

	for (i = 0; i < connector->count_modes; i++)
		if (connector->modes[i].hdisplay == WIDTH && connector->modes[i].vdisplay == HEIGHT)
			return &connector->modes[i];
	errx(1, "target: the screen has no mode %ux%u", WIDTH, HEIGHT);
}

static void show(int fd, const struct drm_mode_create_dumb *dumb)
{
	drmModeRes *resources = drmModeGetResources(fd);
	drmModeConnector *connector;
	uint32_t frame;

	if (!resources || !resources->count_connectors || !resources->count_crtcs)
		errx(1, "target: the card has no screen");
	connector = drmModeGetConnector(fd, resources->connectors[0]);
	if (!connector)
		err(1, "target: connector");
	if (drmModeAddFB(fd, WIDTH, LINES, 24, 32, dumb->pitch, dumb->handle, &frame) ||
	    drmModeSetCrtc(fd, resources->crtcs[0], frame, 0, 0, &connector->connector_id, 1,
			   find_mode(connector)))
		err(1, "target: screen");
	drmModeFreeConnector(connector);
	drmModeFreeResources(resources);
}

/**
 * dumb_make - make a buffer with the content of a target
 * @dumb: Filled.
 * @fd: From dumb_open().
 * @on_screen: Show it.
 */
void dumb_make(struct dumb *dumb, int fd, bool on_screen)
{
	struct drm_mode_create_dumb create = { .width = WIDTH, .height = LINES, .bpp = 32 };
	struct drm_mode_map_dumb map = { };
	struct stat node;
	void *memory;

	if (drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create))
		err(1, "target: dumb buffer");
	if (create.size != TARGET_SIZE)
		errx(1, "target: a dumb buffer of %llu bytes", (unsigned long long)create.size);
	map.handle = create.handle;
	if (drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map))
		err(1, "target: dumb buffer");
	memory = mmap(NULL, TARGET_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, map.offset);
	if (memory == MAP_FAILED)
		err(1, "target: mmap of a dumb buffer");
	target_fill(memory, TARGET_SIZE);
	munmap(memory, TARGET_SIZE);
	if (on_screen)
		show(fd, &create);
	if (fstat(fd, &node))
		err(1, "target: card");
	dumb->card = minor(node.st_rdev);
	dumb->fd = fd;
	dumb->handle = create.handle;
}
