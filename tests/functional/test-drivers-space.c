// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --arch arm64 --gpu all
 * kernel: stock: the debug kernel is for amd64
 * timeout: 600
 *
 * GPU address spaces of panthor, panfrost and v3d: the distribution's own drivers, which
 * know nothing of us. At the addresses that a client bound, or was given, there is what it
 * stored through its own maps, and between them nothing.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver-client.h"
#include "driver-observer.h"
#include "expect.h"
#include "gpusim-client.h"
#include "model.h"
#include "snoop.h"
#include "window.h"

#define PAGE	WINDOW_PAGE
#define MAX	16
/* The driver makes heaps in units of 2 MiB. */
#define HEAP	(4ULL << 20)
/* Without VMs, that of the client. */
#define OWN_VM	1

/* A range as it should be. */
struct wanted {
	uint64_t start, pages;
	const struct driver_bo *bo;
	uint64_t offset;
};

static void check_range(const struct driver_observer *observer, const struct drm_snoop_range *range,
			const struct wanted *wanted)
{
	struct drm_snoop_object object;

	expect_equal(range->start, wanted->start);
	expect_equal(range->end, wanted->start + wanted->pages * PAGE);
	expect_equal(range->kind, DRM_SNOOP_RANGE_OBJECT);
	expect_equal(range->object_offset, wanted->offset);
	expect_equal(range->object_size, wanted->bo->size);
	if (snoop_find_object(observer->snoop, observer->client, wanted->bo->handle, &object))
		return;
	expect_equal(range->object_id, object.object_id);
}

/* A VM has these ranges, ascending, and no other; the file is bound to it. */
static void check_ranges(const struct driver_observer *observer, uint32_t vm,
			 const struct wanted *wanted, unsigned int count)
{
	struct drm_snoop_range ranges[MAX], range;
	unsigned int i;

	expect_ok(snoop_bind_vm(observer->snoop, observer->client, vm, NULL));
	expect_equal(expect_ok(snoop_list(observer->snoop, DRM_SNOOP_LIST_RANGES, observer->client,
					  vm, ranges, MAX, 2)), count);
	for (i = 0; i < count; i++) {
		check_range(observer, &ranges[i], &wanted[i]);
		expect_ok(snoop_query(observer->snoop, wanted[i].start + PAGE - 1, 0, &range));
		check_range(observer, &range, &wanted[i]);
		expect_ok(snoop_query(observer->snoop, i ? ranges[i - 1].end : 0,
				      DRM_SNOOP_QUERY_NEXT, &range));
		check_range(observer, &range, &wanted[i]);
	}
	expect_error(snoop_query(observer->snoop, ranges[count - 1].end, DRM_SNOOP_QUERY_NEXT,
				 &range), ENOENT);
}

static void check_vms(const struct driver_observer *observer, const uint32_t *ids,
		      unsigned int count)
{
	struct drm_snoop_vm vms[MAX];
	unsigned int i;

	expect_equal(expect_ok(snoop_list(observer->snoop, DRM_SNOOP_LIST_VMS, observer->client, 0,
					  vms, MAX, 1)), count);
	for (i = 0; i < count; i++)
		expect_equal(vms[i].vm_id, ids[i]);
}

static void check_hole(int snoop, __u64 addr)
{
	struct drm_snoop_range range;
	char byte = 0;

	expect_error(snoop_pread(snoop, &byte, 1, addr), EIO);
	expect_error(snoop_pwrite(snoop, &byte, 1, addr), EIO);
	expect_error(snoop_query(snoop, addr, 0, &range), ENOENT);
	expect_error(window_flags(snoop, addr & ~(PAGE - 1), PAGE, PROT_READ, MAP_SHARED), ENXIO);
}

/* @text at @addr is seen by the client, at @offset of its object. */
static void check_write(int snoop, __u64 addr, const struct driver_bo *bo, uint64_t offset)
{
	static const char text[] = "written by the observer";

	expect_equal(expect_ok(snoop_pwrite(snoop, text, sizeof(text), addr)), sizeof(text));
	expect_bytes(bo->map + offset, text, sizeof(text));
}

