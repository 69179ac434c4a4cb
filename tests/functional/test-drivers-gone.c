// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --arch arm64 --gpu all
 * kernel: stock: the debug kernel is for amd64
 * timeout: 600
 *
 * panthor, panfrost and v3d are taken from their devices, and unloaded, while somebody
 * looks at objects.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver-client.h"
#include "driver-observer.h"
#include "expect.h"
#include "snoop.h"
#include "window.h"

#define PAGE	WINDOW_PAGE
#define SIZE	(6 * PAGE)

/* @action of the driver: bind or unbind. */
static void device(const struct driver_ops *ops, const char *action)
{
	char path[128];
	ssize_t written;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/platform/drivers/%s/%s", ops->name, action);
	fd = open(path, O_WRONLY);
	expect_true(fd >= 0);
	written = write(fd, ops->device, strlen(ops->device));
	close(fd);
	expect_equal(written, strlen(ops->device));
}

/* A command and its only argument; its exit status is 0. */
static int done(const char *command, const char *argument)
{
	char line[128];

	snprintf(line, sizeof(line), "%s %s 2>/dev/null", command, argument);
	return !system(line);
}

/* The driver's next life. */
static void check_works(const struct driver_ops *ops, uint64_t seed)
{
	int fd = driver_open(ops), snoop = expect_ok(snoop_open(ops->name, 0));
	struct driver_bo bo;
	__u64 client;

	driver_bo(ops, fd, SIZE, 0, seed, &bo);
	expect_ok(snoop_register(snoop, fd, &client));
	expect_ok(snoop_bind_object(snoop, client, bo.handle, NULL));
	driver_check_read(snoop, 0, SIZE, seed, 0);
	driver_bo_unmap(&bo);
	close(snoop);
	close(fd);
}

/* A file that is bound to an address space or object, and a map of three pages. */
struct look {
	int snoop;
	__u64 addr;
	uint8_t *map;
};

/* Of the VM, or of the object if that is 0. */
static void look_open(struct look *look, const struct driver_ops *ops, uint32_t vm,
		      const struct driver_bo *bo)
{
	__u64 client;

	look->snoop = expect_ok(snoop_open(ops->name, 0));
	expect_ok(snoop_register(look->snoop, bo->fd, &client));
	if (vm)
		expect_ok(snoop_bind_vm(look->snoop, client, vm, NULL));
	else
		expect_ok(snoop_bind_object(look->snoop, client, bo->handle, NULL));
	look->addr = vm ? bo->va : 0;
	driver_check_read(look->snoop, look->addr, SIZE, 1, 0);
	look->map = window_map(look->snoop, look->addr + PAGE, 3 * PAGE, PROT_READ);
	window_check(look->map, 1, PAGE, 3 * PAGE);
}

static void look_check_gone(const struct look *look)
{
	struct drm_snoop_range range;
	struct drm_snoop_card_info info;
	void *other;
	char byte;

	expect_equal(window_load(look->map), SIGBUS);
	expect_equal(window_load(look->map + 2 * PAGE), SIGBUS);
	expect_error(snoop_pread(look->snoop, &byte, 1, look->addr), ENODEV);
	expect_error(snoop_query(look->snoop, look->addr, 0, &range), ENODEV);
	expect_error(snoop_card_info(look->snoop, &info), ENODEV);
	expect_error(window_try(look->snoop, look->addr, PAGE, PROT_READ, &other), ENODEV);
}

static void look_close(const struct look *look)
{
	close(look->snoop);
	expect_equal(window_load(look->map), SIGBUS);
	munmap(look->map, 3 * PAGE);
}

/* A client, bound files and maps stay behind. */
static void check_unbind(const struct driver_ops *ops)
{
	int fd = driver_open(ops);
	struct look object, space;
	struct driver_bo bo;
	uint32_t vm = 1;

	driver_bo(ops, fd, SIZE, 0, 1, &bo);
	if (ops->vm_create) {
		expect_ok(ops->vm_create(fd, &vm));
		bo.va = 0x100000;
		expect_ok(ops->bind(fd, vm, bo.va, bo.handle, 0, SIZE, 0));
	}
	look_open(&object, ops, 0, &bo);
	look_open(&space, ops, vm, &bo);
	driver_bo_unmap(&bo);

	device(ops, "unbind");
	look_check_gone(&object);
	look_check_gone(&space);
	look_close(&object);
	look_close(&space);
	close(fd);

	device(ops, "bind");
	check_works(ops, 2);
}

static void test_unbind_panthor(void **state)
{
	check_unbind(&driver_panthor);
}

static void test_unbind_panfrost(void **state)
{
	check_unbind(&driver_panfrost);
}

/*
 * v3d 6.12 writes to registers that are unmapped when an object is freed after that:
 * none is left here.
 */
static void test_unbind_v3d(void **state)
{
	int snoop = expect_ok(snoop_open("v3d", 0));
	struct drm_snoop_card_info info;

	device(&driver_v3d, "unbind");
	expect_error(snoop_card_info(snoop, &info), ENODEV);
	close(snoop);
	device(&driver_v3d, "bind");
	check_works(&driver_v3d, 3);
}

/* An open file of ours keeps the driver; after that it goes and comes. */
static void test_unload(void **state)
{
	unsigned int i;
	int snoop;

	for (i = 0; i < DRIVERS; i++) {
		print_message("# %s\n", drivers[i]->name);
		snoop = expect_ok(snoop_open(drivers[i]->name, 0));
		expect_true(!done("rmmod", drivers[i]->name));
		close(snoop);
		expect_true(done("rmmod", drivers[i]->name));
		expect_error(snoop_open(drivers[i]->name, 0), ENODEV);
		expect_true(done("modprobe", drivers[i]->name));
		check_works(drivers[i], 10 + i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unbind_panthor),
		cmocka_unit_test(test_unbind_panfrost),
		cmocka_unit_test(test_unbind_v3d),
		cmocka_unit_test(test_unload),
	};

	return run_group("drivers-gone", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
