// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --arch arm64 --gpu all
 * kernel: stock: the debug kernel is for amd64
 * timeout: 600
 *
 * A heap of panfrost, which grows as the GPU touches it. There is no GPU: its registers are
 * memory, and this test writes there what it would, so that the driver brings in the pages.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>

#include "driver-client.h"
#include "driver-fault.h"
#include "driver-observer.h"
#include "expect.h"
#include "gpusim-client.h"
#include "snoop.h"
#include "window.h"

#define PAGE	WINDOW_PAGE
/* As much as one fault brings. */
#define PIECE	(2ULL << 20)
#define PIECES	3
#define OWN_VM	1
/* A busy machine may come too late for a job. */
#define TRIES	10

static const char text[] = "written by the observer";

/* A client with a heap, and who looks at it. */
struct heap {
	int fd;
	uint32_t handle;
	uint64_t va;
	struct driver_observer observer;
};

static void heap_open(struct heap *heap)
{
	heap->fd = driver_open(&driver_panfrost);
	expect_ok(driver_panfrost.heap_create(heap->fd, PIECES * PIECE, &heap->handle,
					      &heap->va));
	heap->observer = driver_observe(&driver_panfrost, heap->fd);
	expect_ok(snoop_bind_vm(heap->observer.snoop, heap->observer.client, OWN_VM, NULL));
}

static void heap_close(const struct heap *heap)
{
	close(heap->observer.snoop);
	close(heap->fd);
}

static uint32_t placement(const struct heap *heap)
{
	struct drm_snoop_object object;

	expect_ok(snoop_find_object(heap->observer.snoop, heap->observer.client, heap->handle,
				    &object));
	return object.placement;
}

/* A job that hangs touches the second piece; false if the driver was quicker. */
static bool heap_touch(const struct heap *heap, const struct driver_fault *fault)
{
	uint32_t syncobj;
	bool touched;

	expect_equal(drmSyncobjCreate(heap->fd, 0, &syncobj), 0);
	expect_ok(driver_panfrost.submit(heap->fd, 0, heap->va, PAGE, &heap->handle, 1, syncobj));
	touched = driver_fault_store(fault, heap->va + PIECE + 5 * PAGE);
	/* The driver gives it up. */
	expect_error(gc_wait(heap->fd, syncobj), ECANCELED);
	drmSyncobjDestroy(heap->fd, syncobj);
	return touched && placement(heap) == DRM_SNOOP_PLACEMENT_TT;
}

static void check_write(const struct heap *heap, uint64_t addr)
{
	char got[sizeof(text)];

	expect_equal(expect_ok(snoop_pwrite(heap->observer.snoop, text, sizeof(text), addr)),
		     sizeof(text));
	expect_equal(expect_ok(snoop_pread(heap->observer.snoop, got, sizeof(text), addr)),
		     sizeof(text));
	expect_bytes(got, text, sizeof(text));
}

static void check_text(const struct heap *heap, uint64_t addr)
{
	char got[sizeof(text) + 2], wanted[sizeof(text) + 2] = { 0 };

	memcpy(wanted + 1, text, sizeof(text));
	expect_equal(expect_ok(snoop_pread(heap->observer.snoop, got, sizeof(got), addr - 1)),
		     sizeof(got));
	expect_bytes(got, wanted, sizeof(got));
}

/* One piece of three is there. */
static void check_grown(const struct heap *heap)
{
	int snoop = heap->observer.snoop;
	uint64_t piece = heap->va + PIECE;
	uint8_t *map;

	/* What was there before, and what is over the ends of the piece. */
	check_text(heap, piece + 100);
	check_text(heap, heap->va + 100);
	check_write(heap, piece - 7);
	check_text(heap, piece - 7);
	check_write(heap, piece + PIECE - 7);
	check_text(heap, piece + PIECE - 7);

	map = window_map(snoop, piece - PAGE, 2 * PAGE, PROT_READ | PROT_WRITE);
	/* No page of the GPU's. */
	expect_equal(window_load(map), SIGBUS);
	expect_bytes(map + PAGE + 100, text, sizeof(text));
	map[PAGE + 3000] = 0x5a;
	munmap(map, 2 * PAGE);
	map = window_map(snoop, piece, PAGE, PROT_READ);
	expect_equal(map[3000], 0x5a);
	check_write(heap, piece + 200);
	expect_bytes(map + 200, text, sizeof(text));
	munmap(map, PAGE);
}

static void test_grown(void **state)
{
	struct driver_fault fault;
	struct heap heap;
	unsigned int try;
	bool grown;

	driver_fault_open(&fault);
	for (try = 0, grown = false; !grown; try++) {
		expect_true(try < TRIES);
		heap_open(&heap);
		check_write(&heap, heap.va + 100);
		check_write(&heap, heap.va + PIECE + 100);
		expect_equal(placement(&heap), DRM_SNOOP_PLACEMENT_SYSTEM);
		grown = heap_touch(&heap, &fault);
		if (grown)
			check_grown(&heap);
		heap_close(&heap);
	}
	driver_fault_close(&fault);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grown),
	};

	return run_group("drivers-heap", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
