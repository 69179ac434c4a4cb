// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 300
 *
 * Snapshots, plain and consistent, cost what they are charged for, and nothing once they
 * are gone: at a limit, after kill -9, and when target or card change or go in the middle.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "expect.h"
#include "gpusim-card.h"
#include "open-as.h"
#include "snoop.h"
#include "snoop-module.h"
#include "stage.h"
#include "window.h"

#define DEFAULT_SNAPSHOT_MB	1024
#define MIB		0x100000ULL
#define PAGE		0x1000ULL
/* What the tests take and fill a limit with: bs and bm, and a page of table. */
#define BIG_SIZE	(2 * STAGE_BIG)
#define OWN		0x500000000ULL
/* A machine that is slow is not what is tested. */
#define BUDGET_MS	60000
#define DEFAULT_STOP_MS	1000

/* 0: plain ones are taken. */
static __u32 budget_ms;

/* A file of Alice, whom the limit is for, bound to the VM. */
static int alice_open(struct stage *stage)
{
	int snoop = open_as_writable("alice"), drm = expect_ok(target_getfd(&stage->target, 0));
	__u64 id;

	expect_ok(snoop_register_flags(snoop, drm, DRM_SNOOP_REGISTER_WRITE, &id));
	close(drm);
	expect_ok(snoop_bind_vm(snoop, id, stage->vm, NULL));
	return snoop;
}

static int take(int snoop, uint64_t size)
{
	return budget_ms ? snoop_snapshot_consistent(snoop, STAGE_BIG_ADDR, size, budget_ms, NULL) :
			   snoop_snapshot(snoop, STAGE_BIG_ADDR, size, NULL);
}

static int take_big(int snoop)
{
	return take(snoop, BIG_SIZE);
}

/* The stage's file becomes one for writing, too. */
static int setup(void **state)
{
	struct stage *stage = *state;

	close(stage->snoop);
	stage->snoop = stage_open_write(stage);
	budget_ms = 0;
	return 0;
}

static int setup_consistent(void **state)
{
	setup(state);
	snoop_module_set("max_stop_ms", BUDGET_MS);
	budget_ms = BUDGET_MS;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	snoop_module_set("max_snapshot_mb", DEFAULT_SNAPSHOT_MB);
	snoop_module_set("max_stop_ms", DEFAULT_STOP_MS);
	return 0;
}

static void test_limit(void **state)
{
	struct stage *stage = *state;
	int alice = alice_open(stage), first, copy, i;
	void *map;

	/* Content and table: 8 MiB and a page, so 8 are too few. */
	snoop_module_set("max_snapshot_mb", 8);
	for (i = 0; i < 3; i++)
		expect_error(take_big(alice), EDQUOT);
	snoop_module_set("max_snapshot_mb", 9);
	for (i = 0; i < 3; i++)
		close(expect_ok(take_big(alice)));

	first = expect_ok(take_big(alice));
	expect_error(take_big(alice), EDQUOT);
	/* Root is not refused. */
	close(expect_ok(take_big(stage->snoop)));
	/* A duplicate and a map have the content, and so the charge. */
	copy = dup(first);
	close(first);
	expect_error(take_big(alice), EDQUOT);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, copy, 0);
	expect_true(map != MAP_FAILED);
	close(copy);
	expect_error(take_big(alice), EDQUOT);
	window_check(map, STAGE_BS, 0, PAGE);
	munmap(map, PAGE);
	/* The snoop file does not matter. */
	first = expect_ok(take_big(alice));
	close(alice);
	alice = alice_open(stage);
	expect_error(take_big(alice), EDQUOT);
	close(first);
	close(expect_ok(take_big(alice)));
	close(alice);
}

