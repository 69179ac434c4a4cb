// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <stdlib.h>
#include <unistd.h>

#include "snoop_vm.h"

IGT_TEST_DESCRIPTION("Reading a VM: alignment, sizes, holes, ends and seeks");

#define SEED	0x1122334455667700ull

static struct snoop_vm vm;
static struct snoop_vm_object object;
static uint8_t *buf;

static void read_right(uint64_t offset, size_t len)
{
	check_pread(&vm, buf, len, OBJECT_ADDR + offset, len, 0);
	pattern_check(buf, SEED, offset, len);
}

static void whole(void)
{
	read_right(0, object.size);
}

static void unaligned(void)
{
	static const uint64_t offsets[] = {
		0, PAGE_BYTES - 9, 64 * PAGE_BYTES - 9, OBJECT_BYTES - 49,
	};
	static const size_t sizes[] = { 1, 2, 3, 7, 8, 9, 16, 31 };

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		for (size_t k = 0; k < ARRAY_SIZE(sizes); k++)
			for (uint64_t shift = 0; shift < 18; shift++)
				read_right(offsets[i] + shift, sizes[k]);
	for (uint64_t shift = 1; shift < 18; shift += 4) {
		read_right(shift, object.size - shift);
		read_right(shift, object.size - 2 * shift);
		read_right(3 * PAGE_BYTES - shift, 65 * PAGE_BYTES + shift);
	}
}

/* An error if nothing is bound at the start, whatever comes behind it. */
static void start_in_hole(void)
{
	check_pread(&vm, buf, object.size, 0, -1, EIO);
	check_pread(&vm, buf, object.size, OBJECT_ADDR - 1, -1, EIO);
	check_pread(&vm, buf, object.size, OBJECT_ADDR - PAGE_BYTES, -1, EIO);
	check_pread(&vm, buf, 1, OBJECT_ADDR - 1, -1, EIO);
	check_pread(&vm, buf, 1, OBJECT_ADDR + object.size, -1, EIO);
	check_pread(&vm, buf, object.size, OBJECT_ADDR + object.size, -1, EIO);
	check_pread(&vm, buf, 1, vm.driver->end, -1, EIO);
	check_pread(&vm, buf, 1, 1ull << 62, -1, EIO);
	check_pread(&vm, buf, 1, ~0ull, -1, EINVAL);
}

/* What is bound, up to the hole. */
static void into_hole(void)
{
	check_pread(&vm, buf, object.size + 1, OBJECT_ADDR, object.size, 0);
	pattern_check(buf, SEED, 0, object.size);
	check_pread(&vm, buf, object.size, OBJECT_ADDR + object.size - 1, 1, 0);
	pattern_check(buf, SEED, object.size - 1, 1);
	check_pread(&vm, buf, 4096, OBJECT_ADDR + object.size - 1001, 1001, 0);
	pattern_check(buf, SEED, object.size - 1001, 1001);
}

static void zero_length(void)
{
	check_pread(&vm, buf, 0, OBJECT_ADDR, 0, 0);
	check_pread(&vm, buf, 0, OBJECT_ADDR + 1, 0, 0);
	check_pread(&vm, buf, 0, OBJECT_ADDR + object.size, 0, 0);
}

static void seek_to(uint64_t offset, int whence, uint64_t expected)
{
	igt_assert(lseek(vm.snoop, offset, whence) == (off_t)expected);
}

/* read() goes on where lseek() and the last read() stopped. */
static void seek(void)
{
	seek_to(OBJECT_ADDR + 5, SEEK_SET, OBJECT_ADDR + 5);
	igt_assert(read(vm.snoop, buf, 100) == 100);
	pattern_check(buf, SEED, 5, 100);
	igt_assert(read(vm.snoop, buf, PAGE_BYTES) == (ssize_t)PAGE_BYTES);
	pattern_check(buf, SEED, 105, PAGE_BYTES);
	seek_to(-100ull, SEEK_CUR, OBJECT_ADDR + PAGE_BYTES + 5);
	igt_assert(read(vm.snoop, buf, object.size) == (ssize_t)(object.size - PAGE_BYTES - 5));
	pattern_check(buf, SEED, PAGE_BYTES + 5, object.size - PAGE_BYTES - 5);
	seek_to(0, SEEK_CUR, OBJECT_ADDR + object.size);
	igt_assert_eq(read(vm.snoop, buf, 1), -1);
	igt_assert_eq(errno, EIO);
	seek_to(0, SEEK_CUR, OBJECT_ADDR + object.size);
}

