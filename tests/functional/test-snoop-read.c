// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 300
 *
 * Content of a VM: what is read is what the target's CPU and engine wrote, at
 * every alignment and size, across ranges, in holes and at ends.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "expect.h"
#include "snoop.h"
#include "stage.h"

static void test_words(void **state)
{
	struct stage *stage = *state;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		stage_check(stage, STAGE_ADDR + i, 1);
		stage_check(stage, STAGE_ADDR + 0x40000 + i, 8);
		stage_check(stage, STAGE_ADDR + 0x80000 + i, 1 + i);
	}
}

/* Around the sizes at which the kernel changes its way of copying. */
static void test_sizes(void **state)
{
	static const size_t sizes[] = { 16, 128, 4096, 65536, 131072, 262144 };
	static const uint64_t addrs[] = {
		STAGE_ADDR, STAGE_ADDR + 0x40000, STAGE_ADDR + 0x80000, STAGE_BIG_ADDR + STAGE_BIG,
	};
	struct stage *stage = *state;
	unsigned int i, j;
	int delta;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (j = 0; j < sizeof(addrs) / sizeof(addrs[0]); j++)
			for (delta = -1; delta <= 1; delta++) {
				stage_check(stage, addrs[j], sizes[i] + delta);
				stage_check(stage, addrs[j] + 5, sizes[i] + delta);
			}
}

/* Where one range ends and the next one of another object begins. */
static void test_across_ranges(void **state)
{
	static const uint64_t seams[] = {
		STAGE_ADDR + 0x40000,	/* system to VRAM */
		STAGE_ADDR + 0x80000,	/* VRAM to evicted, BO offset */
		STAGE_ADDR + 0xa0000,	/* one page of the first object again */
		STAGE_ADDR + 0xa1000,	/* its page before */
		STAGE_BIG_ADDR + STAGE_BIG,
	};
	struct stage *stage = *state;
	unsigned int i, before;

	for (i = 0; i < sizeof(seams) / sizeof(seams[0]); i++)
		for (before = 1; before < 20; before += 3) {
			stage_check(stage, seams[i] - before, before + 1);
			stage_check(stage, seams[i] - before, 2 * before + 1000);
		}
	/* All of it and a bit of the hole: seven ranges in one call. */
	stage_check(stage, STAGE_ADDR, 0xa3000);
	stage_check(stage, STAGE_ADDR + 3, 0xa3001);
}

static void test_holes(void **state)
{
	struct stage *stage = *state;
	char buf[256];

	/* At the first byte: an error, and never zeros. */
	memset(buf, 0xee, sizeof(buf));
	expect_error(snoop_pread(stage->snoop, buf, 1, STAGE_ADDR + 0xa2000), EIO);
	expect_error(snoop_pread(stage->snoop, buf, sizeof(buf), STAGE_ADDR + 0xa3fff), EIO);
	expect_error(snoop_pread(stage->snoop, buf, sizeof(buf), STAGE_ADDR - 1), EIO);
	expect_error(snoop_pread(stage->snoop, buf, sizeof(buf), 0), EIO);
	expect_equal(buf[0] & 0xff, 0xee);
	/* Later: what is before it. */
	expect_equal(snoop_pread(stage->snoop, buf, sizeof(buf), STAGE_ADDR + 0xa1ff0), 16);
	stage_check(stage, STAGE_ADDR + 0xa1ff0, 0x10000);
	stage_check(stage, STAGE_ADDR + 0xa4ffd, 0x2000);
	stage_check(stage, STAGE_ADDR + 0xa8fff, 2);
}

static void test_first_page(void **state)
{
	struct stage *stage = *state;

	stage_check(stage, 0, 1);
	stage_check(stage, 0xfff, 100);
	stage_check(stage, 0x1000, 0x1000);
	stage_check(stage, 0x1ffe, 100);
	stage_check(stage, 0x2000, 1);
}

static void test_last_page(void **state)
{
	struct stage *stage = *state;

	stage_check(stage, STAGE_LAST, 0x2000);
	stage_check(stage, STAGE_LAST + 0xfff, 0x2000);
	stage_check(stage, STAGE_VM_END - 1, 1);
	stage_check(stage, STAGE_VM_END - 1, 0x100000);
	stage_check(stage, STAGE_VM_END, 1);
	stage_check(stage, STAGE_VM_END + 0x1000, 100);
	stage_check(stage, LLONG_MAX - 100, 100);
}