/* Only what has memory counts, however far apart it is. */
static void test_holes_are_free(void **state)
{
	struct stage *stage = *state;
	int alice = alice_open(stage), fd;
	struct stat st;

	snoop_module_set("max_snapshot_mb", 10);
	fd = expect_ok(snoop_snapshot(alice, 0, 1ULL << 48, NULL));
	expect_equal(fstat(fd, &st), 0);
	expect_true(st.st_blocks * 512ULL > BIG_SIZE && st.st_blocks * 512ULL < 10 * MIB);
	/* The rest of the limit is there, and all of it afterwards. */
	expect_error(snoop_snapshot(alice, 0, 1ULL << 48, NULL), EDQUOT);
	close(expect_ok(snoop_snapshot(alice, STAGE_ADDR, PAGE, NULL)));
	close(fd);
	close(expect_ok(take_big(alice)));
	close(alice);
}

#define GROUP		"/sys/fs/cgroup/test-snoop-snapshot"

static void group_write(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text))
		expect_failed(__FILE__, __LINE__, "%s: %s", path, strerrorname_np(errno));
	close(file);
}

/* A number of one of the group's files. */
static unsigned long group_number(const char *path, const char *key)
{
	FILE *file = fopen(path, "r");
	unsigned long value;
	char name[64];

	expect_true(file);
	while (fscanf(file, "%63s %lu", name, &value) == 2)
		if (!strcmp(name, key)) {
			fclose(file);
			return value;
		}
	expect_failed(__FILE__, __LINE__, "%s: no %s", path, key);
}

/* In a group with 6 MiB: 8 MiB are refused again and again, and 2 MiB are not. */
static int take_in_group(int snoop)
{
	int fd, i;

	for (i = 0; i < 5; i++)
		if (take_big(snoop) != -ENOMEM)
			return 1;
	fd = take(snoop, 2 * MIB);
	return fd < 0 ? 2 : 0;
}

/* The group's limit is an error, and kills nobody. */
static void test_group(void **state)
{
	struct stage *stage = *state;
	char number[16];
	int status;
	pid_t pid;

	group_write("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	expect_equal(mkdir(GROUP, 0755), 0);
	group_write(GROUP "/memory.max", "6291456");
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		raise(SIGSTOP);
		_exit(take_in_group(stage->snoop));
	}
	expect_equal(waitpid(pid, &status, WUNTRACED), pid);
	snprintf(number, sizeof(number), "%d", pid);
	group_write(GROUP "/cgroup.procs", number);
	kill(pid, SIGCONT);
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
	expect_true(group_number(GROUP "/memory.events", "max") > 0);
	expect_equal(group_number(GROUP "/memory.events", "oom_kill"), 0);
	/* The kernel is not exact there: some pages of each CPU. */
	expect_true(group_number(GROUP "/memory.stat", "shmem") < MIB);
	expect_equal(rmdir(GROUP), 0);
}

/* What the child that is to be killed tells. */
struct shared {
	struct drm_snoop_progress progress;
	atomic_uint taken;
};

static void take_for_ever(int snoop, struct shared *shared)
{
	struct drm_snoop_snapshot arg;

	for (;;) {
		arg = (struct drm_snoop_snapshot) {
			.addr = STAGE_BIG_ADDR,
			.size = BIG_SIZE,
			.progress = (unsigned long)&shared->progress,
			.flags = budget_ms ? DRM_SNOOP_SNAPSHOT_CONSISTENT : 0,
			.budget_ms = budget_ms,
		};
		if (snoop_ioctl(snoop, DRM_IOCTL_SNOOP_SNAPSHOT, &arg))
			_exit(1);
		close(arg.fd);
		shared->taken++;
	}
}

/* Killed at any place, it leaves nothing: a limit of one snapshot is room for one. */
static void test_kill(void **state)
{
	struct stage *stage = *state;
	int alice = alice_open(stage), status, i;
	struct shared *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int within = 0;
	int64_t begin;
	pid_t pid;

	expect_true(shared != MAP_FAILED);
	snoop_module_set("max_snapshot_mb", 9);
	for (i = 0; i < 10; i++) {
		shared->progress.addr = 0;
		shared->taken = 0;
		pid = fork();
		expect_true(pid >= 0);
		if (!pid)
			take_for_ever(alice, shared);
		while (!shared->progress.addr && !shared->taken)
			usleep(100);
		usleep(i * 997);
		kill(pid, SIGKILL);
		begin = clock_ms();
		expect_equal(waitpid(pid, &status, 0), pid);
		expect_true(WIFSIGNALED(status));
		expect_true(clock_ms() - begin < 20000);
		if (shared->progress.addr < STAGE_BIG_ADDR + BIG_SIZE)
			within++;
		close(expect_ok(take_big(alice)));
	}
	/* Some in the middle. */
	expect_true(within);
	munmap(shared, PAGE);
	close(alice);
}

