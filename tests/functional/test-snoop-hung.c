// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 400
 *
 * The engine hangs at a job of the target, whose threads are stuck behind it with
 * locks held: every call ends in time, nobody else is held up, and after the reset
 * everything is as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-card.h"
#include "gpusim-client.h"
#include "in-time.h"
#include "snoop.h"
#include "watch.h"

/* The engine hangs until the test says so; this is longer than the test may take. */
#define HANG_MS		100000
#define RESET_MS	500
#define DEFAULT_MS	10000
#define TRIES		20
/* Of the target, stuck. */
#define THREADS		3

#define SIZE		0x20000ULL
/* Bound one behind the other: nobody holds free, a thread holds held. */
#define FREE_ADDR	0x10000000ULL
#define HELD_ADDR	(FREE_ADDR + SIZE)
/* In the VM's own reservation, which another thread holds. */
#define PRIVATE_ADDR	(HELD_ADDR + SIZE)
#define END_ADDR	(PRIVATE_ADDR + SIZE)
/* What the stuck bind asks for. */
#define NEW_ADDR	0x20000000ULL

/* The target, in a process of its own. */
struct hung {
	pid_t pid;
	int drm;
	__u32 vm, free, held, private;
	/* The test's. */
	int from_target;
	int snoop;
	__u64 client_id;
};

static struct hung hung;

/* Holds the object's reservation; TTM gives up after 15 s, with EBUSY. */
static void *run_migrate(void *arg)
{
	__u32 *bo = arg;
	int ret;

	do {
		ret = gc_bo_migrate(hung.drm, *bo, GC_SYSTEM);
	} while (ret == -EBUSY);
	return (void *)(long)ret;
}

/* Holds what orders the VM's operations. */
static void *run_bind(void *arg)
{
	(void)arg;
	return (void *)(long)gc_map(hung.drm, hung.vm, NEW_ADDR, hung.free, 0, SIZE);
}

static void fill_words(__u64 *words, unsigned int seed)
{
	__u64 offset;

	for (offset = 0; offset < SIZE; offset += 8)
		words[offset / 8] = watch_word(seed, offset);
}

/* An object at @addr that is full of words of @seed. */
static int target_bo(__u64 addr, __u32 vm, unsigned int seed, __u32 *bo)
{
	__u64 *memory;

	if (gc_bo_create(hung.drm, SIZE, GC_VRAM, vm, bo))
		return -1;
	memory = gc_bo_mmap(hung.drm, *bo, SIZE);
	if (!memory)
		return -1;
	fill_words(memory, seed);
	munmap(memory, SIZE);
	return gc_map(hung.drm, hung.vm, addr, *bo, 0, SIZE);
}

static void run_target(int to_test)
{
	static const struct drm_gpusim_cmd hang = { .op = DRM_GPUSIM_CMD_HANG };
	pthread_t threads[THREADS];
	void *result;
	int job, i, ret = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	hung.pid = getpid();
	hung.drm = gc_open();
	if (hung.drm < 0 || gc_vm_create(hung.drm, &hung.vm) ||
	    target_bo(FREE_ADDR, 0, 1, &hung.free) || target_bo(HELD_ADDR, 0, 2, &hung.held) ||
	    target_bo(PRIVATE_ADDR, hung.vm, 3, &hung.private))
		_exit(1);
	job = gc_start(hung.drm, hung.vm, &hang, 1);
	if (job < 0)
		_exit(1);
	if (pthread_create(&threads[0], NULL, run_migrate, &hung.held) ||
	    pthread_create(&threads[1], NULL, run_migrate, &hung.private) ||
	    pthread_create(&threads[2], NULL, run_bind, NULL))
		_exit(1);
	if (write(to_test, &hung, sizeof(hung)) != sizeof(hung))
		_exit(1);

	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		ret = ret ?: (int)(long)result;
	}
	/* The job was ended by the reset. */
	i = gc_finish(job);
	if (!ret && i != -ETIME)
		ret = i ?: -EIO;
	if (write(to_test, &ret, sizeof(ret)) != sizeof(ret))
		_exit(1);
	pause();
}

