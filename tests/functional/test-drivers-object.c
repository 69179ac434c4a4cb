// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --arch arm64 --gpu all
 * kernel: stock: the debug kernel is for amd64
 * timeout: 600
 *
 * Objects of panthor, panfrost and v3d: what a client stores through its own map is
 * what is read and mapped by handle, whoever else has the object.
 */
#include <errno.h>
#include <fcntl.h>
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
#define SIZE	(18 * PAGE)
#define MAY	(DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE)

/* A client, and who looks at it. */
struct fixture {
	const struct driver_ops *ops;
	int fd;
	struct driver_observer observer;
};

static void fixture_open(struct fixture *fix, const struct driver_ops *ops)
{
	fix->ops = ops;
	fix->fd = driver_open(ops);
	fix->observer = driver_observe(ops, fix->fd);
}

static void fixture_close(const struct fixture *fix)
{
	close(fix->observer.snoop);
	close(fix->fd);
}

static void on_drivers(void (*check)(struct fixture *fix))
{
	struct fixture fix;
	unsigned int i;

	for (i = 0; i < DRIVERS; i++) {
		print_message("# %s\n", drivers[i]->name);
		fixture_open(&fix, drivers[i]);
		check(&fix);
		fixture_close(&fix);
	}
}

static void check_content(int snoop, uint64_t seed, uint64_t size)
{
	unsigned short random[3] = { 0x5eed, 7, 1 };
	char buf[64];
	int i;

	driver_check_read(snoop, 0, size, seed, 0);
	for (i = 0; i < 40; i++) {
		uint64_t offset = nrand48(random) % size;
		size_t len = 1 + nrand48(random) % (i % 2 ? 40 : 20000);

		len = len < size - offset ? len : size - offset;
		driver_check_read(snoop, offset, len, seed, offset);
	}
	expect_equal(snoop_pread(snoop, buf, sizeof(buf), size - 10), 10);
	expect_equal(snoop_pread(snoop, buf, sizeof(buf), size), 0);
}

static void bind_to(const struct fixture *fix, const struct driver_bo *bo)
{
	struct drm_snoop_object object;
	__u64 size;

	expect_ok(snoop_find_object(fix->observer.snoop, fix->observer.client, bo->handle,
				    &object));
	expect_equal(object.size, bo->size);
	expect_equal(object.kind, bo->own_gem ? DRM_SNOOP_OBJECT_OTHER : DRM_SNOOP_OBJECT_SHMEM);
	expect_equal(object.path, bo->own_gem ? DRM_SNOOP_PATH_VMAP : DRM_SNOOP_PATH_SHMEM);
	expect_equal(object.placement, bo->own_gem ? DRM_SNOOP_PLACEMENT_UNKNOWN :
						     DRM_SNOOP_PLACEMENT_TT);
	expect_equal(object.flags & MAY, MAY);
	expect_ok(snoop_bind_object(fix->observer.snoop, fix->observer.client, bo->handle, &size));
	expect_equal(size, bo->size);
}

static void check_content_of(struct fixture *fix)
{
	static const char text[] = "written by the observer";
	struct driver_bo first, second;
	char byte;

	driver_bo(fix->ops, fix->fd, SIZE, 0, 1, &first);
	driver_bo(fix->ops, fix->fd, 3 * PAGE, 0, 2, &second);
	bind_to(fix, &first);
	check_content(fix->observer.snoop, 1, SIZE);
	bind_to(fix, &second);
	check_content(fix->observer.snoop, 2, 3 * PAGE);
	driver_bo_fill(&second, 3);
	check_content(fix->observer.snoop, 3, 3 * PAGE);

	expect_equal(expect_ok(snoop_pwrite(fix->observer.snoop, text, sizeof(text), PAGE - 9)),
		     sizeof(text));
	expect_bytes(second.map + PAGE - 9, text, sizeof(text));
	driver_bo_check(&second, 3, 0, PAGE - 9);
	driver_bo_check(&second, 3, PAGE - 9 + sizeof(text), PAGE);
	driver_bo_check(&first, 1, 0, SIZE);
	driver_bo_unmap(&first);
	driver_bo_unmap(&second);
	driver_bo_close(&first);
	driver_bo_close(&second);
	expect_error(snoop_pread(fix->observer.snoop, &byte, 1, 0), ENOENT);
}

static void test_content(void **state)
{
	on_drivers(check_content_of);
}

