// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * A BO that two clients share, as an application and a compositor do: an
 * observer of one client sees this client's mappings and nothing of the other's
 * VM: no address, no number, no id, no byte.
 */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "expect.h"
#include "snoop.h"
#include "target.h"
#include "model.h"

#define SIZE		0x10000ULL
#define OWN_ADDR	0x1110000000ULL
/* Addresses of the other client's, unlike any other number around. */
#define OTHER_ADDR	0x5ec2e7a5b000ULL
#define OTHER_PRIVATE	0x5ec2e7c6d000ULL
#define OWN_SEED	11
#define PRIVATE_SEED	12

struct pair {
	struct target target;
	/* Registered with client main only. */
	int snoop;
	__u64 main_id, other_id;
	__u64 main_vm;
	/* VMs of client other; the last id is none of main's. */
	__u64 other_vms[3];
	uint32_t other_shared, other_private;
};

/*
 * main: object "shared" at OWN_ADDR. other: the same object at OTHER_ADDR, from
 * its second page on, and in its own VMs an object that main has not got.
 */
static int pair_setup(void **state)
{
	static struct pair pair;
	struct target *target = &pair.target;
	int i, drm;

	memset(&pair, 0, sizeof(pair));
	*state = &pair;
	target_start(target);
	pair.main_id = target->client;
	pair.main_vm = target_number(target, "vm v");
	target_cmd(target, "bo shared %#llx vram", SIZE);
	target_cmd(target, "pattern shared 0 %#llx %u", SIZE, OWN_SEED);
	target_cmd(target, "bind v %#llx shared", OWN_ADDR);

	pair.other_id = target_value(target_cmd(target, "open other"), 0);
	target_cmd(target, "use other");
	for (i = 0; i < 3; i++)
		pair.other_vms[i] = target_number(target, "vm o%d", i);
	pair.other_shared = target_number(target, "import shared main shared");
	pair.other_private = target_number(target, "bo private %#llx system", SIZE);
	target_cmd(target, "pattern private 0 %#llx %u", SIZE, PRIVATE_SEED);
	for (i = 0; i < 3; i++) {
		target_cmd(target, "bind o%d %#llx shared 0x1000", i, OTHER_ADDR);
		target_cmd(target, "bind o%d %#llx private", i, OTHER_PRIVATE);
	}
	target_cmd(target, "use main");

	pair.snoop = expect_ok(snoop_open("gpusim", 0));
	drm = expect_ok(target_getfd(target, 0));
	expect_ok(snoop_register(pair.snoop, drm, &pair.main_id));
	expect_equal(pair.main_id, target->client);
	close(drm);
	return 0;
}

static int pair_teardown(void **state)
{
	struct pair *pair = *state;

	close(pair->snoop);
	target_kill(&pair->target);
	return 0;
}

/* Opens a snoop file that is registered with client other only. */
static int open_other(struct pair *pair)
{
	int snoop = expect_ok(snoop_open("gpusim", 0));
	int fd = target_value(target_cmd(&pair->target, "client other"), 1);
	int drm = expect_ok(target_getfd(&pair->target, fd));
	__u64 id;

	expect_ok(snoop_register(snoop, drm, &id));
	expect_equal(id, pair->other_id);
	close(drm);
	return snoop;
}

static void bind_main(const struct pair *pair)
{
	expect_ok(snoop_bind_vm(pair->snoop, pair->main_id, pair->main_vm, NULL));
}

static void test_ranges(void **state)
{
	struct pair *pair = *state;
	struct drm_snoop_range ranges[8];

	expect_equal(expect_ok(snoop_list(pair->snoop, DRM_SNOOP_LIST_RANGES, pair->main_id,
					  pair->main_vm, ranges, 8, 8)), 1);
	expect_equal(ranges[0].start, OWN_ADDR);
	expect_equal(ranges[0].end, OWN_ADDR + SIZE);
	expect_equal(ranges[0].object_offset, 0);
	expect_equal(ranges[0].flags, DRM_SNOOP_READABLE | DRM_SNOOP_EXPORTED);
}

static void test_query(void **state)
{
	struct pair *pair = *state;
	struct drm_snoop_range range;

	bind_main(pair);
	expect_ok(snoop_query(pair->snoop, 0, DRM_SNOOP_QUERY_NEXT, &range));
	expect_equal(range.start, OWN_ADDR);
	expect_error(snoop_query(pair->snoop, OWN_ADDR + SIZE, DRM_SNOOP_QUERY_NEXT, &range),
		     ENOENT);
	expect_error(snoop_query(pair->snoop, OTHER_ADDR, 0, &range), ENOENT);
	expect_error(snoop_query(pair->snoop, OTHER_PRIVATE, 0, &range), ENOENT);
}

