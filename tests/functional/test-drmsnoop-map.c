// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * drmsnoop_map() of the library: a window over several ranges of another process's VM,
 * live where there is something to be mapped, with holes that fault.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <drmsnoop.h>

#include "expect.h"
#include "stage.h"
#include "window.h"

#define PAGE	WINDOW_PAGE

/* Of the test's own: two pages of a BO, a hole, sparse, process memory, VRAM, read-only. */
#define OWN		0x700000000ULL
#define OWN_SIZE	0xa000ULL

static struct drmsnoop *open_target(const struct stage *stage, unsigned int flags)
{
	struct drmsnoop *snoop;

	if (drmsnoop_open_process(stage->target.pid, DRMSNOOP_ANY_CARD, stage->client_id, flags,
				  &snoop) ||
	    drmsnoop_bind_vm(snoop, stage->client_id, stage->vm, NULL))
		expect_failed(__FILE__, __LINE__, "%s", drmsnoop_error());
	return snoop;
}

static struct drmsnoop_map *map_window(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
				       unsigned int flags)
{
	struct drmsnoop_map *map;

	if (drmsnoop_map(snoop, offset, size, flags, &map))
		expect_failed(__FILE__, __LINE__, "%s", drmsnoop_error());
	return map;
}

static const uint8_t *at(const struct drmsnoop_map *map, uint64_t addr)
{
	return (const uint8_t *)map->addr + (addr - map->offset);
}

/* The parts cover the map, and each page is there or faults as its part says. */
static void check_parts(const struct drmsnoop_map *map)
{
	uint64_t next = map->offset, page;
	size_t i;

	for (i = 0; i < map->part_count; i++) {
		const struct drmsnoop_part *part = &map->parts[i];

		expect_equal(part->offset, next);
		expect_true(part->size && part->size % PAGE == 0);
		next += part->size;
		for (page = part->offset; page < next; page += PAGE)
			expect_equal(window_load(at(map, page)), part->error ? SIGSEGV : 0);
	}
	expect_equal(next, map->offset + map->size);
}

static void expect_part(const struct drmsnoop_map *map, size_t i, uint64_t offset, uint64_t size,
			int error)
{
	expect_true(i < map->part_count);
	expect_equal(map->parts[i].offset, offset);
	expect_equal(map->parts[i].size, size);
	expect_equal(map->parts[i].error, error);
	expect_equal(!map->parts[i].generation, error == -ENXIO);
}

/* Ranges of system memory and VRAM, one behind the other and with holes between. */
static void test_window(void **state)
{
	struct stage *stage = *state;
	struct drmsnoop *snoop = open_target(stage, 0);
	const uint64_t a = STAGE_ADDR;
	struct drmsnoop_map *map = map_window(snoop, a + 0x3f001, 0x69000, 0);

	/* It needs no handle any more. */
	drmsnoop_close(snoop);
	expect_equal(map->offset, a + 0x3f000);
	expect_equal(map->size, 0x6a000);
	expect_equal(map->part_count, 9);
	expect_part(map, 0, a + 0x3f000, 0x1000, 0);
	expect_part(map, 1, a + 0x40000, STAGE_SIZE, 0);
	expect_part(map, 2, a + 0x80000, 0x20000, 0);
	expect_part(map, 3, a + 0xa0000, 0x1000, 0);
	expect_part(map, 4, a + 0xa1000, 0x1000, 0);
	expect_part(map, 5, a + 0xa2000, 0x2000, -ENXIO);
	expect_part(map, 6, a + 0xa4000, 0x1000, 0);
	expect_part(map, 7, a + 0xa5000, 0x1000, -ENXIO);
	expect_part(map, 8, a + 0xa6000, 0x3000, 0);
	check_parts(map);
	window_check(at(map, a + 0x3f000), STAGE_S, 0x3f000, 0x1000);
	window_check(at(map, a + 0x40000), STAGE_M, 0, STAGE_SIZE);
	window_check(at(map, a + 0x80000), STAGE_E, 0x7000, 0x20000);
	window_check(at(map, a + 0xa0000), STAGE_S, 0x3000, 0x1000);
	window_check(at(map, a + 0xa1000), STAGE_S, 0x2000, 0x1000);
	window_check(at(map, a + 0xa4000), STAGE_M, 0x3f000, 0x1000);
	window_check(at(map, a + 0xa6000), STAGE_E, 0x3d000, 0x3000);
	drmsnoop_unmap(map);
	drmsnoop_unmap(NULL);
}

