// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * QUERY_RANGE and BIND: the range at an address, its generation, and what a file
 * is bound to.
 */
#include <errno.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "scene.h"
#include "snoop.h"

static void test_query_covering(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_range listed[3], range;

	scene_bind(scene);
	expect_equal(expect_ok(snoop_list(scene->snoop, DRM_SNOOP_LIST_RANGES, scene->client_id,
					  scene->vm, listed, 3, 3)), 2);
	expect_ok(snoop_query(scene->snoop, SCENE_ADDR, 0, &range));
	expect_bytes(&range, &listed[0], sizeof(range));
	expect_ok(snoop_query(scene->snoop, SCENE_HOLE - 1, 0, &range));
	expect_bytes(&range, &listed[0], sizeof(range));
	expect_ok(snoop_query(scene->snoop, SCENE_SECOND, 0, &range));
	expect_bytes(&range, &listed[1], sizeof(range));
	expect_ok(snoop_query(scene->snoop, SCENE_END - 1, DRM_SNOOP_QUERY_NEXT, &range));
	expect_bytes(&range, &listed[1], sizeof(range));
}

static void test_query_next(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_range range;

	scene_bind(scene);
	expect_ok(snoop_query(scene->snoop, 0, DRM_SNOOP_QUERY_NEXT, &range));
	expect_equal(range.start, SCENE_ADDR);
	expect_ok(snoop_query(scene->snoop, SCENE_ADDR - 1, DRM_SNOOP_QUERY_NEXT, &range));
	expect_equal(range.start, SCENE_ADDR);
	expect_ok(snoop_query(scene->snoop, SCENE_HOLE, DRM_SNOOP_QUERY_NEXT, &range));
	expect_equal(range.start, SCENE_SECOND);
	expect_error(snoop_query(scene->snoop, SCENE_END, DRM_SNOOP_QUERY_NEXT, &range), ENOENT);
	expect_error(snoop_query(scene->snoop, 1ULL << 48, DRM_SNOOP_QUERY_NEXT, &range), ENOENT);
	expect_error(snoop_query(scene->snoop, 1ULL << 63, DRM_SNOOP_QUERY_NEXT, &range), ENOENT);
}

static void test_query_object(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_range range;
	struct drm_snoop_object vram;

	expect_ok(snoop_find_object(scene->snoop, scene->client_id, scene->vram, &vram));
	expect_ok(snoop_bind_object(scene->snoop, scene->client_id, scene->vram, NULL));
	expect_ok(snoop_query(scene->snoop, SCENE_SIZE - 1, 0, &range));
	expect_equal(range.start, 0);
	expect_equal(range.end, SCENE_SIZE);
	expect_equal(range.object_id, vram.object_id);
	expect_equal(range.object_offset, 0);
	expect_equal(range.object_size, SCENE_SIZE);
	expect_equal(range.kind, DRM_SNOOP_RANGE_OBJECT);
	expect_equal(range.placement, DRM_SNOOP_PLACEMENT_VRAM);
	expect_error(snoop_query(scene->snoop, SCENE_SIZE, 0, &range), ENOENT);
	expect_error(snoop_query(scene->snoop, SCENE_SIZE, DRM_SNOOP_QUERY_NEXT, &range), ENOENT);

	expect_ok(gc_bo_close(scene->drm, scene->vram));
	expect_error(snoop_query(scene->snoop, 0, 0, &range), ENOENT);
}