/* Where an object is; UNKNOWN: somebody holds it. */
static __u32 placement_of(__u32 handle)
{
	struct drm_snoop_object object;

	expect_ok(snoop_find_object(hung.snoop, hung.client_id, handle, &object));
	return object.placement;
}

static int open_writable(void)
{
	int reader = expect_ok(snoop_open("gpusim", 0));
	int snoop = expect_ok(snoop_reopen(reader, O_RDWR));

	close(reader);
	return snoop;
}

static int group_setup(void **state)
{
	int pipes[2], drm, try;
	pid_t pid;

	(void)state;
	card_find();
	card_set_timeout(HANG_MS);
	expect_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	expect_true(pid >= 0);
	if (!pid)
		run_target(pipes[1]);
	close(pipes[1]);
	expect_equal(read(pipes[0], &hung, sizeof(hung)), sizeof(hung));
	hung.from_target = pipes[0];
	hung.snoop = open_writable();
	drm = expect_ok(snoop_steal_fd(hung.pid, hung.drm));
	expect_ok(snoop_register_flags(hung.snoop, drm, DRM_SNOOP_REGISTER_WRITE,
				       &hung.client_id));
	close(drm);
	for (try = 0; try < 3000 && (placement_of(hung.held) || placement_of(hung.private)); try++)
		usleep(10000);
	expect_equal(placement_of(hung.held), DRM_SNOOP_PLACEMENT_UNKNOWN);
	expect_equal(placement_of(hung.private), DRM_SNOOP_PLACEMENT_UNKNOWN);
	expect_equal(placement_of(hung.free), DRM_SNOOP_PLACEMENT_VRAM);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	card_set_timeout(DEFAULT_MS);
	kill(hung.pid, SIGKILL);
	waitpid(hung.pid, NULL, 0);
	close(hung.from_target);
	close(hung.snoop);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return (int)expect_ok(snoop_bind_vm(hung.snoop, hung.client_id, hung.vm, NULL));
}

/*
 * A call on an object that is held ends with EBUSY; between two tries of the
 * target's it may get through, with @wanted bytes.
 */
#define expect_busy(call, wanted) \
({ \
	int try_ = 0; \
	long long result_; \
\
	while ((result_ = in_time(call)) != -EBUSY && try_++ < TRIES) { \
		expect_equal(result_, wanted); \
		usleep(100000); \
	} \
	expect_equal(result_, -EBUSY); \
})

static void expect_words(const void *buf, unsigned int seed, __u64 offset, size_t len)
{
	const __u64 *words = buf;
	size_t i;

	for (i = 0; i < len / 8; i++)
		expect_equal(words[i], watch_word(seed, offset + i * 8));
}

/* What asks for no content. */
static void test_layout(void **state)
{
	struct drm_snoop_card_info info = { 0 };
	struct drm_snoop_object objects[8];
	struct drm_snoop_client clients[2];
	struct drm_snoop_range ranges[8];
	struct drm_snoop_vm vms[2];
	__u64 id, size, position;
	int snoop, drm;

	(void)state;
	drm = expect_ok(in_time(snoop_steal_fd(hung.pid, hung.drm)));
	snoop = expect_ok(in_time(snoop_open("gpusim", 0)));
	expect_ok(in_time(snoop_card_info(snoop, &info)));
	expect_equal(info.adapter_state, DRM_SNOOP_ADAPTER_READY);
	expect_ok(in_time(snoop_register(snoop, drm, &id)));
	expect_equal(id, hung.client_id);
	expect_ok(in_time(snoop_bind_vm(snoop, id, hung.vm, &size)));
	expect_equal(size, 1ULL << 48);
	expect_ok(in_time(snoop_bind_object(snoop, id, hung.held, &size)));
	expect_equal(size, SIZE);
	expect_equal(in_time(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2)), 1);
	expect_equal(clients[0].flags, 0);
	expect_equal(in_time(snoop_list(snoop, DRM_SNOOP_LIST_VMS, id, 0, vms, 2, 2)), 1);
	expect_equal(in_time(snoop_list(snoop, DRM_SNOOP_LIST_OBJECTS, id, 0, objects, 8, 8)), 3);
	expect_equal(in_time(snoop_list(snoop, DRM_SNOOP_LIST_RANGES, id, hung.vm, ranges, 8,
					8)), 3);
	expect_equal(ranges[1].start, HELD_ADDR);
	expect_equal(ranges[1].placement, DRM_SNOOP_PLACEMENT_UNKNOWN);
	expect_ok(in_time(snoop_query(hung.snoop, PRIVATE_ADDR, 0, &ranges[0])));
	expect_equal(ranges[0].placement, DRM_SNOOP_PLACEMENT_UNKNOWN);
	expect_ok(in_time(snoop_seek(hung.snoop, 0, SEEK_DATA, &position)));
	expect_equal(position, FREE_ADDR);
	expect_ok(in_time(snoop_seek(hung.snoop, FREE_ADDR, SEEK_HOLE, &position)));
	expect_equal(position, END_ADDR);
	expect_ok(in_time(snoop_seek(snoop, 0, SEEK_END, &position)));
	expect_equal(position, SIZE);
	close(snoop);
	close(drm);
}

