// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * LIST: what it says, in pages of every size and in entries of every size.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "scene.h"
#include "snoop.h"

/* More than the kernel gathers at once. */
#define MANY		150
#define MANY_ADDR	0x7000000000ULL
#define MANY_STRIDE	0x3000ULL
#define MAX_ENTRIES	256

static unsigned char whole[MAX_ENTRIES * sizeof(struct drm_snoop_range)];

/* MANY clients, VMs of the scene's client, objects and ranges. */
struct crowd {
	struct scene *scene;
	int drms[MANY];
	__u32 vms[MANY];
};

static int crowd_setup(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	struct drm_gpusim_dev_query query;
	struct scene *scene;
	__u64 id;
	__u32 handle;
	int i;

	expect_true(crowd);
	scene_setup((void **)&crowd->scene);
	scene = crowd->scene;
	*state = crowd;
	expect_ok(gc_ioctl(scene->drm, DRM_IOCTL_GPUSIM_DEV_QUERY, &query));
	for (i = 0; i < MANY; i++) {
		crowd->drms[i] = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER,
							  O_RDWR));
		/* In another order than that of their ids. */
		if (i & 1)
			expect_ok(snoop_register(scene->snoop, crowd->drms[i - 1], &id));
		expect_ok(snoop_register(scene->snoop, crowd->drms[i], &id));
		if (i + 1U < query.max_vms)
			expect_ok(gc_vm_create(scene->drm, &crowd->vms[i]));
		expect_ok(gc_bo_create(scene->drm, GC_PAGE * (1 + i % 7), GC_SYSTEM, 0, &handle));
		/* Holes between handles. */
		if (i % 5 == 0)
			expect_ok(gc_bo_close(scene->drm, handle));
		expect_ok(gc_map(scene->drm, scene->vm, MANY_ADDR + i * MANY_STRIDE, scene->object,
				 GC_PAGE * (i % 16), GC_PAGE));
	}
	return 0;
}

static int crowd_teardown(void **state)
{
	struct crowd *crowd = *state;
	int i;

	for (i = 0; i < MANY; i++)
		close(crowd->drms[i]);
	scene_teardown((void **)&crowd->scene);
	free(crowd);
	return 0;
}

/* All of @what in one call; returns their number. */
static unsigned int list_whole(const struct scene *scene, __u32 what)
{
	return expect_ok(snoop_list(scene->snoop, what,
				    what == DRM_SNOOP_LIST_CLIENTS ? 0 : scene->client_id,
				    what == DRM_SNOOP_LIST_RANGES ? scene->vm : 0,
				    whole, MAX_ENTRIES, MAX_ENTRIES));
}

static struct drm_snoop_list list_request(const struct scene *scene, __u32 what)
{
	return (struct drm_snoop_list) {
		.what = what,
		.client_id = what == DRM_SNOOP_LIST_CLIENTS ? 0 : scene->client_id,
		.vm_id = what == DRM_SNOOP_LIST_RANGES ? scene->vm : 0,
		.entry_size = snoop_entry_size(what),
	};
}

/* Pages of each size up to all, one behind the other, give the whole. */
static void check_pages(const struct scene *scene, __u32 what)
{
	static unsigned char paged[sizeof(whole)];
	size_t size = snoop_entry_size(what);
	unsigned int count = list_whole(scene, what);
	unsigned int page;

	for (page = 1; page <= count + 1; page += page < 10 || page > 60 ? 1 : 9) {
		memset(paged, 0x5a, sizeof(paged));
		expect_equal(expect_ok(snoop_list(scene->snoop, what,
						  what == DRM_SNOOP_LIST_CLIENTS ? 0 :
						  scene->client_id,
						  what == DRM_SNOOP_LIST_RANGES ? scene->vm : 0,
						  paged, MAX_ENTRIES, page)), count);
		expect_bytes(paged, whole, count * size);
		/* Nothing behind the last entry was touched. */
		expect_equal(paged[count * size], 0x5a);
	}
}

