// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 300
 *
 * Consistent snapshots: what CPU and engine write without pause is seen as at one moment,
 * which the same writers show to be no matter of course; within the budget, or not at
 * all; and what is not of that moment is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "clock.h"
#include "expect.h"
#include "gpusim-card.h"
#include "gpusim-client.h"
#include "open-as.h"
#include "snoop.h"
#include "snoop-module.h"
#include "stage.h"
#include "sweep.h"
#include "window.h"

#define PAGE		0x1000ULL
#define MIB		0x100000ULL
#define ENTRIES		64
#define OWN		0x500000000ULL
/* No bound for what is slow only because the machine is. */
#define BUDGET_MS	60000
#define DEFAULT_STOP_MS	1000
#define DEFAULT_JOB_MS	10000
/* The job waits longer than the test may take. */
#define HANG_MS		100000
/* A budget that is not enough, and what a busy machine may take on top. */
#define SHORT_MS	300
#define SLACK_MS	10000

#define ROUNDS		10
#define MIN_CHECKS	20000
#define CONTROL_MS	120000

#define NOT_STOPPED	DRM_SNOOP_SNAPSHOT_NOT_STOPPED
#define SHARED		DRM_SNOOP_SNAPSHOT_SHARED

static struct drm_snoop_snapshot_range table[ENTRIES];

static int take(int snoop, uint64_t addr, uint64_t size)
{
	return snoop_snapshot_consistent(snoop, addr, size, BUDGET_MS, NULL);
}

/* The table of a snapshot that has @count entries. */
static void get_table(int fd, unsigned int count)
{
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), count);
}

/* A file for writing, of root or of the user, registered with a descriptor that is closed. */
static int open_writable(const char *user, int drm, __u64 vm)
{
	int snoop = user ? open_as_writable(user) : -1, reader;
	__u64 id;

	if (!user) {
		reader = expect_ok(snoop_open("gpusim", 0));
		snoop = expect_ok(snoop_reopen(reader, O_RDWR));
		close(reader);
	}
	expect_ok(snoop_register_flags(snoop, drm, DRM_SNOOP_REGISTER_WRITE, &id));
	close(drm);
	expect_ok(snoop_bind_vm(snoop, id, vm, NULL));
	return snoop;
}

static int open_sweep(const struct sweep *sweep)
{
	return open_writable(NULL, expect_ok(snoop_steal_fd(sweep->pid, sweep->drm)), sweep->vm);
}

static void check_sweep(int fd, struct sweep_count *count)
{
	static char window[SWEEP_WINDOW];

	expect_equal(pread(fd, window, sizeof(window), 0), sizeof(window));
	sweep_check(window, count);
}

/* ROUNDS snapshots without a word out of place, between which the writers were at work. */
static void check_rounds(const struct sweep *sweep, int snoop)
{
	unsigned long sweeps = sweep->sweeps, jobs = sweep->jobs;
	struct sweep_count count = { 0 };
	unsigned int round, i;
	int fd;

	for (round = 0; round < ROUNDS; round++) {
		fd = expect_ok(take(snoop, SWEEP_ADDR, SWEEP_WINDOW));
		get_table(fd, 2 * SWEEP_OBJECTS);
		for (i = 0; i < 2 * SWEEP_OBJECTS; i++) {
			expect_equal(table[i].error, 0);
			expect_equal(table[i].flags, 0);
		}
		check_sweep(fd, &count);
		close(fd);
	}
	print_message("# %lu and %lu words, %lu and %lu torn; %lu sweeps, %lu jobs\n", count.cpu,
		      count.engine, count.cpu_torn, count.engine_torn, sweep->sweeps - sweeps,
		      sweep->jobs - jobs);
	expect_equal(count.cpu_torn, 0);
	expect_equal(count.engine_torn, 0);
	expect_true(count.cpu >= MIN_CHECKS && count.engine >= MIN_CHECKS);
	expect_true(sweep->sweeps > sweeps && sweep->jobs > jobs);
}