static void test_seek(void **state)
{
	struct pair *pair = *state;
	__u64 position;

	bind_main(pair);
	expect_ok(snoop_seek(pair->snoop, 0, SEEK_DATA, &position));
	expect_equal(position, OWN_ADDR);
	expect_error(snoop_seek(pair->snoop, OWN_ADDR + SIZE, SEEK_DATA, &position), ENXIO);
	expect_ok(snoop_seek(pair->snoop, OTHER_ADDR, SEEK_HOLE, &position));
	expect_equal(position, OTHER_ADDR);
}

static void test_read(void **state)
{
	struct pair *pair = *state;
	static uint8_t got[SIZE], wanted[SIZE];

	bind_main(pair);
	expect_equal(snoop_pread(pair->snoop, got, SIZE, OWN_ADDR), SIZE);
	model_fill(wanted, SIZE, OWN_SEED, 0);
	expect_bytes(got, wanted, SIZE);
	expect_error(snoop_pread(pair->snoop, got, 1, OTHER_ADDR), EIO);
	expect_error(snoop_pread(pair->snoop, got, 1, OTHER_PRIVATE), EIO);
}

static void test_lists_of_ids(void **state)
{
	struct pair *pair = *state;
	struct drm_snoop_client clients[4];
	struct drm_snoop_vm vms[4];
	struct drm_snoop_object objects[4];

	expect_equal(expect_ok(snoop_list(pair->snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0,
					  clients, 4, 4)), 1);
	expect_equal(clients[0].client_id, pair->main_id);
	expect_equal(expect_ok(snoop_list(pair->snoop, DRM_SNOOP_LIST_VMS, pair->main_id, 0,
					  vms, 4, 4)), 1);
	expect_equal(vms[0].vm_id, pair->main_vm);
	expect_equal(expect_ok(snoop_list(pair->snoop, DRM_SNOOP_LIST_OBJECTS, pair->main_id, 0,
					  objects, 4, 4)), 1);
	expect_equal(objects[0].flags, DRM_SNOOP_READABLE | DRM_SNOOP_EXPORTED);
}

/* The other client's keys and ids are unknown, not forbidden. */
static void test_ids_of_other(void **state)
{
	struct pair *pair = *state;
	struct drm_snoop_object objects[8];

	bind_main(pair);
	expect_error(snoop_bind_vm(pair->snoop, pair->other_id, pair->other_vms[0], NULL), ENOENT);
	expect_error(snoop_bind_vm(pair->snoop, pair->main_id, pair->other_vms[2], NULL), ENOENT);
	expect_error(snoop_bind_object(pair->snoop, pair->other_id, pair->other_shared, NULL),
		     ENOENT);
	expect_error(snoop_bind_object(pair->snoop, pair->main_id, pair->other_private, NULL),
		     ENOENT);
	expect_error(snoop_list(pair->snoop, DRM_SNOOP_LIST_VMS, pair->other_id, 0, objects, 1, 1),
		     ENOENT);
	expect_error(snoop_list(pair->snoop, DRM_SNOOP_LIST_OBJECTS, pair->other_id, 0, objects,
				8, 8), ENOENT);
	expect_error(snoop_list(pair->snoop, DRM_SNOOP_LIST_RANGES, pair->main_id,
				pair->other_vms[2], objects, 1, 1), ENOENT);
}

/* Looks for a number anywhere in what the kernel wrote. */
static bool contains(const void *memory, size_t size, uint64_t number)
{
	const uint8_t *bytes = memory;
	size_t i;

	for (i = 0; i + 6 <= size; i++)
		if (!memcmp(bytes + i, &number, 6))
			return true;
	return false;
}

/* In no answer of any call is there an address of the other's. */
static void test_no_trace(void **state)
{
	struct pair *pair = *state;
	static uint8_t answers[4096];
	__u64 addr;
	__u32 what;

	bind_main(pair);
	for (what = DRM_SNOOP_LIST_VMS; what <= DRM_SNOOP_LIST_RANGES; what++) {
		memset(answers, 0, sizeof(answers));
		expect_ok(snoop_list(pair->snoop, what, pair->main_id,
				     what == DRM_SNOOP_LIST_RANGES ? pair->main_vm : 0,
				     answers, 16, 16));
		for (addr = OTHER_ADDR; addr <= OTHER_ADDR + SIZE; addr += 0x1000)
			expect_true(!contains(answers, sizeof(answers), addr));
		for (addr = OTHER_PRIVATE; addr <= OTHER_PRIVATE + SIZE; addr += 0x1000)
			expect_true(!contains(answers, sizeof(answers), addr));
	}
}

