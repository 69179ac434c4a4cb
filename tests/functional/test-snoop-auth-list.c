// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 180
 *
 * LIST never names another client: clients of several users share objects and bind
 * them in their own VMs; an observer is registered with each set of them in turn and
 * finds exactly what is theirs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth-targets.h"
#include "expect.h"
#include "gpusim-client.h"
#include "snoop.h"

#define CLIENTS		4
#define VMS		2
/* Of each client: one from each client, its own included, and one of a VM. */
#define OBJECTS		(CLIENTS + 1)
#define MAX_ENTRIES	32

/* The i-th client's addresses and sizes are nobody else's. */
#define ADDR(i, vm, k)	(0x5e0000000000ULL + 0x10000000000ULL * (i) + \
			 0x7000000000ULL * (vm) + 0x9d000000ULL * ((k) + 1))
#define PAGES(i, k)	(3ULL + 16 * (i) + (k))

struct member {
	struct auth_target target;
	/* A copy of its descriptor. */
	int drm;
	__u64 client_id;
	__u32 vms[VMS + 1];
	/* handles[i]: the object that client i made and gave to all */
	__u32 handles[OBJECTS];
	__u64 sizes[OBJECTS];
};

static struct member members[CLIENTS];

/* A process's client; what it holds is made through the copy of its descriptor. */
static void member_start(struct member *member, const char *kind)
{
	unsigned int i;

	for (i = 0; strcmp(auth_target_kinds[i].name, kind); i++)
		;
	expect_ok(auth_target_start(&member->target, &auth_target_kinds[i], -1));
	member->client_id = member->target.ready.clients[AUTH_RENDER].client_id;
	member->drm = expect_ok(auth_target_hand_out(&member->target));
	member->vms[0] = member->target.ready.clients[AUTH_RENDER].vm;
	for (i = 1; i <= VMS; i++)
		expect_ok(gc_vm_create(member->drm, &member->vms[i]));
}

static __u32 give(const struct member *from, __u32 handle, const struct member *to)
{
	struct drm_prime_handle prime = { .handle = handle, .flags = DRM_CLOEXEC | DRM_RDWR };

	expect_ok(gc_ioctl(from->drm, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime));
	expect_ok(gc_ioctl(to->drm, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime));
	close(prime.fd);
	return prime.handle;
}

/* Each client makes an object, and each gets it; all bind all of them. */
static void share(void)
{
	unsigned int i, k, vm;

	for (i = 0; i < CLIENTS; i++) {
		__u64 size = PAGES(i, 0) * GC_PAGE;
		struct member *maker = &members[i];

		expect_ok(gc_bo_create(maker->drm, size, GC_VRAM, 0, &maker->handles[i]));
		for (k = 0; k < CLIENTS; k++) {
			if (k != i)
				members[k].handles[i] = give(maker, maker->handles[i], &members[k]);
			members[k].sizes[i] = size;
		}
	}
	for (i = 0; i < CLIENTS; i++) {
		struct member *member = &members[i];

		member->sizes[CLIENTS] = PAGES(i, 1) * GC_PAGE;
		expect_ok(gc_bo_create(member->drm, member->sizes[CLIENTS], GC_SYSTEM,
				       member->vms[1], &member->handles[CLIENTS]));
		for (vm = 1; vm <= VMS; vm++)
			for (k = 0; k < (vm == 1 ? OBJECTS : CLIENTS); k++)
				expect_ok(gc_map(member->drm, member->vms[vm], ADDR(i, vm, k),
						 member->handles[k], GC_PAGE,
						 member->sizes[k] - GC_PAGE));
	}
}

static int setup(void **state)
{
	static const char *const kinds[CLIENTS] = { "plain", "of bob", "of root", "undumpable" };
	unsigned int i;

	expect_ok(auth_targets_prepare());
	for (i = 0; i < CLIENTS; i++)
		member_start(&members[i], kinds[i]);
	share();
	return 0;
}

