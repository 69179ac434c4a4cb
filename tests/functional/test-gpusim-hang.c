// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 300
 *
 * Jobs that take too long and an engine that hangs: timeout and reset, and what
 * happens to others meanwhile. Needs root.
 */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sync_file.h>

#include "clock.h"
#include "gpusim-card.h"
#include "gpusim-fixture.h"

#define DEFAULT_MS	10000
/* Long enough for jobs that are not to be stopped, on a busy machine. */
#define TIMEOUT_MS	2000
#define SHORT_MS	100
#define LONG_MS		100000

#define FILL(addr, bytes, word) \
	{ .op = DRM_GPUSIM_CMD_FILL, .dst = (addr), .size = (bytes), .value = (word) }
#define HANG	{ .op = DRM_GPUSIM_CMD_HANG }
#define A	0xaaaaaaaaaaaaaaaaull
#define B	0xbbbbbbbbbbbbbbbbull

static const struct drm_gpusim_cmd hang = HANG;

static int begin(void **state)
{
	(void)state;
	card_find();
	card_set_timeout(TIMEOUT_MS);
	return 0;
}

static int end(void **state)
{
	(void)state;
	card_set_timeout(DEFAULT_MS);
	return 0;
}

static uint64_t resets_of(uint32_t id)
{
	uint64_t resets;

	expect_ok(gc_vm_resets(fd, id, &resets));
	return resets;
}

/* A VM with a BO of SIZE at ADDR, zeros. */
struct space {
	uint32_t vm;
	uint32_t bo;
	unsigned char *p;
};

static struct space new_space(uint32_t placement)
{
	struct space s = { .bo = new_bo(SIZE, placement, 0) };

	expect_ok(gc_vm_create(fd, &s.vm));
	expect_ok(gc_map(fd, s.vm, ADDR, s.bo, 0, SIZE));
	s.p = map_cpu(s.bo, SIZE);
	return s;
}

static void free_space(struct space *s)
{
	munmap(s->p, SIZE);
	expect_ok(gc_vm_destroy(fd, s->vm));
	expect_ok(gc_bo_close(fd, s->bo));
}

/* [from, to) of the space is this byte. */
static void check_bytes(const struct space *s, size_t from, size_t to, unsigned char byte)
{
	for (size_t i = from; i < to; i++)
		if (s->p[i] != byte)
			expect_failed(__FILE__, __LINE__, "byte 0x%zx is 0x%02x instead of 0x%02x",
				      i, s->p[i], byte);
}

/* The parameter has bounds, and clients are told what it is. */
static void test_parameter(void **state)
{
	static const char *const bad[] = {
		"0", "99", "100001", "4294967396", "-1", "1s", "forever",
	};
	struct drm_gpusim_dev_query query = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_true(card_try_timeout(bad[i]) < 0);
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &query));
	expect_equal(query.timeout_ms, TIMEOUT_MS);
	card_set_timeout(LONG_MS);
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &query));
	expect_equal(query.timeout_ms, LONG_MS);
	card_set_timeout(SHORT_MS);
	card_set_timeout(TIMEOUT_MS);
}

/* A job that works for too long is stopped without a reset; those behind it are not. */
static void check_abort(const struct drm_gpusim_cmd *cmds, uint32_t count)
{
	const struct drm_gpusim_cmd fill = FILL(ADDR, SIZE, A);
	struct space s = new_space(GC_VRAM), other = new_space(GC_SYSTEM);
	int job, same_vm, other_vm;

	job = expect_ok(gc_start(fd, s.vm, cmds, count));
	same_vm = expect_ok(gc_start(fd, s.vm, &fill, 1));
	other_vm = expect_ok(gc_start(fd, other.vm, &fill, 1));
	expect_error(gc_finish(job), ETIME);
	expect_ok(gc_finish(same_vm));
	expect_ok(gc_finish(other_vm));
	check_bytes(&s, 0, SIZE, 0xaa);
	check_bytes(&other, 0, SIZE, 0xaa);
	expect_equal(resets_of(s.vm), 0);
	expect_equal(resets_of(other.vm), 0);
	free_space(&s);
	free_space(&other);
}