/* The window ends where something begins, and begins in a hole. */
static void test_edges(void **state)
{
	struct stage *stage = *state;
	struct drmsnoop *snoop = open_target(stage, 0);
	struct drmsnoop_map *map = map_window(snoop, STAGE_ADDR - 0x3000, 0x3001, 0);

	expect_equal(map->part_count, 2);
	expect_part(map, 0, STAGE_ADDR - 0x3000, 0x3000, -ENXIO);
	expect_part(map, 1, STAGE_ADDR, 0x1000, 0);
	check_parts(map);
	window_check(at(map, STAGE_ADDR), STAGE_S, 0, PAGE);
	drmsnoop_unmap(map);

	/* Sign-extended, and up to the end of the VM. */
	map = map_window(snoop, STAGE_ALIAS + 0x2000, 0x1000, 0);
	expect_equal(map->offset, STAGE_UPPER + 0x2000);
	window_check(map->addr, STAGE_M, 0x2000, PAGE);
	drmsnoop_unmap(map);
	map = map_window(snoop, STAGE_LAST, 0x10000, 0);
	expect_part(map, map->part_count - 1, STAGE_VM_END, 0xe000, -ENXIO);
	check_parts(map);
	window_check(at(map, STAGE_LAST + 0x1000), STAGE_S, 0x9000, PAGE);
	drmsnoop_unmap(map);
	drmsnoop_close(snoop);
}

static void own_open(struct stage *stage)
{
	struct target *target = &stage->target;

	target_cmd(target, "bo own 0x4000 system");
	target_cmd(target, "bo own2 0x4000 vram");
	stage_pattern(stage, "own", 0x4000, 61);
	stage_pattern(stage, "own2", 0x4000, 62);
	target_cmd(target, "bind v %#llx own 0x1000 0x2000", OWN);
	target_cmd(target, "sparse v %#llx 0x1000", OWN + 0x3000);
	target_cmd(target, "userptr v %#llx mem", OWN + 0x4000);
	target_cmd(target, "bind v %#llx own2", OWN + 0x6000);
}

static void own_close(struct stage *stage)
{
	target_cmd(&stage->target, "unbind v %#llx %#llx", OWN, OWN_SIZE);
	target_cmd(&stage->target, "close own2");
	target_cmd(&stage->target, "close own");
}

static void check_own(const struct drmsnoop_map *map, int error)
{
	expect_equal(map->part_count, 5);
	expect_part(map, 0, OWN, 0x2000, error);
	expect_part(map, 1, OWN + 0x2000, 0x1000, -ENXIO);
	expect_part(map, 2, OWN + 0x3000, 0x1000, -EOPNOTSUPP);
	expect_part(map, 3, OWN + 0x4000, 0x2000, -EOPNOTSUPP);
	expect_part(map, 4, OWN + 0x6000, 0x4000, 0);
	check_parts(map);
}