static void test_content(void **state)
{
	static __u64 buf[3 * SIZE / 8];
	int ret;

	(void)state;
	/* The job uses this object, but nobody holds it. */
	expect_equal(in_time(snoop_pread(hung.snoop, buf, SIZE, FREE_ADDR)), SIZE);
	expect_words(buf, 1, 0, SIZE);
	/* As far as it goes, and then no further. */
	ret = in_time(snoop_pread(hung.snoop, buf, 2 * SIZE, FREE_ADDR));
	expect_true(ret == SIZE || ret == 2 * SIZE);
	expect_words(buf, 1, 0, SIZE);
	expect_busy(snoop_pread(hung.snoop, buf, SIZE, HELD_ADDR), SIZE);
	expect_busy(snoop_pread(hung.snoop, buf, 8, PRIVATE_ADDR), 8);

	/* What is written is what is there. */
	expect_equal(in_time(snoop_pread(hung.snoop, buf, SIZE, FREE_ADDR)), SIZE);
	expect_equal(in_time(snoop_pwrite(hung.snoop, buf, SIZE, FREE_ADDR)), SIZE);
	fill_words(buf, 2);
	expect_busy(snoop_pwrite(hung.snoop, buf, SIZE, HELD_ADDR), SIZE);
	ret = in_time(fsync(hung.snoop));
	expect_equal(ret, 0);

	expect_ok(snoop_bind_object(hung.snoop, hung.client_id, hung.held, NULL));
	expect_busy(snoop_pread(hung.snoop, buf + SIZE / 8, SIZE, 0), SIZE);
	expect_busy(snoop_pwrite(hung.snoop, buf, SIZE, 0), SIZE);
	expect_ok(snoop_bind_object(hung.snoop, hung.client_id, hung.private, NULL));
	fill_words(buf, 3);
	expect_busy(snoop_pwrite(hung.snoop, buf, 8, 0), 8);
}

/* A thread that waits for the object that is held. */
struct waiter {
	pthread_t thread;
	atomic_bool began, ended;
	ssize_t result;
};

static void *run_waiter(void *arg)
{
	struct waiter *waiter = arg;
	__u64 word;

	waiter->began = true;
	waiter->result = snoop_pread(hung.snoop, &word, 8, HELD_ADDR);
	waiter->ended = true;
	return NULL;
}

/*
 * While an observer waits, the nodes of the card are opened, new clients work and
 * others look at them: seen in one of some tries, as a busy machine may be slow.
 */
static void test_others(void **state)
{
	bool in_time = false;
	int try;

	(void)state;
	for (try = 0; try < TRIES && !in_time; try++) {
		struct waiter waiter = { 0 };
		int primary, render, snoop;
		__u64 id;
		__u32 vm;

		expect_equal(pthread_create(&waiter.thread, NULL, run_waiter, &waiter), 0);
		while (!waiter.began)
			usleep(1000);
		/* It is at the lock by now. */
		usleep(100000);
		primary = expect_ok(gc_open_primary());
		render = expect_ok(gc_open());
		snoop = expect_ok(snoop_open("gpusim", 0));
		expect_ok(gc_vm_create(render, &vm));
		expect_ok(snoop_register(snoop, render, &id));
		expect_ok(snoop_bind_vm(snoop, id, vm, NULL));
		in_time = !waiter.ended;
		close(snoop);
		close(render);
		close(primary);
		pthread_join(waiter.thread, NULL);
		expect_true(waiter.result == -EBUSY || waiter.result == 8);
	}
	expect_true(in_time);
}