static int teardown(void **state)
{
	unsigned int i;

	for (i = 0; i < CLIENTS; i++) {
		if (!members[i].target.pid)
			continue;
		close(members[i].drm);
		auth_target_stop(&members[i].target);
	}
	return 0;
}

/* No 6 bytes of @memory in a row are those of @number. */
static bool is_absent(const void *memory, size_t size, __u64 number)
{
	return !memmem(memory, size, &number, 6);
}

/* Not one byte of what was returned tells of the clients that are not @own. */
static void check_no_trace(const void *answer, size_t size, unsigned int own)
{
	unsigned int i, k, vm;

	for (i = 0; i < CLIENTS; i++) {
		if (i == own)
			continue;
		for (vm = 1; vm <= VMS; vm++) {
			for (k = 0; k < OBJECTS; k++) {
				__u64 start = ADDR(i, vm, k);

				expect_true(is_absent(answer, size, start));
				expect_true(is_absent(answer, size,
						      start + members[i].sizes[k] - GC_PAGE));
			}
		}
		expect_true(is_absent(answer, size, members[i].sizes[CLIENTS]));
	}
}

static void check_vms(int snoop, unsigned int i)
{
	static struct drm_snoop_vm vms[MAX_ENTRIES];
	unsigned int vm;

	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_VMS, members[i].client_id, 0,
					  vms, MAX_ENTRIES, MAX_ENTRIES)), VMS + 1);
	for (vm = 0; vm <= VMS; vm++)
		expect_equal(vms[vm].vm_id, members[i].vms[vm]);
	check_no_trace(vms, sizeof(vms), i);
}

/* The target's own object comes first; the others' ids are equal for all holders. */
static void check_objects(int snoop, unsigned int i, __u64 *ids)
{
	static struct drm_snoop_object objects[MAX_ENTRIES];
	struct drm_snoop_object object;
	unsigned int k;

	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_OBJECTS, members[i].client_id, 0,
					  objects, MAX_ENTRIES, MAX_ENTRIES)), OBJECTS + 1);
	for (k = 0; k < OBJECTS; k++) {
		expect_ok(snoop_find_object(snoop, members[i].client_id, members[i].handles[k],
					    &object));
		expect_equal(object.size, members[i].sizes[k]);
		ids[k] = object.object_id;
	}
	check_no_trace(objects, sizeof(objects), i);
}

static void check_ranges(int snoop, unsigned int i, const __u64 *ids)
{
	static struct drm_snoop_range ranges[MAX_ENTRIES];
	unsigned int k, vm;

	for (vm = 1; vm <= VMS; vm++) {
		unsigned int count = vm == 1 ? OBJECTS : CLIENTS;

		expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_RANGES,
						  members[i].client_id, members[i].vms[vm],
						  ranges, MAX_ENTRIES, MAX_ENTRIES)), count);
		for (k = 0; k < count; k++) {
			expect_equal(ranges[k].start, ADDR(i, vm, k));
			expect_equal(ranges[k].end,
				     ADDR(i, vm, k) + members[i].sizes[k] - GC_PAGE);
			expect_equal(ranges[k].object_id, ids[k]);
			expect_equal(ranges[k].object_offset, GC_PAGE);
		}
		check_no_trace(ranges, sizeof(ranges), i);
	}
}

/* Steps through all that is bound: where the next range begins is no news of others. */
static void check_walk(int snoop, unsigned int i)
{
	struct drm_snoop_range range;
	unsigned int k, vm;

	for (vm = 1; vm <= VMS; vm++) {
		__u64 addr = 0;

		expect_ok(snoop_bind_vm(snoop, members[i].client_id, members[i].vms[vm], NULL));
		for (k = 0; k < (vm == 1 ? OBJECTS : CLIENTS); k++) {
			expect_ok(snoop_query(snoop, addr, DRM_SNOOP_QUERY_NEXT, &range));
			expect_equal(range.start, ADDR(i, vm, k));
			addr = range.end;
		}
		expect_error(snoop_query(snoop, addr, DRM_SNOOP_QUERY_NEXT, &range), ENOENT);
	}
}