/* The control: without being stopped these writers do tear. */
static void test_control(void **state)
{
	struct sweep *sweep = sweep_start();
	struct sweep_count count = { 0 };
	int64_t begin = clock_ms();
	int snoop = open_sweep(sweep), fd;

	(void)state;
	while (!(count.cpu_torn && count.engine_torn) && clock_ms() - begin < CONTROL_MS) {
		fd = expect_ok(snoop_snapshot(snoop, SWEEP_ADDR, SWEEP_WINDOW, NULL));
		check_sweep(fd, &count);
		close(fd);
	}
	print_message("# %lu and %lu words, %lu and %lu torn\n", count.cpu, count.engine,
		      count.cpu_torn, count.engine_torn);
	expect_true(count.cpu_torn && count.engine_torn);
	close(snoop);
	sweep_stop(sweep);
}

static void test_torn(void **state)
{
	struct sweep *sweep = sweep_start();
	int snoop = open_sweep(sweep);

	(void)state;
	check_rounds(sweep, snoop);
	/* Evicted, swapped and brought back all the time. */
	sweep->move = true;
	check_rounds(sweep, snoop);
	expect_true(sweep->moves);
	close(snoop);
	sweep_stop(sweep);
}

static int take_often(int snoop, uint64_t addr, uint64_t size, unsigned int rounds)
{
	int fd;

	while (rounds--) {
		fd = take(snoop, addr, size);
		if (fd < 0)
			return fd;
		close(fd);
	}
	return 0;
}

/* Processes that stop overlapping sets of objects do not lock each other out. */
static void test_several(void **state)
{
	struct sweep *sweep = sweep_start();
	unsigned int i;
	int status;
	pid_t pid;

	(void)state;
	sweep->move = true;
	for (i = 0; i < 3; i++) {
		pid = fork();
		expect_true(pid >= 0);
		if (!pid)
			_exit(!!take_often(open_sweep(sweep), SWEEP_ADDR + i * SWEEP_SIZE,
					   3 * SWEEP_SIZE, ROUNDS));
	}
	for (i = 0; i < 3; i++) {
		expect_true(wait(&status) > 0);
		expect_equal(status, 0);
	}
	sweep_stop(sweep);
}

/* Without writers it is what a plain one is, be the window as large as it wants. */
static void test_content(void **state)
{
	static const uint64_t sizes[] = { MIB, 1ULL << 32, 1ULL << 40 };
	static struct drm_snoop_snapshot_range plain_table[ENTRIES];
	struct stage *stage = *state;
	struct drm_snoop_snapshot answer, plain_answer;
	int snoop = stage_open_write(stage), fd, plain, count;
	uint8_t *buf = malloc(MIB), *right = malloc(MIB);
	struct stat st;
	unsigned int i;

	expect_true(buf && right);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fd = expect_ok(snoop_snapshot_consistent(snoop, STAGE_ADDR, sizes[i], BUDGET_MS,
							 &answer));
		plain = expect_ok(snoop_snapshot(snoop, STAGE_ADDR, sizes[i], &plain_answer));
		expect_equal(answer.copied, plain_answer.copied);
		expect_equal(answer.range_count, plain_answer.range_count);
		expect_true(answer.stopped_us > 0);
		expect_equal(plain_answer.stopped_us, 0);
		expect_equal(fstat(fd, &st), 0);
		expect_equal(st.st_size, sizes[i]);
		expect_equal(st.st_blocks * 512ULL, answer.copied);
		count = expect_ok(snoop_snapshot_table(plain, plain_table, ENTRIES, ENTRIES));
		get_table(fd, count);
		expect_bytes(table, plain_table, count * sizeof(table[0]));
		expect_equal(pread(fd, buf, MIB, 0), MIB);
		expect_equal(pread(plain, right, MIB, 0), MIB);
		expect_bytes(buf, right, MIB);
		expect_bytes(buf, right, MIB);
		window_check(buf, STAGE_S, 0, STAGE_SIZE);
		window_check(buf + STAGE_SIZE, STAGE_M, 0, STAGE_SIZE);
		close(plain);
		close(fd);
	}
	/* Across the end of the VM, and of an object. */
	fd = expect_ok(take(snoop, STAGE_LAST, 4 * PAGE));
	expect_equal(pread(fd, buf, 4 * PAGE, 0), 4 * PAGE);
	window_check(buf, STAGE_M, 0x5000, PAGE);
	close(fd);
	expect_ok(snoop_bind_object(snoop, stage->client_id, stage_handle(stage, "m"), NULL));
	fd = expect_ok(take(snoop, 0, 2 * STAGE_SIZE));
	expect_equal(pread(fd, buf, STAGE_SIZE, 0), STAGE_SIZE);
	window_check(buf, STAGE_M, 0, STAGE_SIZE);
	close(fd);
	free(buf);
	free(right);
	close(snoop);
}