/* SIGKILL ends a wait long before its time is over; tries as above. */
static void test_killed(void **state)
{
	bool in_time = false;
	int try, status;

	(void)state;
	for (try = 0; try < TRIES && !in_time; try++) {
		int64_t start = clock_ms(), killed;
		pid_t pid = fork();
		__u64 word;

		expect_true(pid >= 0);
		if (!pid) {
			snoop_pread(hung.snoop, &word, 8, HELD_ADDR);
			_exit(0);
		}
		usleep(100000);
		killed = clock_ms();
		expect_equal(kill(pid, SIGKILL), 0);
		expect_equal(waitpid(pid, &status, 0), pid);
		/* Half of the time that the wait would still have taken. */
		in_time = WIFSIGNALED(status) &&
			  clock_ms() - killed < (BOUND_MS - (killed - start)) / 2;
	}
	expect_true(in_time);
}

/* Ends the hang: the next job of anybody makes the engine's clock begin anew. */
static void reset_engine(void)
{
	int drm = expect_ok(gc_open());
	__u32 vm, bo;
	int job;
	static const struct drm_gpusim_cmd fill = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = NEW_ADDR, .size = 8, .value = 1,
	};

	expect_ok(gc_vm_create(drm, &vm));
	expect_ok(gc_bo_create(drm, SIZE, GC_VRAM, 0, &bo));
	expect_ok(gc_map(drm, vm, NEW_ADDR, bo, 0, SIZE));
	card_set_timeout(RESET_MS);
	job = expect_ok(gc_start(drm, vm, &fill, 1));
	expect_ok(gc_finish(job));
	card_set_timeout(DEFAULT_MS);
	close(drm);
}

static void test_reset(void **state)
{
	static __u64 buf[3 * SIZE / 8];
	uint64_t resets;
	__u64 word = 7;
	int drm, ret;

	(void)state;
	drm = expect_ok(snoop_steal_fd(hung.pid, hung.drm));
	/* It has been hanging all the time. */
	expect_ok(gc_vm_resets(drm, hung.vm, &resets));
	expect_equal(resets, 0);
	reset_engine();
	expect_equal(read(hung.from_target, &ret, sizeof(ret)), sizeof(ret));
	expect_ok(ret);
	expect_ok(gc_vm_resets(drm, hung.vm, &resets));
	expect_equal(resets, 1);
	close(drm);

	expect_equal(snoop_pread(hung.snoop, buf, sizeof(buf), FREE_ADDR), sizeof(buf));
	expect_words(buf, 1, 0, SIZE);
	expect_words(buf + SIZE / 8, 2, 0, SIZE);
	expect_words(buf + 2 * SIZE / 8, 3, 0, SIZE);
	expect_equal(snoop_pread(hung.snoop, buf, SIZE, NEW_ADDR), SIZE);
	expect_words(buf, 1, 0, SIZE);
	expect_equal(snoop_pwrite(hung.snoop, &word, 8, HELD_ADDR), 8);
	expect_equal(snoop_pread(hung.snoop, buf, 16, HELD_ADDR), 16);
	expect_equal(buf[0], 7);
	expect_equal(buf[1], watch_word(2, 8));
}

int main(void)
{
#define HUNG(test) cmocka_unit_test_setup(test, setup)
	const struct CMUnitTest tests[] = {
		HUNG(test_layout),
		HUNG(test_content),
		HUNG(test_others),
		HUNG(test_killed),
		/* Last. */
		HUNG(test_reset),
	};

	return run_group("snoop-hung", tests, sizeof(tests) / sizeof(tests[0]), group_setup,
			 group_teardown);
}