/* What cannot be mapped is copied, if that is asked for, and stays as it was. */
static void test_copy(void **state)
{
	struct stage *stage = *state;
	struct drmsnoop *snoop = open_target(stage, 0);
	struct drmsnoop_map *map;
	uint32_t before;
	size_t i;

	own_open(stage);
	target_cmd(&stage->target, "mempattern mem 0 0x2000 63");
	before = target_number(&stage->target, "sum v %#llx 0x2000", OWN + 0x4000);
	map = map_window(snoop, OWN, OWN_SIZE, DRMSNOOP_COPY);
	expect_equal(map->part_count, 5);
	for (i = 0; i < 5; i++) {
		expect_equal(map->parts[i].error, i == 1 ? -ENXIO : 0);
		expect_equal(map->parts[i].flags, i == 2 || i == 3 ? DRMSNOOP_PART_COPY : 0);
	}
	expect_part(map, 2, OWN + 0x3000, 0x1000, 0);
	expect_part(map, 3, OWN + 0x4000, 0x2000, 0);
	check_parts(map);
	expect_equal(at(map, OWN + 0x3000)[17], 0);
	target_cmd(&stage->target, "memfill mem 0 0x2000 0x99");
	expect_equal(crc32(0, at(map, OWN + 0x4000), 0x2000), before);
	drmsnoop_unmap(map);

	/* What cannot be read faults. */
	target_cmd(&stage->target, "memunmap mem 0x1000 0x1000");
	map = map_window(snoop, OWN + 0x4000, 0x2000, DRMSNOOP_COPY);
	expect_part(map, 0, OWN + 0x4000, 0x1000, 0);
	expect_part(map, 1, OWN + 0x5000, 0x1000, -EIO);
	check_parts(map);
	drmsnoop_unmap(map);
	target_cmd(&stage->target, "memremap mem 0x1000 0x1000");
	own_close(stage);
	drmsnoop_close(snoop);
}

/* What cannot be mapped, and what the engine writes after it was mapped. */
static void test_live(void **state)
{
	struct stage *stage = *state;
	struct drmsnoop *snoop = open_target(stage, 0);
	struct drm_snoop_range range;
	struct drmsnoop_map *map;

	own_open(stage);
	map = map_window(snoop, OWN, OWN_SIZE, 0);
	check_own(map, 0);
	window_check(at(map, OWN), 61, 0x1000, 0x2000);
	window_check(at(map, OWN + 0x6000), 62, 0, 0x4000);
	expect_equal(window_store((void *)at(map, OWN), 1), SIGSEGV);
	target_cmd(&stage->target, "fill v %#llx 0x10 0x55", OWN + 0xff8);
	target_cmd(&stage->target, "copy v %#llx %#llx 0x1000", OWN + 0x7000, STAGE_ADDR);
	expect_equal(*(volatile uint64_t *)at(map, OWN + 0xff8), 0x55);
	expect_equal(*(volatile uint64_t *)at(map, OWN + 0x1000), 0x55);
	window_check(at(map, OWN + 0x1008), 61, 0x2008, 0xff8);
	window_check(at(map, OWN + 0x7000), STAGE_S, 0, 0x1000);

	/* Bound anew: the map goes on to show what it did, and the generation tells. */
	expect_ok(drmsnoop_query_range(snoop, OWN, 0, &range, sizeof(range)));
	expect_equal(range.generation, map->parts[0].generation);
	target_cmd(&stage->target, "bind v %#llx own2 0 0x2000", OWN);
	window_check(at(map, OWN + 0x1008), 61, 0x2008, 0xff8);
	expect_ok(drmsnoop_query_range(snoop, OWN, 0, &range, sizeof(range)));
	expect_true(range.generation != map->parts[0].generation);
	drmsnoop_unmap(map);
	map = map_window(snoop, OWN, 0x2000, 0);
	window_check(map->addr, 62, 0, 0x1000);
	window_check(at(map, OWN + 0x1000), STAGE_S, 0, 0x1000);
	drmsnoop_unmap(map);
	own_close(stage);
	drmsnoop_close(snoop);
}