static void check_member(int snoop, unsigned int i)
{
	__u64 ids[OBJECTS], before[OBJECTS];

	check_vms(snoop, i);
	check_objects(snoop, i, before);
	check_ranges(snoop, i, before);
	check_walk(snoop, i);
	check_objects(snoop, i, ids);
	expect_bytes(ids, before, sizeof(ids));
}

/* Who is not registered is not known, whatever of theirs the others hold. */
static void check_stranger(int snoop, unsigned int i)
{
	const struct member *member = &members[i];
	struct drm_snoop_object objects[1];
	unsigned int k;
	__u32 what;

	for (what = DRM_SNOOP_LIST_VMS; what <= DRM_SNOOP_LIST_RANGES; what++)
		expect_error(snoop_list(snoop, what, member->client_id,
					what == DRM_SNOOP_LIST_RANGES ? member->vms[1] : 0,
					objects, 1, 1), ENOENT);
	for (k = 0; k <= VMS; k++)
		expect_error(snoop_bind_vm(snoop, member->client_id, member->vms[k], NULL), ENOENT);
	for (k = 0; k < OBJECTS; k++)
		expect_error(snoop_bind_object(snoop, member->client_id, member->handles[k], NULL),
			     ENOENT);
}

/* The state is a number with one bit for each client that is registered. */
static void test_set(void **state)
{
	const unsigned int set = (uintptr_t)*state;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	struct drm_snoop_client clients[CLIENTS + 1];
	unsigned int i, count = 0;
	__u64 id;

	for (i = 0; i < CLIENTS; i++) {
		if (!(set & 1 << i))
			continue;
		expect_ok(snoop_register(snoop, members[i].drm, &id));
		expect_equal(id, members[i].client_id);
		count++;
	}
	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients,
					  CLIENTS + 1, CLIENTS + 1)), count);
	/* Targets were started in the order of their client ids. */
	for (i = 0, count = 0; i < CLIENTS; i++) {
		if (set & 1 << i) {
			expect_equal(clients[count++].client_id, members[i].client_id);
			check_member(snoop, i);
		} else {
			check_stranger(snoop, i);
		}
	}
	close(snoop);
}

/* All hold the same objects, and only the same objects have the same id. */
static void test_identities(void **state)
{
	__u64 ids[CLIENTS][OBJECTS];
	unsigned int i, k;

	for (i = 0; i < CLIENTS; i++) {
		int snoop = expect_ok(snoop_open("gpusim", 0));
		__u64 id;

		expect_ok(snoop_register(snoop, members[i].drm, &id));
		check_objects(snoop, i, ids[i]);
		close(snoop);
	}
	expect_bytes(ids[1], ids[0], CLIENTS * sizeof(ids[0][0]));
	expect_bytes(ids[2], ids[0], CLIENTS * sizeof(ids[0][0]));
	expect_bytes(ids[3], ids[0], CLIENTS * sizeof(ids[0][0]));
	for (i = 0; i < CLIENTS; i++)
		for (k = 0; k < CLIENTS; k++)
			expect_true(i == k || ids[i][CLIENTS] != ids[k][CLIENTS]);
}

int main(void)
{
	static const char *const names[CLIENTS] = { "alice", "bob", "root", "undumpable" };
	static struct CMUnitTest tests[(1 << CLIENTS) + 1];
	unsigned int set, i;

	for (set = 0; set < 1 << CLIENTS; set++) {
		char *name = NULL;

		for (i = 0; i < CLIENTS; i++) {
			char *longer;

			if (!(set & 1 << i))
				continue;
			if (asprintf(&longer, "%s%s%s", name ?: "", name ? ", " : "", names[i]) < 0)
				return 1;
			free(name);
			name = longer;
		}
		if (asprintf((char **)&tests[set].name, "registered: %s", name ?: "nobody") < 0)
			return 1;
		free(name);
		tests[set].test_func = test_set;
		tests[set].initial_state = (void *)(uintptr_t)set;
	}
	tests[set].name = "identities";
	tests[set].test_func = test_identities;
	return run_group("snoop-auth-list", tests, set + 1, setup, teardown);
}