static void test_pages_of_clients(void **state)
{
	struct crowd *crowd = *state;

	expect_equal(list_whole(crowd->scene, DRM_SNOOP_LIST_CLIENTS), MANY + 1);
	check_pages(crowd->scene, DRM_SNOOP_LIST_CLIENTS);
}

static void test_pages_of_vms(void **state)
{
	struct crowd *crowd = *state;

	expect_true(list_whole(crowd->scene, DRM_SNOOP_LIST_VMS) >= 2);
	check_pages(crowd->scene, DRM_SNOOP_LIST_VMS);
}

static void test_pages_of_objects(void **state)
{
	struct crowd *crowd = *state;

	expect_equal(list_whole(crowd->scene, DRM_SNOOP_LIST_OBJECTS), 2 + MANY - MANY / 5);
	check_pages(crowd->scene, DRM_SNOOP_LIST_OBJECTS);
}

static void test_pages_of_ranges(void **state)
{
	struct crowd *crowd = *state;

	expect_equal(list_whole(crowd->scene, DRM_SNOOP_LIST_RANGES), 2 + MANY);
	check_pages(crowd->scene, DRM_SNOOP_LIST_RANGES);
}

static void test_clients_ascend(void **state)
{
	struct crowd *crowd = *state;
	const struct drm_snoop_client *client = (void *)whole;
	unsigned int i, count = list_whole(crowd->scene, DRM_SNOOP_LIST_CLIENTS);

	expect_equal(client[0].client_id, crowd->scene->client_id);
	for (i = 0; i < MANY; i++) {
		__u64 id;

		expect_ok(snoop_fdinfo_client(crowd->drms[i], &id));
		expect_equal(client[i + 1].client_id, id);
		expect_true(client[i + 1].client_id > client[i].client_id);
	}
	expect_equal(count, MANY + 1);
}

static void test_vms(void **state)
{
	struct crowd *crowd = *state;
	const struct drm_snoop_vm *vm = (void *)whole;
	unsigned int i, count = list_whole(crowd->scene, DRM_SNOOP_LIST_VMS);
	struct drm_gpusim_dev_query query;

	expect_ok(gc_ioctl(crowd->scene->drm, DRM_IOCTL_GPUSIM_DEV_QUERY, &query));
	expect_equal(vm[0].vm_id, crowd->scene->vm);
	for (i = 0; i < count; i++) {
		if (i)
			expect_equal(vm[i].vm_id, crowd->vms[i - 1]);
		expect_true(vm[i].start < SCENE_ADDR);
		expect_equal(vm[i].end, 1ULL << query.va_bits);
		expect_equal(vm[i].flags, 0);
		expect_equal(vm[i].pad, 0);
		expect_true(memchr(vm[i].name, 0, sizeof(vm[i].name)));
	}
	expect_true(i < 2 || !crowd->vms[count - 1]);
}

static void test_objects(void **state)
{
	struct crowd *crowd = *state;
	const struct scene *scene = crowd->scene;
	const struct drm_snoop_object *object = (void *)whole;
	unsigned int i, j, count = list_whole(scene, DRM_SNOOP_LIST_OBJECTS);
	struct drm_gpusim_gem_info info;

	for (i = 0; i < count; i++) {
		expect_ok(gc_bo_info(scene->drm, object[i].handle, &info));
		expect_equal(object[i].size, info.size);
		expect_equal(object[i].kind, DRM_SNOOP_OBJECT_TTM);
		expect_equal(object[i].flags, DRM_SNOOP_READABLE);
		expect_true(object[i].object_id);
		if (object[i].handle == scene->vram)
			expect_equal(object[i].placement, DRM_SNOOP_PLACEMENT_VRAM);
		else
			expect_true(object[i].placement == DRM_SNOOP_PLACEMENT_SYSTEM ||
				    object[i].placement == DRM_SNOOP_PLACEMENT_TT);
		for (j = 0; j < i; j++) {
			expect_true(object[j].object_id != object[i].object_id);
			expect_true(object[j].handle < object[i].handle);
		}
	}
}