/* A window of @pages at @addr shows what the client stores, and the client what it gets. */
static void check_window(int snoop, __u64 addr, unsigned int pages, const struct driver_bo *bo,
			 uint64_t offset)
{
	uint8_t *map;

	map = window_map(snoop, addr, pages * PAGE, PROT_READ | PROT_WRITE);
	expect_bytes(map, bo->map + offset, pages * PAGE);
	driver_bo_fill(bo, 7);
	window_check(map, 7, offset, pages * PAGE);
	map[PAGE / 2] ^= 0xff;
	expect_equal(bo->map[offset + PAGE / 2], map[PAGE / 2]);
	driver_bo_fill(bo, 8);
	window_check(map, 8, offset, pages * PAGE);
	munmap(map, pages * PAGE);
}

/* panthor: what a client binds where it wants, in two VMs. */
#define LOW	0x10000000ULL
#define RO	0x30000000ULL
#define HIGH	0x20000000000ULL

struct panthor {
	const struct driver_ops *ops;
	int fd;
	uint32_t vm, second;
	struct driver_bo shared, private;
	struct driver_observer observer;
};

static void panthor_open(struct panthor *gpu)
{
	const struct driver_ops *ops = gpu->ops = &driver_panthor;
	uint32_t handle;

	gpu->fd = driver_open(ops);
	expect_ok(ops->vm_create(gpu->fd, &gpu->vm));
	expect_ok(ops->vm_create(gpu->fd, &gpu->second));
	driver_bo(ops, gpu->fd, 18 * PAGE, 0, 1, &gpu->shared);
	driver_bo(ops, gpu->fd, 8 * PAGE, gpu->vm, 2, &gpu->private);
	handle = gpu->shared.handle;
	expect_ok(ops->bind(gpu->fd, gpu->vm, LOW, handle, 0, 18 * PAGE, 0));
	expect_ok(ops->bind(gpu->fd, gpu->vm, RO, handle, 4 * PAGE, 3 * PAGE, 1));
	expect_ok(ops->bind(gpu->fd, gpu->vm, HIGH, gpu->private.handle, 2 * PAGE, 5 * PAGE, 0));
	expect_ok(ops->bind(gpu->fd, gpu->second, LOW, handle, 9 * PAGE, 2 * PAGE, 0));
	gpu->observer = driver_observe(ops, gpu->fd);
}

static void panthor_close(struct panthor *gpu)
{
	driver_bo_unmap(&gpu->shared);
	driver_bo_unmap(&gpu->private);
	close(gpu->observer.snoop);
	close(gpu->fd);
}

static void check_vm_lists(const struct panthor *gpu, uint64_t seed)
{
	const struct wanted first[] = {
		{ LOW, 18, &gpu->shared, 0 },
		{ RO, 3, &gpu->shared, 4 * PAGE },
		{ HIGH, 5, &gpu->private, 2 * PAGE },
	};
	const struct wanted second[] = { { LOW, 2, &gpu->shared, 9 * PAGE } };
	const uint32_t vms[] = { gpu->vm, gpu->second };

	check_vms(&gpu->observer, vms, 2);
	check_ranges(&gpu->observer, gpu->second, second, 1);
	driver_check_read(gpu->observer.snoop, LOW, 2 * PAGE, seed, 9 * PAGE);
	check_ranges(&gpu->observer, gpu->vm, first, 3);
}

static void test_panthor(void **state)
{
	struct panthor gpu;
	uint8_t *map;
	int snoop;

	panthor_open(&gpu);
	check_vm_lists(&gpu, 1);
	snoop = gpu.observer.snoop;
	driver_check_read(snoop, LOW, 18 * PAGE, 1, 0);
	driver_check_read(snoop, LOW + 5 * PAGE - 3, PAGE + 7, 1, 5 * PAGE - 3);
	driver_check_read(snoop, RO, 3 * PAGE, 1, 4 * PAGE);
	driver_check_read(snoop, HIGH, 5 * PAGE, 2, 2 * PAGE);
	check_hole(snoop, LOW - 1);
	check_hole(snoop, LOW + 18 * PAGE);
	check_hole(snoop, HIGH + 5 * PAGE);

	check_write(snoop, LOW + 3 * PAGE - 5, &gpu.shared, 3 * PAGE - 5);
	check_write(snoop, HIGH + 100, &gpu.private, 2 * PAGE + 100);
	expect_error(snoop_pwrite(snoop, "x", 1, RO), EACCES);
	check_window(snoop, LOW + 5 * PAGE, 6, &gpu.shared, 5 * PAGE);
	check_window(snoop, HIGH + PAGE, 3, &gpu.private, 3 * PAGE);
	map = window_map(snoop, RO, PAGE, PROT_READ);
	window_check(map, 8, 4 * PAGE, PAGE);
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	munmap(map, PAGE);
	panthor_close(&gpu);
}

