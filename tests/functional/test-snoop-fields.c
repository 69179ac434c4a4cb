// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * Every member of drm_snoop's structures with every value that it may not have, as
 * one test each, and members that may have any.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "calls.h"
#include "expect.h"
#include "scene.h"
#include "snoop.h"

/* One rejected member of an otherwise valid argument. */
struct reject {
	const char *name;
	enum call call;
	unsigned int offset;
	unsigned int size;
	/* Or-ed to the valid value instead of replacing it. */
	bool add;
	unsigned long long value;
	int error;
};

#define REJECT(call, type, member, add, value, error) \
	{ #call ": " #member " " #value, call, offsetof(struct type, member), \
	  sizeof(((struct type *)0)->member), add, value, error }
#define SET_REGISTER(member, value, error) \
	REJECT(REGISTER, drm_snoop_register, member, false, value, error)
#define SET_LIST(call, member, value, error) \
	REJECT(call, drm_snoop_list, member, false, value, error)
#define ADD_LIST(call, member, value, error) \
	REJECT(call, drm_snoop_list, member, true, value, error)
#define SET_BIND(call, member, value, error) \
	REJECT(call, drm_snoop_bind, member, false, value, error)
#define ADD_BIND(call, member, value, error) \
	REJECT(call, drm_snoop_bind, member, true, value, error)
#define SET_QUERY(member, value, error) \
	REJECT(QUERY, drm_snoop_query_range, member, false, value, error)

#define SET_MEM(member, value, error) \
	REJECT(REGISTER_MEM, drm_snoop_register_mem, member, false, value, error)
#define SET_PAGES(member, value, error) \
	REJECT(QUERY_PAGES, drm_snoop_query_pages, member, false, value, error)

#define SET_SNAPSHOT(member, value, error) \
	REJECT(SNAPSHOT, drm_snoop_snapshot, member, false, value, error)
#define ADD_SNAPSHOT(member, value, error) \
	REJECT(SNAPSHOT, drm_snoop_snapshot, member, true, value, error)

/* Members that all kinds of LIST treat alike. */
#define LIST_REJECTS(call) \
	SET_LIST(call, flags, 1, EINVAL), \
	SET_LIST(call, flags, 0x80000000, EINVAL), \
	SET_LIST(call, count, 0, EINVAL), \
	SET_LIST(call, entry_size, 0, EINVAL), \
	SET_LIST(call, entry_size, 1, EINVAL), \
	SET_LIST(call, entry_size, 4, EINVAL), \
	SET_LIST(call, entry_size, 12, EINVAL), \
	ADD_LIST(call, entry_size, 1, EINVAL), \
	SET_LIST(call, entry_size, 4095, EINVAL), \
	SET_LIST(call, entry_size, 4104, EINVAL), \
	SET_LIST(call, entry_size, 0x10000, EINVAL), \
	SET_LIST(call, entry_size, 0xfffffff8, EINVAL), \
	SET_LIST(call, entries, 0, EFAULT), \
	SET_LIST(call, entries, 8, EFAULT), \
	SET_LIST(call, entries, 0x0000800000000000, EFAULT), \
	SET_LIST(call, entries, 0xffff888000000000, EFAULT), \
	SET_LIST(call, entries, 0xffffffff81000000, EFAULT), \
	SET_LIST(call, entries, 0xfffffffffffffff8, EFAULT)

/* Members that both kinds of BIND treat alike. */
#define BIND_REJECTS(call) \
	SET_BIND(call, client_id, 0, ENOENT), \
	ADD_BIND(call, client_id, 1ULL << 32, ENOENT), \
	ADD_BIND(call, client_id, 1ULL << 63, ENOENT), \
	SET_BIND(call, client_id, ULLONG_MAX, ENOENT), \
	SET_BIND(call, what, 0, EINVAL), \
	SET_BIND(call, what, 3, EINVAL), \
	ADD_BIND(call, what, 0x100, EINVAL), \
	SET_BIND(call, what, UINT_MAX, EINVAL), \
	SET_BIND(call, flags, 1, EINVAL), \
	SET_BIND(call, flags, 0x80000000, EINVAL), \
	SET_BIND(call, id, 0, ENOENT), \
	SET_BIND(call, id, 0x7fffffff, ENOENT), \
	SET_BIND(call, id, 0x80000000, ENOENT), \
	SET_BIND(call, id, 0xffffffff, ENOENT)

