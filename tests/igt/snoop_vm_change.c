// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <stdlib.h>
#include <unistd.h>

#include "snoop_vm.h"

IGT_TEST_DESCRIPTION("Access to a VM while what is bound in it changes, and after its end");

#define SEED	0x1122334455667700ull
#define OTHER	0x99aabbccddeeff00ull

static struct snoop_vm vm;
static struct snoop_vm_object object;
static uint8_t *buf;

static void check_hole(uint64_t addr)
{
	check_pread(&vm, buf, 16, addr, -1, EIO);
	check_pwrite(&vm, buf, 16, addr, -1, EIO);
}

static void unbind(void)
{
	vm.driver->unbind(vm.drm, vm.vm, OBJECT_ADDR, object.size);
	check_hole(OBJECT_ADDR);
	check_hole(OBJECT_ADDR + object.size - 16);
	pattern_check(object.cpu, SEED, 0, object.size);
}

static void rebind(void)
{
	struct snoop_vm_object other = snoop_vm_object(&vm, VM_MEMORY_SYSTEM, OBJECT_BYTES, OTHER);

	for (int round = 0; round < 3; round++) {
		vm.driver->unbind(vm.drm, vm.vm, OBJECT_ADDR, object.size);
		snoop_vm_bind(&vm, round % 2 ? &object : &other, OBJECT_ADDR);
		check_pread(&vm, buf, object.size, OBJECT_ADDR, object.size, 0);
		pattern_check(buf, round % 2 ? SEED : OTHER, 0, object.size);
	}
	/* a write is for what is bound now */
	pattern_fill(buf, SEED, 0, 100);
	check_pwrite(&vm, buf, 100, OBJECT_ADDR, 100, 0);
	pattern_check(other.cpu, SEED, 0, 100);
	pattern_check(other.cpu + 100, OTHER, 100, other.size - 100);
	snoop_vm_object_free(&other);
}

/* Bound over without an unbind: the middle is another object's. */
static void bind_over(void)
{
	struct snoop_vm_object other = snoop_vm_object(&vm, VM_MEMORY_SYSTEM, OBJECT_BYTES, OTHER);
	uint64_t at = 5 * PAGE_BYTES, len = 3 * PAGE_BYTES;

	snoop_vm_bind_part(&vm, &other, 0, OBJECT_ADDR + at, len, false);
	check_pread(&vm, buf, object.size, OBJECT_ADDR, object.size, 0);
	pattern_check(buf, SEED, 0, at);
	pattern_check(buf + at, OTHER, 0, len);
	pattern_check(buf + at + len, SEED, at + len, object.size - at - len);
	snoop_vm_object_free(&other);
}

/* A hole in the middle splits the range; the end keeps its offset. */
static void split(void)
{
	uint64_t at = 5 * PAGE_BYTES, end = 8 * PAGE_BYTES;

	vm.driver->unbind(vm.drm, vm.vm, OBJECT_ADDR + at, end - at);
	check_pread(&vm, buf, object.size, OBJECT_ADDR, at, 0);
	pattern_check(buf, SEED, 0, at);
	check_hole(OBJECT_ADDR + at);
	check_hole(OBJECT_ADDR + end - 1);
	check_pread(&vm, buf, object.size, OBJECT_ADDR + end, object.size - end, 0);
	pattern_check(buf, SEED, end, object.size - end);
}

static void move(void)
{
	uint64_t there = OBJECT_ADDR + 4 * object.size;

	vm.driver->unbind(vm.drm, vm.vm, OBJECT_ADDR, object.size);
	snoop_vm_bind(&vm, &object, there);
	check_hole(OBJECT_ADDR);
	check_pread(&vm, buf, object.size, there, object.size, 0);
	pattern_check(buf, SEED, 0, object.size);
}

/* One object at two addresses is one memory. */
static void alias(void)
{
	uint64_t there = OBJECT_ADDR + 4 * object.size;

	snoop_vm_bind(&vm, &object, there);
	pattern_fill(buf, OTHER, 0, 64);
	check_pwrite(&vm, buf, 64, there + 32, 64, 0);
	check_pread(&vm, buf, 128, OBJECT_ADDR, 128, 0);
	pattern_check(buf, SEED, 0, 32);
	pattern_check(buf + 32, OTHER, 0, 64);
	pattern_check(buf + 96, SEED, 96, 32);
}

static void vm_destroy(void)
{
	uint32_t other = vm.driver->vm_create(vm.drm);

	vm.driver->vm_destroy(vm.drm, vm.vm);
	check_pread(&vm, buf, 16, OBJECT_ADDR, -1, ENOENT);
	check_pwrite(&vm, buf, 16, OBJECT_ADDR, -1, ENOENT);
	igt_assert(lseek(vm.snoop, 0, SEEK_DATA) == -1);
	igt_assert_eq(errno, ENOENT);
	/* nor when its place is taken: the file is bound to the one that is gone */
	vm.vm = vm.driver->vm_create(vm.drm);
	if (object.memory != VM_MEMORY_PRIVATE)
		snoop_vm_bind(&vm, &object, OBJECT_ADDR);
	check_pread(&vm, buf, 16, OBJECT_ADDR, -1, ENOENT);
	vm.driver->vm_destroy(vm.drm, other);
	pattern_check(object.cpu, SEED, 0, object.size);
}

static void client_gone(void)
{
	snoop_vm_object_free(&object);
	drm_close_driver(vm.drm);
	vm.drm = -1;
	check_pread(&vm, buf, 16, OBJECT_ADDR, -1, ESRCH);
	check_pwrite(&vm, buf, 16, OBJECT_ADDR, -1, ESRCH);
	check_pread(&vm, buf, 0, OBJECT_ADDR, 0, 0);
}

static const struct {
	const char *name;
	void (*run)(void);
	/* the object is still mapped, and with it the client held */
	bool mapped;
} tests[] = {
	{ "unbind", unbind, true },
	{ "rebind", rebind, true },
	{ "bind-over", bind_over, true },
	{ "split", split, true },
	{ "move", move, true },
	{ "alias", alias, true },
	{ "vm-destroy", vm_destroy, true },
	{ "client-gone", client_gone, false },
};

igt_main
{
	igt_fixture {
		buf = malloc(OBJECT_BYTES);
		igt_assert(buf);
	}

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int memory = 0; memory < VM_MEMORIES; memory++)
			igt_subtest_f("%s-%s", tests[i].name, vm_memory_names[memory]) {
				vm = snoop_vm_open();
				object = snoop_vm_bound(&vm, memory, OBJECT_ADDR, SEED);
				tests[i].run();
				if (tests[i].mapped)
					snoop_vm_object_free(&object);
				snoop_vm_close(&vm);
			}

	igt_fixture {
		free(buf);
	}
}