static void test_ranges(void **state)
{
	struct crowd *crowd = *state;
	const struct scene *scene = crowd->scene;
	const struct drm_snoop_range *range = (void *)whole;
	unsigned int i, count = list_whole(scene, DRM_SNOOP_LIST_RANGES);
	struct drm_snoop_object object, vram;

	expect_ok(snoop_find_object(scene->snoop, scene->client_id, scene->object, &object));
	expect_ok(snoop_find_object(scene->snoop, scene->client_id, scene->vram, &vram));
	expect_equal(range[0].start, SCENE_ADDR);
	expect_equal(range[0].end, SCENE_HOLE);
	expect_equal(range[0].object_id, object.object_id);
	expect_equal(range[0].object_offset, 0);
	expect_equal(range[0].placement, object.placement);
	expect_equal(range[1].start, SCENE_SECOND);
	expect_equal(range[1].end, SCENE_END);
	expect_equal(range[1].object_id, vram.object_id);
	expect_equal(range[1].object_offset, SCENE_OFFSET);
	expect_equal(range[1].placement, DRM_SNOOP_PLACEMENT_VRAM);
	for (i = 0; i < count; i++) {
		expect_equal(range[i].kind, DRM_SNOOP_RANGE_OBJECT);
		expect_equal(range[i].flags, DRM_SNOOP_READABLE);
		expect_equal(range[i].object_size, SCENE_SIZE);
		expect_equal(range[i].pad, 0);
		if (i < 2)
			continue;
		expect_equal(range[i].start, MANY_ADDR + (i - 2) * MANY_STRIDE);
		expect_equal(range[i].end, range[i].start + GC_PAGE);
		expect_equal(range[i].object_id, object.object_id);
		expect_equal(range[i].object_offset, GC_PAGE * ((i - 2) % 16));
		expect_true(range[i].generation != range[i - 1].generation);
	}
}

/* Entries that are shorter or longer than the kernel's. */
static void check_entry_sizes(const struct scene *scene, __u32 what)
{
	static unsigned char sized[6 * 4096 + 1], zeros[4096];
	size_t own = snoop_entry_size(what);
	unsigned int count = list_whole(scene, what), size, i;

	for (size = 8; size <= 4096; size += size < 160 ? 8 : 1312) {
		struct drm_snoop_list arg = list_request(scene, what);
		size_t known = own < size ? own : size;

		arg.entries = (unsigned long)sized;
		arg.count = 5;
		arg.entry_size = size;
		memset(sized, 0x5a, sizeof(sized));
		expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_LIST, &arg));
		expect_equal(arg.count, count < 5 ? count : 5);
		expect_equal(arg.entry_size, size);
		for (i = 0; i < arg.count; i++) {
			expect_bytes(sized + i * size, whole + i * own, known);
			expect_bytes(sized + i * size + known, zeros, size - known);
		}
		expect_equal(sized[i * size], 0x5a);
	}
}

static void test_entry_sizes(void **state)
{
	struct crowd *crowd = *state;
	__u32 what;

	for (what = DRM_SNOOP_LIST_CLIENTS; what <= DRM_SNOOP_LIST_RANGES; what++)
		check_entry_sizes(crowd->scene, what);
}

/* Each cursor gives the entries whose key is not below it. */
static void test_cursors(void **state)
{
	struct crowd *crowd = *state;
	const struct scene *scene = crowd->scene;
	struct drm_snoop_range range;
	struct drm_snoop_list arg;

	arg = list_request(scene, DRM_SNOOP_LIST_RANGES);
	arg.entries = (unsigned long)&range;
	arg.count = 1;
	arg.cursor = SCENE_HOLE + 1;
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_LIST, &arg));
	expect_equal(arg.count, 1);
	expect_equal(range.start, SCENE_SECOND);
	expect_true(arg.cursor > SCENE_SECOND && arg.cursor <= MANY_ADDR);

	arg.cursor = MANY_ADDR + 77 * MANY_STRIDE;
	arg.count = 1;
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_LIST, &arg));
	expect_equal(range.start, MANY_ADDR + 77 * MANY_STRIDE);
}