static const struct reject rejects[] = {
	SET_REGISTER(fd, -1, EBADF),
	SET_REGISTER(fd, INT_MAX, EBADF),
	SET_REGISTER(fd, INT_MIN, EBADF),
	/* The snoop file is open for reading only. */
	SET_REGISTER(flags, DRM_SNOOP_REGISTER_WRITE, EACCES),
	SET_REGISTER(flags, 2, EINVAL),
	SET_REGISTER(flags, 3, EINVAL),
	SET_REGISTER(flags, 0x80000000, EINVAL),

	SET_MEM(fd, -1, EBADF),
	SET_MEM(fd, INT_MAX, EBADF),
	SET_MEM(fd, INT_MIN, EBADF),
	/* Standard input is something else. */
	SET_MEM(fd, 0, EINVAL),
	/* The snoop file is open for reading only. */
	SET_MEM(flags, DRM_SNOOP_REGISTER_WRITE, EACCES),
	SET_MEM(flags, 2, EINVAL),
	SET_MEM(flags, 0x80000000, EINVAL),

	LIST_REJECTS(LIST_CLIENTS),
	SET_LIST(LIST_CLIENTS, what, 0, EINVAL),
	SET_LIST(LIST_CLIENTS, what, 5, EINVAL),
	ADD_LIST(LIST_CLIENTS, what, 0x100, EINVAL),
	SET_LIST(LIST_CLIENTS, what, UINT_MAX, EINVAL),
	SET_LIST(LIST_CLIENTS, client_id, 1, EINVAL),
	SET_LIST(LIST_CLIENTS, client_id, 1ULL << 63, EINVAL),
	SET_LIST(LIST_CLIENTS, vm_id, 1, EINVAL),
	SET_LIST(LIST_CLIENTS, vm_id, 1ULL << 63, EINVAL),

	LIST_REJECTS(LIST_VMS),
	SET_LIST(LIST_VMS, client_id, 0, ENOENT),
	ADD_LIST(LIST_VMS, client_id, 1ULL << 32, ENOENT),
	SET_LIST(LIST_VMS, client_id, ULLONG_MAX, ENOENT),
	SET_LIST(LIST_VMS, vm_id, 1, EINVAL),
	SET_LIST(LIST_VMS, vm_id, 1ULL << 63, EINVAL),

	LIST_REJECTS(LIST_OBJECTS),
	SET_LIST(LIST_OBJECTS, client_id, 0, ENOENT),
	ADD_LIST(LIST_OBJECTS, client_id, 1ULL << 32, ENOENT),
	SET_LIST(LIST_OBJECTS, client_id, ULLONG_MAX, ENOENT),
	SET_LIST(LIST_OBJECTS, vm_id, 1, EINVAL),
	SET_LIST(LIST_OBJECTS, vm_id, 1ULL << 63, EINVAL),

	LIST_REJECTS(LIST_RANGES),
	SET_LIST(LIST_RANGES, client_id, 0, ENOENT),
	ADD_LIST(LIST_RANGES, client_id, 1ULL << 32, ENOENT),
	SET_LIST(LIST_RANGES, client_id, ULLONG_MAX, ENOENT),
	SET_LIST(LIST_RANGES, vm_id, 0, ENOENT),
	SET_LIST(LIST_RANGES, vm_id, 1000, ENOENT),
	ADD_LIST(LIST_RANGES, vm_id, 1ULL << 32, ENOENT),
	ADD_LIST(LIST_RANGES, vm_id, 1ULL << 63, ENOENT),
	SET_LIST(LIST_RANGES, vm_id, ULLONG_MAX, ENOENT),

	BIND_REJECTS(BIND_VM),
	ADD_BIND(BIND_VM, id, 1ULL << 32, ENOENT),
	ADD_BIND(BIND_VM, id, 1ULL << 63, ENOENT),
	SET_BIND(BIND_VM, id, ULLONG_MAX, ENOENT),

	BIND_REJECTS(BIND_OBJECT),
	ADD_BIND(BIND_OBJECT, id, 1ULL << 32, EINVAL),
	ADD_BIND(BIND_OBJECT, id, 1ULL << 63, EINVAL),
	SET_BIND(BIND_OBJECT, id, ULLONG_MAX, EINVAL),

	SET_QUERY(flags, 2, EINVAL),
	SET_QUERY(flags, DRM_SNOOP_QUERY_NEXT | 2, EINVAL),
	SET_QUERY(flags, 0x80000000, EINVAL),
	SET_QUERY(pad, 1, EINVAL),
	SET_QUERY(pad, 0x80000000, EINVAL),
	SET_QUERY(addr, 0, ENOENT),
	SET_QUERY(addr, SCENE_ADDR - 1, ENOENT),
	SET_QUERY(addr, SCENE_HOLE, ENOENT),
	SET_QUERY(addr, SCENE_SECOND - 1, ENOENT),
	SET_QUERY(addr, SCENE_END, ENOENT),
	SET_QUERY(addr, 1ULL << 48, ENOENT),
	SET_QUERY(addr, 1ULL << 63, ENOENT),
	SET_QUERY(addr, ULLONG_MAX, ENOENT),

	SET_PAGES(flags, 1, EINVAL),
	SET_PAGES(flags, 0x80000000, EINVAL),
	SET_PAGES(pad, 1, EINVAL),
	SET_PAGES(pad, 0x80000000, EINVAL),
	SET_PAGES(end, 0, EINVAL),
	SET_PAGES(end, SCENE_ADDR, EINVAL),
	SET_PAGES(end, SCENE_ADDR - 1, EINVAL),
	SET_PAGES(count, 0, EINVAL),
	SET_PAGES(entry_size, 0, EINVAL),
	SET_PAGES(entry_size, 4, EINVAL),
	SET_PAGES(entry_size, 12, EINVAL),
	SET_PAGES(entry_size, 4104, EINVAL),
	SET_PAGES(entry_size, 0xfffffff8, EINVAL),
	SET_PAGES(entries, 0, EFAULT),
	SET_PAGES(entries, 8, EFAULT),
	SET_PAGES(entries, 0x0000800000000000, EFAULT),
	SET_PAGES(entries, 0xffffffff81000000, EFAULT),

	SET_SNAPSHOT(flags, 1, EINVAL),
	SET_SNAPSHOT(flags, 2, EINVAL),
	SET_SNAPSHOT(flags, 0x80000000, EINVAL),
	SET_SNAPSHOT(budget_ms, 1, EINVAL),
	SET_SNAPSHOT(stopped_us, 1, EINVAL),
	SET_SNAPSHOT(pad, 1, EINVAL),
	SET_SNAPSHOT(pad2, 1, EINVAL),
	ADD_SNAPSHOT(addr, 1, EINVAL),
	ADD_SNAPSHOT(addr, 0xfff, EINVAL),
	SET_SNAPSHOT(addr, 0xfffffffffffff000, EOVERFLOW),
	SET_SNAPSHOT(size, 0, EINVAL),
	SET_SNAPSHOT(size, 1, EINVAL),
	ADD_SNAPSHOT(size, 0xfff, EINVAL),
	SET_SNAPSHOT(size, 1ULL << 63, EFBIG),
	SET_SNAPSHOT(size, 0xfffffffffffff000, EFBIG),
	SET_SNAPSHOT(progress, 8, EFAULT),
	SET_SNAPSHOT(progress, 0x0000800000000000, EFAULT),
	SET_SNAPSHOT(progress, 0xffffffff81000000, EFAULT),
};

