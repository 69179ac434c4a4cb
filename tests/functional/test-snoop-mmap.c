// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 300
 *
 * Maps of another process's GPU memory: what its engine and its CPU write is there
 * at once, wherever the memory is, and what is written to the map is seen by both.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "expect.h"
#include "snoop.h"
#include "stage.h"
#include "window.h"

#define PAGE	WINDOW_PAGE

/* An object of the test's own, bound at its start and once more from its 4th page on. */
#define OWN		0x500000000ULL
#define OWN_AGAIN	0x600000000ULL
#define OWN_SIZE	0x10000ULL
#define OWN_OFFSET	0x4000ULL

static void own_open(struct stage *stage, const char *placement, uint64_t seed)
{
	target_cmd(&stage->target, "bo own %#llx %s", OWN_SIZE, placement);
	stage_pattern(stage, "own", OWN_SIZE, seed);
	target_cmd(&stage->target, "bind v %#llx own", OWN);
	target_cmd(&stage->target, "bind v %#llx own %#llx", OWN_AGAIN, OWN_OFFSET);
}

static void own_close(struct stage *stage)
{
	target_cmd(&stage->target, "unbind v %#llx %#llx", OWN, OWN_SIZE);
	target_cmd(&stage->target, "unbind v %#llx %#llx", OWN_AGAIN, OWN_SIZE - OWN_OFFSET);
	target_cmd(&stage->target, "close own");
}

/* Windows of any place and size show what pread() does, and what was put there. */
static void check_windows(const struct stage *stage, uint64_t addr, uint64_t size, uint64_t seed,
			  uint64_t offset)
{
	uint64_t first, pages = size / PAGE;
	uint64_t i, count;
	void *map;

	for (i = 0; i < 24; i++) {
		first = i * 7 % pages;
		count = 1 + i * 5 % (pages - first);
		map = window_map(stage->snoop, addr + first * PAGE, count * PAGE, PROT_READ);
		window_check(map, seed, offset + first * PAGE, count * PAGE);
		munmap(map, count * PAGE);
	}
}

static void test_windows_of_vm(void **state)
{
	struct stage *stage = *state;

	check_windows(stage, STAGE_ADDR, STAGE_SIZE, STAGE_S, 0);
	check_windows(stage, STAGE_ADDR + STAGE_SIZE, STAGE_SIZE, STAGE_M, 0);
	/* The binding begins inside of the object. */
	check_windows(stage, STAGE_ADDR + 0x80000, 0x20000, STAGE_E, 0x7000);
	/* The upper half of the VM, as the driver has it and sign-extended. */
	check_windows(stage, STAGE_UPPER, STAGE_SIZE, STAGE_M, 0);
	check_windows(stage, STAGE_ALIAS, STAGE_SIZE, STAGE_M, 0);
	check_windows(stage, STAGE_LAST, PAGE, STAGE_M, 0x5000);
}

static void test_windows_of_object(void **state)
{
	static const struct {
		const char *name;
		uint64_t seed;
	} objects[] = { { "s", STAGE_S }, { "m", STAGE_M }, { "e", STAGE_E } };
	struct stage *stage = *state;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		expect_ok(snoop_bind_object(stage->snoop, stage->client_id,
					    stage_handle(stage, objects[i].name), NULL));
		check_windows(stage, 0, STAGE_SIZE, objects[i].seed, 0);
	}
}

/* A size that is no multiple of the page: the rest of the last page is mapped, too. */
static void test_size(void **state)
{
	struct stage *stage = *state;
	void *map = window_map(stage->snoop, STAGE_ADDR, PAGE + 1, PROT_READ);

	window_check(map, STAGE_S, 0, 2 * PAGE);
	munmap(map, 2 * PAGE);
}

/* What the engine and the CPU store is in the map, without any call in between. */
static void check_live(struct stage *stage, const char *placement)
{
	volatile uint64_t *map, *part;
	uint64_t i;

	own_open(stage, placement, 50);
	map = window_map(stage->snoop, OWN, OWN_SIZE, PROT_READ);
	part = window_map(stage->snoop, OWN_AGAIN + PAGE, 2 * PAGE, PROT_READ);
	for (i = 1; i < 20; i++) {
		target_cmd(&stage->target, "fill v %#llx 8 %lu", OWN + OWN_OFFSET + PAGE, i);
		expect_equal(map[(OWN_OFFSET + PAGE) / 8], i);
		expect_equal(part[0], i);
		target_cmd(&stage->target, "cpufill own %#llx 8 %lu", OWN_OFFSET + 3 * PAGE - 8,
			   i + 1000);
		expect_equal(map[(OWN_OFFSET + 3 * PAGE) / 8 - 1], i + 1000);
		expect_equal(part[2 * PAGE / 8 - 1], i + 1000);
	}
	munmap((void *)map, OWN_SIZE);
	munmap((void *)part, 2 * PAGE);
	own_close(stage);
}