static void seek_data(void)
{
	seek_to(0, SEEK_DATA, OBJECT_ADDR);
	seek_to(OBJECT_ADDR + 1, SEEK_DATA, OBJECT_ADDR + 1);
	seek_to(OBJECT_ADDR + 1, SEEK_HOLE, OBJECT_ADDR + object.size);
	seek_to(0, SEEK_HOLE, 0);
	igt_assert(lseek(vm.snoop, OBJECT_ADDR + object.size, SEEK_DATA) == -1);
	igt_assert_eq(errno, ENXIO);
}

/* The addresses of a VM are 64 bit; the last that can be bound are the end. */
static void last_addresses(void)
{
	uint64_t addr = vm.driver->end - object.size;

	snoop_vm_bind(&vm, &object, addr);
	check_pread(&vm, buf, object.size, addr, object.size, 0);
	pattern_check(buf, SEED, 0, object.size);
	check_pread(&vm, buf, 2, vm.driver->end - 1, 1, 0);
	pattern_check(buf, SEED, object.size - 1, 1);
	check_pread(&vm, buf, object.size + PAGE_BYTES, addr, object.size, 0);
	seek_to(addr - 1, SEEK_DATA, addr);
}

static void first_addresses(void)
{
	snoop_vm_bind(&vm, &object, vm.driver->start);
	check_pread(&vm, buf, object.size, vm.driver->start, object.size, 0);
	pattern_check(buf, SEED, 0, object.size);
	if (vm.driver->start)
		check_pread(&vm, buf, 1, vm.driver->start - 1, -1, EIO);
}

/* A range begins somewhere in its object. */
static void object_offset(void)
{
	uint64_t addr = OBJECT_ADDR + 2 * object.size, offset = 9 * PAGE_BYTES;

	snoop_vm_bind_part(&vm, &object, offset, addr, 3 * PAGE_BYTES, false);
	check_pread(&vm, buf, 4 * PAGE_BYTES, addr, 3 * PAGE_BYTES, 0);
	pattern_check(buf, SEED, offset, 3 * PAGE_BYTES);
	check_pread(&vm, buf, 99, addr + PAGE_BYTES + 1, 99, 0);
	pattern_check(buf, SEED, offset + PAGE_BYTES + 1, 99);
}

/* Ranges that touch are read as one. */
static void adjacent(enum vm_memory other_memory)
{
	struct snoop_vm_object other = snoop_vm_object(&vm, other_memory, OBJECT_BYTES, ~SEED);
	uint64_t seam = OBJECT_ADDR + object.size;

	if (other_memory == VM_MEMORY_USERPTR)
		snoop_vm_register_mem(&vm);
	snoop_vm_bind_part(&vm, &other, PAGE_BYTES, seam, 2 * PAGE_BYTES, false);
	check_pread(&vm, buf, object.size + 3 * PAGE_BYTES, OBJECT_ADDR,
		    object.size + 2 * PAGE_BYTES, 0);
	pattern_check(buf, SEED, 0, object.size);
	pattern_check(buf + object.size, ~SEED, PAGE_BYTES, 2 * PAGE_BYTES);
	for (size_t before = 1; before < 18; before++) {
		check_pread(&vm, buf, 40, seam - before, 40, 0);
		pattern_check(buf, SEED, object.size - before, before);
		pattern_check(buf + before, ~SEED, PAGE_BYTES, 40 - before);
	}
	snoop_vm_object_free(&other);
}

static void adjacent_system(void)
{
	adjacent(VM_MEMORY_SYSTEM);
}

static void adjacent_vram(void)
{
	adjacent(VM_MEMORY_VRAM);
}

static void adjacent_userptr(void)
{
	adjacent(VM_MEMORY_USERPTR);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "whole", whole },
	{ "unaligned", unaligned },
	{ "start-in-hole", start_in_hole },
	{ "into-hole", into_hole },
	{ "zero-length", zero_length },
	{ "seek", seek },
	{ "seek-data", seek_data },
	{ "first-addresses", first_addresses },
	{ "last-addresses", last_addresses },
	{ "object-offset", object_offset },
	{ "adjacent-to-system", adjacent_system },
	{ "adjacent-to-vram", adjacent_vram },
	{ "adjacent-to-userptr", adjacent_userptr },
};

igt_main
{
	igt_fixture {
		buf = malloc(OBJECT_BYTES + 4 * PAGE_BYTES);
		igt_assert(buf);
	}

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int memory = 0; memory < VM_MEMORIES; memory++)
			igt_subtest_f("%s-%s", tests[i].name, vm_memory_names[memory]) {
				vm = snoop_vm_open();
				object = snoop_vm_bound(&vm, memory, OBJECT_ADDR, SEED);
				tests[i].run();
				snoop_vm_object_free(&object);
				snoop_vm_close(&vm);
			}

	igt_fixture {
		free(buf);
	}
}
