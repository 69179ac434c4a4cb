// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "auth-callers.h"
#include "auth-cell.h"
#include "auth-matrix.h"
#include "auth-targets.h"
#include "expect.h"
#include "snoop.h"
#include "yama.h"

#define NAME_SIZE	128
#define MAX_TARGETS	32

/* One caller looks at one target, in all ways, in one process. */
struct group {
	char scope;
	const struct auth_caller_kind *caller;
	const struct auth_target_kind *kind;
	/* Number of the target among those that run, unless it is a descendant. */
	unsigned int target;
};

struct cell {
	struct group group;
	enum auth_way way;
};

/* What a caller was told and found. */
struct visit {
	const struct group *group;
	/* of the descendant: the caller's own is gone when it is judged */
	struct auth_target target;
	int started;
	struct auth_attempt attempts[AUTH_WAYS];
};

static struct auth_target targets[MAX_TARGETS];
static int lessor;
/* The group that was visited last, and what came of it. */
static struct visit visited;
static unsigned int granted, refused;

/* A lease of nothing: any number of them can be made of one card. */
static int lease(void)
{
	struct drm_mode_create_lease args = { .flags = O_CLOEXEC };

	return drmIoctl(lessor, DRM_IOCTL_MODE_CREATE_LEASE, &args) ? -errno : (int)args.fd;
}

/* Its id: drivers of KMS cards may show none in fdinfo, so the holder asks. */
static __u64 client_of_lease(int fd)
{
	int snoop = expect_ok(snoop_open("virtio_gpu", 0));
	__u64 id;

	expect_ok(snoop_register(snoop, fd, &id));
	close(snoop);
	return id;
}

static bool is_sensible(const struct group *group, enum auth_way way)
{
	/* A descendant is given no lease. */
	if (way == AUTH_BY_LEASE && group->kind->descendant)
		return false;
	/* Yama decides about processes, whatever their descriptors are. */
	if (way == AUTH_BY_PRIMARY || way == AUTH_BY_LEASE)
		return group->scope == '0' || group->scope == '3';
	return true;
}

static void visit(void *data)
{
	struct visit *visit = data;
	const struct group *group = visit->group;
	int way;

	if (group->kind->descendant) {
		visit->started = auth_target_start(&visit->target, group->kind, -1);
		if (visit->started)
			return;
	} else {
		visit->target = targets[group->target];
	}
	for (way = 0; way < AUTH_WAYS; way++)
		if (is_sensible(group, way))
			auth_attempt(&visit->target, way, &visit->attempts[way]);
	if (group->kind->descendant)
		auth_target_stop(&visit->target);
}

static void test_cell(void **state)
{
	const struct cell *cell = *state;
	const struct group *group = &cell->group;
	const struct auth_attempt *attempt = &visited.attempts[cell->way];

	if (!visited.group || memcmp(visited.group, group, sizeof(*group))) {
		expect_ok(yama_set_scope(group->scope));
		memset(&visited, 0, sizeof(visited));
		visited.group = group;
		auth_caller_run(group->caller, visit, &visited, sizeof(visited));
	}
	expect_ok(visited.started);
	print_message("# kernel: %s\n", attempt->answer ? strerrorname_np(-attempt->answer) : "yes");
	auth_judge(&visited.target, cell->way, attempt);
	if (cell->way != AUTH_BY_SOCKET && cell->way != AUTH_BY_REOPENING)
		attempt->answer ? refused++ : granted++;
}

/* A table of nothing but refusals would prove nothing. */
static void test_both_answers(void **state)
{
	const char *scopes = *state;

	expect_true(refused > 0);
	if (strcmp(scopes, "3"))
		expect_true(granted > 0);
	else
		expect_equal(granted, 0);
}

static int setup(void **state)
{
	int snoop = snoop_open("virtio_gpu", 0), given, ret;
	unsigned int i;

	/* The first to open it is master. */
	lessor = snoop < 0 ? snoop : snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR);
	expect_ok(lessor);
	close(snoop);
	expect_ok(auth_targets_prepare());
	for (i = 0; i < auth_target_kind_count; i++) {
		if (auth_target_kinds[i].descendant)
			continue;
		given = expect_ok(lease());
		ret = auth_target_start(&targets[i], &auth_target_kinds[i], given);
		if (ret)
			expect_failed(__FILE__, __LINE__, "no target '%s': %s",
				      auth_target_kinds[i].name, strerrorname_np(-ret));
		targets[i].ready.clients[AUTH_LEASE].client_id = client_of_lease(given);
		close(given);
	}
	return 0;
}

static int teardown(void **state)
{
	unsigned int i;

	for (i = 0; i < auth_target_kind_count; i++)
		if (targets[i].pid)
			auth_target_stop(&targets[i]);
	close(lessor);
	return 0;
}

static void add_group(struct CMUnitTest *tests, size_t *count, const struct group *group)
{
	enum auth_way way;

	for (way = 0; way < AUTH_WAYS; way++) {
		struct cell *cell;
		char *name;

		if (!is_sensible(group, way))
			continue;
		cell = calloc(1, sizeof(*cell));
		if (!cell || asprintf(&name, "Yama %c: %s looks at %s: %s", group->scope,
				      group->caller->name, group->kind->name,
				      auth_way_names[way]) < 0)
			abort();
		memcpy(&cell->group, group, sizeof(*group));
		cell->way = way;
		tests[(*count)++] = (struct CMUnitTest) {
			.name = name, .test_func = test_cell, .initial_state = cell,
		};
	}
}

int auth_matrix_run(const char *name, const char *scopes)
{
	size_t max = strlen(scopes) * auth_caller_kind_count * auth_target_kind_count * AUTH_WAYS;
	struct CMUnitTest *tests = calloc(max + 1, sizeof(*tests));
	unsigned int caller, target;
	size_t count = 0;
	const char *scope;

	if (!tests)
		abort();
	for (scope = scopes; *scope; scope++) {
		for (target = 0; target < auth_target_kind_count; target++) {
			for (caller = 0; caller < auth_caller_kind_count; caller++) {
				struct group group;

				/* Compared by memcmp(). */
				memset(&group, 0, sizeof(group));
				group.scope = *scope;
				group.caller = &auth_caller_kinds[caller];
				group.kind = &auth_target_kinds[target];
				group.target = target;
				add_group(tests, &count, &group);
			}
		}
	}
	tests[count++] = (struct CMUnitTest) {
		.name = "the kernel gave the answers that it must give",
		.test_func = test_both_answers, .initial_state = (void *)scopes,
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests(name, tests, count, setup, teardown) ? 1 : 0;
}