/* Beyond everything, and any number at all: nothing, and the end. */
static void test_cursors_beyond(void **state)
{
	static const __u64 cursors[] = {
		DRM_SNOOP_CURSOR_END, DRM_SNOOP_CURSOR_END - 1, 1ULL << 63, (1ULL << 63) - 1,
		1ULL << 48, (1ULL << 48) - 1,
	};
	struct crowd *crowd = *state;
	struct drm_snoop_list arg;
	unsigned int i;
	__u32 what;

	for (what = DRM_SNOOP_LIST_CLIENTS; what <= DRM_SNOOP_LIST_RANGES; what++) {
		for (i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
			arg = list_request(crowd->scene, what);
			arg.cursor = cursors[i];
			arg.entries = (unsigned long)whole;
			arg.count = 4;
			memset(whole, 0x5a, sizeof(whole));
			expect_ok(snoop_ioctl(crowd->scene->snoop, DRM_IOCTL_SNOOP_LIST, &arg));
			expect_equal(arg.count, 0);
			expect_true(arg.cursor == DRM_SNOOP_CURSOR_END);
			expect_equal(whole[0], 0x5a);
		}
	}
}

/* Handles have 32 bits, cursors 64. */
static void test_cursor_above_handles(void **state)
{
	struct crowd *crowd = *state;
	struct drm_snoop_list arg = list_request(crowd->scene, DRM_SNOOP_LIST_OBJECTS);

	arg.cursor = (1ULL << 32) + 1;
	arg.entries = (unsigned long)whole;
	arg.count = 4;
	expect_ok(snoop_ioctl(crowd->scene->snoop, DRM_IOCTL_SNOOP_LIST, &arg));
	expect_equal(arg.count, 0);
	expect_true(arg.cursor == DRM_SNOOP_CURSOR_END);
}

/* Room for @fit entries, and then nothing: more than the kernel says is there. */
static void check_fault(const struct scene *scene, __u32 what, unsigned int fit)
{
	struct drm_snoop_list arg = list_request(scene, what);
	const size_t room = 16 * 4096;
	unsigned char *map, *entries;
	unsigned int total = list_whole(scene, what), got = 0;
	int ret;

	map = mmap(NULL, room + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(map != MAP_FAILED);
	expect_ok(mprotect(map + room, 4096, PROT_NONE));
	entries = map + room - fit * arg.entry_size;
	do {
		arg.entries = (unsigned long)(entries + got * arg.entry_size);
		arg.count = MAX_ENTRIES;
		ret = snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_LIST, &arg);
		if (!ret)
			got += arg.count;
		expect_true(got <= fit);
	} while (!ret && arg.cursor != DRM_SNOOP_CURSOR_END);
	if (fit < total)
		expect_error(ret, EFAULT);
	else
		expect_equal(got, total);
	expect_bytes(entries, whole, got * arg.entry_size);
	munmap(map, room + 4096);
}

static void test_entries_end_at_page(void **state)
{
	static const unsigned int fits[] = { 0, 1, 2, 63, 64, 65, 128, 129, 152 };
	struct crowd *crowd = *state;
	unsigned int i;
	__u32 what;

	for (what = DRM_SNOOP_LIST_CLIENTS; what <= DRM_SNOOP_LIST_RANGES; what++)
		for (i = 0; i < sizeof(fits) / sizeof(fits[0]); i++)
			check_fault(crowd->scene, what, fits[i]);
}

/* An array that would end behind the address space. */
static void test_huge_count(void **state)
{
	struct crowd *crowd = *state;
	struct drm_snoop_list arg;
	__u32 what;

	for (what = DRM_SNOOP_LIST_CLIENTS; what <= DRM_SNOOP_LIST_RANGES; what++) {
		unsigned int total = list_whole(crowd->scene, what);

		arg = list_request(crowd->scene, what);
		arg.entries = (unsigned long)whole;
		arg.count = UINT_MAX;
		expect_ok(snoop_ioctl(crowd->scene->snoop, DRM_IOCTL_SNOOP_LIST, &arg));
		expect_equal(arg.count, total);
		expect_true(arg.cursor == DRM_SNOOP_CURSOR_END);
	}
}