/* pread() cannot be told addresses above the middle of 64 bits. */
static void test_pread_of_alias(void **state)
{
	struct stage *stage = *state;
	char byte;

	expect_error(snoop_pread(stage->snoop, &byte, 1, STAGE_ALIAS), EINVAL);
	expect_error(snoop_pread(stage->snoop, &byte, 1, -1ULL), EINVAL);
}

/* lseek() and read() can: the sign-extended form is the same address. */
static void test_alias(void **state)
{
	struct stage *stage = *state;
	uint8_t got[1000], wanted[1000];
	__u64 position;

	expect_ok(snoop_seek(stage->snoop, STAGE_ALIAS + 77, SEEK_SET, &position));
	expect_true(position == STAGE_ALIAS + 77);
	expect_equal(snoop_read(stage->snoop, got, sizeof(got)), sizeof(got));
	model_fill(wanted, sizeof(wanted), STAGE_M, 77);
	expect_bytes(got, wanted, sizeof(got));
	/* The position goes on as it was given. */
	expect_ok(snoop_seek(stage->snoop, 0, SEEK_CUR, &position));
	expect_true(position == STAGE_ALIAS + 1077);
	expect_equal(snoop_read(stage->snoop, got, sizeof(got)), sizeof(got));
	model_fill(wanted, sizeof(wanted), STAGE_M, 1077);
	expect_bytes(got, wanted, sizeof(got));
}

/* Only a whole row of equal highest bits is an alias. */
static void test_no_alias(void **state)
{
	static const uint64_t addrs[] = {
		STAGE_ADDR | 0xffffULL << 48,	/* bit 47 is not set */
		STAGE_UPPER | 1ULL << 48,
		STAGE_UPPER | 0x7fffULL << 48,
		STAGE_UPPER | 0xfffeULL << 48,
		STAGE_UPPER | 0xefffULL << 48,
	};
	struct stage *stage = *state;
	__u64 position;
	unsigned int i;
	char byte;

	for (i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		expect_ok(snoop_seek(stage->snoop, addrs[i], SEEK_SET, &position));
		expect_error(snoop_read(stage->snoop, &byte, 1), EIO);
	}
}

/* The end of 64 bits is the end of the VM. */
static void test_alias_of_last_page(void **state)
{
	struct stage *stage = *state;
	uint8_t got[0x1000], wanted[0x1000];
	__u64 position;

	expect_ok(snoop_seek(stage->snoop, -0x1000ULL, SEEK_SET, &position));
	model_fill(wanted, sizeof(wanted), STAGE_S, 0x9000);
	expect_equal(snoop_read(stage->snoop, got, 0xfff), 0xfff);
	expect_bytes(got, wanted, 0xfff);
	/* An offset after the last byte cannot be expressed. */
	expect_error(snoop_read(stage->snoop, got, 1), EOVERFLOW);
}

static void test_read_and_position(void **state)
{
	struct stage *stage = *state;
	uint8_t got[3001], wanted[3001];
	uint64_t addr = STAGE_ADDR + 0x3f000 + 1;
	__u64 position;
	unsigned int i;

	expect_ok(snoop_seek(stage->snoop, addr, SEEK_SET, &position));
	for (i = 0; i < 20; i++) {
		expect_equal(snoop_read(stage->snoop, got, sizeof(got)), sizeof(got));
		expect_equal(model_read(&stage->model, wanted, sizeof(wanted), addr),
			     sizeof(wanted));
		expect_bytes(got, wanted, sizeof(got));
		addr += sizeof(got);
	}
	/* pread() leaves it alone, and so does a failure. */
	stage_check(stage, STAGE_ADDR, 100);
	expect_ok(snoop_seek(stage->snoop, 0, SEEK_CUR, &position));
	expect_equal(position, addr);
	expect_ok(snoop_seek(stage->snoop, STAGE_ADDR + 0xa1fff, SEEK_SET, &position));
	expect_equal(snoop_read(stage->snoop, got, 100), 1);
	expect_error(snoop_read(stage->snoop, got, 100), EIO);
	expect_error(snoop_read(stage->snoop, got, 100), EIO);
	expect_ok(snoop_seek(stage->snoop, 0, SEEK_CUR, &position));
	expect_equal(position, STAGE_ADDR + 0xa2000);
}