/* Pages are taken out of a range, and others put there. */
static void test_panthor_split(void **state)
{
	struct panthor gpu;
	uint8_t got[4 * PAGE];
	int snoop;

	panthor_open(&gpu);
	snoop = gpu.observer.snoop;
	expect_ok(gpu.ops->unbind(gpu.fd, gpu.vm, LOW + 4 * PAGE, PAGE));
	expect_ok(gpu.ops->bind(gpu.fd, gpu.vm, LOW + 8 * PAGE, gpu.private.handle, 0, 2 * PAGE,
				0));
	{
		const struct wanted wanted[] = {
			{ LOW, 4, &gpu.shared, 0 },
			{ LOW + 5 * PAGE, 3, &gpu.shared, 5 * PAGE },
			{ LOW + 8 * PAGE, 2, &gpu.private, 0 },
			{ LOW + 10 * PAGE, 8, &gpu.shared, 10 * PAGE },
			{ RO, 3, &gpu.shared, 4 * PAGE },
			{ HIGH, 5, &gpu.private, 2 * PAGE },
		};

		check_ranges(&gpu.observer, gpu.vm, wanted, 6);
	}
	check_hole(snoop, LOW + 4 * PAGE);
	expect_equal(snoop_pread(snoop, got, 4 * PAGE, LOW + 2 * PAGE), 2 * PAGE);
	driver_check_read(snoop, LOW, 4 * PAGE, 1, 0);
	driver_check_read(snoop, LOW + 5 * PAGE, 3 * PAGE, 1, 5 * PAGE);
	driver_check_read(snoop, LOW + 8 * PAGE, 2 * PAGE, 2, 0);
	driver_check_read(snoop, LOW + 10 * PAGE, 8 * PAGE, 1, 10 * PAGE);
	/* Over the seam of two objects. */
	expect_equal(snoop_pread(snoop, got, 2 * PAGE, LOW + 7 * PAGE), 2 * PAGE);
	expect_bytes(got, gpu.shared.map + 7 * PAGE, PAGE);
	expect_bytes(got + PAGE, gpu.private.map, PAGE);
	check_window(snoop, LOW + 11 * PAGE, 4, &gpu.shared, 11 * PAGE);
	panthor_close(&gpu);
}

/* The object has no handle any more; then the VM is no more. */
static void test_panthor_ends(void **state)
{
	struct drm_snoop_range range;
	struct panthor gpu;
	uint8_t *map;
	char byte;

	panthor_open(&gpu);
	driver_bo_close(&gpu.shared);
	check_vm_lists(&gpu, 1);
	driver_check_read(gpu.observer.snoop, LOW, 18 * PAGE, 1, 0);
	map = window_map(gpu.observer.snoop, LOW + 2 * PAGE, 2 * PAGE, PROT_READ);
	expect_ok(gpu.ops->vm_destroy(gpu.fd, gpu.vm));
	expect_error(snoop_pread(gpu.observer.snoop, &byte, 1, LOW), ENOENT);
	expect_error(snoop_query(gpu.observer.snoop, LOW, 0, &range), ENOENT);
	check_vms(&gpu.observer, &gpu.second, 1);
	/* The object that was mapped is there as long as its map. */
	driver_bo_fill(&gpu.shared, 9);
	window_check(map, 9, 2 * PAGE, 2 * PAGE);
	munmap(map, 2 * PAGE);
	panthor_close(&gpu);
}

