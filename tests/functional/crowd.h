/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_CROWD_H
#define TESTS_CROWD_H

#include <stddef.h>
#include <stdint.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

/*
 * A process whose buffers do not all fit into the card's memory: using some, by the
 * driver's ordinary ioctls, makes TTM evict others and bring them back. A few are
 * watched by somebody, the rest is there to be in the way.
 *
 * Functions return 0 or a negative error number. crowd_move() and crowd_copy() may
 * run at the same time; what is open ends with the process.
 */
#define CROWD_WATCHED	3
#define CROWD_REST	256

/**
 * struct crowd_buffer - one buffer
 * @handle: GEM handle, 0: none
 * @size: in bytes
 * @addr: where it is bound in the VM, if the driver has VMs
 * @map: the process's own map
 */
struct crowd_buffer {
	uint32_t handle;
	uint64_t size, addr;
	void *map;
	/* private */
	uint32_t frame;
};

/**
 * struct crowd - all of them
 * @drm: the process's client
 * @vm: its VM with the watched ones, 0: the driver has none
 */
struct crowd {
	int drm;
	uint32_t vm;
	struct crowd_buffer watched[CROWD_WATCHED], rest[CROWD_REST];
	/* private */
	uint32_t other_vm;
	unsigned int count;
	uint32_t crtc, connector;
	drmModeModeInfo mode;
	int (*use)(struct crowd *crowd, const struct crowd_buffer *buffer);
	unsigned short random[3];
	struct crowd_buffer stage;
};

/**
 * struct crowd_driver - how it is done with a driver
 * @name: of the DRM driver
 * @open: makes a client and its buffers
 * @move: uses some of the buffers
 * @copy: the GPU writes to a watched buffer; NULL: it cannot
 * @close: gives up what would outlive the process; NULL: nothing
 */
struct crowd_driver {
	const char *name;
	int (*open)(struct crowd *crowd);
	int (*move)(struct crowd *crowd);
	int (*copy)(struct crowd *crowd, unsigned int watched, uint64_t offset, size_t len);
	int (*close)(struct crowd *crowd);
};

/* Bytes to be copied are put to @stage.map before; there is room for these. */
#define CROWD_STAGE	0x10000UL

extern const struct crowd_driver crowd_gpusim, crowd_bochs, crowd_radeon;

#endif