/* Binding in the middle of a range leaves its ends, with the right offsets. */
static void test_split_range(void **state)
{
	struct scene *scene = *state;
	const struct drm_snoop_range *range = (void *)whole;

	expect_ok(gc_map(scene->drm, scene->vm, SCENE_ADDR + 0x4000, scene->vram, 0x1000, 0x2000));
	expect_ok(gc_unmap(scene->drm, scene->vm, SCENE_SECOND + 0x1000, 0x1000));
	expect_equal(list_whole(scene, DRM_SNOOP_LIST_RANGES), 5);
	expect_equal(range[0].start, SCENE_ADDR);
	expect_equal(range[0].end, SCENE_ADDR + 0x4000);
	expect_equal(range[0].object_offset, 0);
	expect_equal(range[1].start, SCENE_ADDR + 0x4000);
	expect_equal(range[1].end, SCENE_ADDR + 0x6000);
	expect_equal(range[1].object_offset, 0x1000);
	expect_equal(range[2].start, SCENE_ADDR + 0x6000);
	expect_equal(range[2].end, SCENE_HOLE);
	expect_equal(range[2].object_offset, 0x6000);
	expect_equal(range[2].object_id, range[0].object_id);
	expect_equal(range[3].end, SCENE_SECOND + 0x1000);
	expect_equal(range[4].start, SCENE_SECOND + 0x2000);
	expect_equal(range[4].object_offset, SCENE_OFFSET + 0x2000);
	expect_equal(range[4].object_id, range[1].object_id);
}

static void test_placements(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_object object;

	expect_ok(snoop_find_object(scene->snoop, scene->client_id, scene->vram, &object));
	expect_equal(object.placement, DRM_SNOOP_PLACEMENT_VRAM);
	expect_ok(gc_bo_migrate(scene->drm, scene->vram, GC_SYSTEM));
	expect_ok(snoop_find_object(scene->snoop, scene->client_id, scene->vram, &object));
	expect_true(object.placement == DRM_SNOOP_PLACEMENT_SYSTEM ||
		    object.placement == DRM_SNOOP_PLACEMENT_TT);
	expect_ok(gc_bo_migrate(scene->drm, scene->vram, GC_VRAM));
	expect_ok(snoop_find_object(scene->snoop, scene->client_id, scene->vram, &object));
	expect_equal(object.placement, DRM_SNOOP_PLACEMENT_VRAM);
}

static void test_exported_object(void **state)
{
	struct scene *scene = *state;
	struct drm_prime_handle prime = { .handle = scene->object, .flags = O_CLOEXEC };
	struct drm_snoop_object object;

	expect_ok(gc_ioctl(scene->drm, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime));
	expect_ok(snoop_find_object(scene->snoop, scene->client_id, scene->object, &object));
	expect_equal(object.flags, DRM_SNOOP_READABLE | DRM_SNOOP_EXPORTED);
	close(prime.fd);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)
#define TEST_CROWD(function) \
	cmocka_unit_test_setup_teardown(function, crowd_setup, crowd_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST_CROWD(test_pages_of_clients),
		TEST_CROWD(test_pages_of_vms),
		TEST_CROWD(test_pages_of_objects),
		TEST_CROWD(test_pages_of_ranges),
		TEST_CROWD(test_clients_ascend),
		TEST_CROWD(test_vms),
		TEST_CROWD(test_objects),
		TEST_CROWD(test_ranges),
		TEST_CROWD(test_entry_sizes),
		TEST_CROWD(test_cursors),
		TEST_CROWD(test_cursors_beyond),
		TEST_CROWD(test_cursor_above_handles),
		TEST_CROWD(test_entries_end_at_page),
		TEST_CROWD(test_huge_count),
		TEST(test_split_range),
		TEST(test_placements),
		TEST(test_exported_object),
	};

	return run_group("snoop-list", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