/* An object of one client, bound by another one too: each has its own VMs only. */
static void test_panthor_clients(void **state)
{
	struct driver_observer other;
	struct panthor gpu;
	struct driver_bo imported;
	uint32_t vm;
	int fd;

	panthor_open(&gpu);
	fd = driver_open(gpu.ops);
	imported = (struct driver_bo){ .fd = fd, .size = gpu.shared.size };
	imported.handle = driver_bo_share(&gpu.shared, fd);
	expect_ok(gpu.ops->vm_create(fd, &vm));
	expect_ok(gpu.ops->bind(fd, vm, 5 * LOW, imported.handle, PAGE, 10 * PAGE, 0));
	other = driver_observe(gpu.ops, fd);
	{
		const struct wanted wanted[] = { { 5 * LOW, 10, &imported, PAGE } };

		check_ranges(&other, vm, wanted, 1);
	}
	check_vms(&other, &vm, 1);
	check_hole(other.snoop, LOW);
	check_vm_lists(&gpu, 1);
	check_hole(gpu.observer.snoop, 5 * LOW);
	driver_bo_fill(&gpu.shared, 5);
	driver_check_read(other.snoop, 5 * LOW, 10 * PAGE, 5, PAGE);
	driver_check_read(gpu.observer.snoop, LOW, 18 * PAGE, 5, 0);
	expect_error(snoop_bind_vm(gpu.observer.snoop, other.client, vm, NULL), ENOENT);
	close(other.snoop);
	close(fd);
	check_vm_lists(&gpu, 5);
	panthor_close(&gpu);
}

/* Two clients without VMs, and an object that both have. */
static void check_own(const struct driver_ops *ops)
{
	const uint32_t own = OWN_VM;
	struct driver_observer observer, other;
	struct driver_bo first, second, its;
	int fd = driver_open(ops), fd2 = driver_open(ops);

	driver_bo(ops, fd, 5 * PAGE, 0, 1, &first);
	driver_bo(ops, fd2, 9 * PAGE, 0, 3, &its);
	driver_bo(ops, fd, 7 * PAGE, 0, 2, &second);
	expect_true(first.va && second.va > first.va);
	observer = driver_observe(ops, fd);
	other = driver_observe(ops, fd2);
	{
		const struct wanted mine[] = {
			{ first.va, 5, &first, 0 }, { second.va, 7, &second, 0 },
		};
		const struct wanted theirs[] = { { its.va, 9, &its, 0 } };

		check_vms(&observer, &own, 1);
		check_ranges(&observer, OWN_VM, mine, 2);
		check_ranges(&other, OWN_VM, theirs, 1);
	}
	driver_check_read(observer.snoop, first.va, 5 * PAGE, 1, 0);
	driver_check_read(observer.snoop, second.va + 11, 6 * PAGE, 2, 11);
	driver_check_read(other.snoop, its.va, 9 * PAGE, 3, 0);
	check_hole(observer.snoop, second.va + 7 * PAGE);
	/* v3d: a single address space, of which a client sees its own. */
	if (its.va != first.va)
		check_hole(observer.snoop, its.va);
	check_write(observer.snoop, second.va + 3 * PAGE - 5, &second, 3 * PAGE - 5);
	check_window(observer.snoop, second.va + PAGE, 4, &second, PAGE);
	check_window(other.snoop, its.va + 8 * PAGE, 1, &its, 8 * PAGE);

	driver_bo_share(&second, fd2);
	driver_bo_unmap(&first);
	driver_bo_close(&first);
	{
		struct drm_snoop_range ranges[MAX];
		const struct wanted mine[] = { { second.va, 7, &second, 0 } };

		check_ranges(&observer, OWN_VM, mine, 1);
		check_hole(observer.snoop, first.va);
		expect_equal(expect_ok(snoop_list(other.snoop, DRM_SNOOP_LIST_RANGES, other.client,
						  OWN_VM, ranges, MAX, MAX)), 2);
		expect_equal(ranges[0].end - ranges[0].start + ranges[1].end - ranges[1].start,
			     16 * PAGE);
		/* In the other client's address space it may be elsewhere. */
		driver_bo_fill(&second, 4);
		driver_check_read(other.snoop,
				  ranges[ranges[0].object_size == 9 * PAGE].start, 7 * PAGE, 4, 0);
	}
	driver_bo_unmap(&second);
	driver_bo_unmap(&its);
	close(observer.snoop);
	close(other.snoop);
	close(fd);
	close(fd2);
}

static void test_panfrost(void **state)
{
	check_own(&driver_panfrost);
}