/* Windows at any page, made before and after the pages are there, and split. */
static void check_windows(struct fixture *fix)
{
	uint8_t *whole, *part, *last;
	struct driver_bo bo;

	driver_bo(fix->ops, fix->fd, SIZE, 0, 11, &bo);
	bind_to(fix, &bo);
	whole = window_map(fix->observer.snoop, 0, SIZE, PROT_READ | PROT_WRITE);
	part = window_map(fix->observer.snoop, 5 * PAGE, 7 * PAGE, PROT_READ);
	window_check(whole, 11, 0, SIZE);
	window_check(part, 11, 5 * PAGE, 7 * PAGE);
	driver_bo_fill(&bo, 12);
	window_check(part, 12, 5 * PAGE, 7 * PAGE);
	/* Two parts that begin elsewhere than their object. */
	munmap(part + 2 * PAGE, PAGE);
	window_check(part, 12, 5 * PAGE, 2 * PAGE);
	window_check(part + 3 * PAGE, 12, 8 * PAGE, 4 * PAGE);
	last = window_map(fix->observer.snoop, SIZE - PAGE, PAGE, PROT_READ);
	window_check(last, 12, SIZE - PAGE, PAGE);
	expect_error(window_flags(fix->observer.snoop, SIZE, PAGE, PROT_READ, MAP_SHARED), ENXIO);

	/* Stores are seen on the other side, and only those. */
	whole[6 * PAGE + 3] ^= 0xff;
	expect_equal(bo.map[6 * PAGE + 3], (uint8_t)~model_byte(12, 6 * PAGE + 3));
	expect_equal(part[PAGE + 3], bo.map[6 * PAGE + 3]);
	driver_bo_check(&bo, 12, 0, 6 * PAGE);
	driver_bo_check(&bo, 12, 7 * PAGE, SIZE - 7 * PAGE);
	expect_equal(window_store(part, 0), SIGSEGV);

	/* The object lives as long as a map of it. */
	driver_bo_unmap(&bo);
	driver_bo_close(&bo);
	window_check(last, 12, SIZE - PAGE, PAGE);
	munmap(whole, SIZE);
	munmap(part, 7 * PAGE);
	munmap(last, PAGE);
}

static void test_windows(void **state)
{
	on_drivers(check_windows);
}

/* An object that its client has never touched has no pages yet: a map of ours has it get them. */
static void check_untouched(struct fixture *fix)
{
	struct driver_bo bo = { .fd = fix->fd, .size = SIZE };
	const uint8_t zeros[3 * PAGE] = { 0 };
	uint8_t *part;

	expect_ok(fix->ops->bo_create(fix->fd, SIZE, 0, &bo.handle, &bo.va));
	expect_ok(snoop_bind_object(fix->observer.snoop, fix->observer.client, bo.handle, NULL));
	part = window_map(fix->observer.snoop, 4 * PAGE, 3 * PAGE, PROT_READ | PROT_WRITE);
	expect_bytes(part, zeros, sizeof(zeros));
	part[PAGE + 7] = 0x5a;
	driver_bo_map(fix->ops, &bo);
	expect_equal(bo.map[5 * PAGE + 7], 0x5a);
	driver_bo_fill(&bo, 15);
	window_check(part, 15, 4 * PAGE, 3 * PAGE);
	munmap(part, 3 * PAGE);
	driver_bo_unmap(&bo);
	driver_bo_close(&bo);
}

static void test_untouched(void **state)
{
	on_drivers(check_untouched);
}

/* Two clients of a driver have the same handles, and different objects. */
static void check_clients(struct fixture *fix)
{
	int other = driver_open(fix->ops);
	struct driver_observer observer;
	struct driver_bo mine, its;
	char byte;

	driver_bo(fix->ops, fix->fd, 4 * PAGE, 0, 21, &mine);
	driver_bo(fix->ops, other, 4 * PAGE, 0, 22, &its);
	expect_equal(mine.handle, its.handle);
	observer = driver_observe(fix->ops, other);
	expect_true(observer.client != fix->observer.client);
	bind_to(fix, &mine);
	check_content(fix->observer.snoop, 21, 4 * PAGE);
	expect_ok(snoop_bind_object(observer.snoop, observer.client, its.handle, NULL));
	check_content(observer.snoop, 22, 4 * PAGE);
	expect_error(snoop_bind_object(fix->observer.snoop, observer.client, its.handle, NULL),
		     ENOENT);
	/* The end of one client. */
	driver_bo_unmap(&its);
	close(other);
	expect_error(snoop_pread(observer.snoop, &byte, 1, 0), ESRCH);
	check_content(fix->observer.snoop, 21, 4 * PAGE);
	close(observer.snoop);
	driver_bo_unmap(&mine);
}

static void test_clients(void **state)
{
	on_drivers(check_clients);
}

