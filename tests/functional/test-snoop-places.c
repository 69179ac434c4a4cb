// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --append iomem=relaxed
 * timeout: 240
 *
 * Memory in special places: VRAM that the CPU cannot map, objects that are swapped
 * out, memory of another device and of no device. It is read and written where it
 * is, and stays there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "expect.h"
#include "model.h"
#include "snoop.h"
#include "target.h"

#define ADDR		0x300000000ULL
#define SIZE		0x20000ULL

/**
 * struct place - a target with one object in a VM
 * @snoop: registered for writing, bound to the VM
 */
struct place {
	struct target target;
	int snoop;
	/* Of the other card. */
	__u32 other_minor;
	uint64_t vm;
	__u64 client_id;
	uint8_t got[SIZE], wanted[SIZE];
};

static void observe(struct place *place)
{
	int drm = expect_ok(target_getfd(&place->target, 0)), card;
	struct drm_snoop_card_info info;

	place->snoop = -1;
	for (card = 0; card < 2; card++) {
		int reader = expect_ok(snoop_open("gpusim", card));
		int snoop = expect_ok(snoop_reopen(reader, O_RDWR));

		close(reader);
		if (!snoop_register_flags(snoop, drm, DRM_SNOOP_REGISTER_WRITE,
					  &place->client_id)) {
			place->snoop = snoop;
			continue;
		}
		expect_ok(snoop_card_info(snoop, &info));
		place->other_minor = info.render_minor;
		close(snoop);
	}
	expect_true(place->snoop >= 0);
	expect_ok(snoop_bind_vm(place->snoop, place->client_id, place->vm, NULL));
	close(drm);
}

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	expect_true(place);
	*state = place;
	target_start(&place->target);
	place->vm = target_number(&place->target, "vm v");
	observe(place);
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	target_stop(&place->target);
	close(place->snoop);
	free(place);
	return 0;
}

/* All of the object's bytes are what the engine reads. */
static void check_engine(struct place *place)
{
	expect_equal(expect_ok(snoop_pread(place->snoop, place->got, SIZE, ADDR)), SIZE);
	expect_equal(target_number(&place->target, "sum v %#llx %#llx", ADDR, SIZE),
		     crc32(0, place->got, SIZE));
}

/* Writes a part in the middle and returns what all of it is then. */
static void write_part(struct place *place)
{
	expect_equal(expect_ok(snoop_pread(place->snoop, place->wanted, SIZE, ADDR)), SIZE);
	model_fill(place->wanted + 4093, 70001, 9, 0);
	expect_equal(expect_ok(snoop_pwrite(place->snoop, place->wanted + 4093, 70001,
					    ADDR + 4093)), 70001);
	expect_equal(expect_ok(snoop_pread(place->snoop, place->got, SIZE, ADDR)), SIZE);
	expect_bytes(place->got, place->wanted, SIZE);
}

static void check_flags(struct place *place, __u32 placement, __u32 flags)
{
	struct drm_snoop_range range;

	expect_ok(snoop_query(place->snoop, ADDR, 0, &range));
	expect_equal(range.placement, placement);
	expect_equal(range.flags, flags);
}

static void test_invisible(void **state)
{
	struct place *place = *state;
	struct target *target = &place->target;
	struct drm_snoop_pages run;
	char before[256];

	target_cmd(target, "bo i %#llx vram nocpu", SIZE);
	target_cmd(target, "bind v %#llx i", ADDR);
	target_cmd(target, "fill v %#llx %#llx 0x0123456789abcdef", ADDR, SIZE - 3);
	strcpy(before, target_cmd(target, "info i"));
	expect_true(strstr(before, "vram"));
	check_flags(place, DRM_SNOOP_PLACEMENT_VRAM, DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE);
	check_engine(place);
	write_part(place);
	check_engine(place);
	/* It is where it was, and the CPU has no address for it. */
	assert_string_equal(target_cmd(target, "info i"), before);
	expect_equal(expect_ok(snoop_pages(place->snoop, ADDR, ADDR + SIZE, &run, 1, 1)), 1);
	expect_equal(run.flags, DRM_SNOOP_PAGES_VRAM_OFFSET);
	expect_true(run.vram_offset);
}