/* Progress ends with what the answer says. */
static void test_progress(void **state)
{
	struct stage *stage = *state;
	struct drm_snoop_progress progress = { 0 };
	struct drm_snoop_snapshot arg = {
		.addr = STAGE_BIG_ADDR - MIB, .size = BIG_SIZE + 2 * MIB,
		.progress = (unsigned long)&progress,
	};

	expect_ok(snoop_ioctl(stage->snoop, DRM_IOCTL_SNOOP_SNAPSHOT, &arg));
	expect_equal(arg.copied, BIG_SIZE);
	expect_equal(progress.copied, BIG_SIZE);
	expect_equal(progress.addr, STAGE_BIG_ADDR + BIG_SIZE + MIB);
	close(arg.fd);
}

/* Two objects that the target binds in turn at the same addresses. */
struct rebind {
	struct stage *stage;
	atomic_bool stop;
	unsigned long rounds;
	/* Time between two binds. */
	atomic_uint rest_ms;
};

#define REST_MAX_MS	2000U

static void *run_rebind(void *arg)
{
	struct rebind *rebind = arg;

	while (!rebind->stop) {
		target_cmd(&rebind->stage->target, "bind v %#llx %s", OWN,
			   rebind->rounds % 2 ? "bs" : "bm");
		rebind->rounds++;
		usleep(rebind->rest_ms * 1000);
	}
	return NULL;
}

/* The bytes of an entry are all of the object that it names. */
static unsigned int check_entries(int fd, const __u64 *ids)
{
	static struct drm_snoop_snapshot_range table[64];
	static uint8_t buf[MIB];
	int count = expect_ok(snoop_snapshot_table(fd, table, 64, 64));
	uint64_t at = OWN;
	int i;

	for (i = 0; i < count; i++) {
		uint64_t len = table[i].end - table[i].start;

		expect_true(table[i].start >= at);
		at = table[i].end;
		expect_true(table[i].object_id == ids[0] || table[i].object_id == ids[1]);
		if (table[i].error)
			continue;
		expect_equal(table[i].object_offset, table[i].start - OWN);
		expect_equal(pread(fd, buf, len, table[i].start - OWN), len);
		window_check(buf, table[i].object_id == ids[0] ? STAGE_BS : STAGE_BM,
			     table[i].object_offset, len);
	}
	return count;
}

static void rebind_start(struct rebind *rebind, pthread_t *thread, __u64 *ids)
{
	static const char *const names[] = { "bs", "bm" };
	struct stage *stage = rebind->stage;
	struct drm_snoop_object object;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		expect_ok(snoop_find_object(stage->snoop, stage->client_id,
					    stage_handle(stage, names[i]), &object));
		ids[i] = object.object_id;
	}
	target_cmd(&stage->target, "bind v %#llx bm", OWN);
	expect_equal(pthread_create(thread, NULL, run_rebind, rebind), 0);
}

static void rebind_stop(struct rebind *rebind, pthread_t thread)
{
	rebind->stop = true;
	pthread_join(thread, NULL);
	expect_true(rebind->rounds > 2);
	target_cmd(&rebind->stage->target, "unbind v %#llx %#llx", OWN, STAGE_BIG);
}

static void test_rebound(void **state)
{
	struct rebind rebind = { .stage = *state };
	unsigned int mixed = 0, i;
	pthread_t thread;
	__u64 ids[2];
	int fd;

	rebind_start(&rebind, &thread, ids);
	for (i = 0; i < 300 && mixed < 5; i++) {
		fd = expect_ok(snoop_snapshot(rebind.stage->snoop, OWN, MIB, NULL));
		mixed += check_entries(fd, ids) > 1;
		close(fd);
	}
	rebind_stop(&rebind, thread);
	expect_true(mixed);
}