static void test_abort(void **state)
{
	static struct drm_gpusim_cmd copies[1024];
	const struct drm_gpusim_cmd spin = {
		.op = DRM_GPUSIM_CMD_SPIN, .src = ADDR, .value = 1,
	};
	const size_t size = 16 << 20;
	uint32_t bo = new_bo(size, GC_SYSTEM, 0);
	uint32_t busy;
	int job;

	(void)state;
	check_abort(&spin, 1);

	/* minutes of work */
	expect_ok(gc_vm_create(fd, &busy));
	expect_ok(gc_map(fd, busy, ADDR, bo, 0, size));
	for (int i = 0; i < 1024; i++)
		copies[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_CHECKSUM, .dst = ADDR, .src = ADDR, .size = size,
		};
	job = expect_ok(gc_start(fd, busy, copies, 1024));
	expect_error(gc_finish(job), ETIME);
	expect_equal(resets_of(busy), 0);
	expect_equal(gpu_crc(RESULT, 0), 0);
}

/* What was written before the hang stays, nothing of the job comes after it. */
static void check_hang(uint32_t placement)
{
	struct space s = new_space(placement), other = new_space(GC_VRAM);
	const struct drm_gpusim_cmd cmds[] = {
		FILL(ADDR, 5000, A), HANG, FILL(ADDR, SIZE, ~0ull),
	};
	const struct drm_gpusim_cmd after = FILL(ADDR + SIZE - 100, 100, B);
	int job = expect_ok(gc_start(fd, s.vm, cmds, 3));

	expect_error(gc_finish(job), ETIME);
	check_bytes(&s, 0, 5000, 0xaa);
	check_bytes(&s, 5000, SIZE, 0);
	expect_equal(resets_of(s.vm), 1);
	expect_equal(resets_of(other.vm), 0);

	/* both go on */
	expect_ok(gc_run(fd, s.vm, &after, 1));
	expect_ok(gc_run(fd, other.vm, &after, 1));
	check_bytes(&s, 0, 5000, 0xaa);
	check_bytes(&s, 5000, SIZE - 100, 0);
	check_bytes(&s, SIZE - 100, SIZE, 0xbb);
	check_bytes(&other, SIZE - 100, SIZE, 0xbb);
	expect_equal(resets_of(s.vm), 1);
	expect_equal(resets_of(other.vm), 0);
	free_space(&s);
	free_space(&other);
}

static void test_hang(void **state)
{
	(void)state;
	check_hang(GC_VRAM);
	check_hang(GC_SYSTEM);
}

/*
 * More jobs than the engine takes at a time, of many VMs, and among them several
 * that hang: only those fail, and each VM's work is done in its order.
 */
static void test_many_queued(void **state)
{
	enum { VMS = 8, ROUNDS = 4, HANGS = 2 };
	struct space s[VMS];
	int jobs[ROUNDS][VMS], hangs[HANGS];

	(void)state;
	for (int i = 0; i < VMS; i++)
		s[i] = new_space(i % 2 ? GC_VRAM : GC_SYSTEM);
	for (int round = 0; round < ROUNDS; round++) {
		if (round < HANGS)
			hangs[round] = expect_ok(gc_start(fd, s[round].vm, &hang, 1));
		for (int i = 0; i < VMS; i++) {
			const struct drm_gpusim_cmd cmds[] = {
				FILL(ADDR + round * GC_PAGE, SIZE - round * GC_PAGE,
				     0x0101010101010101 * (16 * i + round + 1)),
				{ .op = DRM_GPUSIM_CMD_ADD, .dst = ADDR, .size = 8, .value = 1 },
			};

			jobs[round][i] = expect_ok(gc_start(fd, s[i].vm, cmds, 2));
		}
	}
	for (int i = 0; i < HANGS; i++)
		expect_error(gc_finish(hangs[i]), ETIME);
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < VMS; i++)
			expect_ok(gc_finish(jobs[round][i]));

	for (int i = 0; i < VMS; i++) {
		uint64_t first;

		memcpy(&first, s[i].p, 8);
		expect_equal(first, 0x0101010101010101 * (16 * i + 1) + ROUNDS);
		check_bytes(&s[i], 8, GC_PAGE, 16 * i + 1);
		for (int round = 1; round < ROUNDS; round++)
			check_bytes(&s[i], round * GC_PAGE,
				    round + 1 < ROUNDS ? (round + 1) * GC_PAGE : SIZE,
				    16 * i + round + 1);
		expect_equal(resets_of(s[i].vm), i < HANGS);
		free_space(&s[i]);
	}
}