/* The other way round it is the same: and the object is one and the same. */
static void test_from_other_side(void **state)
{
	struct pair *pair = *state;
	static uint8_t got[SIZE], wanted[SIZE];
	struct drm_snoop_range ranges[8];
	struct drm_snoop_object own, others;
	int snoop = open_other(pair);

	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_RANGES, pair->other_id,
					  pair->other_vms[2], ranges, 8, 8)), 2);
	expect_equal(ranges[0].start, OTHER_ADDR);
	expect_equal(ranges[0].end, OTHER_ADDR + SIZE - 0x1000);
	expect_equal(ranges[0].object_offset, 0x1000);
	expect_equal(ranges[1].start, OTHER_PRIVATE);
	expect_ok(snoop_find_object(pair->snoop, pair->main_id, 1, &own));
	expect_ok(snoop_find_object(snoop, pair->other_id, pair->other_shared, &others));
	expect_equal(others.object_id, own.object_id);
	expect_equal(ranges[0].object_id, own.object_id);
	expect_true(ranges[1].object_id != own.object_id);

	expect_ok(snoop_bind_vm(snoop, pair->other_id, pair->other_vms[2], NULL));
	expect_equal(snoop_pread(snoop, got, SIZE, OTHER_ADDR), SIZE - 0x1000);
	model_fill(wanted, SIZE - 0x1000, OWN_SEED, 0x1000);
	expect_bytes(got, wanted, SIZE - 0x1000);
	expect_equal(snoop_pread(snoop, got, SIZE, OTHER_PRIVATE), SIZE);
	model_fill(wanted, SIZE, PRIVATE_SEED, 0);
	expect_bytes(got, wanted, SIZE);
	expect_error(snoop_pread(snoop, got, 1, OWN_ADDR), EIO);
	close(snoop);
}

/* Registered with both, each VM still has only its own. */
static void test_both_registered(void **state)
{
	struct pair *pair = *state;
	int fd = target_value(target_cmd(&pair->target, "client other"), 1);
	int drm = expect_ok(target_getfd(&pair->target, fd));
	struct drm_snoop_range ranges[8];
	__u64 id;

	expect_ok(snoop_register(pair->snoop, drm, &id));
	close(drm);
	expect_equal(expect_ok(snoop_list(pair->snoop, DRM_SNOOP_LIST_RANGES, pair->main_id,
					  pair->main_vm, ranges, 8, 8)), 1);
	expect_equal(ranges[0].start, OWN_ADDR);
	expect_equal(expect_ok(snoop_list(pair->snoop, DRM_SNOOP_LIST_RANGES, pair->other_id,
					  pair->other_vms[0], ranges, 8, 8)), 2);
	expect_equal(ranges[0].start, OTHER_ADDR);
	expect_error(snoop_bind_vm(pair->snoop, pair->main_id, pair->other_vms[2], NULL), ENOENT);
	expect_ok(snoop_bind_vm(pair->snoop, pair->other_id, pair->other_vms[2], NULL));
}

/* The other's end or work changes nothing here. */
static void test_other_ends(void **state)
{
	struct pair *pair = *state;
	static uint8_t got[SIZE], wanted[SIZE];

	bind_main(pair);
	target_cmd(&pair->target, "use other");
	target_cmd(&pair->target, "fill o1 %#llx 0x1000 0x4141414141414141", OTHER_ADDR);
	target_cmd(&pair->target, "use main");
	model_fill(wanted, SIZE, OWN_SEED, 0);
	/* The second page of the object: it is the first in the other's VM. */
	memset(wanted + 0x1000, 0x41, 0x1000);
	expect_equal(snoop_pread(pair->snoop, got, SIZE, OWN_ADDR), SIZE);
	expect_bytes(got, wanted, SIZE);
	target_cmd(&pair->target, "closefd other");
	expect_equal(snoop_pread(pair->snoop, got, SIZE, OWN_ADDR), SIZE);
	expect_bytes(got, wanted, SIZE);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_ranges),
		TEST(test_query),
		TEST(test_seek),
		TEST(test_read),
		TEST(test_lists_of_ids),
		TEST(test_ids_of_other),
		TEST(test_no_trace),
		TEST(test_from_other_side),
		TEST(test_both_registered),
		TEST(test_other_ends),
	};

	return run_group("snoop-shared", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