static void test_zero_length(void **state)
{
	struct stage *stage = *state;

	expect_equal(snoop_pread(stage->snoop, NULL, 0, STAGE_ADDR), 0);
	expect_equal(snoop_pread(stage->snoop, NULL, 0, STAGE_ADDR + 0xa2000), 0);
	expect_equal(snoop_pread(stage->snoop, NULL, 0, STAGE_VM_END), 0);
}

/* Megabytes in one call, at odd places. */
static void test_large_reads(void **state)
{
	struct stage *stage = *state;

	stage_check(stage, STAGE_BIG_ADDR, 1 << 20);
	stage_check(stage, STAGE_BIG_ADDR + STAGE_BIG + 12345, (1 << 20) + 1);
	stage_check(stage, STAGE_BIG_ADDR + 1, 2 * STAGE_BIG);
}

static void test_more_than_2_gib(void **state)
{
	const size_t room = 5ULL << 30;
	struct stage *stage = *state;
	uint8_t *map, *wanted;

	map = mmap(NULL, room, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	expect_true(map != MAP_FAILED);
	wanted = malloc(2 * STAGE_BIG);
	expect_true(wanted);
	expect_equal(model_read(&stage->model, wanted, 2 * STAGE_BIG, STAGE_BIG_ADDR),
		     2 * STAGE_BIG);
	expect_equal(snoop_pread(stage->snoop, map, room, STAGE_BIG_ADDR), 2 * STAGE_BIG);
	expect_bytes(map, wanted, 2 * STAGE_BIG);
	expect_equal(snoop_pread(stage->snoop, map, (1ULL << 31) + 1, STAGE_BIG_ADDR),
		     2 * STAGE_BIG);
	expect_error(snoop_pread(stage->snoop, map, room, STAGE_ADDR + 0xa2000), EIO);
	/* More than there is user memory. */
	expect_error(snoop_pread(stage->snoop, map, (size_t)SSIZE_MAX, STAGE_BIG_ADDR), EFAULT);
	munmap(map, room);
	free(wanted);
}

/*
 * Anywhere near anything: begins of ranges, ends, holes, seams. Reproducible,
 * so that a failure can be seen again.
 */
static void test_random(void **state)
{
	struct stage *stage = *state;
	const struct model_piece *piece;
	unsigned short seed[3] = { 0x5eed, 7, 1 };
	uint64_t addr;
	size_t len;
	int i;

	for (i = 0; i < 600; i++) {
		piece = &stage->model.pieces[nrand48(seed) % stage->model.count];
		switch (nrand48(seed) % 3) {
		case 0:
			addr = piece->start + nrand48(seed) % 8192 - 4096;
			break;
		case 1:
			addr = piece->end + nrand48(seed) % 8192 - 4096;
			break;
		default:
			addr = piece->start + nrand48(seed) % (piece->end - piece->start);
			break;
		}
		switch (nrand48(seed) % 4) {
		case 0:
			len = nrand48(seed) % 32;
			break;
		case 1:
			len = nrand48(seed) % 512;
			break;
		case 2:
			len = nrand48(seed) % 10000;
			break;
		default:
			len = nrand48(seed) % 200000;
			break;
		}
		stage_check(stage, addr, len);
	}
}

/* The engine says the same about its own memory. */
static void test_engine_checksums(void **state)
{
	struct stage *stage = *state;
	unsigned int i;

	stage_check_engine(stage, "v", STAGE_ADDR, STAGE_SIZE);
	stage_check_engine(stage, "v", STAGE_ADDR + 0x40000, STAGE_SIZE);
	stage_check_engine(stage, "v", STAGE_ADDR, 0xa2000);
	stage_check_engine(stage, "v", STAGE_UPPER + 1, 0x1ffff);
	stage_check_engine(stage, "v", STAGE_LAST + 1, 0x1fff);
	stage_check_engine(stage, "v", STAGE_BIG_ADDR + STAGE_BIG - 4321, 1 << 20);
	for (i = 1; i < 30; i++)
		stage_check_engine(stage, "v", STAGE_ADDR + 0x40000 * (i % 3) - 7 * (i % 3) + i,
				   1 + i * 331);
	target_cmd(&stage->target, "evict e");
}

/* What the engine writes is there when its work is done. */
static void test_engine_writes(void **state)
{
	struct stage *stage = *state;
	struct target *target = &stage->target;
	const uint64_t word = 0x0123456789abcdefULL;
	uint8_t got[5000], wanted[5000];
	unsigned int i;

	target_cmd(target, "bo w 64K vram");
	target_cmd(target, "bo x 64K system");
	target_cmd(target, "bind v 0x500000000 w 0x2000");
	target_cmd(target, "bind v 0x600000000 x 0x3000");
	/* An object that nobody has written: zeros. */
	memset(wanted, 0, sizeof(wanted));
	memset(got, 0xee, sizeof(got));
	expect_equal(snoop_pread(stage->snoop, got, sizeof(got), 0x500000003), sizeof(got));
	expect_bytes(got, wanted, sizeof(got));
	memset(got, 0xee, sizeof(got));
	expect_equal(snoop_pread(stage->snoop, got, sizeof(got), 0x600000003), sizeof(got));
	expect_bytes(got, wanted, sizeof(got));

	target_cmd(target, "fill v 0x500000005 4000 %#lx", word);
	for (i = 0; i < 4000; i++)
		wanted[5 + i] = word >> 8 * (i % 8);
	expect_equal(snoop_pread(stage->snoop, got, sizeof(got), 0x500000000), sizeof(got));
	expect_bytes(got, wanted, sizeof(got));
	stage_check_engine(stage, "v", 0x500000000, 0xe000);

	target_cmd(target, "copy v 0x600000101 0x500000000 4999");
	expect_equal(snoop_pread(stage->snoop, got, 4999, 0x600000101), 4999);
	expect_bytes(got, wanted, 4999);
	stage_check_engine(stage, "v", 0x600000000, 0xd000);
	target_cmd(target, "unbind v 0x500000000 0xe000");
	target_cmd(target, "unbind v 0x600000000 0xd000");
	target_cmd(target, "close w");
	target_cmd(target, "close x");
}

static uint32_t placement(const struct stage *stage, uint64_t addr)
{
	struct drm_snoop_range range;

	expect_ok(snoop_query(stage->snoop, addr, 0, &range));
	return range.placement;
}

/* Before, after, and back: the same bytes. */
static void test_eviction(void **state)
{
	const uint64_t addr = STAGE_ADDR + 0x80000;
	struct stage *stage = *state;
	uint32_t sum;

	target_cmd(&stage->target, "restore e");
	expect_equal(placement(stage, addr), DRM_SNOOP_PLACEMENT_VRAM);
	stage_check(stage, addr + 3, 0x1fff0);
	sum = target_number(&stage->target, "sum v %#lx 0x20000", addr);
	stage_check_engine(stage, "v", addr, 0x20000);
	target_cmd(&stage->target, "evict e");
	expect_true(placement(stage, addr) != DRM_SNOOP_PLACEMENT_VRAM);
	stage_check(stage, addr + 3, 0x1fff0);
	stage_check(stage, addr, 0x20000);
	/* A read did not bring it back. */
	expect_true(placement(stage, addr) != DRM_SNOOP_PLACEMENT_VRAM);
	/* The engine does, and sees what it saw. */
	expect_equal(target_number(&stage->target, "sum v %#lx 0x20000", addr), sum);
	expect_equal(placement(stage, addr), DRM_SNOOP_PLACEMENT_VRAM);
	target_cmd(&stage->target, "evict e");
}

/* The target's CPU changes it; the next read has it. */
static void test_cpu_writes(void **state)
{
	struct stage *stage = *state;
	const char *const names[] = { "s", "m", "e" };
	const uint64_t addrs[] = { 0, 0x40000, 0x80000 - 0x7000 };
	uint64_t word;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		uint64_t addr = STAGE_ADDR + addrs[i] + 0x9008;

		target_cmd(&stage->target, "cpufill %s 0x9008 8 0xfeedface%u", names[i], i);
		expect_equal(snoop_pread(stage->snoop, &word, 8, addr), 8);
		expect_equal(word, 0xfeedface0ULL + i);
		stage_pattern(stage, names[i], STAGE_SIZE, STAGE_S + i);
		stage_check(stage, addr - 100, 200);
	}
}

