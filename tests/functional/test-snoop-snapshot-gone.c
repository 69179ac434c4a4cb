// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 240
 *
 * Snapshots while the card goes, unbound from its driver or pulled out: each one that is
 * taken is whole and right, a consistent one without a word out of place, and then there
 * is ENODEV, and nothing is left.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "expect.h"
#include "gpusim-card.h"
#include "gpusim-client.h"
#include "open-as.h"
#include "snoop.h"
#include "snoop-module.h"
#include "sweep.h"

#define BUDGET_MS	60000
#define DEFAULT_STOP_MS	1000
#define DEFAULT_SNAPSHOT_MB	1024
/* A snapshot of each kind has room, and no third one, should one be left. */
#define SNAPSHOT_MB	1
#define BEGIN_MS	60000

/* Objects whose content does not change, for the plain ones. */
#define STILL_ADDR	0x100000000ULL
#define STILL_OBJECTS	4
#define STILL_SIZE	0x20000ULL
#define STILL_WINDOW	(STILL_OBJECTS * STILL_SIZE)
#define STILL_WORD	0x7374696c6c212121ULL

/**
 * struct taker - a thread that takes snapshots until that is an error
 * @snoop: file that it has
 * @take: takes one
 * @check: is it right?
 * @taken: number of snapshots
 * @words: words that were compared
 * @wrong: snapshots that were not right
 * @error: the error
 */
struct taker {
	int snoop;
	int (*take)(int snoop);
	bool (*check)(int fd, unsigned long *words);
	pthread_t thread;
	atomic_uint taken;
	unsigned long words;
	unsigned int wrong;
	atomic_int error;
};

static int take_consistent(int snoop)
{
	return snoop_snapshot_consistent(snoop, SWEEP_ADDR, SWEEP_WINDOW, BUDGET_MS, NULL);
}

static int take_plain(int snoop)
{
	return snoop_snapshot(snoop, STILL_ADDR, STILL_WINDOW, NULL);
}

/* All of @count objects are there, and nothing is said of them. */
static bool is_whole(int fd, int count)
{
	struct drm_snoop_snapshot_range table[16];
	int i;

	if (snoop_snapshot_table(fd, table, 16, 16) != count)
		return false;
	for (i = 0; i < count; i++)
		if (table[i].error || table[i].flags)
			return false;
	return true;
}

static bool check_consistent(int fd, unsigned long *words)
{
	static char window[SWEEP_WINDOW];
	struct sweep_count count = { 0 };

	if (!is_whole(fd, 2 * SWEEP_OBJECTS) ||
	    pread(fd, window, sizeof(window), 0) != sizeof(window))
		return false;
	sweep_check(window, &count);
	*words += count.cpu + count.engine;
	return !count.cpu_torn && !count.engine_torn;
}

static bool check_plain(int fd, unsigned long *words)
{
	static __u64 window[STILL_WINDOW / 8];
	size_t i;

	if (!is_whole(fd, STILL_OBJECTS) ||
	    pread(fd, window, sizeof(window), 0) != sizeof(window))
		return false;
	for (i = 0; i < STILL_WINDOW / 8; i++)
		if (window[i] != STILL_WORD)
			return false;
	*words += i;
	return true;
}

static void *run_taker(void *arg)
{
	struct taker *taker = arg;
	int fd;

	for (;;) {
		fd = taker->take(taker->snoop);
		if (fd < 0)
			break;
		taker->wrong += !taker->check(fd, &taker->words);
		close(fd);
		taker->taken++;
	}
	taker->error = fd;
	return NULL;
}

static void taker_start(struct taker *taker, int drm, __u64 vm)
{
	__u64 id;

	taker->snoop = open_as_writable("alice");
	expect_ok(snoop_register_flags(taker->snoop, drm, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_ok(snoop_bind_vm(taker->snoop, id, vm, NULL));
	expect_equal(pthread_create(&taker->thread, NULL, run_taker, taker), 0);
}

static void taker_end(struct taker *taker, const char *kind)
{
	pthread_join(taker->thread, NULL);
	close(taker->snoop);
	print_message("# %s: %u snapshots, %lu words\n", kind, taker->taken, taker->words);
	expect_error(taker->error, ENODEV);
	expect_equal(taker->wrong, 0);
}

static int still_open(__u32 *vm)
{
	int drm = expect_ok(gc_open());
	unsigned int i;
	__u32 bo;

	expect_ok(gc_vm_create(drm, vm));
	for (i = 0; i < STILL_OBJECTS; i++) {
		if (i == STILL_OBJECTS - 1)
			expect_ok(gc_bo_create_nocpu(drm, STILL_SIZE, GC_VRAM, 0, &bo));
		else
			expect_ok(gc_bo_create(drm, STILL_SIZE, i % 2 ? GC_VRAM : GC_SYSTEM, 0,
					       &bo));
		expect_ok(gc_map(drm, *vm, STILL_ADDR + i * STILL_SIZE, bo, 0, STILL_SIZE));
	}
	expect_ok(gc_fill(drm, *vm, STILL_ADDR, STILL_WINDOW, STILL_WORD));
	return drm;
}

/* Waits until both are at work, and then for some time more. */
static void wait_for(const struct taker *one, const struct taker *other, unsigned int ms)
{
	int64_t begin = clock_ms();

	while (!(one->taken && other->taken) && !one->error && !other->error &&
	       clock_ms() - begin < BEGIN_MS)
		usleep(1000);
	expect_true(one->taken && other->taken);
	usleep(ms * 1000);
}

/* Nobody tells the new node's mode here. */
static void let_everybody_in(void)
{
	int snoop = expect_ok(snoop_open("gpusim", 0));

	expect_equal(fchmod(snoop, 0666), 0);
	close(snoop);
}

static void check_going(void (*go)(void), void (*come)(void), unsigned int ms)
{
	struct taker consistent = { .take = take_consistent, .check = check_consistent };
	struct taker plain = { .take = take_plain, .check = check_plain };
	int users = snoop_module_users(), still, drm;
	struct sweep *sweep;
	__u32 vm;

	card_find();
	sweep = sweep_start();
	still = still_open(&vm);
	drm = expect_ok(snoop_steal_fd(sweep->pid, sweep->drm));
	taker_start(&consistent, drm, sweep->vm);
	taker_start(&plain, still, vm);
	close(drm);
	wait_for(&consistent, &plain, ms);
	go();
	taker_end(&consistent, "consistent");
	taker_end(&plain, "plain");
	sweep_kill(sweep);
	close(still);
	card_wait_unused();
	expect_equal(snoop_module_users(), users);
	come();
	let_everybody_in();
}

static void test_unbind(void **state)
{
	(void)state;
	check_going(card_unbind, card_bind, 0);
	check_going(card_unbind, card_bind, 37);
}

static void test_removal(void **state)
{
	(void)state;
	check_going(card_remove, card_rescan, 13);
	check_going(card_remove, card_rescan, 71);
}

static int setup(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", BUDGET_MS);
	snoop_module_set("max_snapshot_mb", SNAPSHOT_MB);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	snoop_module_set("max_stop_ms", DEFAULT_STOP_MS);
	snoop_module_set("max_snapshot_mb", DEFAULT_SNAPSHOT_MB);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unbind),
		cmocka_unit_test(test_removal),
	};

	return run_group("snoop-snapshot-gone", tests, sizeof(tests) / sizeof(tests[0]), setup,
			 teardown);
}