/* What is taken away is not bound any more. */
static void test_panfrost_purged(void **state)
{
	const struct driver_ops *ops = &driver_panfrost;
	struct driver_observer observer;
	struct driver_bo gone, kept;
	int fd = driver_open(ops);

	driver_bo(ops, fd, 4 * PAGE, 0, 1, &gone);
	driver_bo(ops, fd, 4 * PAGE, 0, 2, &kept);
	observer = driver_observe(ops, fd);
	expect_ok(snoop_bind_vm(observer.snoop, observer.client, OWN_VM, NULL));
	driver_check_read(observer.snoop, gone.va, 4 * PAGE, 1, 0);
	driver_bo_unmap(&gone);
	expect_ok(ops->dontneed(fd, gone.handle));
	driver_shrink();
	check_hole(observer.snoop, gone.va);
	{
		const struct wanted wanted[] = { { kept.va, 4, &kept, 0 } };

		check_ranges(&observer, OWN_VM, wanted, 1);
	}
	driver_check_read(observer.snoop, kept.va, 4 * PAGE, 2, 0);
	driver_bo_unmap(&kept);
	close(observer.snoop);
	close(fd);
}

/* The GPU has touched nothing, and looking touches nothing for it. */
static void check_untouched(const struct driver_observer *observer, uint32_t heap)
{
	struct drm_snoop_object object;

	expect_ok(snoop_find_object(observer->snoop, observer->client, heap, &object));
	expect_equal(object.kind, DRM_SNOOP_OBJECT_SHMEM);
	expect_equal(object.size, HEAP);
	expect_equal(object.placement, DRM_SNOOP_PLACEMENT_SYSTEM);
}

/*
 * A heap: what no GPU has touched reads as zeros, or as what was written there; its window
 * is a copy.
 */
static void test_panfrost_heap(void **state)
{
	static const uint8_t zeros[3 * PAGE];
	static const char text[] = "written by the observer";
	const struct driver_ops *ops = &driver_panfrost;
	int fd = driver_open(ops);
	uint8_t got[3 * PAGE], wanted[3 * PAGE], *map;
	struct driver_observer observer;
	struct drm_snoop_range range;
	uint32_t heap;
	uint64_t va;

	expect_ok(ops->heap_create(fd, HEAP, &heap, &va));
	observer = driver_observe(ops, fd);
	check_untouched(&observer, heap);
	expect_ok(snoop_bind_vm(observer.snoop, observer.client, OWN_VM, NULL));
	expect_ok(snoop_query(observer.snoop, va + HEAP - 1, 0, &range));
	expect_equal(range.start, va);
	expect_equal(range.end, va + HEAP);
	memset(got, 0xee, sizeof(got));
	expect_equal(expect_ok(snoop_pread(observer.snoop, got, sizeof(got), va + HEAP / 2 - PAGE)),
		     sizeof(got));
	expect_bytes(got, zeros, sizeof(got));

	map = window_map(observer.snoop, va + HEAP / 2, PAGE, PROT_READ);
	expect_bytes(map, zeros, PAGE);
	munmap(map, PAGE);
	expect_error(window_flags(observer.snoop, va, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED),
		     EACCES);

	expect_equal(expect_ok(snoop_pwrite(observer.snoop, text, sizeof(text), va + HEAP / 2 - 9)),
		     sizeof(text));
	memset(wanted, 0, sizeof(wanted));
	memcpy(wanted + PAGE - 9, text, sizeof(text));
	expect_equal(expect_ok(snoop_pread(observer.snoop, got, sizeof(got), va + HEAP / 2 - PAGE)),
		     sizeof(got));
	expect_bytes(got, wanted, sizeof(got));
	map = window_map(observer.snoop, va + HEAP / 2 - PAGE, 3 * PAGE, PROT_READ);
	expect_bytes(map, wanted, sizeof(wanted));
	munmap(map, 3 * PAGE);
	check_untouched(&observer, heap);
	close(observer.snoop);
	close(fd);
}

static void test_v3d(void **state)
{
	check_own(&driver_v3d);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panthor),
		cmocka_unit_test(test_panthor_split),
		cmocka_unit_test(test_panthor_ends),
		cmocka_unit_test(test_panthor_clients),
		cmocka_unit_test(test_panfrost),
		cmocka_unit_test(test_panfrost_purged),
		cmocka_unit_test(test_panfrost_heap),
		cmocka_unit_test(test_v3d),
	};

	return run_group("drivers-space", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
