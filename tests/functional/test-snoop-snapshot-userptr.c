// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * Snapshots of a process's memory of which parts cannot be read: each page that can is
 * there, and no other.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "model.h"
#include "snoop.h"
#include "window.h"

#define PAGE	WINDOW_PAGE
#define ADDR	0x100000000ULL
#define RUNS	24
/* Of run 1, 2 ... there are as many pages, and then as many are not. */
#define PAGES	(RUNS * (RUNS + 1))
#define SIZE	(PAGES * PAGE)
#define THERE	(SIZE / 2)

/* A client whose VM has memory of its own process, and a file that looks at it. */
struct fixture {
	int drm, snoop;
	uint8_t *memory;
};

static void fixture_open(struct fixture *fix)
{
	int mem = expect_ok(snoop_open_mem(getpid(), O_RDONLY));
	__u32 vm;
	__u64 id;

	fix->memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(fix->memory != MAP_FAILED);
	model_fill(fix->memory, SIZE, 1, 0);
	fix->drm = expect_ok(gc_open());
	expect_ok(gc_vm_create(fix->drm, &vm));
	expect_ok(gc_map_userptr(fix->drm, vm, ADDR, fix->memory, SIZE, 0));
	fix->snoop = expect_ok(snoop_open("gpusim", 0));
	expect_ok(snoop_register(fix->snoop, fix->drm, &id));
	expect_ok(snoop_register_mem(fix->snoop, mem, 0));
	expect_ok(snoop_bind_vm(fix->snoop, id, vm, NULL));
	close(mem);
}

static void fixture_close(struct fixture *fix)
{
	close(fix->snoop);
	close(fix->drm);
	munmap(fix->memory, SIZE);
}

static void check_run(int fd, const struct drm_snoop_snapshot_range *entries, uint64_t start,
		      uint64_t len)
{
	uint8_t copy[RUNS * PAGE];

	expect_equal(entries[0].start, ADDR + start);
	expect_equal(entries[0].end, ADDR + start + len);
	expect_equal(entries[0].error, 0);
	expect_equal(entries[1].start, ADDR + start + len);
	expect_equal(entries[1].end, ADDR + start + 2 * len);
	expect_equal(entries[1].error, EIO);
	expect_equal(pread(fd, copy, len, start), len);
	window_check(copy, 1, start, len);
}

/* However long it takes to find out that a page is there again. */
static void test_runs(void **state)
{
	static struct drm_snoop_snapshot_range table[2 * RUNS];
	struct drm_snoop_snapshot answer;
	struct fixture fix;
	struct stat st;
	uint64_t start = 0, len;
	int fd, run;

	(void)state;
	fixture_open(&fix);
	for (run = 1; run <= RUNS; run++, start += 2 * len) {
		len = run * PAGE;
		expect_equal(munmap(fix.memory + start + len, len), 0);
	}
	fd = expect_ok(snoop_snapshot(fix.snoop, ADDR, SIZE, &answer));
	expect_equal(answer.copied, THERE);
	expect_equal(fstat(fd, &st), 0);
	expect_equal(st.st_blocks * 512ULL, THERE);
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, 2 * RUNS, 2 * RUNS)), 2 * RUNS);
	for (start = 0, run = 1; run <= RUNS; run++, start += 2 * len) {
		len = run * PAGE;
		check_run(fd, &table[2 * (run - 1)], start, len);
	}
	close(fd);
	fixture_close(&fix);
}

/* All of it, and a window that begins and ends in it. */
static void test_none(void **state)
{
	struct drm_snoop_snapshot_range entry;
	struct fixture fix;
	struct stat st;
	int fd;

	(void)state;
	fixture_open(&fix);
	munmap(fix.memory, SIZE);
	fd = expect_ok(snoop_snapshot(fix.snoop, ADDR + 5 * PAGE, 70 * PAGE, NULL));
	expect_equal(fstat(fd, &st), 0);
	expect_equal(st.st_blocks, 0);
	expect_equal(expect_ok(snoop_snapshot_table(fd, &entry, 1, 1)), 1);
	expect_equal(entry.start, ADDR + 5 * PAGE);
	expect_equal(entry.end, ADDR + 75 * PAGE);
	expect_equal(entry.error, EIO);
	close(fd);
	fixture_close(&fix);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_none),
	};

	return run_group("snoop-snapshot-userptr", tests, sizeof(tests) / sizeof(tests[0]), NULL,
			 NULL);
}