/* Whoever waits for the engine meanwhile gets on after the reset. */
static void test_waiters(void **state)
{
	struct space s = new_space(GC_VRAM);
	int job;

	(void)state;
	scribble(s.p, SIZE, 1);
	job = expect_ok(gc_start(fd, s.vm, &hang, 1));
	/* a move of a BO that the engine uses, and a bind in a VM that is busy */
	expect_ok(gc_bo_migrate(fd, s.bo, GC_SYSTEM));
	expect_error(gc_finish(job), ETIME);
	expect_equal(placement_of(s.bo), GC_SYSTEM);
	job = expect_ok(gc_start(fd, s.vm, &hang, 1));
	expect_ok(gc_map(fd, s.vm, ADDR + SIZE, s.bo, 0, SIZE));
	expect_error(gc_finish(job), ETIME);
	expect_ok(gc_copy(fd, s.vm, ADDR, ADDR + SIZE + GC_PAGE, GC_PAGE));
	expect_equal(resets_of(s.vm), 2);
	expect_equal(memcmp(s.p, s.p + GC_PAGE, GC_PAGE), 0);
	free_space(&s);
}

/* The client closes: that does not wait for the engine, and all memory comes back. */
static void test_close(void **state)
{
	struct drm_gpusim_dev_query before = { 0 }, after = { 0 };
	const struct drm_gpusim_cmd cmds[] = { FILL(ADDR, 8, 1), HANG };
	int other, job, behind, tries = 0;
	volatile uint64_t *p;
	uint32_t other_vm, bo;
	int64_t start;

	(void)state;
	card_set_timeout(2 * DEFAULT_MS);
	other = expect_ok(gc_open());
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &before));
	expect_ok(gc_vm_create(other, &other_vm));
	expect_ok(gc_bo_create(other, 1 << 20, GC_VRAM, other_vm, &bo));
	expect_ok(gc_map(other, other_vm, ADDR, bo, 0, 1 << 20));
	p = gc_bo_mmap(other, bo, GC_PAGE);
	expect_true(p);
	job = expect_ok(gc_start(other, other_vm, cmds, 2));
	behind = expect_ok(gc_start(other, other_vm, cmds, 1));
	/* not before it hangs: what begins after close() is cancelled */
	while (!*p)
		usleep(1000);
	usleep(500000);
	munmap((void *)p, GC_PAGE);
	start = clock_ms();
	close(other);
	expect_true(clock_ms() - start < DEFAULT_MS);
	expect_error(gc_finish(job), ETIME);
	expect_error(gc_finish(behind), ECANCELED);
	do {
		usleep(100000);
		expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &after));
	} while (after.vram_free != before.vram_free && tries++ < 300);
	expect_equal(after.vram_free, before.vram_free);
	expect_equal(gpu_crc(RESULT, 0), 0);
	card_set_timeout(TIMEOUT_MS);
}