/* It is the same file as a plain one. */
static void test_sealed(void **state)
{
	int snoop = stage_open_write(*state);
	int fd = expect_ok(take(snoop, STAGE_ADDR, STAGE_SIZE));
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	expect_true(open(path, O_RDWR) < 0 && errno == EPERM);
	expect_true(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	expect_true(pwrite(fd, "x", 1, 0) < 0 && errno == EBADF);
	close(fd);
	close(snoop);
}

static bool has_feature(int snoop)
{
	struct drm_snoop_card_info info = { 0 };

	expect_ok(snoop_card_info(snoop, &info));
	return info.features & DRM_SNOOP_FEATURE_CONSISTENT;
}

static void test_refused(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage);
	struct drm_snoop_snapshot answer;

	expect_error(take(stage->snoop, STAGE_ADDR, STAGE_SIZE), EACCES);
	expect_error(snoop_snapshot_consistent(snoop, STAGE_ADDR, STAGE_SIZE, 0, NULL), EINVAL);
	expect_true(has_feature(snoop));
	snoop_module_set("max_stop_ms", 0);
	expect_error(take(snoop, STAGE_ADDR, STAGE_SIZE), EPERM);
	expect_true(!has_feature(snoop));
	close(expect_ok(snoop_snapshot(snoop, STAGE_ADDR, STAGE_SIZE, NULL)));
	snoop_module_set("max_stop_ms", BUDGET_MS - 1);
	close(expect_ok(snoop_snapshot_consistent(snoop, STAGE_ADDR, STAGE_SIZE, BUDGET_MS,
						  &answer)));
	expect_equal(answer.budget_ms, BUDGET_MS - 1);
	snoop_module_set("writes", 0);
	expect_error(take(snoop, STAGE_ADDR, STAGE_SIZE), EPERM);
	expect_true(!has_feature(snoop));
	snoop_module_set("writes", 1);
	close(snoop);
}

/* Memory of the process runs on, and that is said. */
static void test_userptr(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage), fd, mem;
	uint8_t buf[0x10000];

	target_cmd(&stage->target, "memory up 64K");
	target_cmd(&stage->target, "mempattern up 0 64K 9");
	target_cmd(&stage->target, "userptr v %#llx up", OWN);
	target_cmd(&stage->target, "bind v %#llx s", OWN + 0x10000);
	mem = expect_ok(snoop_open_mem(stage->target.pid, O_RDONLY));
	expect_ok(snoop_register_mem(snoop, mem, 0));
	close(mem);
	fd = expect_ok(take(snoop, OWN, MIB));
	get_table(fd, 2);
	expect_equal(table[0].kind, DRM_SNOOP_RANGE_USERPTR);
	expect_equal(table[0].error, 0);
	expect_equal(table[0].flags, NOT_STOPPED);
	expect_equal(table[1].flags, 0);
	expect_equal(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	expect_equal(crc32(0, buf, sizeof(buf)), target_number(&stage->target, "memsum up 0 64K"));
	expect_equal(pread(fd, buf, sizeof(buf), sizeof(buf)), sizeof(buf));
	window_check(buf, STAGE_S, 0, sizeof(buf));
	close(fd);
	target_cmd(&stage->target, "unbind v %#llx 1M", OWN);
	close(snoop);
}