static void test_live(void **state)
{
	check_live(*state, "system");
	check_live(*state, "vram");
}

/* It follows the object wherever that goes, from the first byte to the last. */
static void test_moves(void **state)
{
	static const char *const moves[] = { "evict", "swap", "restore" };
	struct stage *stage = *state;
	uint8_t *map, *part;
	unsigned int i;

	own_open(stage, "vram", 51);
	map = window_map(stage->snoop, OWN, OWN_SIZE, PROT_READ);
	part = window_map(stage->snoop, OWN_AGAIN, 3 * PAGE, PROT_READ);
	for (i = 0; i < 30; i++) {
		target_cmd(&stage->target, "%s own", moves[i % 3]);
		window_check(map, 51 + i, 0, OWN_SIZE);
		/* Written where it is now, by the CPU; by the engine it comes to VRAM for. */
		if (i % 2)
			stage_pattern(stage, "own", OWN_SIZE, 52 + i);
		else
			target_cmd(&stage->target, "copy v %#llx %#llx %#llx", OWN,
				   STAGE_BIG_ADDR, OWN_SIZE);
		if (!(i % 2)) {
			window_check(map, STAGE_BS, 0, OWN_SIZE);
			window_check(part, STAGE_BS, OWN_OFFSET, 3 * PAGE);
			stage_pattern(stage, "own", OWN_SIZE, 52 + i);
		}
		window_check(part, 52 + i, OWN_OFFSET, 3 * PAGE);
	}
	munmap(map, OWN_SIZE);
	munmap(part, 3 * PAGE);
	own_close(stage);
}

/* What is stored to a map is seen by the engine through its page tables, and by the CPU. */
static void check_writes(struct stage *stage, const char *placement)
{
	int snoop = stage_open_write(stage);
	static uint8_t wanted[OWN_SIZE];
	uint8_t *map;

	own_open(stage, placement, 60);
	model_fill(wanted, OWN_SIZE, 60, 0);
	map = window_map(snoop, OWN_AGAIN + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE);
	model_fill(map + 3, 2 * PAGE - 3, 61, 0);
	model_fill(wanted + OWN_OFFSET + PAGE + 3, 2 * PAGE - 3, 61, 0);
	expect_equal(target_number(&stage->target, "sum v %#llx %#llx", OWN, OWN_SIZE),
		     crc32(0, wanted, OWN_SIZE));
	expect_equal(target_number(&stage->target, "cpusum own 0 %#llx", OWN_SIZE),
		     crc32(0, wanted, OWN_SIZE));
	/* And by the kernel, for the observer itself: a debugger of it may write here. */
	model_fill(wanted + OWN_OFFSET + 2 * PAGE - 50, 100, 62, 0);
	expect_equal(window_write_mem(map + PAGE - 50, wanted + OWN_OFFSET + 2 * PAGE - 50, 100),
		     100);
	expect_equal(target_number(&stage->target, "sum v %#llx %#llx", OWN, OWN_SIZE),
		     crc32(0, wanted, OWN_SIZE));
	munmap(map, 2 * PAGE);
	own_close(stage);
	close(snoop);
}

static void test_writes(void **state)
{
	check_writes(*state, "system");
	check_writes(*state, "vram");
}

/* Pages in the middle are unmapped: the rest stays where it was. */
static void test_holes(void **state)
{
	struct stage *stage = *state;
	uint8_t *map = window_map(stage->snoop, STAGE_ADDR + 2 * PAGE, 16 * PAGE, PROT_READ);
	unsigned int i;

	/* Before any of it was touched. */
	munmap(map + 3 * PAGE, PAGE);
	munmap(map, PAGE);
	munmap(map + 8 * PAGE, 4 * PAGE);
	for (i = 0; i < 16; i++) {
		if (!i || i == 3 || (i >= 8 && i < 12))
			expect_equal(window_load(map + i * PAGE), SIGSEGV);
		else
			window_check(map + i * PAGE, STAGE_S, (2 + i) * PAGE, PAGE);
	}
	munmap(map, 16 * PAGE);
}

