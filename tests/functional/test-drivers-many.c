// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --arch arm64 --gpu all
 * kernel: stock: the debug kernel is for amd64
 * timeout: 600
 *
 * Thousands of objects in the address spaces of panfrost and v3d: lists go on where they
 * stopped, in no more time than at the begin, and find one object of a client's own behind
 * all of another one's.
 */
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "driver-client.h"
#include "driver-observer.h"
#include "expect.h"
#include "snoop.h"
#include "trace.h"
#include "window.h"

#define PAGE		WINDOW_PAGE
#define OWN_VM		1
#define FEW		500
/* More than are looked at without letting go of the driver's lock, several times. */
#define MANY		5000
/* Most that are, each time. */
#define NODES_AT_ONCE	1000
#define TRACE		"drivers-many"
#define NODES		"drm_snoop/drm_snoop_nodes"
#define TIMES		10
/* Asked for at once: soon done, even on a busy machine. */
#define PAGE_RANGES	100
/*
 * What a page of MANY may take of the time of one of FEW. If lists began at the begin each
 * time, the last page would take MANY / FEW times as long.
 */
#define SLACK		4

struct many {
	const struct driver_ops *ops;
	int fd;
	struct driver_observer observer;
	unsigned int count;
	uint64_t va[MANY];
	struct drm_snoop_range ranges[MANY + 1];
};

static void make(struct many *many, unsigned int count)
{
	uint32_t handle;

	for (; many->count < count; many->count++)
		expect_ok(many->ops->bo_create(many->fd, PAGE, 0, &handle,
					       &many->va[many->count]));
}

static void list(struct many *many, unsigned int page)
{
	expect_equal(expect_ok(snoop_list(many->observer.snoop, DRM_SNOOP_LIST_RANGES,
					  many->observer.client, OWN_VM, many->ranges,
					  many->count + 1, page)), many->count);
}

/* The quickest of some tries to list the page at @arg, in microseconds; @arg goes on. */
static int64_t time_of_page(const struct many *many, struct drm_snoop_list *arg)
{
	int64_t best = INT64_MAX, start, took;
	struct drm_snoop_list try;
	unsigned int i;

	for (i = 0; i < TIMES; i++) {
		try = *arg;
		start = clock_us();
		expect_ok(snoop_ioctl(many->observer.snoop, DRM_IOCTL_SNOOP_LIST, &try));
		took = clock_us() - start;
		if (took < best)
			best = took;
	}
	*arg = try;
	arg->count = PAGE_RANGES;
	return best;
}

/* What the slowest page takes. */
static int64_t time_of(struct many *many)
{
	struct drm_snoop_list arg = {
		.what = DRM_SNOOP_LIST_RANGES,
		.client_id = many->observer.client,
		.vm_id = OWN_VM,
		.entries = (uintptr_t)many->ranges,
		.count = PAGE_RANGES,
		.entry_size = sizeof(many->ranges[0]),
	};
	int64_t worst = 0, took;

	while (arg.cursor != DRM_SNOOP_CURSOR_END) {
		took = time_of_page(many, &arg);
		if (took > worst)
			worst = took;
	}
	return worst;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Each object is listed once, where the driver said that it is. */
static void check(struct many *many, unsigned int page)
{
	unsigned int i;

	list(many, page);
	qsort(many->va, many->count, sizeof(many->va[0]), compare);
	for (i = 0; i < many->count; i++) {
		expect_equal(many->ranges[i].start, many->va[i]);
		expect_equal(many->ranges[i].end, many->va[i] + PAGE);
	}
}

/* Nodes that were looked at in all; never too many without letting go of the lock. */
static unsigned int nodes_walked(const struct driver_ops *ops)
{
	unsigned int nodes, all = 0;
	const char *text;
	char key[64];

	snprintf(key, sizeof(key), "driver=%s nodes=", ops->name);
	text = trace_read(TRACE);
	while ((text = strstr(text, key))) {
		text += strlen(key);
		nodes = strtoul(text, NULL, 10);
		expect_true(nodes <= NODES_AT_ONCE);
		all += nodes;
	}
	trace_clear(TRACE);
	return all;
}

/* A client whose only object is above those of the other one. */
static void check_behind(const struct driver_ops *ops)
{
	int fd = driver_open(ops);
	struct driver_observer observer = driver_observe(ops, fd);
	struct drm_snoop_range ranges[2];
	struct driver_bo bo;

	driver_bo(ops, fd, 3 * PAGE, 0, 1, &bo);
	trace_clear(TRACE);
	expect_equal(expect_ok(snoop_list(observer.snoop, DRM_SNOOP_LIST_RANGES, observer.client,
					  OWN_VM, ranges, 2, 2)), 1);
	expect_equal(ranges[0].start, bo.va);
	/* Those of all clients, where they are in one address space. */
	expect_true(nodes_walked(ops) > (ops == &driver_v3d ? MANY : 0));
	expect_ok(snoop_bind_vm(observer.snoop, observer.client, OWN_VM, NULL));
	driver_check_read(observer.snoop, bo.va, 3 * PAGE, 1, 0);
	driver_bo_unmap(&bo);
	close(observer.snoop);
	close(fd);
}

static void check_many(const struct driver_ops *ops)
{
	static struct many many;
	int64_t few, all;

	many = (struct many){ .ops = ops, .fd = driver_open(ops) };
	many.observer = driver_observe(ops, many.fd);
	make(&many, FEW);
	check(&many, 7);
	few = time_of(&many);
	make(&many, MANY);
	trace_begin(TRACE, NODES);
	check(&many, 1000);
	expect_true(nodes_walked(ops) >= MANY);
	all = time_of(&many);
	print_message("# %s: %d ranges of %d in %d us, of %d in %d us\n", ops->name, PAGE_RANGES,
		      FEW, (int)few, MANY, (int)all);
	expect_true(all <= few * SLACK);
	check_behind(ops);
	trace_end(TRACE, NODES);
	close(many.observer.snoop);
	close(many.fd);
}

static void test_panfrost(void **state)
{
	check_many(&driver_panfrost);
}

static void test_v3d(void **state)
{
	check_many(&driver_v3d);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panfrost),
		cmocka_unit_test(test_v3d),
	};

	return run_group("drivers-many", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
