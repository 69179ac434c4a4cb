// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "scene.h"
#include "snoop.h"

int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	expect_true(scene);
	*state = scene;
	scene->snoop = expect_ok(snoop_open("gpusim", 0));
	scene->drm = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_RDWR));
	expect_ok(gc_vm_create(scene->drm, &scene->vm));
	expect_ok(gc_bo_create(scene->drm, SCENE_SIZE, GC_SYSTEM, 0, &scene->object));
	expect_ok(gc_bo_create(scene->drm, SCENE_SIZE, GC_VRAM, 0, &scene->vram));
	expect_ok(gc_map(scene->drm, scene->vm, SCENE_ADDR, scene->object, 0, SCENE_SIZE));
	expect_ok(gc_map(scene->drm, scene->vm, SCENE_SECOND, scene->vram, SCENE_OFFSET,
			 SCENE_SIZE - SCENE_OFFSET));
	scene->mem = expect_ok(snoop_open_mem(getpid(), O_RDWR));
	expect_ok(snoop_register(scene->snoop, scene->drm, &scene->client_id));
	return 0;
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	close(scene->snoop);
	close(scene->drm);
	close(scene->mem);
	free(scene);
	return 0;
}

void scene_bind(const struct scene *scene)
{
	expect_ok(snoop_bind_vm(scene->snoop, scene->client_id, scene->vm, NULL));
}

void scene_check_bound(const struct scene *scene)
{
	struct drm_snoop_range range;

	expect_ok(snoop_query(scene->snoop, SCENE_SECOND, 0, &range));
	expect_equal(range.start, SCENE_SECOND);
	expect_equal(range.end, SCENE_END);
	expect_equal(range.object_offset, SCENE_OFFSET);
}