static void test_several(void **state)
{
	struct stage *stage = *state;
	int other = stage_open(stage);
	void *maps[8];
	unsigned int i;

	expect_ok(snoop_bind_vm(other, stage->client_id, stage->vm, NULL));
	for (i = 0; i < 8; i++)
		maps[i] = window_map(i % 2 ? other : stage->snoop, STAGE_ADDR + i * PAGE,
				     8 * PAGE, PROT_READ);
	/* Maps live on without the file, and whatever it is bound to. */
	close(other);
	expect_ok(snoop_bind_object(stage->snoop, stage->client_id, stage_handle(stage, "m"),
				    NULL));
	for (i = 0; i < 8; i++) {
		window_check(maps[i], STAGE_S, i * PAGE, 8 * PAGE);
		munmap(maps[i], 8 * PAGE);
	}
}

/* A child has the map, with and without pages in it; and after its parent has not. */
static void test_fork(void **state)
{
	struct stage *stage = *state;
	uint8_t wanted[4 * PAGE], *map;
	int status, pipes[2];
	char byte;
	pid_t pid;

	map = window_map(stage->snoop, STAGE_ADDR + STAGE_SIZE + PAGE, 4 * PAGE, PROT_READ);
	model_fill(wanted, 4 * PAGE, STAGE_M, PAGE);
	expect_equal(map[PAGE], wanted[PAGE]);
	expect_ok(pipe(pipes));
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		close(pipes[1]);
		munmap(map + 2 * PAGE, PAGE);
		if (read(pipes[0], &byte, 1) || memcmp(map, wanted, 2 * PAGE) ||
		    memcmp(map + 3 * PAGE, wanted + 3 * PAGE, PAGE) ||
		    window_load(map + 2 * PAGE) != SIGSEGV)
			_exit(1);
		_exit(0);
	}
	close(pipes[0]);
	window_check(map, STAGE_M, PAGE, 4 * PAGE);
	munmap(map, 4 * PAGE);
	close(pipes[1]);
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
}