/* The client, while it waits for its job in the kernel, is killed: it goes at once. */
static void test_killed(void **state)
{
	pid_t pid;
	int64_t start;
	int status, ready[2];
	char c;

	(void)state;
	card_set_timeout(2 * DEFAULT_MS);
	expect_equal(pipe(ready), 0);
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		int own = gc_open();
		uint32_t own_vm, bo;

		if (gc_vm_create(own, &own_vm) || gc_bo_create(own, SIZE, GC_VRAM, 0, &bo) ||
		    gc_map(own, own_vm, ADDR, bo, 0, SIZE) || gc_start(own, own_vm, &hang, 1) < 0 ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		/* waits for the VM's work */
		gc_unmap(own, own_vm, ADDR, SIZE);
		_exit(2);
	}
	close(ready[1]);
	expect_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	usleep(100000);
	start = clock_ms();
	expect_equal(kill(pid, SIGKILL), 0);
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_true(clock_ms() - start < DEFAULT_MS);
	expect_true(WIFSIGNALED(status));
	expect_equal(WTERMSIG(status), SIGKILL);
	/* this waits for the reset */
	expect_equal(gpu_crc(RESULT, 0), 0);
	card_set_timeout(TIMEOUT_MS);
}

/* Unplugging ends a hang long before its time. */
static void test_unplug(void **state)
{
	const struct drm_gpusim_cmd spin = {
		.op = DRM_GPUSIM_CMD_SPIN, .src = RESULT, .value = 1,
	};
	int job, behind, other;

	(void)state;
	card_set_timeout(LONG_MS);
	job = expect_ok(gc_start(fd, vm, &hang, 1));
	behind = expect_ok(gc_start(fd, vm, &hang, 1));
	card_unbind();
	expect_error(gc_finish(job), ENODEV);
	expect_error(gc_finish(behind), ENODEV);
	card_bind();

	/* the new card's engine answers, also if it spins when unplugged */
	gpusim_teardown(NULL);
	gpusim_setup(NULL);
	expect_equal(gpu_crc(RESULT, 0), 0);
	job = expect_ok(gc_start(fd, vm, &spin, 1));
	card_unbind();
	expect_error(gc_finish(job), ENODEV);
	card_bind();
	other = expect_ok(gc_open());
	close(other);
	card_set_timeout(TIMEOUT_MS);
}

/*
 * Fences of a client and a card that are gone: of jobs that were done, stopped,
 * and never begun. They tell as before who made them, and the module
 * stays until the last is closed.
 */
static void test_fences_outlive_card(void **state)
{
	const struct drm_gpusim_cmd fill = FILL(ADDR, 8, A);
	const struct drm_gpusim_cmd hangs[] = { FILL(ADDR + 8, 8, B), HANG };
	const int errors[] = { 0, -ENODEV, -ENODEV };
	volatile uint64_t *p;
	uint32_t own_vm, bo;
	int own, jobs[3];

	(void)state;
	card_set_timeout(LONG_MS);
	gpusim_teardown(NULL);
	card_wait_unused();
	own = expect_ok(gc_open());
	expect_ok(gc_vm_create(own, &own_vm));
	expect_ok(gc_bo_create(own, SIZE, GC_VRAM, 0, &bo));
	expect_ok(gc_map(own, own_vm, ADDR, bo, 0, SIZE));
	p = gc_bo_mmap(own, bo, GC_PAGE);
	expect_true(p);
	jobs[0] = expect_ok(gc_start(own, own_vm, &fill, 1));
	jobs[1] = expect_ok(gc_start(own, own_vm, hangs, 2));
	jobs[2] = expect_ok(gc_start(own, own_vm, &fill, 1));
	/* not before it hangs: what begins after close() is cancelled */
	while (!p[1])
		usleep(1000);
	munmap((void *)p, GC_PAGE);
	close(own);
	card_unbind();
	for (int i = 0; i < 3; i++) {
		struct sync_fence_info fence = { 0 };
		struct sync_file_info info = {
			.num_fences = 1, .sync_fence_info = (uintptr_t)&fence,
		};

		expect_equal(gc_sync_file_wait(jobs[i]), errors[i]);
		expect_equal(ioctl(jobs[i], SYNC_IOC_FILE_INFO, &info), 0);
		expect_true(!strcmp(fence.driver_name, "drm_sched"));
		expect_true(!strcmp(fence.obj_name, "gpusim"));
	}
	for (int i = 0; i < 3; i++) {
		expect_true(card_module_users() > 0);
		expect_true(system("rmmod gpusim 2>/dev/null") != 0);
		close(jobs[i]);
	}
	card_wait_unused();
	card_bind();
	gpusim_setup(NULL);
	expect_equal(gpu_crc(RESULT, 0), 0);
	card_set_timeout(TIMEOUT_MS);
}

