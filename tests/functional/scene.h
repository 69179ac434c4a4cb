/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include <linux/types.h>

/*
 * What the tests of the ioctls start from: a gpusim client of the test's own
 * with one VM and two objects, and an open snoop file that it is registered
 * with. No content: that is the matter of test-snoop-read and others.
 *
 *	SCENE_ADDR			object, from byte 0, SCENE_SIZE long
 *	SCENE_ADDR + SCENE_SIZE		hole
 *	SCENE_ADDR + 2 * SCENE_SIZE	vram, from byte SCENE_OFFSET to its end
 */
#define SCENE_ADDR	0x10000000ULL
#define SCENE_SIZE	0x10000ULL
#define SCENE_OFFSET	0x3000ULL
#define SCENE_HOLE	(SCENE_ADDR + SCENE_SIZE)
#define SCENE_SECOND	(SCENE_ADDR + 2 * SCENE_SIZE)
#define SCENE_END	(SCENE_SECOND + SCENE_SIZE - SCENE_OFFSET)

struct scene {
	/* The snoop file, open for reading. */
	int snoop;
	/* The client's DRM descriptor and its key. */
	int drm;
	__u64 client_id;
	/* The test's own /proc/PID/mem; not registered. */
	int mem;
	__u32 vm;
	/* In system memory and in VRAM, SCENE_SIZE each. */
	__u32 object;
	__u32 vram;
};

/* Setup and teardown of a cmocka test; the state is a struct scene. */
int scene_setup(void **state);
int scene_teardown(void **state);

/* Fails the test if the file's binding is not scene_bind()'s. */
void scene_bind(const struct scene *scene);
void scene_check_bound(const struct scene *scene);

#endif