static void test_swapped(void **state)
{
	static const char *const places[] = { "system", "vram" };
	struct place *place = *state;
	struct target *target = &place->target;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		target_cmd(target, "bo s%u %#llx %s", i, SIZE, places[i]);
		target_cmd(target, "bind v %#llx s%u", ADDR, i);
		target_cmd(target, "pattern s%u 0 %#llx %u", i, SIZE, 30 + i);
		target_cmd(target, "swap s%u", i);
		check_flags(place, DRM_SNOOP_PLACEMENT_SWAPPED,
			    DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE);
		expect_equal(expect_ok(snoop_pread(place->snoop, place->got, SIZE, ADDR)), SIZE);
		model_fill(place->wanted, SIZE, 30 + i, 0);
		expect_bytes(place->got, place->wanted, SIZE);
		write_part(place);
		/* Still swapped out, and what was written comes back with it. */
		expect_true(strstr(target_cmd(target, "info s%u", i), "swapped"));
		check_engine(place);
		expect_true(!strstr(target_cmd(target, "info s%u", i), "swapped"));
		target_cmd(target, "swap s%u", i);
		expect_bytes(place->got, place->wanted, SIZE);
		check_engine(place);
	}
}

/* The second card's memory, imported by the first one's client. */
static void check_import(struct place *place, const char *memory, const char *mode)
{
	struct target *target = &place->target;
	bool read_only = *mode;

	target_cmd(target, "open other /dev/dri/renderD%u", place->other_minor);
	target_cmd(target, "use other");
	target_cmd(target, "bo far %#llx %s", SIZE, memory);
	target_cmd(target, "pattern far 0 %#llx 40", SIZE);
	target_cmd(target, "export far buf %s", mode);
	target_cmd(target, "use main");
	target_cmd(target, "importbuf near other buf");
	target_cmd(target, "bind v %#llx near 0 %#llx %s", ADDR, SIZE, mode);
	check_engine(place);
	model_fill(place->wanted, SIZE, 40, 0);
	expect_bytes(place->got, place->wanted, SIZE);
	if (read_only) {
		expect_error(snoop_pwrite(place->snoop, place->wanted, 1, ADDR), EACCES);
	} else {
		write_part(place);
		check_engine(place);
		target_cmd(target, "use other");
		expect_equal(target_number(target, "cpusum far 0 %#llx", SIZE),
			     crc32(0, place->got, SIZE));
		target_cmd(target, "use main");
	}
}

static void test_imported(void **state)
{
	check_import(*state, "system", "");
}

static void test_imported_vram(void **state)
{
	check_import(*state, "vram", "");
}

static void test_imported_read_only(void **state)
{
	check_import(*state, "system", "ro");
}

/* A dma-buf that no GPU made: memory of the process. */
static void test_udmabuf(void **state)
{
	struct place *place = *state;
	struct target *target = &place->target;

	target_cmd(target, "udmabuf u %#llx", SIZE);
	target_cmd(target, "mempattern u 0 %#llx 50", SIZE);
	target_cmd(target, "importbuf b main u");
	target_cmd(target, "bind v %#llx b", ADDR);
	check_engine(place);
	model_fill(place->wanted, SIZE, 50, 0);
	expect_bytes(place->got, place->wanted, SIZE);
	write_part(place);
	check_engine(place);
	expect_equal(target_number(target, "memsum u 0 %#llx", SIZE), crc32(0, place->got, SIZE));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_invisible),
		TEST(test_swapped),
		TEST(test_imported),
		TEST(test_imported_vram),
		TEST(test_imported_read_only),
		TEST(test_udmabuf),
	};

	return run_group("snoop-places", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
