// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Without an engine: what is shown, by bochs on the screen and by radeon as its cursor,
 * has to be in VRAM, and other buffers make room for it. For radeon they make room for a
 * new buffer, too. (Stock radeon divides by zero when it sets a mode on QEMU's card.)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "crowd.h"
#include "snoop.h"

/* A mode that every card has; 5 such buffers fill the VRAM of both. */
#define WIDTH	1024
#define HEIGHT	768
#define CURSOR	64
#define REST	5

static int buffer_open(struct crowd *crowd, struct crowd_buffer *buffer)
{
	struct drm_mode_create_dumb create = { .width = WIDTH, .height = HEIGHT, .bpp = 32 };
	struct drm_mode_map_dumb map = { };

	if (drmIoctl(crowd->drm, DRM_IOCTL_MODE_CREATE_DUMB, &create))
		return -errno;
	map.handle = create.handle;
	if (drmIoctl(crowd->drm, DRM_IOCTL_MODE_MAP_DUMB, &map))
		return -errno;
	*buffer = (struct crowd_buffer) { .handle = create.handle, .size = create.size };
	buffer->map = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, crowd->drm,
			   map.offset);
	if (buffer->map == MAP_FAILED)
		return -errno;
	return drmModeAddFB(crowd->drm, WIDTH, HEIGHT, 24, 32, create.pitch, create.handle,
			    &buffer->frame) ? -errno : 0;
}

static int buffer_close(struct crowd *crowd, struct crowd_buffer *buffer)
{
	struct drm_mode_destroy_dumb destroy = { .handle = buffer->handle };

	if (munmap(buffer->map, buffer->size) || drmModeRmFB(crowd->drm, buffer->frame) ||
	    drmIoctl(crowd->drm, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy))
		return -errno;
	return 0;
}

static int show_on_screen(struct crowd *crowd, const struct crowd_buffer *buffer)
{
	return drmModeSetCrtc(crowd->drm, crowd->crtc, buffer->frame, 0, 0, &crowd->connector, 1,
			      &crowd->mode) ? -errno : 0;
}

static int show_as_cursor(struct crowd *crowd, const struct crowd_buffer *buffer)
{
	return drmModeSetCursor(crowd->drm, crowd->crtc, buffer->handle, CURSOR, CURSOR) ?
	       -errno : 0;
}

static int hide_cursor(struct crowd *crowd)
{
	return drmModeSetCursor(crowd->drm, crowd->crtc, 0, 0, 0) ? -errno : 0;
}

static int find_mode(struct crowd *crowd, const drmModeConnector *connector)
{
	int i;

	for (i = 0; i < connector->count_modes; i++) {
		crowd->mode = connector->modes[i];
		if (crowd->mode.hdisplay == WIDTH && crowd->mode.vdisplay == HEIGHT)
			return 0;
	}
	return -ENOENT;
}

static int find_screen(struct crowd *crowd)
{
	drmModeRes *resources = drmModeGetResources(crowd->drm);
	drmModeConnector *connector;
	int ret;

	if (!resources || !resources->count_connectors || !resources->count_crtcs)
		return -ENODEV;
	crowd->crtc = resources->crtcs[0];
	crowd->connector = resources->connectors[0];
	drmModeFreeResources(resources);
	connector = drmModeGetConnector(crowd->drm, crowd->connector);
	if (!connector)
		return -errno;
	ret = find_mode(crowd, connector);
	drmModeFreeConnector(connector);
	return ret;
}

static int open_client(struct crowd *crowd, const char *driver)
{
	int snoop = snoop_open(driver, 0), ret;
	unsigned int i;

	if (snoop < 0)
		return snoop;
	crowd->drm = snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR);
	close(snoop);
	if (crowd->drm < 0)
		return crowd->drm;
	ret = find_screen(crowd);
	for (i = 0; !ret && i < CROWD_WATCHED; i++)
		ret = buffer_open(crowd, &crowd->watched[i]);
	for (i = 0; !ret && i < REST; i++)
		ret = buffer_open(crowd, &crowd->rest[i]);
	return ret;
}

static int open_bochs(struct crowd *crowd)
{
	crowd->use = show_on_screen;
	return open_client(crowd, "bochs-drm");
}

static int open_radeon(struct crowd *crowd)
{
	crowd->use = show_as_cursor;
	return open_client(crowd, "radeon");
}

static void buffer_touch(const struct crowd_buffer *buffer)
{
	volatile uint64_t *word = buffer->map;
	uint64_t i;

	for (i = 0; i < buffer->size / 8; i += 512)
		word[i] = 0xeeeeeeee00000000ULL;
}

/* A new buffer in place of another one is shown, and then a watched one. */
static int move(struct crowd *crowd)
{
	struct crowd_buffer *other = &crowd->rest[nrand48(crowd->random) % REST];
	int ret = buffer_close(crowd, other) ?: buffer_open(crowd, other);

	if (ret)
		return ret;
	buffer_touch(other);
	return crowd->use(crowd, other) ?:
	       crowd->use(crowd, &crowd->watched[nrand48(crowd->random) % CROWD_WATCHED]);
}

const struct crowd_driver crowd_bochs = {
	.name = "bochs-drm",
	.open = open_bochs,
	.move = move,
};

const struct crowd_driver crowd_radeon = {
	.name = "radeon",
	.open = open_radeon,
	.move = move,
	.close = hide_cursor,
};
