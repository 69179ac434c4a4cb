// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paint PID FD HANDLE OFFSET COLOUR: stores a pixel in a dumb buffer of another
 * process, by the CPU and through the driver's own mapping of it, with a copy of the
 * process's DRM descriptor: what the process could do itself. Prints what was there.
 *
 * paint PID FD: tells the driver that the framebuffers on screen have changed, as a
 * program does that has drawn.
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#include "snoop.h"

static void store(int drm, uint32_t handle, uint64_t offset, uint32_t colour)
{
	struct drm_mode_map_dumb map = { .handle = handle };
	uint64_t page = offset & ~4095ULL;
	volatile uint32_t *pixel;
	void *memory;

	if (drmIoctl(drm, DRM_IOCTL_MODE_MAP_DUMB, &map))
		err(1, "MAP_DUMB of %u", handle);
	memory = mmap(NULL, page + 4096, PROT_READ | PROT_WRITE, MAP_SHARED, drm, map.offset);
	if (memory == MAP_FAILED)
		err(1, "mmap of %u", handle);
	pixel = (volatile uint32_t *)((char *)memory + offset);
	printf("%08x\n", *pixel);
	*pixel = colour;
	munmap(memory, page + 4096);
}

static void show(int drm)
{
	drmModeRes *resources = drmModeGetResources(drm);
	drmModeCrtc *crtc;
	int i;

	if (!resources)
		err(1, "GETRESOURCES");
	for (i = 0; i < resources->count_crtcs; i++) {
		crtc = drmModeGetCrtc(drm, resources->crtcs[i]);
		if (!crtc)
			err(1, "GETCRTC");
		/* Refused by drivers whose device reads the memory itself. */
		if (crtc->buffer_id)
			drmModeDirtyFB(drm, crtc->buffer_id, NULL, 0);
		drmModeFreeCrtc(crtc);
	}
	drmModeFreeResources(resources);
}

int main(int argc, char **argv)
{
	int drm;

	if (argc != 3 && argc != 6)
		errx(2, "usage: paint PID FD [HANDLE OFFSET COLOUR]");
	drm = snoop_steal_fd(atoi(argv[1]), atoi(argv[2]));
	if (drm < 0) {
		errno = -drm;
		err(1, "descriptor %s of process %s", argv[2], argv[1]);
	}
	if (argc == 6)
		store(drm, strtoul(argv[3], NULL, 0), strtoull(argv[4], NULL, 0),
		      strtoul(argv[5], NULL, 0));
	else
		show(drm);
	return 0;
}