struct unplugger {
	unsigned int delay;	/* microseconds */
};

static void *unplug_later(void *arg)
{
	const struct unplugger *u = arg;

	usleep(u->delay);
	card_unbind();
	return NULL;
}

/*
 * Reset, unplug and close at the same time. Every job ends, with the error of
 * whatever came first, and the next card works.
 */
static void test_races(void **state)
{
	enum { ROUNDS = 12, JOBS = 20 };

	(void)state;
	card_set_timeout(SHORT_MS);
	for (int round = 0; round < ROUNDS; round++) {
		/* from well before the first reset to after the second */
		struct unplugger u = { .delay = round * 2500 * SHORT_MS / ROUNDS };
		int own = expect_ok(gc_open()), jobs[JOBS];
		pthread_t thread;
		uint32_t vms[2];

		for (int i = 0; i < 2; i++)
			expect_ok(gc_vm_create(own, &vms[i]));
		for (int i = 0; i < JOBS; i++)
			jobs[i] = expect_ok(gc_start(own, vms[i % 2], &hang, 1));
		expect_equal(pthread_create(&thread, NULL, unplug_later, &u), 0);
		if (round % 2)
			close(own);
		for (int i = 0; i < JOBS; i++) {
			int error = gc_finish(jobs[i]);

			if (error != -ETIME && error != -ENODEV &&
			    !(round % 2 && error == -ECANCELED))
				expect_error(error, ENODEV);
		}
		expect_equal(pthread_join(thread, NULL), 0);
		card_bind();
		if (!(round % 2))
			close(own);
		own = expect_ok(gc_open());
		expect_ok(gc_vm_create(own, &vms[0]));
		expect_ok(gc_run(own, vms[0], &(struct drm_gpusim_cmd)FILL(ADDR, 0, 0), 1));
		close(own);
	}
	card_set_timeout(TIMEOUT_MS);
}

/* The module goes when the last hang is over, and can come back. */
static void test_module(void **state)
{
	char command[512];
	int own, file;
	uint32_t id;

	(void)state;
	own = expect_ok(gc_open());
	expect_ok(gc_vm_create(own, &id));
	file = expect_ok(gc_start(own, id, &hang, 1));
	close(file);
	close(own);
	card_wait_unused();
	snprintf(command, sizeof(command), "rmmod gpusim && insmod %s/gpusim.ko timeout_ms=%d",
		 getenv("DRM_SNOOP_MODULES"), TIMEOUT_MS);
	expect_equal(system(command), 0);
	gpusim_setup(NULL);
	expect_error(gc_run(fd, vm, &hang, 1), ETIME);
	expect_equal(gpu_crc(RESULT, 0), 0);
	gpusim_teardown(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_parameter),
		GPUSIM_TEST(test_abort),
		GPUSIM_TEST(test_hang),
		GPUSIM_TEST(test_many_queued),
		GPUSIM_TEST(test_waiters),
		GPUSIM_TEST(test_close),
		GPUSIM_TEST(test_killed),
		GPUSIM_TEST(test_unplug),
		GPUSIM_TEST(test_fences_outlive_card),
		cmocka_unit_test(test_races),
		cmocka_unit_test(test_module),
	};

	return run_group("gpusim-hang", tests, sizeof(tests) / sizeof(tests[0]), begin, end);
}