/* An object of one client is in the hands of another, of the same driver. */
static void check_shared(struct fixture *fix)
{
	int other = driver_open(fix->ops);
	struct driver_observer observer;
	struct driver_bo mine, its;

	driver_bo(fix->ops, fix->fd, 4 * PAGE, 0, 31, &mine);
	its = (struct driver_bo){ .fd = other, .size = mine.size };
	its.handle = driver_bo_share(&mine, other);
	observer = driver_observe(fix->ops, other);
	expect_ok(snoop_bind_object(observer.snoop, observer.client, its.handle, NULL));
	check_content(observer.snoop, 31, 4 * PAGE);
	driver_bo_map(fix->ops, &its);
	driver_bo_fill(&its, 32);
	bind_to(fix, &mine);
	check_content(fix->observer.snoop, 32, 4 * PAGE);
	/* Its owner gives it up; the other one has it still. */
	driver_bo_unmap(&mine);
	driver_bo_close(&mine);
	check_content(observer.snoop, 32, 4 * PAGE);
	driver_bo_unmap(&its);
	close(other);
	close(observer.snoop);
}

static void test_shared(void **state)
{
	on_drivers(check_shared);
}

/* An object of one driver is imported by each of the others. */
static void check_imported(struct fixture *fix)
{
	struct driver_observer observer;
	const struct driver_ops *ops;
	struct driver_bo mine;
	unsigned int i;
	uint32_t handle;
	uint8_t *map;
	int fd;

	driver_bo(fix->ops, fix->fd, 4 * PAGE, 0, 41, &mine);
	for (i = 0; i < DRIVERS; i++) {
		ops = drivers[i];
		if (ops == fix->ops)
			continue;
		print_message("#   by %s\n", ops->name);
		fd = driver_open(ops);
		handle = driver_bo_share(&mine, fd);
		observer = driver_observe(ops, fd);
		expect_ok(snoop_bind_object(observer.snoop, observer.client, handle, NULL));
		driver_bo_fill(&mine, 42 + i);
		check_content(observer.snoop, 42 + i, 4 * PAGE);
		map = window_map(observer.snoop, PAGE, 2 * PAGE, PROT_READ);
		window_check(map, 42 + i, PAGE, 2 * PAGE);
		driver_bo_fill(&mine, 52 + i);
		window_check(map, 52 + i, PAGE, 2 * PAGE);
		munmap(map, 2 * PAGE);
		close(observer.snoop);
		close(fd);
	}
	driver_bo_unmap(&mine);
}

static void test_imported(void **state)
{
	on_drivers(check_imported);
}

/* Memory that the client does not need any more is taken away. */
static void test_purged(void **state)
{
	struct fixture fix;
	struct driver_bo gone, kept;
	uint8_t *map;
	char byte;

	fixture_open(&fix, &driver_panfrost);
	driver_bo(fix.ops, fix.fd, 4 * PAGE, 0, 61, &kept);
	driver_bo(fix.ops, fix.fd, 4 * PAGE, 0, 62, &gone);
	bind_to(&fix, &gone);
	map = window_map(fix.observer.snoop, PAGE, 2 * PAGE, PROT_READ);
	window_check(map, 62, PAGE, 2 * PAGE);
	driver_bo_unmap(&gone);
	expect_ok(fix.ops->dontneed(fix.fd, gone.handle));
	/* A map of ours keeps the pages, until it is gone. */
	window_check(map, 62, PAGE, 2 * PAGE);
	munmap(map, 2 * PAGE);
	driver_shrink();
	expect_error(snoop_pread(fix.observer.snoop, &byte, 1, 0), ENODATA);
	expect_true(window_flags(fix.observer.snoop, 0, PAGE, PROT_READ, MAP_SHARED) < 0);
	bind_to(&fix, &kept);
	check_content(fix.observer.snoop, 61, 4 * PAGE);
	driver_bo_unmap(&kept);
	fixture_close(&fix);
}

/* Objects of panthor that only one VM may have. */
static void test_private(void **state)
{
	struct fixture fix;
	struct driver_bo bo;
	uint32_t vm;
	uint8_t *map;

	fixture_open(&fix, &driver_panthor);
	expect_ok(fix.ops->vm_create(fix.fd, &vm));
	driver_bo(fix.ops, fix.fd, SIZE, vm, 71, &bo);
	bind_to(&fix, &bo);
	check_content(fix.observer.snoop, 71, SIZE);
	map = window_map(fix.observer.snoop, 3 * PAGE, 4 * PAGE, PROT_READ);
	window_check(map, 71, 3 * PAGE, 4 * PAGE);
	expect_ok(fix.ops->vm_destroy(fix.fd, vm));
	driver_bo_fill(&bo, 72);
	window_check(map, 72, 3 * PAGE, 4 * PAGE);
	check_content(fix.observer.snoop, 72, SIZE);
	munmap(map, 4 * PAGE);
	driver_bo_unmap(&bo);
	fixture_close(&fix);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_imported),
		cmocka_unit_test(test_purged),
		cmocka_unit_test(test_private),
	};

	return run_group("drivers-object", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