/*
 * A consistent one is of the one or of the other as a whole, or EBUSY: how often depends on
 * the machine, so the target rests longer each time.
 */
static void test_rebound_consistent(void **state)
{
	struct rebind rebind = { .stage = *state };
	unsigned int taken = 0, i;
	pthread_t thread;
	__u64 ids[2];
	int fd;

	rebind_start(&rebind, &thread, ids);
	for (i = 0; i < 60 && (taken < 5 || rebind.rounds <= 2); i++) {
		fd = snoop_snapshot_consistent(rebind.stage->snoop, OWN, MIB, BUDGET_MS, NULL);
		if (fd == -EBUSY) {
			unsigned int rest_ms = 2 * rebind.rest_ms + 1;

			rebind.rest_ms = rest_ms < REST_MAX_MS ? rest_ms : REST_MAX_MS;
			continue;
		}
		expect_equal(check_entries(expect_ok(fd), ids), 1);
		close(fd);
		taken++;
	}
	rebind_stop(&rebind, thread);
	expect_true(taken >= 5);
}

/* The module cannot go while a snapshot is there, with its snoop file closed. */
static void test_module(void **state)
{
	struct target target;
	int before = snoop_module_users(), snoop = expect_ok(snoop_open("gpusim", 0)), drm, fd;
	__u64 id;

	(void)state;
	target_start(&target);
	target_cmd(&target, "vm v");
	drm = expect_ok(target_getfd(&target, 0));
	expect_ok(snoop_register(snoop, drm, &id));
	close(drm);
	expect_ok(snoop_bind_vm(snoop, id, 1, NULL));
	/* An empty one will do. */
	fd = expect_ok(snoop_snapshot(snoop, 0x100000, PAGE, NULL));
	close(snoop);
	target_stop(&target);
	expect_equal(snoop_module_users(), before + 1);
	close(fd);
	expect_equal(snoop_module_users(), before);
}

/* Takes snapshots of both kinds in turn until the card is gone. */
static void *run_until_gone(void *arg)
{
	int snoop = *(int *)arg, fd;

	do {
		budget_ms = budget_ms ? 0 : BUDGET_MS;
		fd = take_big(snoop);
		if (fd >= 0)
			close(fd);
	} while (fd >= 0);
	*(int *)arg = fd;
	return NULL;
}

/* The last one: the stage's target goes too. */
static void test_card_gone(void **state)
{
	struct stage *stage = *state;
	int kept = expect_ok(take_big(stage->snoop)), argument = stage->snoop;
	uint8_t page[PAGE];
	pthread_t thread;

	expect_equal(pthread_create(&thread, NULL, run_until_gone, &argument), 0);
	card_find();
	usleep(50000);
	card_unbind();
	pthread_join(thread, NULL);
	expect_error(argument, ENODEV);
	expect_equal(pread(kept, page, PAGE, STAGE_BIG), PAGE);
	window_check(page, STAGE_BM, 0, PAGE);
	card_bind();
	/* Neither files nor the card's memory are kept. */
	close(stage->snoop);
	target_kill(&stage->target);
	card_wait_unused();
	expect_equal(pread(kept, page, PAGE, 0), PAGE);
	window_check(page, STAGE_BS, 0, PAGE);
	close(kept);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
#define TEST_CONSISTENT(function) \
{ \
	.name = #function " (consistent)", .test_func = function, \
	.setup_func = setup_consistent, .teardown_func = teardown \
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_limit),
		TEST(test_holes_are_free),
		TEST(test_group),
		TEST(test_kill),
		TEST_CONSISTENT(test_limit),
		TEST_CONSISTENT(test_group),
		TEST_CONSISTENT(test_kill),
		TEST(test_progress),
		TEST(test_rebound),
		TEST_CONSISTENT(test_rebound_consistent),
		TEST(test_module),
		TEST_CONSISTENT(test_card_gone),
	};

	return run_group("snoop-snapshot-limits", tests, sizeof(tests) / sizeof(tests[0]),
			 stage_setup, NULL);
}
