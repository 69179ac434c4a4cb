// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <stdlib.h>
#include <unistd.h>

#include "snoop_vm.h"

IGT_TEST_DESCRIPTION("Writing a VM: what the client then sees, and what is refused");

#define OLD	0x1122334455667700ull
#define NEW	0x99aabbccddeeff00ull

static struct snoop_vm vm;
static struct snoop_vm_object object;
static uint8_t *buf, *new;

/* What the client sees: all old but [offset, offset + len). */
static void check_client(uint64_t offset, size_t len)
{
	pattern_check(object.cpu, OLD, 0, offset);
	pattern_check(object.cpu + offset, NEW, offset, len);
	pattern_check(object.cpu + offset + len, OLD, offset + len, object.size - offset - len);
}

static void restore(uint64_t offset, size_t len)
{
	pattern_fill(object.cpu + offset, OLD, offset, len);
}

static void whole(void)
{
	check_pwrite(&vm, new, object.size, OBJECT_ADDR, object.size, 0);
	igt_assert_eq(fsync(vm.snoop), 0);
	check_client(0, object.size);
	check_pread(&vm, buf, object.size, OBJECT_ADDR, object.size, 0);
	pattern_check(buf, NEW, 0, object.size);
}

/* In two pieces that meet anywhere. */
static void two_pieces(void)
{
	static const size_t firsts[] = { 1, 4095, 4097, 65536 + 13, OBJECT_BYTES - 1 };

	for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
		size_t first = firsts[i], rest = object.size - first;

		check_pwrite(&vm, new, first, OBJECT_ADDR, first, 0);
		check_client(0, first);
		check_pwrite(&vm, new + first, rest, OBJECT_ADDR + first, rest, 0);
		check_client(0, object.size);
		restore(0, object.size);
	}
}

/* Neighbours keep what they have. */
static void unaligned(void)
{
	static const size_t sizes[] = { 1, 2, 3, 5, 8, 15, 33 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (uint64_t shift = 0; shift < 17; shift += 1 + (shift > 8) * 3) {
			uint64_t offset = PAGE_BYTES - 16 + shift;

			check_pwrite(&vm, new + offset, sizes[i], OBJECT_ADDR + offset,
				     sizes[i], 0);
			check_client(offset, sizes[i]);
			restore(offset, sizes[i]);
		}
	}
}

static void start_in_hole(void)
{
	check_pwrite(&vm, new, object.size, 0, -1, EIO);
	check_pwrite(&vm, new, object.size, OBJECT_ADDR - 1, -1, EIO);
	check_pwrite(&vm, new, 1, OBJECT_ADDR + object.size, -1, EIO);
	check_pwrite(&vm, new, 1, vm.driver->end, -1, EIO);
	check_pwrite(&vm, new, object.size, ~0ull, -1, EINVAL);
	check_client(0, 0);
}

static void into_hole(void)
{
	check_pwrite(&vm, new, object.size + 1, OBJECT_ADDR, object.size, 0);
	check_client(0, object.size);
	restore(0, object.size);
	check_pwrite(&vm, new + object.size - 1, 2, OBJECT_ADDR + object.size - 1, 1, 0);
	check_client(object.size - 1, 1);
}

static void zero_length(void)
{
	check_pwrite(&vm, new, 0, OBJECT_ADDR, 0, 0);
	check_pwrite(&vm, new, 0, OBJECT_ADDR - 1, 0, 0);
	check_client(0, 0);
}

static void seek(void)
{
	igt_assert(lseek(vm.snoop, OBJECT_ADDR + 3, SEEK_SET) == (off_t)(OBJECT_ADDR + 3));
	igt_assert_eq(write(vm.snoop, new + 3, 1000), 1000);
	igt_assert_eq(write(vm.snoop, new + 1003, 1), 1);
	check_client(3, 1001);
	igt_assert(lseek(vm.snoop, 0, SEEK_CUR) == (off_t)(OBJECT_ADDR + 1004));
}

/* One word, as a breakpoint is set: read, changed, flushed, read again, put back. */
static void word(void)
{
	uint64_t offset = 7 * PAGE_BYTES + 4, addr = OBJECT_ADDR + offset;
	uint32_t old, got;

	check_pread(&vm, &old, sizeof(old), addr, sizeof(old), 0);
	got = old ^ 1u << 30;
	check_pwrite(&vm, &got, sizeof(got), addr, sizeof(got), 0);
	igt_assert_eq(fsync(vm.snoop), 0);
	memcpy(&got, object.cpu + offset, sizeof(got));
	igt_assert(got == (old ^ 1u << 30));
	check_pread(&vm, &got, sizeof(got), addr, sizeof(got), 0);
	igt_assert(got == (old ^ 1u << 30));
	check_pwrite(&vm, &old, sizeof(old), addr, sizeof(old), 0);
	check_client(0, 0);
}

/* What the client stores meanwhile is what is read. */
static void client_writes(void)
{
	pattern_fill(object.cpu + 11, NEW, 11, 5000);
	check_pread(&vm, buf, object.size, OBJECT_ADDR, object.size, 0);
	pattern_check(buf, OLD, 0, 11);
	pattern_check(buf + 11, NEW, 11, 5000);
	pattern_check(buf + 5011, OLD, 5011, object.size - 5011);
}