/* One address in two VMs: each has its own content. */
static void test_two_vms(void **state)
{
	const uint64_t addr = STAGE_ADDR + 0x1000;
	struct stage *stage = *state;
	struct target *target = &stage->target;
	uint8_t got[0x2000], wanted[0x2000];
	uint64_t vm;

	vm = target_number(target, "vm w");
	target_cmd(target, "bo o 64K system");
	stage_pattern(stage, "o", 0x10000, 99);
	target_cmd(target, "bind w %#lx o 0x4000 0x1000", addr);
	expect_ok(snoop_bind_vm(stage->snoop, stage->client_id, vm, NULL));
	expect_equal(snoop_pread(stage->snoop, got, sizeof(got), addr), 0x1000);
	model_fill(wanted, 0x1000, 99, 0x4000);
	expect_bytes(got, wanted, 0x1000);
	stage_check_engine(stage, "w", addr + 1, 0xffe);
	/* There is nothing else in it. */
	expect_error(snoop_pread(stage->snoop, got, 1, addr - 1), EIO);
	expect_error(snoop_pread(stage->snoop, got, 1, addr + 0x1000), EIO);
	expect_error(snoop_pread(stage->snoop, got, 1, STAGE_BIG_ADDR), EIO);
	stage_bind(state);
	stage_check(stage, addr - 10, 0x2000);

	/* Without the VM there is nothing, although the object is there. */
	expect_ok(snoop_bind_vm(stage->snoop, stage->client_id, vm, NULL));
	target_cmd(target, "vmdestroy w");
	expect_error(snoop_pread(stage->snoop, got, 1, addr), ENOENT);
	target_cmd(target, "close o");
}

