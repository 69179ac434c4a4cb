// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine
 * timeout: 240
 *
 * Consistent snapshots in the tree of drmsnoopfs: what CPU and engine write without pause
 * is seen as at one moment, which plain ones of the same process do not do; what is not of
 * that moment is said; and mkdir that takes too long leaves nothing.
 *
 * slow: mounts for each test; test-snoop-consistent has the same calls
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "clock.h"
#include "expect.h"
#include "fuse-mount.h"
#include "gpusim-card.h"
#include "snoop-module.h"
#include "sweep.h"
#include "target.h"
#include "vm-dir.h"

/* No bound for what is slow only because the machine is. */
#define LONG_MS		60000
#define DEFAULT_STOP_MS	1000
#define DEFAULT_JOB_MS	10000
/* The job waits longer than the test may take. */
#define HANG_MS		100000
/* A budget that is not enough, and what a busy machine may take on top. */
#define SHORT		"consistent=300"
#define SHORT_MS	300
#define SLACK_MS	10000

#define ROUNDS		5
#define CONTROL_MS	60000

#define A		0x100000ULL
#define A_SIZE		0x10000ULL
#define OWN		0x40000000ULL

static struct fuse_mount mount;

static int setup(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", LONG_MS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", DEFAULT_STOP_MS);
	fuse_mount_kill(&mount);
	return 0;
}

static struct vm_dir dir_of(pid_t pid, uint64_t client)
{
	return (struct vm_dir) { .mount = mount.dir, .pid = pid, .client = client, .vm = 1 };
}

/* The process has one client. */
static struct vm_dir dir_of_sweep(const struct sweep *sweep)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/by-pid/%d/clients", mount.dir, sweep->pid);
	return dir_of(sweep->pid, strtoull(names_in(path), NULL, 10));
}

/* Takes one, and counts what is torn in it and in its core. */
static void take_sweep(const struct vm_dir *dir, struct sweep_count *count)
{
	static char window[SWEEP_WINDOW];

	expect_ok(vm_dir_take(dir, "s"));
	read_file(vm_dir_path(dir, "snapshots/s/mem"), SWEEP_ADDR, window, sizeof(window));
	sweep_check(window, count);
	expect_equal(crc_core(vm_dir_path(dir, "snapshots/s/core"), SWEEP_ADDR, SWEEP_SIZE),
		     crc32(0, (Bytef *)window, SWEEP_SIZE));
}

static void test_moment(void **state)
{
	struct sweep *sweep = sweep_start();
	unsigned long sweeps = sweep->sweeps, jobs = sweep->jobs;
	struct sweep_count plain = { 0 }, count = { 0 };
	int64_t begin = clock_ms();
	struct vm_dir dir;
	const char *json;
	int i;

	(void)state;
	/* The control: these writers do tear. */
	fuse_mount_start(&mount, NULL, NULL);
	dir = dir_of_sweep(sweep);
	while (!plain.cpu_torn && !plain.engine_torn && clock_ms() - begin < CONTROL_MS) {
		take_sweep(&dir, &plain);
		json = text_file(vm_dir_path(&dir, "snapshots/s/maps.json"));
		expect_true(strstr(json, "\"consistent\":false,\"stopped_us\":0,"));
		expect_ok(vm_dir_drop(&dir, "s"));
	}
	fuse_mount_stop(&mount);

	fuse_mount_start(&mount, NULL, "consistent");
	for (i = 0; i < ROUNDS; i++) {
		take_sweep(&dir, &count);
		json = text_file(vm_dir_path(&dir, "snapshots/s/maps.json"));
		expect_true(strstr(json, "\"consistent\":true,\"stopped_us\":"));
		expect_true(!strstr(json, "\"stopped_us\":0,"));
		expect_true(!strstr(json, "\"stopped\":false"));
		expect_ok(vm_dir_drop(&dir, "s"));
	}
	printf("# plain: %lu and %lu torn; of %lu and %lu words in consistent ones %lu and %lu; %lu sweeps, %lu jobs\n",
	       plain.cpu_torn, plain.engine_torn, count.cpu, count.engine, count.cpu_torn,
	       count.engine_torn, sweep->sweeps - sweeps, sweep->jobs - jobs);
	expect_true(plain.cpu_torn || plain.engine_torn);
	expect_equal(count.cpu_torn, 0);
	expect_equal(count.engine_torn, 0);
	expect_true(count.cpu && count.engine);
	expect_true(sweep->sweeps > sweeps && sweep->jobs > jobs);
	fuse_mount_stop(&mount);
	sweep_stop(sweep);
}