static void adjacent(void)
{
	struct snoop_vm_object other = snoop_vm_object(&vm, VM_MEMORY_SYSTEM, PAGE_BYTES, OLD);

	snoop_vm_bind(&vm, &other, OBJECT_ADDR + object.size);
	check_pwrite(&vm, new, 100, OBJECT_ADDR + object.size - 37, 100, 0);
	pattern_check(object.cpu, OLD, 0, object.size - 37);
	pattern_check(object.cpu + object.size - 37, NEW, 0, 37);
	pattern_check(other.cpu, NEW, 37, 63);
	pattern_check(other.cpu + 63, OLD, 63, PAGE_BYTES - 63);
	snoop_vm_object_free(&other);
}

/* A bind for reading only is read, and not written from whatever side. */
static void read_only(void)
{
	uint64_t middle = OBJECT_ADDR + 8 * PAGE_BYTES;

	snoop_vm_bind_part(&vm, &object, 8 * PAGE_BYTES, middle, PAGE_BYTES, true);
	check_pread(&vm, buf, object.size, OBJECT_ADDR, object.size, 0);
	pattern_check(buf, OLD, 0, object.size);
	check_pwrite(&vm, new, 1, middle, -1, EACCES);
	check_pwrite(&vm, new, PAGE_BYTES, middle + 1, -1, EACCES);
	check_client(0, 0);
	check_pwrite(&vm, new + 8 * PAGE_BYTES - 10, 100, middle - 10, 10, 0);
	check_client(8 * PAGE_BYTES - 10, 10);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "whole", whole },
	{ "two-pieces", two_pieces },
	{ "unaligned", unaligned },
	{ "start-in-hole", start_in_hole },
	{ "into-hole", into_hole },
	{ "zero-length", zero_length },
	{ "seek", seek },
	{ "word", word },
	{ "client-writes", client_writes },
	{ "adjacent", adjacent },
	{ "read-only", read_only },
};

/* Reads as zeros, takes writes, and keeps nothing. */
static void sparse(void)
{
	uint64_t addr = OBJECT_ADDR + object.size;

	igt_require(vm.driver->sparse);
	vm.driver->bind_sparse(vm.drm, vm.vm, addr, 4 * PAGE_BYTES);
	for (int round = 0; round < 2; round++) {
		check_pread(&vm, buf, 5 * PAGE_BYTES, addr - 8, 4 * PAGE_BYTES + 8, 0);
		pattern_check(buf, OLD, object.size - 8, 8);
		for (size_t i = 8; i < 4 * PAGE_BYTES + 8; i++)
			igt_assert_eq(buf[i], 0);
		check_pwrite(&vm, new, 5 * PAGE_BYTES, addr, 4 * PAGE_BYTES, 0);
	}
	check_client(0, 0);
}

igt_main
{
	igt_fixture {
		buf = malloc(OBJECT_BYTES + 4 * PAGE_BYTES);
		new = malloc(OBJECT_BYTES + 4 * PAGE_BYTES);
		igt_assert(buf && new);
		pattern_fill(new, NEW, 0, OBJECT_BYTES + 4 * PAGE_BYTES);
	}

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		for (int memory = 0; memory < VM_MEMORIES; memory++)
			igt_subtest_f("%s-%s", tests[i].name, vm_memory_names[memory]) {
				vm = snoop_vm_open();
				object = snoop_vm_bound(&vm, memory, OBJECT_ADDR, OLD);
				tests[i].run();
				snoop_vm_object_free(&object);
				snoop_vm_close(&vm);
			}

	igt_subtest("sparse") {
		vm = snoop_vm_open();
		object = snoop_vm_bound(&vm, VM_MEMORY_SYSTEM, OBJECT_ADDR, OLD);
		sparse();
		snoop_vm_object_free(&object);
		snoop_vm_close(&vm);
	}

	/* registered for reading only */
	igt_subtest("without-right") {
		vm = snoop_vm_open_read_only();
		object = snoop_vm_bound(&vm, VM_MEMORY_SYSTEM, OBJECT_ADDR, OLD);
		check_pwrite(&vm, new, 1, OBJECT_ADDR, -1, EACCES);
		check_pwrite(&vm, new, object.size, OBJECT_ADDR, -1, EACCES);
		check_client(0, 0);
		check_pread(&vm, buf, object.size, OBJECT_ADDR, object.size, 0);
		pattern_check(buf, OLD, 0, object.size);
		snoop_vm_object_free(&object);
		snoop_vm_close(&vm);
	}

	/* the process's own memory needs its own registration */
	igt_subtest("userptr-not-registered") {
		vm = snoop_vm_open();
		object = snoop_vm_object(&vm, VM_MEMORY_USERPTR, OBJECT_BYTES, OLD);
		snoop_vm_bind(&vm, &object, OBJECT_ADDR);
		check_pread(&vm, buf, 1, OBJECT_ADDR, -1, EACCES);
		check_pread(&vm, buf, object.size, OBJECT_ADDR, -1, EACCES);
		check_pwrite(&vm, new, 1, OBJECT_ADDR, -1, EACCES);
		check_client(0, 0);
		snoop_vm_register_mem(&vm);
		check_pwrite(&vm, new, 1, OBJECT_ADDR, 1, 0);
		check_client(0, 1);
		snoop_vm_object_free(&object);
		snoop_vm_close(&vm);
	}

	igt_fixture {
		free(new);
		free(buf);
	}
}
