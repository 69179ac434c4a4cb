// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 300
 *
 * Copied windows: maps of memory that the CPU cannot map. The target's engine writes
 * there, and the copies show it; and they cost no more than they are charged for.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
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

#define PAGE	WINDOW_PAGE
#define MIB	0x100000UL

/* An object without CPU access, bound at its start and once more from its 4th page on. */
#define HIDDEN		0x500000000ULL
#define HIDDEN_AGAIN	0x600000000ULL
#define HIDDEN_SIZE	0x10000ULL
#define HIDDEN_OFFSET	0x4000ULL

#define DEFAULT_MEMORY_MB	64
/* The engine hangs until the test says so; gpusim's own time, and a short one. */
#define HANG_MS		100000
#define RESET_MS	500
#define DEFAULT_MS	10000

/* Another name each time: a test that fails leaves its object. */
static char hidden[16];

static void hidden_open(struct stage *stage, const char *placement)
{
	static unsigned int count;

	snprintf(hidden, sizeof(hidden), "hidden%u", count++);
	target_cmd(&stage->target, "bo %s %#llx %s nocpu", hidden, HIDDEN_SIZE, placement);
	target_cmd(&stage->target, "bind v %#llx %s", HIDDEN, hidden);
	target_cmd(&stage->target, "bind v %#llx %s %#llx", HIDDEN_AGAIN, hidden, HIDDEN_OFFSET);
}

static void hidden_close(struct stage *stage)
{
	target_cmd(&stage->target, "unbind v %#llx %#llx", HIDDEN, HIDDEN_SIZE);
	target_cmd(&stage->target, "unbind v %#llx %#llx", HIDDEN_AGAIN,
		   HIDDEN_SIZE - HIDDEN_OFFSET);
	target_cmd(&stage->target, "close %s", hidden);
}

/* Content by the engine, another one for each @round: see hidden_check(). */
static void hidden_store(struct stage *stage, unsigned int round)
{
	target_cmd(&stage->target, "copy v %#llx %#llx %#llx", HIDDEN,
		   STAGE_BIG_ADDR + round * HIDDEN_SIZE, HIDDEN_SIZE);
}

/* [map, map + len) shows the object from @offset on as it was stored in @round. */
static void hidden_check(const void *map, unsigned int round, uint64_t offset, size_t len)
{
	window_check(map, STAGE_BS, round * HIDDEN_SIZE + offset, len);
}

static void drop(void *map, size_t len)
{
	expect_ok(madvise(map, len, MADV_DONTNEED));
}

/* Windows of any place and size show what the engine wrote. */
static void check_windows(int snoop, uint64_t addr, uint64_t size, unsigned int round,
			  uint64_t offset)
{
	uint64_t first, count, i, pages = size / PAGE;
	void *map;

	for (i = 0; i < 12; i++) {
		first = i * 7 % pages;
		count = 1 + i * 5 % (pages - first);
		map = window_map(snoop, addr + first * PAGE, count * PAGE, PROT_READ);
		hidden_check(map, round, offset + first * PAGE, count * PAGE);
		munmap(map, count * PAGE);
	}
}

static void check_content(struct stage *stage, const char *placement, unsigned int round)
{
	hidden_open(stage, placement);
	hidden_store(stage, round);
	stage_bind((void **)&stage);
	check_windows(stage->snoop, HIDDEN, HIDDEN_SIZE, round, 0);
	check_windows(stage->snoop, HIDDEN_AGAIN, HIDDEN_SIZE - HIDDEN_OFFSET, round,
		      HIDDEN_OFFSET);
	expect_ok(snoop_bind_object(stage->snoop, stage->client_id, stage_handle(stage, hidden),
				    NULL));
	check_windows(stage->snoop, 0, HIDDEN_SIZE, round, 0);
	expect_error(window_flags(stage->snoop, HIDDEN_SIZE - PAGE, 2 * PAGE, PROT_READ,
				  MAP_SHARED), EINVAL);
	expect_error(window_flags(stage->snoop, HIDDEN_SIZE, PAGE, PROT_READ, MAP_SHARED), ENXIO);
	hidden_close(stage);
}

static void test_content(void **state)
{
	check_content(*state, "vram", 1);
	check_content(*state, "system", 2);
}