static void check_shared(int snoop, __u32 s_flags)
{
	int fd = expect_ok(take(snoop, STAGE_ADDR, 2 * STAGE_SIZE));
	static uint8_t buf[2 * STAGE_SIZE];

	get_table(fd, 2);
	expect_equal(table[0].error, 0);
	expect_equal(table[0].flags, s_flags);
	expect_equal(table[1].flags, 0);
	expect_equal(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	window_check(buf, STAGE_S, 0, STAGE_SIZE);
	window_check(buf + STAGE_SIZE, STAGE_M, 0, STAGE_SIZE);
	close(fd);
}

/* Nobody stops those whom the target shares an object with, but the administrator. */
static void test_shared(void **state)
{
	struct stage *stage = *state;
	struct target *target = &stage->target;
	int root = stage_open_write(stage);
	int alice = open_writable("alice", expect_ok(target_getfd(target, 0)), stage->vm);

	check_shared(alice, 0);
	target_cmd(target, "open other");
	target_cmd(target, "use other");
	target_cmd(target, "import s2 main s");
	check_shared(alice, SHARED | NOT_STOPPED);
	check_shared(root, SHARED);
	target_cmd(target, "closefd other");
	target_cmd(target, "use main");
	close(alice);
	close(root);
}

/* A job that waits for the CPU, which would be stopped: the time is up, and all goes on. */
static void test_in_time(void **state)
{
	static const struct drm_gpusim_cmd spin = {
		.op = DRM_GPUSIM_CMD_SPIN, .src = OWN, .value = 1,
	};
	int drm = expect_ok(gc_open()), snoop, job, i;
	volatile __u64 *word;
	int64_t begin;
	__u32 vm, bo;

	(void)state;
	card_find();
	card_set_timeout(HANG_MS);
	expect_ok(gc_vm_create(drm, &vm));
	expect_ok(gc_bo_create(drm, STAGE_SIZE, GC_VRAM, 0, &bo));
	expect_ok(gc_map(drm, vm, OWN, bo, 0, STAGE_SIZE));
	word = gc_bo_mmap(drm, bo, STAGE_SIZE);
	expect_true(word);
	snoop = open_writable(NULL, dup(drm), vm);
	job = expect_ok(gc_start(drm, vm, &spin, 1));
	for (i = 0; i < 3; i++) {
		begin = clock_ms();
		expect_error(snoop_snapshot_consistent(snoop, OWN, STAGE_SIZE, SHORT_MS, NULL),
			     ETIME);
		expect_true(clock_ms() - begin < SHORT_MS + SLACK_MS);
	}
	/* The limit counts, if that is lower. */
	snoop_module_set("max_stop_ms", SHORT_MS);
	begin = clock_ms();
	expect_error(take(snoop, OWN, STAGE_SIZE), ETIME);
	expect_true(clock_ms() - begin < SHORT_MS + SLACK_MS);
	snoop_module_set("max_stop_ms", BUDGET_MS);
	close(expect_ok(snoop_snapshot(snoop, OWN, STAGE_SIZE, NULL)));
	*word = 1;
	expect_ok(gc_finish(job));
	close(expect_ok(take(snoop, OWN, STAGE_SIZE)));
	card_set_timeout(DEFAULT_JOB_MS);
	munmap((void *)word, STAGE_SIZE);
	close(snoop);
	close(drm);
}

static int setup(void **state)
{
	snoop_module_set("max_stop_ms", BUDGET_MS);
	return stage_bind(state);
}

static int teardown(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", DEFAULT_STOP_MS);
	snoop_module_set("writes", 1);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_control),
		TEST(test_torn),
		TEST(test_several),
		TEST(test_content),
		TEST(test_sealed),
		TEST(test_refused),
		TEST(test_userptr),
		TEST(test_shared),
		TEST(test_in_time),
	};

	return run_group("snoop-consistent", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