/* It can be moved, in whole and in part, but not grown or doubled. */
static void test_mremap(void **state)
{
	struct stage *stage = *state;
	uint8_t *map = window_map(stage->snoop, STAGE_ADDR, 6 * PAGE, PROT_READ);
	uint8_t *room = mmap(NULL, 6 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *moved;

	expect_true(room != MAP_FAILED);
	window_check(map, STAGE_S, 0, 2 * PAGE);
	expect_true(mremap(map, 6 * PAGE, 7 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	expect_equal(errno, EFAULT);
	expect_true(mremap(map, 0, 6 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	expect_equal(errno, EFAULT);
	moved = mremap(map + 3 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       room + PAGE);
	expect_true(moved == room + PAGE);
	window_check(moved, STAGE_S, 3 * PAGE, 2 * PAGE);
	window_check(map, STAGE_S, 0, 3 * PAGE);
	window_check(map + 5 * PAGE, STAGE_S, 5 * PAGE, PAGE);
	expect_equal(window_load(map + 3 * PAGE), SIGSEGV);
	/* And cut. */
	expect_true(mremap(map, 3 * PAGE, PAGE, 0) == map);
	window_check(map, STAGE_S, 0, PAGE);
	expect_equal(window_load(map + PAGE), SIGSEGV);
	munmap(map, 6 * PAGE);
	munmap(room, 6 * PAGE);
}

/* Rights of pages can be taken, and only those given that mmap() would have. */
static void test_mprotect(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage);
	uint8_t *map;

	own_open(stage, "vram", 70);
	map = window_map(snoop, OWN + PAGE, 4 * PAGE, PROT_READ);
	expect_ok(window_protect(map + PAGE, PAGE, PROT_NONE));
	expect_equal(window_load(map + PAGE), SIGSEGV);
	window_check(map, 70, PAGE, PAGE);
	expect_equal(window_store(map + 2 * PAGE, 1), SIGSEGV);
	expect_ok(window_protect(map + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
	window_check(map, 70, PAGE, 4 * PAGE);
	expect_equal(window_store(map + 2 * PAGE + 5, 0x5a), 0);
	expect_equal(window_store(map, 1), SIGSEGV);
	expect_equal(window_store(map + 3 * PAGE, 1), SIGSEGV);
	expect_ok(window_protect(map, 4 * PAGE, PROT_READ));
	expect_equal(window_store(map + 2 * PAGE, 1), SIGSEGV);
	expect_error(window_protect(map, 4 * PAGE, PROT_READ | PROT_EXEC), EACCES);
	target_cmd(&stage->target, "cpufill own %#lx 1 0xa5", 3 * PAGE + 6);
	expect_equal(map[2 * PAGE + 5], 0x5a);
	expect_equal(map[2 * PAGE + 6], 0xa5);
	munmap(map, 4 * PAGE);
	own_close(stage);
	close(snoop);
}

/* System calls read from maps and write to them. */
static void test_system_calls(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage);
	uint8_t *map, got[3 * PAGE];

	own_open(stage, "vram", 80);
	map = window_map(snoop, OWN, 4 * PAGE, PROT_READ | PROT_WRITE);
	expect_ok(window_load_by_kernel(map + PAGE));
	expect_ok(window_store_by_kernel(map + 2 * PAGE, 0x77));
	expect_equal(map[2 * PAGE], 0x77);
	munmap(map, 4 * PAGE);
	map = window_map(stage->snoop, OWN, 4 * PAGE, PROT_READ);
	expect_error(window_store_by_kernel(map + 2 * PAGE, 0x78), EFAULT);
	/* As gdb looks at the observer. */
	expect_equal(window_read_mem(map + 100, got, 2 * PAGE - 100), 2 * PAGE - 100);
	window_check(got, 80, 100, 2 * PAGE - 100);
	munmap(map, 4 * PAGE);
	own_close(stage);
	close(snoop);
}

/* The map is of the object that was bound; that it is bound no more tells QUERY_RANGE. */
static void test_rebound(void **state)
{
	struct stage *stage = *state;
	struct drm_snoop_range before, after;
	uint8_t *map;

	own_open(stage, "vram", 90);
	map = window_map(stage->snoop, OWN + PAGE, 2 * PAGE, PROT_READ);
	window_check(map, 90, PAGE, 2 * PAGE);
	expect_ok(snoop_query(stage->snoop, OWN + PAGE, 0, &before));
	expect_ok(snoop_query(stage->snoop, OWN + PAGE, 0, &after));
	expect_equal(after.generation, before.generation);

	target_cmd(&stage->target, "bind v %#llx s 0 %#llx", OWN, OWN_SIZE);
	expect_ok(snoop_query(stage->snoop, OWN + PAGE, 0, &after));
	expect_true(after.generation != before.generation);
	/* It is still of the old object, which is alive. */
	window_check(map, 90, PAGE, 2 * PAGE);
	stage_pattern(stage, "own", OWN_SIZE, 91);
	window_check(map, 91, PAGE, 2 * PAGE);
	munmap(map, 2 * PAGE);
	map = window_map(stage->snoop, OWN + PAGE, 2 * PAGE, PROT_READ);
	window_check(map, STAGE_S, PAGE, 2 * PAGE);
	munmap(map, 2 * PAGE);
	own_close(stage);
}

/* An object lives as long as it is mapped: unbound, without handle, without client. */
static void test_client_ends(void **state)
{
	struct target target;
	uint8_t *map, *object;
	__u64 id;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	int drm;

	(void)state;
	target_start(&target);
	target_cmd(&target, "vm v");
	target_cmd(&target, "bo b 64K vram");
	target_cmd(&target, "bo c 64K system");
	target_cmd(&target, "pattern b 0 64K 100");
	target_cmd(&target, "pattern c 0 64K 101");
	target_cmd(&target, "bind v 0x100000 b");
	drm = expect_ok(target_getfd(&target, 0));
	expect_ok(snoop_register(snoop, drm, &id));
	close(drm);
	expect_ok(snoop_bind_object(snoop, id, target_value(target_cmd(&target, "info c"), 0),
				    NULL));
	object = window_map(snoop, PAGE, 2 * PAGE, PROT_READ);
	expect_ok(snoop_bind_vm(snoop, id, 1, NULL));
	map = window_map(snoop, 0x101000, 2 * PAGE, PROT_READ);
	target_cmd(&target, "unbind v 0x100000 64K");
	target_cmd(&target, "close c");
	window_check(object, 101, PAGE, 2 * PAGE);
	target_cmd(&target, "vmdestroy v");
	window_check(map, 100, PAGE, PAGE);
	target_kill(&target);
	window_check(map, 100, PAGE, 2 * PAGE);
	window_check(object, 101, PAGE, 2 * PAGE);
	expect_error(snoop_pread(snoop, &drm, 1, 0x100000), ESRCH);
	close(snoop);
	window_check(map, 100, PAGE, 2 * PAGE);
	munmap(object, 2 * PAGE);
	munmap(map, 2 * PAGE);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_windows_of_vm),
		TEST(test_windows_of_object),
		TEST(test_size),
		TEST(test_live),
		TEST(test_moves),
		TEST(test_writes),
		TEST(test_holes),
		TEST(test_several),
		TEST(test_fork),
		TEST(test_mremap),
		TEST(test_mprotect),
		TEST(test_system_calls),
		TEST(test_rebound),
		TEST(test_client_ends),
	};

	return run_group("snoop-mmap", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
