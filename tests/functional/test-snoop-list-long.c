// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * A long LIST is in nobody's way: after each thousand ranges at the latest the lock of the
 * VM was let go, and the list shows what was bound meanwhile. The list stops at each page of
 * the caller's memory, for as long as the test wants.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "scene.h"
#include "slow-memory.h"
#include "snoop.h"

#define RANGES		3000
#define ADDR		0x7000000000ULL
/* Room for another range behind each. */
#define STRIDE		(2 * GC_PAGE)
/* Most ranges that the lock may be held for. */
#define AT_ONCE		1000
#define PER_PAGE	(GC_PAGE / sizeof(struct drm_snoop_range))
#define STOPS		((RANGES - AT_ONCE) / PER_PAGE)
#define TOTAL		(RANGES + STOPS)
#define PAGES		((TOTAL + PER_PAGE - 1) / PER_PAGE)
#define PATIENCE_S	60

struct list_call {
	const struct scene *scene;
	struct slow_memory slow;
	struct drm_snoop_list arg;
	int ret;
};

static void *run_list(void *data)
{
	struct list_call *call = data;

	call->ret = snoop_ioctl(call->scene->snoop, DRM_IOCTL_SNOOP_LIST, &call->arg);
	return NULL;
}

static void bind_one(const struct scene *scene, __u64 addr)
{
	expect_ok(gc_map(scene->drm, scene->vm, addr, scene->object, 0, GC_PAGE));
}

static void test_binds_meanwhile(void **state)
{
	const struct scene *scene = *state;
	struct list_call call = { .scene = scene };
	const struct drm_snoop_range *range;
	unsigned int i, extra = 0;
	pthread_t thread;

	for (i = 0; i < RANGES; i++)
		bind_one(scene, ADDR + i * STRIDE);
	slow_memory_init(&call.slow, PAGES * GC_PAGE);
	range = call.slow.memory;
	call.arg = (struct drm_snoop_list) {
		.what = DRM_SNOOP_LIST_RANGES,
		.client_id = scene->client_id,
		.vm_id = scene->vm,
		.cursor = ADDR,
		.entries = (unsigned long)call.slow.memory,
		.count = TOTAL,
		.entry_size = sizeof(*range),
	};
	/* A bind that waits for the list would wait for ever: the signal ends both. */
	alarm(PATIENCE_S);
	expect_equal(pthread_create(&thread, NULL, run_list, &call), 0);
	for (i = 0; i < PAGES; i++) {
		expect_equal(slow_memory_wait(&call.slow, PATIENCE_S * 1000), i * GC_PAGE);
		/* The list is not there yet, if it looked at no more than it may. */
		if (i < STOPS)
			bind_one(scene, ADDR + (i * PER_PAGE + AT_ONCE) * STRIDE + GC_PAGE);
		slow_memory_give(&call.slow, i * GC_PAGE);
	}
	pthread_join(thread, NULL);
	alarm(0);

	expect_ok(call.ret);
	expect_equal(call.arg.count, TOTAL);
	for (i = 0; i < TOTAL; i++) {
		__u64 index = i - extra;

		if (extra < STOPS && index == extra * PER_PAGE + AT_ONCE + 1) {
			expect_equal(range[i].start, ADDR + (index - 1) * STRIDE + GC_PAGE);
			extra++;
		} else {
			expect_equal(range[i].start, ADDR + index * STRIDE);
		}
	}
	slow_memory_fini(&call.slow);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_binds_meanwhile, scene_setup, scene_teardown),
	};

	return run_group("snoop-list-long", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