/* Written through the map, the engine sees it; what is bound read-only is a hole. */
static void test_write(void **state)
{
	struct stage *stage = *state;
	struct drmsnoop *snoop = open_target(stage, DRMSNOOP_WRITE);
	struct drmsnoop_map *map;

	own_open(stage);
	target_cmd(&stage->target, "bind v %#llx own 0x1000 0x2000 ro", OWN);
	map = map_window(snoop, OWN, OWN_SIZE, DRMSNOOP_WRITE);
	check_own(map, -EACCES);
	memset((void *)at(map, OWN + 0x9000), 0x77, 0x1000);
	target_cmd(&stage->target, "copy v %#llx %#llx 0x1000", OWN + 0x6000, OWN + 0x9000);
	expect_equal(*(volatile uint64_t *)at(map, OWN + 0x6ff8), 0x7777777777777777);
	drmsnoop_unmap(map);
	/* To be read it is there. */
	map = map_window(snoop, OWN, OWN_SIZE, 0);
	check_own(map, 0);
	window_check(at(map, OWN), 61, 0x1000, 0x2000);
	drmsnoop_unmap(map);
	own_close(stage);
	drmsnoop_close(snoop);
}

static void expect_says(int ret, int error, const char *words)
{
	expect_equal(ret, -error);
	if (!strstr(drmsnoop_error(), words))
		expect_failed(__FILE__, __LINE__, "'%s' does not say '%s'", drmsnoop_error(),
			      words);
}

static void test_bad(void **state)
{
	struct stage *stage = *state;
	struct drmsnoop *snoop = open_target(stage, 0);
	struct drmsnoop_map *map = (void *)1;

	own_open(stage);
	expect_says(drmsnoop_map(snoop, STAGE_ADDR, 0, 0, &map), EINVAL, "0 bytes");
	expect_says(drmsnoop_map(snoop, STAGE_ADDR, 1, 0x80, &map), EINVAL, "flags");
	expect_says(drmsnoop_map(snoop, STAGE_ADDR, 1, DRMSNOOP_WRITE, &map), EACCES,
		    "not open for writing");
	expect_says(drmsnoop_map(snoop, STAGE_ADDR, UINT64_MAX, 0, &map), EOVERFLOW,
		    "past the last");
	expect_says(drmsnoop_map(snoop, STAGE_ADDR, 1ULL << 62, 0, &map), ENOMEM, "no room");
	expect_says(drmsnoop_map(snoop, 1ULL << 63, 1, 0, &map), EINVAL, "no address");
	expect_says(drmsnoop_map(snoop, OWN + 0x2000, 0x1000, 0, &map), ENXIO, "nothing is bound");
	/* The first with something in it has the word. */
	expect_says(drmsnoop_map(snoop, OWN + 0x2000, 0x2000, 0, &map), EOPNOTSUPP, "read it");
	expect_says(drmsnoop_map(snoop, OWN + 0x4000, 0x2000, 0, &map), EOPNOTSUPP, "read it");
	own_close(stage);
	drmsnoop_close(snoop);

	if (drmsnoop_open(0, 0, &snoop))
		expect_failed(__FILE__, __LINE__, "%s", drmsnoop_error());
	expect_says(drmsnoop_map(snoop, 0, 1, 0, &map), ENXIO, "not bound");
	drmsnoop_close(snoop);
	expect_true(map == (void *)1);
}

/* An object by its handle. */
static void test_object(void **state)
{
	struct stage *stage = *state;
	struct drmsnoop *snoop = open_target(stage, 0);
	struct drmsnoop_map *map;

	expect_ok(drmsnoop_bind_object(snoop, stage->client_id, stage_handle(stage, "e"), NULL));
	map = map_window(snoop, 0x5000, STAGE_SIZE, 0);
	expect_equal(map->part_count, 2);
	expect_part(map, 0, 0x5000, STAGE_SIZE - 0x5000, 0);
	expect_part(map, 1, STAGE_SIZE, 0x5000, -ENXIO);
	check_parts(map);
	window_check(map->addr, STAGE_E, 0x5000, STAGE_SIZE - 0x5000);
	drmsnoop_unmap(map);
	drmsnoop_close(snoop);
}

static int setup(void **state)
{
	struct stage *stage;

	stage_setup(state);
	stage = *state;
	target_cmd(&stage->target, "memory mem 0x2000");
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_object),
	};

	return run_group("drmsnoop-map", tests, sizeof(tests) / sizeof(tests[0]), setup,
			 stage_teardown);
}