/* Copied once, and again when it is dropped: just the pages that are. */
static void test_refresh(void **state)
{
	struct stage *stage = *state;
	uint8_t *map, *live;
	unsigned int round;

	hidden_open(stage, "vram");
	hidden_store(stage, 0);
	map = window_map(stage->snoop, HIDDEN + PAGE, 4 * PAGE, PROT_READ);
	hidden_check(map, 0, PAGE, 4 * PAGE);
	for (round = 1; round < 20; round++) {
		hidden_store(stage, round);
		hidden_check(map, round - 1, PAGE, 4 * PAGE);
		drop(map + PAGE, PAGE);
		hidden_check(map, round - 1, PAGE, PAGE);
		hidden_check(map + PAGE, round, 2 * PAGE, PAGE);
		hidden_check(map + 2 * PAGE, round - 1, 3 * PAGE, 2 * PAGE);
		drop(map, 4 * PAGE);
		hidden_check(map, round, PAGE, 4 * PAGE);
	}
	munmap(map, 4 * PAGE);
	hidden_close(stage);

	/* Live maps have nothing to drop, and say so. */
	live = window_map(stage->snoop, STAGE_ADDR + STAGE_SIZE, PAGE, PROT_READ);
	expect_true(madvise(live, PAGE, MADV_DONTNEED) == -1 && errno == EINVAL);
	munmap(live, PAGE);
}

/* Read wherever the object is; a move drops the copies. */
static void test_moves(void **state)
{
	static const char *const moves[] = { "evict", "swap", "restore" };
	struct stage *stage = *state;
	unsigned int round;
	uint8_t *map;

	hidden_open(stage, "vram");
	map = window_map(stage->snoop, HIDDEN, HIDDEN_SIZE, PROT_READ);
	for (round = 0; round < 12; round++) {
		hidden_store(stage, round);
		target_cmd(&stage->target, "%s %s", moves[round % 3], hidden);
		drop(map, PAGE);
		hidden_check(map, round, 0, PAGE);
		if (round % 3 == 0)
			hidden_check(map, round, 0, HIDDEN_SIZE);
		drop(map, HIDDEN_SIZE);
		hidden_check(map, round, 0, HIDDEN_SIZE);
	}
	munmap(map, HIDDEN_SIZE);
	hidden_close(stage);
}

/* As gdb looks at the observer: pages that are there, and others. */
static void test_system_calls(void **state)
{
	struct stage *stage = *state;
	uint8_t *map, got[3 * PAGE], byte = 0x99;

	hidden_open(stage, "vram");
	hidden_store(stage, 4);
	map = window_map(stage->snoop, HIDDEN, 4 * PAGE, PROT_READ);
	hidden_check(map, 4, 0, PAGE);
	hidden_store(stage, 5);
	expect_equal(window_read_mem(map + 100, got, 2 * PAGE), 2 * PAGE);
	hidden_check(got, 4, 100, PAGE - 100);
	hidden_check(got + PAGE - 100, 5, PAGE, PAGE + 100);
	expect_ok(window_load_by_kernel(map + 2 * PAGE));
	/* What is there stays as it is, and so what is not. */
	expect_true(window_write_mem(map, &byte, 1) < 0);
	expect_true(window_write_mem(map + 3 * PAGE, &byte, 1) < 0);
	hidden_check(map, 4, 0, PAGE);
	hidden_check(map + PAGE, 5, PAGE, 3 * PAGE);
	munmap(map, 4 * PAGE);
	hidden_close(stage);
}