static void start_target(struct target *t)
{
	target_start(t);
	target_cmd(t, "vm v");
	target_cmd(t, "bo a %#llx vram", A_SIZE);
	target_cmd(t, "bind v %#llx a", A);
	target_cmd(t, "fill v %#llx %#llx 0x1122334455667788", A, A_SIZE);
}

/* Memory of the process runs on, which is said. */
static void test_not_stopped(void **state)
{
	struct target t;
	struct vm_dir dir;
	const char *maps;
	uint32_t own;

	(void)state;
	start_target(&t);
	target_cmd(&t, "memory m 0x4000");
	target_cmd(&t, "mempattern m 0 0x4000 9");
	target_cmd(&t, "userptr v %#llx m", OWN);
	own = target_number(&t, "memsum m 0 0x4000");
	fuse_mount_start(&mount, NULL, "consistent");
	dir = dir_of(t.pid, t.client);
	expect_ok(vm_dir_take(&dir, "s"));
	maps = text_file(vm_dir_path(&dir, "snapshots/s/maps"));
	expect_true(strstr(maps, "object vram 1:0x0 0x10000\n"));
	expect_true(strstr(maps, "0x0 # not stopped\n"));
	expect_equal(crc_file(vm_dir_path(&dir, "snapshots/s/mem"), OWN, 0x4000), own);
	/* Nothing of it can be written for that. */
	expect_error(open_file(vm_dir_path(&dir, "mem"), O_RDWR), EROFS);
	fuse_mount_stop(&mount);
	target_stop(&t);
}

/* A job that waits for the CPU, which would be stopped. */
static void test_in_time(void **state)
{
	unsigned int descriptors, i;
	struct target t;
	struct vm_dir dir;
	char log[1024];
	uint64_t job;
	int64_t begin;
	uint32_t sum;

	(void)state;
	card_find();
	card_set_timeout(HANG_MS);
	start_target(&t);
	fuse_mount_start(&mount, NULL, SHORT);
	dir = dir_of(t.pid, t.client);
	names_in(vm_dir_path(&dir, "snapshots"));
	descriptors = fuse_mount_descriptors(&mount);
	job = target_number(&t, "spin v %#llx 77", A);
	for (i = 0; i < 2; i++) {
		begin = clock_ms();
		expect_error(vm_dir_take(&dir, "s"), ETIME);
		expect_true(clock_ms() - begin >= SHORT_MS);
		expect_true(clock_ms() - begin < SHORT_MS + SLACK_MS);
		assert_string_equal(names_in(vm_dir_path(&dir, "snapshots")), "");
		expect_equal(fuse_mount_descriptors(&mount), descriptors);
	}
	fuse_mount_log(&mount, log, sizeof(log));
	expect_true(strstr(log, "the time was up"));
	/* Switched off, and that is not a plain one then. */
	snoop_module_set("max_stop_ms", 0);
	expect_error(vm_dir_take(&dir, "s"), EACCES);
	fuse_mount_log(&mount, log, sizeof(log));
	expect_true(strstr(log, "max_stop_ms"));
	snoop_module_set("max_stop_ms", LONG_MS);
	fuse_mount_stop(&mount);

	target_cmd(&t, "cpufill a 0 8 77");
	target_cmd(&t, "wait %llu", (unsigned long long)job);
	sum = target_number(&t, "sum v %#llx %#llx", A, A_SIZE);
	fuse_mount_start(&mount, NULL, "consistent");
	expect_ok(vm_dir_take(&dir, "s"));
	target_cmd(&t, "fill v %#llx %#llx 1", A, A_SIZE);
	expect_equal(crc_file(vm_dir_path(&dir, "snapshots/s/mem"), A, A_SIZE), sum);
	expect_ok(vm_dir_drop(&dir, "s"));
	fuse_mount_stop(&mount);
	card_set_timeout(DEFAULT_JOB_MS);
	target_stop(&t);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_moment),
		TEST(test_not_stopped),
		TEST(test_in_time),
	};

	return run_group("drmsnoopfs-consistent", tests, sizeof(tests) / sizeof(tests[0]), NULL,
			 NULL);
}
