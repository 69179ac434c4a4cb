// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --arch arm64 --gpu all
 * kernel: stock: the debug kernel is for amd64
 * timeout: 240
 *
 * Consistent snapshots of VMs of panthor, panfrost and v3d while a process stores to the
 * object that is bound there: of one moment for panthor and v3d; for panfrost, whose
 * objects are not stopped, that is said.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "driver-client.h"
#include "driver-observer.h"
#include "expect.h"
#include "snoop.h"
#include "snoop-module.h"
#include "steps.h"
#include "window.h"

#define PAGE		WINDOW_PAGE
#define SIZE		(256 * PAGE)
#define ADDR		0x10000000ULL
/* Without VMs, that of the client. */
#define OWN_VM		1
/* No bound for what is slow only because the machine is. */
#define BUDGET_MS	60000
#define DEFAULT_STOP_MS	1000
#define CONTROL_MS	60000
#define ROUNDS		5

/* A client with an object at @addr, who looks at it, and a process that stores to it. */
struct fixture {
	int fd;
	struct driver_bo bo;
	struct driver_observer observer;
	__u64 addr;
	pid_t writer;
};

static void fixture_open(struct fixture *fix, const struct driver_ops *ops)
{
	uint32_t vm = OWN_VM;

	fix->fd = driver_open(ops);
	driver_bo(ops, fix->fd, SIZE, 0, 1, &fix->bo);
	fix->addr = fix->bo.va;
	if (ops->vm_create) {
		fix->addr = ADDR;
		expect_ok(ops->vm_create(fix->fd, &vm));
		expect_ok(ops->bind(fix->fd, vm, ADDR, fix->bo.handle, 0, SIZE, 0));
	}
	fix->observer = driver_observe(ops, fix->fd);
	expect_ok(snoop_bind_vm(fix->observer.snoop, fix->observer.client, vm, NULL));
	steps_store(fix->bo.map, SIZE, 1);
	fix->writer = fork();
	expect_true(fix->writer >= 0);
	if (!fix->writer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		steps_run(fix->bo.map, SIZE, 2);
	}
}

static void fixture_close(struct fixture *fix)
{
	kill(fix->writer, SIGKILL);
	waitpid(fix->writer, NULL, 0);
	driver_bo_unmap(&fix->bo);
	close(fix->observer.snoop);
	close(fix->fd);
}

/* Torn words of a snapshot, which is closed, and of which the table says @flags. */
static unsigned long check(int fd, __u32 flags, uint64_t *first)
{
	struct drm_snoop_snapshot_range entry;
	uint64_t *copy = malloc(SIZE);
	unsigned long torn;

	expect_true(copy);
	expect_equal(expect_ok(snoop_snapshot_table(fd, &entry, 1, 1)), 1);
	expect_equal(entry.error, 0);
	expect_equal(entry.flags, flags);
	expect_equal(pread(fd, copy, SIZE, 0), SIZE);
	close(fd);
	torn = steps_torn(copy, SIZE);
	*first = copy[0];
	free(copy);
	return torn;
}

static int take(const struct fixture *fix)
{
	return expect_ok(snoop_snapshot_consistent(fix->observer.snoop, fix->addr, SIZE, BUDGET_MS,
						   NULL));
}

/* Plain ones of the same writer are torn. */
static void check_control(const struct fixture *fix)
{
	int64_t begin = clock_ms();
	uint64_t first;

	while (!check(expect_ok(snoop_snapshot(fix->observer.snoop, fix->addr, SIZE, NULL)), 0,
		      &first))
		expect_true(clock_ms() - begin < CONTROL_MS);
}

/* The writer goes on, and comes to a higher number than @last. */
static void wait_for_writer(const struct fixture *fix, uint64_t last)
{
	int64_t begin = clock_ms();
	uint64_t first;

	do {
		expect_true(clock_ms() - begin < CONTROL_MS);
		expect_equal(snoop_pread(fix->observer.snoop, &first, sizeof(first), fix->addr),
			     sizeof(first));
	} while (first <= last);
}

static void check_stopped(const struct driver_ops *ops)
{
	uint64_t last = 0;
	struct fixture fix;
	unsigned int i;

	fixture_open(&fix, ops);
	check_control(&fix);
	if (fix.bo.own_gem) {
		check(take(&fix), DRM_SNOOP_SNAPSHOT_NOT_STOPPED, &last);
		print_message("# objects of its own: not stopped\n");
		fixture_close(&fix);
		return;
	}
	for (i = 0; i < ROUNDS; i++) {
		wait_for_writer(&fix, last);
		expect_equal(check(take(&fix), 0, &last), 0);
	}
	print_message("# %lu words each, none torn; %lu sweeps\n", steps_words(SIZE),
		      (unsigned long)last);
	fixture_close(&fix);
}

static void test_panthor(void **state)
{
	(void)state;
	check_stopped(&driver_panthor);
}

static void test_v3d(void **state)
{
	(void)state;
	check_stopped(&driver_v3d);
}

static void test_panfrost(void **state)
{
	struct fixture fix;
	uint64_t first;

	(void)state;
	fixture_open(&fix, &driver_panfrost);
	check_control(&fix);
	check(take(&fix), DRM_SNOOP_SNAPSHOT_NOT_STOPPED, &first);
	expect_true(first);
	fixture_close(&fix);
}

static int setup(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", BUDGET_MS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", DEFAULT_STOP_MS);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panthor),
		cmocka_unit_test(test_v3d),
		cmocka_unit_test(test_panfrost),
	};

	return run_group("drivers-consistent", tests, sizeof(tests) / sizeof(tests[0]), setup,
			 teardown);
}
