// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot hotplug
 *
 * Device memory of a driver that says where each page is, and has no other way to it:
 * what the CPU can map is read and written there, and the rest is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "expect.h"
#include "gpusim-card.h"
#include "model.h"
#include "snoop.h"
#include "target.h"

#define ADDR		0x300000000ULL
#define SIZE		0x50000ULL
#define PARAMETER	"/sys/module/gpusim/parameters/access_memory"

static struct target target;
static uint64_t vm;
static int snoop = -1;
static uint8_t got[SIZE], wanted[SIZE];

static void set_access_memory(const char *value)
{
	FILE *file = fopen(PARAMETER, "w");

	expect_true(file && fputs(value, file) >= 0 && !fclose(file));
}

static int setup(void **state)
{
	(void)state;
	card_find();
	set_access_memory("N");
	card_unbind();
	card_bind();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	set_access_memory("Y");
	card_unbind();
	card_bind();
	return 0;
}

static int observe(void **state)
{
	__u64 client;
	int reader, drm;

	(void)state;
	target_start(&target);
	vm = target_number(&target, "vm v");
	drm = expect_ok(target_getfd(&target, 0));
	reader = expect_ok(snoop_open("gpusim", 0));
	snoop = expect_ok(snoop_reopen(reader, O_RDWR));
	close(reader);
	expect_ok(snoop_register_flags(snoop, drm, DRM_SNOOP_REGISTER_WRITE, &client));
	expect_ok(snoop_bind_vm(snoop, client, vm, NULL));
	close(drm);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	target_stop(&target);
	close(snoop);
	return 0;
}

/* Pieces of all sizes and alignments are those of @wanted. */
static void check_pieces(void)
{
	static const size_t starts[] = { 0, 1, 4095, 4096, 0x10000 - 3, SIZE - 70001 };
	static const size_t sizes[] = { 1, 8, 4096, 4097, 60 * 1024, 70001 };
	unsigned int i, j;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		for (j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			memset(got, 0xee, sizeof(got));
			expect_equal(expect_ok(snoop_pread(snoop, got, sizes[j],
							   ADDR + starts[i])), sizes[j]);
			expect_bytes(got, wanted + starts[i], sizes[j]);
		}
}

static void test_visible(void **state)
{
	(void)state;
	target_cmd(&target, "bo b %#llx vram", SIZE);
	target_cmd(&target, "bind v %#llx b", ADDR);
	target_cmd(&target, "pattern b 0 %#llx 7", SIZE);
	/* The CPU of the target gives it back, so that nobody has reserved it. */
	target_cmd(&target, "fill v %#llx 8 0x0123456789abcdef", ADDR);
	model_fill(wanted, SIZE, 7, 0);
	memcpy(wanted, "\xef\xcd\xab\x89\x67\x45\x23\x01", 8);
	expect_true(strstr(target_cmd(&target, "info b"), "vram"));
	check_pieces();

	model_fill(wanted + 4093, 70001, 9, 0);
	expect_equal(expect_ok(snoop_pwrite(snoop, wanted + 4093, 70001, ADDR + 4093)), 70001);
	check_pieces();
	/* It is the engine's memory. */
	expect_equal(target_number(&target, "sum v %#llx %#llx", ADDR, SIZE),
		     crc32(0, wanted, SIZE));
	expect_true(strstr(target_cmd(&target, "info b"), "vram"));
}

static void test_invisible(void **state)
{
	(void)state;
	target_cmd(&target, "bo i %#llx vram nocpu", SIZE);
	target_cmd(&target, "bind v %#llx i", ADDR);
	target_cmd(&target, "fill v %#llx %#llx 0x0123456789abcdef", ADDR, SIZE);
	expect_true(strstr(target_cmd(&target, "info i"), "vram"));
	expect_error(snoop_pread(snoop, got, 8, ADDR), EOPNOTSUPP);
	expect_error(snoop_pwrite(snoop, got, 8, ADDR), EOPNOTSUPP);
	/* Moved to where the CPU reaches it, it is read. */
	target_cmd(&target, "swap i");
	expect_equal(expect_ok(snoop_pread(snoop, got, SIZE, ADDR)), SIZE);
	expect_equal(target_number(&target, "sum v %#llx %#llx", ADDR, SIZE), crc32(0, got, SIZE));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_visible, observe, leave),
		cmocka_unit_test_setup_teardown(test_invisible, observe, leave),
	};

	return run_group("snoop-window", tests, sizeof(tests) / sizeof(tests[0]), setup, teardown);
}