static void test_query_destroyed_vm(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_range range;
	__u32 vm;
	char byte;

	scene_bind(scene);
	expect_ok(gc_vm_destroy(scene->drm, scene->vm));
	expect_error(snoop_query(scene->snoop, SCENE_ADDR, 0, &range), ENOENT);
	/* Not EIO: there is no VM that could have a hole. */
	expect_error(snoop_pread(scene->snoop, &byte, 1, SCENE_ADDR), ENOENT);
	/* A new VM under the old id is not what was bound. */
	expect_ok(gc_vm_create(scene->drm, &vm));
	expect_equal(vm, scene->vm);
	expect_ok(gc_map(scene->drm, vm, SCENE_ADDR, scene->object, 0, SCENE_SIZE));
	expect_error(snoop_query(scene->snoop, SCENE_ADDR, 0, &range), ENOENT);
	expect_error(snoop_pread(scene->snoop, &byte, 1, SCENE_ADDR), ENOENT);
	scene_bind(scene);
	expect_ok(snoop_query(scene->snoop, SCENE_ADDR, 0, &range));
}

static __u64 generation(const struct scene *scene, __u64 addr)
{
	struct drm_snoop_range range;

	expect_ok(snoop_query(scene->snoop, addr, 0, &range));
	return range.generation;
}

/* The token stays with what is bound, and only then. */
static void test_generation(void **state)
{
	struct scene *scene = *state;
	__u64 before, other;

	scene_bind(scene);
	before = generation(scene, SCENE_ADDR);
	other = generation(scene, SCENE_SECOND);
	expect_true(before != other);
	/* Neither time nor the content nor a move changes it. */
	expect_ok(gc_fill(scene->drm, scene->vm, SCENE_ADDR, 4096, 7));
	expect_ok(gc_bo_migrate(scene->drm, scene->vram, GC_SYSTEM));
	expect_equal(generation(scene, SCENE_ADDR + 4095), before);
	expect_equal(generation(scene, SCENE_SECOND), other);

	/* The same place of another object, another place of the same one. */
	expect_ok(gc_map(scene->drm, scene->vm, SCENE_ADDR, scene->vram, 0, SCENE_SIZE));
	expect_true(generation(scene, SCENE_ADDR) != before);
	expect_equal(generation(scene, SCENE_SECOND), other);
	expect_ok(gc_map(scene->drm, scene->vm, SCENE_SECOND, scene->vram, 0,
			 SCENE_SIZE - SCENE_OFFSET));
	expect_true(generation(scene, SCENE_SECOND) != other);
}

/* Unbound and bound again, to the other object: no token comes again. */
static void test_generation_after_unbind(void **state)
{
	struct scene *scene = *state;
	__u64 generations[2][64];
	int i, j;

	scene_bind(scene);
	for (i = 0; i < 128; i++) {
		expect_ok(gc_unmap(scene->drm, scene->vm, SCENE_ADDR, SCENE_SIZE));
		expect_ok(gc_map(scene->drm, scene->vm, SCENE_ADDR,
				 i & 1 ? scene->vram : scene->object, 0, SCENE_SIZE));
		generations[i & 1][i / 2] = generation(scene, SCENE_ADDR);
	}
	for (i = 0; i < 64; i++)
		for (j = 0; j < 64; j++)
			expect_true(generations[0][i] != generations[1][j]);
}

/* A failed BIND leaves the file where it was, to an object too. */
static void test_failed_bind(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_range range;
	__u64 size = 5;

	expect_ok(snoop_bind_object(scene->snoop, scene->client_id, scene->object, &size));
	expect_equal(size, SCENE_SIZE);
	expect_error(snoop_bind_vm(scene->snoop, scene->client_id, 99, &size), ENOENT);
	expect_error(snoop_bind_object(scene->snoop, scene->client_id, 99, &size), ENOENT);
	expect_ok(snoop_query(scene->snoop, 0, 0, &range));
	expect_equal(range.end, SCENE_SIZE);
	expect_ok(snoop_bind_vm(scene->snoop, scene->client_id, scene->vm, &size));
	expect_equal(size, 1ULL << 48);
	scene_check_bound(scene);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_query_covering),
		TEST(test_query_next),
		TEST(test_query_object),
		TEST(test_query_destroyed_vm),
		TEST(test_generation),
		TEST(test_generation_after_unbind),
		TEST(test_failed_bind),
	};

	return run_group("snoop-query", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