/* Pages in the middle are unmapped, others moved: the rest stays where it was. */
static void test_parts(void **state)
{
	struct stage *stage = *state;
	uint8_t *map, *room, *moved;

	hidden_open(stage, "vram");
	hidden_store(stage, 6);
	map = window_map(stage->snoop, HIDDEN_AGAIN + PAGE, 8 * PAGE, PROT_READ);
	room = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(room != MAP_FAILED);
	hidden_check(map, 6, HIDDEN_OFFSET + PAGE, 3 * PAGE);
	munmap(map + PAGE, 2 * PAGE);
	expect_equal(window_load(map + PAGE), SIGSEGV);
	expect_equal(window_load(map + 2 * PAGE), SIGSEGV);
	expect_true(mremap(map + 3 * PAGE, 5 * PAGE, 6 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	expect_equal(errno, EFAULT);
	expect_true(mremap(map + 3 * PAGE, 0, 5 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	expect_equal(errno, EFAULT);
	hidden_check(map + 4 * PAGE, 6, HIDDEN_OFFSET + 5 * PAGE, PAGE);
	moved = mremap(map + 4 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       room + PAGE);
	expect_true(moved == room + PAGE);
	expect_equal(window_load(map + 4 * PAGE), SIGSEGV);
	hidden_check(moved, 6, HIDDEN_OFFSET + 5 * PAGE, 2 * PAGE);
	hidden_check(map, 6, HIDDEN_OFFSET + PAGE, PAGE);
	hidden_check(map + 3 * PAGE, 6, HIDDEN_OFFSET + 4 * PAGE, PAGE);
	hidden_check(map + 6 * PAGE, 6, HIDDEN_OFFSET + 7 * PAGE, 2 * PAGE);
	/* Rights that are taken come back, and no others. */
	expect_ok(window_protect(map, PAGE, PROT_NONE));
	expect_equal(window_load(map), SIGSEGV);
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	expect_ok(window_protect(map, PAGE, PROT_READ));
	hidden_check(map, 6, HIDDEN_OFFSET + PAGE, PAGE);
	munmap(map, 8 * PAGE);
	munmap(room, 4 * PAGE);
	hidden_close(stage);
}

/* Runs @child with the map, and waits. */
static void in_child(void (*child)(uint8_t *map), uint8_t *map)
{
	pid_t pid = fork();
	int status;

	expect_true(pid >= 0);
	if (!pid) {
		child(map);
		_exit(0);
	}
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
}

static void must(bool condition)
{
	if (!condition)
		_exit(1);
}

/* Page 0 was copied before, page 1 was not; round 8 is in the object. */
static void use_map(uint8_t *map)
{
	uint8_t wanted[2 * PAGE];

	model_fill(wanted, PAGE, STAGE_BS, 7 * HIDDEN_SIZE);
	model_fill(wanted + PAGE, PAGE, STAGE_BS, 8 * HIDDEN_SIZE + PAGE);
	must(!memcmp(map, wanted, 2 * PAGE));
	must(!madvise(map, PAGE, MADV_DONTNEED));
	model_fill(wanted, PAGE, STAGE_BS, 8 * HIDDEN_SIZE);
	must(!memcmp(map, wanted, 2 * PAGE));
	munmap(map + PAGE, PAGE);
	must(window_load(map + PAGE) == SIGSEGV);
}

/* A child has the same copies, and what it copies afresh its parent sees. */
static void test_fork(void **state)
{
	struct stage *stage = *state;
	uint8_t *map;

	hidden_open(stage, "vram");
	hidden_store(stage, 7);
	map = window_map(stage->snoop, HIDDEN, 4 * PAGE, PROT_READ);
	hidden_check(map, 7, 0, PAGE);
	hidden_store(stage, 8);
	in_child(use_map, map);
	hidden_check(map, 8, 0, 4 * PAGE);
	munmap(map, 4 * PAGE);
	hidden_close(stage);
}

/* A target of the test's own with 64 KiB at 0x100000, and a file that is bound to it. */
static int own_open(struct target *target)
{
	int snoop = expect_ok(snoop_open("gpusim", 0));
	__u64 id;
	int drm;

	target_start(target);
	target_cmd(target, "vm v");
	target_cmd(target, "bo b 64K vram nocpu");
	target_cmd(target, "bo s 64K system");
	target_cmd(target, "pattern s 0 64K 100");
	target_cmd(target, "bind v 0x100000 b");
	target_cmd(target, "bind v 0x200000 s");
	target_cmd(target, "copy v 0x100000 0x200000 64K");
	drm = expect_ok(target_getfd(target, 0));
	expect_ok(snoop_register(snoop, drm, &id));
	close(drm);
	expect_ok(snoop_bind_vm(snoop, id, 1, NULL));
	return snoop;
}

/* The object lives as long as it is mapped, and is copied as long. */
static void test_client_ends(void **state)
{
	struct target target;
	int snoop = own_open(&target);
	uint8_t *map = window_map(snoop, 0x101000, 4 * PAGE, PROT_READ);

	(void)state;
	window_check(map, 100, PAGE, PAGE);
	target_cmd(&target, "unbind v 0x100000 64K");
	target_cmd(&target, "close b");
	window_check(map, 100, PAGE, 2 * PAGE);
	target_kill(&target);
	close(snoop);
	drop(map, 4 * PAGE);
	window_check(map, 100, PAGE, 4 * PAGE);
	munmap(map, 4 * PAGE);
}

/* The target is about to move the object: it holds its reservation. */
static void wait_busy(int snoop, __u64 client_id, __u32 handle)
{
	struct drm_snoop_object object;
	int try;

	for (try = 0; try < 3000; try++) {
		expect_ok(snoop_find_object(snoop, client_id, handle, &object));
		if (object.placement == DRM_SNOOP_PLACEMENT_UNKNOWN)
			return;
		usleep(10000);
	}
	expect_failed(__FILE__, __LINE__, "the object is not busy");
}

/* What cannot be copied is SIGBUS, in time; when it can be, the same map shows it. */
static void test_busy(void **state)
{
	struct stage *stage = *state;
	struct target target;
	int snoop = own_open(&target);
	uint8_t *map = window_map(snoop, 0x101000, 4 * PAGE, PROT_READ);

	card_set_timeout(HANG_MS);
	target_cmd(&target, "hang v");
	target_send(&target, "evict b");
	wait_busy(snoop, target.client, 1);
	expect_equal(window_load(map + PAGE), SIGBUS);
	/* The engine looks at the time when it gets another job. */
	card_set_timeout(RESET_MS);
	target_number(&stage->target, "sum v %#llx 8", STAGE_ADDR);
	target_answer(&target);
	card_set_timeout(DEFAULT_MS);
	window_check(map, 100, PAGE, 4 * PAGE);
	munmap(map, 4 * PAGE);
	target_kill(&target);
	close(snoop);
}

/* An object of 2 MiB, bound for @user. */
static int large_open(struct stage *stage, const char *user)
{
	int drm = expect_ok(target_getfd(&stage->target, 0));
	int snoop = open_as(user);
	__u64 id;

	target_cmd(&stage->target, "bo large 2M vram nocpu");
	target_cmd(&stage->target, "bind v %#llx large", HIDDEN);
	target_cmd(&stage->target, "copy v %#llx %#llx 2M", HIDDEN, STAGE_BIG_ADDR);
	expect_ok(snoop_register(snoop, drm, &id));
	close(drm);
	expect_ok(snoop_bind_vm(snoop, id, stage->vm, NULL));
	return snoop;
}

static void large_close(struct stage *stage, int snoop)
{
	close(snoop);
	target_cmd(&stage->target, "unbind v %#llx 2M", HIDDEN);
	target_cmd(&stage->target, "close large");
}

static int try(int snoop, uint64_t addr, size_t size)
{
	return window_flags(snoop, addr, size, PROT_READ, MAP_SHARED);
}

static void read_again(uint8_t *map)
{
	must(!madvise(map, MIB, MADV_DONTNEED));
	for (size_t i = 0; i < MIB; i += PAGE)
		must(map[i] == model_byte(STAGE_BS, i));
}

/* A window counts as long as some of it is mapped, and once, whoever has it. */
static void check_charge(int snoop)
{
	uint8_t *map = window_map(snoop, HIDDEN, MIB, PROT_READ);

	expect_error(try(snoop, HIDDEN, PAGE), EDQUOT);
	window_check(map, STAGE_BS, 0, MIB);
	in_child(read_again, map);
	drop(map, MIB);
	window_check(map, STAGE_BS, 0, MIB);
	munmap(map, MIB / 2);
	expect_error(try(snoop, HIDDEN, PAGE), EDQUOT);
	munmap(map + MIB / 2, MIB / 2 - PAGE);
	expect_error(try(snoop, HIDDEN, PAGE), EDQUOT);
	window_check(map + MIB - PAGE, STAGE_BS, MIB - PAGE, PAGE);
	munmap(map + MIB - PAGE, PAGE);
}

static void test_charge(void **state)
{
	struct stage *stage = *state;
	int snoop = large_open(stage, "alice");
	unsigned int i;

	snoop_module_set("max_memory_mb", 1);
	expect_error(try(snoop, HIDDEN, MIB + 1), EDQUOT);
	for (i = 0; i < 3; i++)
		check_charge(snoop);
	/* What is refused costs nothing. */
	expect_error(window_flags(snoop, HIDDEN, MIB, PROT_READ | PROT_WRITE, MAP_SHARED), EACCES);
	expect_error(try(snoop, HIDDEN, MIB + PAGE), EDQUOT);
	expect_ok(try(snoop, HIDDEN, MIB));
	/* Live maps of the same user are for nothing. */
	expect_ok(try(snoop, STAGE_BIG_ADDR, STAGE_BIG));
	snoop_module_set("max_memory_mb", DEFAULT_MEMORY_MB);
	large_close(stage, snoop);
}

static unsigned long available_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[128];

	expect_true(file);
	while (!kib && fgets(line, sizeof(line), file))
		if (!strncmp(line, "MemAvailable:", 13))
			kib = strtoul(line + 13, NULL, 10);
	fclose(file);
	expect_true(kib);
	return kib;
}

/* The pages of windows that ended are free: 80 MiB of them. */
static void test_nothing_left(void **state)
{
	struct stage *stage = *state;
	int snoop = large_open(stage, "alice");
	unsigned long before = 0, after;
	unsigned int i, page;
	uint8_t *map;

	for (i = 0; i < 44; i++) {
		if (i == 4)
			before = available_kib();
		map = window_map(snoop, HIDDEN, 2 * MIB, PROT_READ);
		for (page = 0; page < 2 * MIB / PAGE; page++)
			expect_equal(map[page * PAGE], model_byte(STAGE_BS, page * PAGE));
		munmap(map, 2 * MIB);
	}
	after = available_kib();
	if (after + 40 * 1024 < before)
		expect_failed(__FILE__, __LINE__, "%lu KiB available before, %lu after", before,
			      after);
	large_close(stage, snoop);
}

/* Threads that drop and read the same pages, and a process that only reads them. */
static struct {
	uint8_t *map;
	int64_t end;
	atomic_ulong wrong, reads;
} race;

/* Bytes: while a page is copied, a word may be half of the old content. */
static void race_read(unsigned int i)
{
	uint8_t byte = race.map[i % 4 * PAGE + i * 61 % PAGE];

	if (byte != 0x11 && byte != 0x22)
		race.wrong++;
	race.reads++;
}

static void *run_race(void *unused)
{
	unsigned int i;

	for (i = 1; clock_ms() < race.end; i++) {
		race_read(i);
		if (i % 16 == 0)
			madvise(race.map, 4 * PAGE, MADV_DONTNEED);
	}
	return unused;
}

/* Its pages stay while those of its parent are copied anew. */
static pid_t race_child(void)
{
	pid_t pid = fork();
	unsigned int i;

	expect_true(pid >= 0);
	if (pid)
		return pid;
	for (i = 0; i % 64 || clock_ms() < race.end; i++)
		race_read(i);
	_exit(race.wrong != 0);
}

/* Nothing is seen that was never there, while the engine writes and the object moves. */
static void test_race(void **state)
{
	struct stage *stage = *state;
	pthread_t threads[3];
	unsigned int i;
	int status;
	pid_t pid;

	hidden_open(stage, "vram");
	target_cmd(&stage->target, "fill v %#llx %#llx 0x1111111111111111", HIDDEN, HIDDEN_SIZE);
	race.map = window_map(stage->snoop, HIDDEN + PAGE, 4 * PAGE, PROT_READ);
	race.end = clock_ms() + 3000;
	pid = race_child();
	for (i = 0; i < 3; i++)
		expect_equal(pthread_create(&threads[i], NULL, run_race, NULL), 0);
	while (clock_ms() < race.end) {
		target_cmd(&stage->target, "fill v %#llx %#llx 0x2222222222222222", HIDDEN,
			   HIDDEN_SIZE);
		target_cmd(&stage->target, "evict %s", hidden);
		target_cmd(&stage->target, "fill v %#llx %#llx 0x1111111111111111", HIDDEN,
			   HIDDEN_SIZE);
	}
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
	expect_equal(race.wrong, 0);
	expect_true(race.reads);
	munmap(race.map, 4 * PAGE);
	hidden_close(stage);
}

/*
 * The last one. Pages that were copied go with the card, and new ones do not come; the
 * map stays dead when the card is back.
 */
static void test_card_gone(void **state)
{
	struct target target;
	int snoop = own_open(&target);
	uint8_t *map = window_map(snoop, 0x101000, 4 * PAGE, PROT_READ);

	(void)state;
	window_check(map, 100, PAGE, 2 * PAGE);
	card_find();
	card_unbind();
	expect_equal(window_load(map), SIGBUS);
	expect_equal(window_load(map + 3 * PAGE), SIGBUS);
	expect_error(window_load_by_kernel(map), EFAULT);
	expect_error(try(snoop, 0x101000, PAGE), ENODEV);
	card_bind();
	expect_equal(window_load(map + PAGE), SIGBUS);
	target_kill(&target);
	close(snoop);
	expect_equal(window_load(map + PAGE), SIGBUS);
	munmap(map, 4 * PAGE);

	/* The card's next life. */
	snoop = own_open(&target);
	map = window_map(snoop, 0x101000, 4 * PAGE, PROT_READ);
	window_check(map, 100, PAGE, 4 * PAGE);
	munmap(map, 4 * PAGE);
	target_stop(&target);
	close(snoop);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_content),
		TEST(test_refresh),
		TEST(test_moves),
		TEST(test_system_calls),
		TEST(test_parts),
		TEST(test_fork),
		TEST(test_client_ends),
		TEST(test_busy),
		TEST(test_charge),
		TEST(test_nothing_left),
		TEST(test_race),
		TEST(test_card_gone),
	};

	return run_group("snoop-mmap-copied", tests, sizeof(tests) / sizeof(tests[0]),
			 stage_setup, stage_teardown);
}
