/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_DRAWER_H
#define TESTS_DRAWER_H

#include <stdint.h>
#include <sys/types.h>

/*
 * A process that draws to a dumb buffer of any driver, through its own map of
 * it. All functions fail the running test when it does not do as it should.
 */

/**
 * struct drawer - such a process
 * @pid: process id
 * @drm: number of its DRM descriptor, of the primary node
 * @handle: GEM handle of the buffer
 * @size: bytes of the buffer
 */
struct drawer {
	pid_t pid;
	int drm;
	uint32_t handle;
	uint64_t size;
	/* private */
	int to, from;
};

/* Starts one on the card behind an open snoop file; the buffer is untouched. */
void drawer_start(struct drawer *drawer, int snoop);
/* Fills the buffer with the pattern of a seed (model.h). */
void drawer_draw(struct drawer *drawer, uint64_t seed);
/* What it sees through its map, in [@offset, @offset + @size), is the pattern of @seed. */
void drawer_check(struct drawer *drawer, uint64_t seed, uint64_t offset, uint64_t size);
/* Shows the buffer on the first screen. */
void drawer_show(struct drawer *drawer);
/* From now on it stores to the buffer without pause (steps.h), and does nothing else. */
void drawer_run(struct drawer *drawer);
/* Unmaps the buffer and closes its handle. */
void drawer_close(struct drawer *drawer);
/* The byte at @offset, as the process sees it. */
uint8_t drawer_peek(struct drawer *drawer, uint64_t offset);
/* Kills the process; drawer_stop() is still to come. */
void drawer_end(struct drawer *drawer);
void drawer_stop(struct drawer *drawer);

#endif