/* What is bound anew, or no more, is so at the next read. */
static void test_rebinding(void **state)
{
	const uint64_t addr = 0x500000000;
	struct stage *stage = *state;
	struct target *target = &stage->target;
	uint8_t got[0x3000], wanted[0x3000];

	target_cmd(target, "bind v %#lx s 0 0x3000", addr);
	expect_equal(snoop_pread(stage->snoop, got, 0x3000, addr), 0x3000);
	model_fill(wanted, 0x3000, STAGE_S, 0);
	expect_bytes(got, wanted, 0x3000);
	target_cmd(target, "bind v %#lx m 0x6000 0x1000", addr + 0x1000);
	model_fill(wanted + 0x1000, 0x1000, STAGE_M, 0x6000);
	expect_equal(snoop_pread(stage->snoop, got, 0x3000, addr), 0x3000);
	expect_bytes(got, wanted, 0x3000);
	target_cmd(target, "unbind v %#lx 0x1000", addr + 0x1000);
	expect_equal(snoop_pread(stage->snoop, got, 0x3000, addr), 0x1000);
	expect_error(snoop_pread(stage->snoop, got, 0x3000, addr + 0x1000), EIO);
	/* The last part: the third page of the object, not the first. */
	expect_equal(snoop_pread(stage->snoop, got, 0x3000, addr + 0x2000), 0x1000);
	expect_bytes(got, wanted + 0x2000, 0x1000);
	target_cmd(target, "unbind v %#lx 0x3000", addr);
	expect_error(snoop_pread(stage->snoop, got, 1, addr), EIO);
}

/* A handle may be closed while its object is bound. */
static void test_closed_but_bound(void **state)
{
	const uint64_t addr = 0x500000000;
	struct stage *stage = *state;
	struct target *target = &stage->target;
	uint8_t got[0x1000], wanted[0x1000];

	target_cmd(target, "bo c 64K vram");
	stage_pattern(stage, "c", 0x10000, 55);
	target_cmd(target, "bind v %#lx c 0x8000 0x1000", addr);
	target_cmd(target, "close c");
	expect_equal(snoop_pread(stage->snoop, got, 0x1000, addr), 0x1000);
	model_fill(wanted, 0x1000, 55, 0x8000);
	expect_bytes(got, wanted, 0x1000);
	target_cmd(target, "unbind v %#lx 0x1000", addr);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_words),
		TEST(test_sizes),
		TEST(test_across_ranges),
		TEST(test_holes),
		TEST(test_first_page),
		TEST(test_last_page),
		TEST(test_pread_of_alias),
		TEST(test_alias),
		TEST(test_no_alias),
		TEST(test_alias_of_last_page),
		TEST(test_read_and_position),
		TEST(test_zero_length),
		TEST(test_large_reads),
		TEST(test_more_than_2_gib),
		TEST(test_random),
		TEST(test_engine_checksums),
		TEST(test_engine_writes),
		TEST(test_eviction),
		TEST(test_cpu_writes),
		TEST(test_two_vms),
		TEST(test_rebinding),
		TEST(test_closed_but_bound),
	};

	return run_group("snoop-read", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