/* The registered test's function: its state is a row of rejects. */
static void test_rejected(void **state)
{
	const struct reject *reject = *state;
	union argument *arg;
	struct scene *scene;
	unsigned long long value = 0;
	void *made;

	scene_setup(&made);
	scene = made;
	scene_bind(scene);
	/* Only one member is wrong: without that the call is accepted. */
	arg = call_valid(scene, reject->call);
	expect_ok(snoop_ioctl(scene->snoop, call_request(reject->call), arg));
	if (reject->call == SNAPSHOT)
		close(arg->snapshot.fd);

	scene_bind(scene);
	arg = call_valid(scene, reject->call);
	if (reject->add)
		memcpy(&value, arg->bytes + reject->offset, reject->size);
	value |= reject->value;
	memcpy(arg->bytes + reject->offset, &value, reject->size);
	call_rejected(scene, call_request(reject->call), arg, reject->error);
	scene_teardown(&made);
}

/* Members that are returned may have any value before. */
static void test_outputs_are_ignored(void **state)
{
	struct scene *scene = *state;
	union argument *arg;

	scene_bind(scene);
	arg = call_valid(scene, CARD_INFO);
	memset(arg, 0xff, sizeof(arg->card_info));
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_CARD_INFO, arg));
	expect_equal(arg->card_info.pad, 0);

	arg = call_valid(scene, REGISTER);
	arg->reg.client_id = ULLONG_MAX;
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_REGISTER, arg));
	expect_equal(arg->reg.client_id, scene->client_id);

	arg = call_valid(scene, BIND_OBJECT);
	arg->bind.size = ULLONG_MAX;
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_BIND, arg));
	expect_equal(arg->bind.size, SCENE_SIZE);

	scene_bind(scene);
	arg = call_valid(scene, QUERY);
	memset(&arg->query.range, 0xff, sizeof(arg->query.range));
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_QUERY_RANGE, arg));
	expect_equal(arg->query.range.start, SCENE_ADDR);
	expect_equal(arg->query.range.pad, 0);
}

int main(void)
{
	const size_t rows = sizeof(rejects) / sizeof(rejects[0]);
	struct CMUnitTest *tests = calloc(rows + 1, sizeof(*tests));
	size_t i;
	int ret;

	if (!tests)
		return 1;
	for (i = 0; i < rows; i++) {
		tests[i] = (struct CMUnitTest) {
			.test_func = test_rejected,
			.initial_state = (void *)&rejects[i],
		};
		if (asprintf((char **)&tests[i].name, "%s is %s", rejects[i].name,
			     strerrorname_np(rejects[i].error)) < 0)
			return 1;
	}
	tests[rows] = (struct CMUnitTest)
		cmocka_unit_test_setup_teardown(test_outputs_are_ignored, scene_setup,
						scene_teardown);
	ret = run_group("snoop-fields", tests, rows + 1, NULL, NULL);
	for (i = 0; i < rows; i++)
		free((char *)tests[i].name);
	free(tests);
	return ret;
}
