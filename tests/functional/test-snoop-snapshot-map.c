// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 120
 *
 * Maps of snapshots: holes are zeros and cost no memory, however they are touched, and
 * whoever opened the file; what was copied is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "snoop.h"
#include "window.h"

#define PAGE	WINDOW_PAGE
#define MIB	0x100000UL
#define ADDR	0x100000000ULL
/* A sparse bind, an object, and nothing. */
#define SPARSE	(1024 * MIB)
#define OBJECT	(64 * PAGE)
#define SIZE	(2 * SPARSE)
/* More would be noise of other processes. */
#define NOISE	(4 * MIB)
#define WORD	0x6f626a6563742121ULL

/* Of later C libraries. */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

/* A client of this process, and the file that looks at it. */
static int drm, snoop;
static __u64 client;

static int take(void)
{
	return expect_ok(snoop_snapshot(snoop, ADDR, SIZE, NULL));
}

static int setup(void **state)
{
	__u32 vm, bo;

	(void)state;
	drm = expect_ok(gc_open());
	expect_ok(gc_vm_create(drm, &vm));
	expect_ok(gc_bo_create(drm, OBJECT, GC_VRAM, 0, &bo));
	expect_ok(gc_map_sparse(drm, vm, ADDR, SPARSE));
	expect_ok(gc_map(drm, vm, ADDR + SPARSE, bo, 0, OBJECT));
	expect_ok(gc_fill(drm, vm, ADDR + SPARSE, OBJECT, WORD));
	snoop = expect_ok(snoop_open("gpusim", 0));
	expect_ok(snoop_register(snoop, drm, &client));
	expect_ok(snoop_bind_vm(snoop, client, vm, NULL));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(snoop);
	close(drm);
	return 0;
}

/* Bytes of all files of shmem. */
static unsigned long shmem(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[128];

	expect_true(file);
	while (fgets(line, sizeof(line), file) && sscanf(line, "Shmem: %lu kB", &kib) != 1)
		;
	fclose(file);
	expect_true(kib);
	return kib << 10;
}

static void check_blocks(int fd)
{
	struct stat st;

	expect_equal(fstat(fd, &st), 0);
	expect_equal(st.st_blocks * 512ULL, OBJECT);
}

static uint8_t *map_all(int fd, int prot, int flags)
{
	uint8_t *map = mmap(NULL, SIZE, prot, flags, fd, 0);

	expect_true(map != MAP_FAILED);
	return map;
}

/* Is a page of the snapshot at @offset what it is to be? */
static bool is_right(const void *page, uint64_t offset)
{
	__u64 right = offset >= SPARSE && offset < SPARSE + OBJECT ? WORD : 0;
	const volatile __u64 *words = page;

	return words[0] == right && words[PAGE / 8 - 1] == right;
}

static void check_page(const void *page, uint64_t offset)
{
	expect_true(is_right(page, offset));
}

/* Every page up to @size, in steps: what costs something is found before memory is short. */
static void touch(const uint8_t *map, uint64_t size)
{
	unsigned long before = shmem();
	uint64_t offset;

	for (offset = 0; offset < size; offset += PAGE) {
		check_page(map + offset, offset);
		if (offset % (32 * MIB) == 0)
			expect_true(shmem() < before + NOISE);
	}
	expect_true(shmem() < before + NOISE);
}

static void test_touch(void **state)
{
	int fd = take();
	uint8_t *map = map_all(fd, PROT_READ, MAP_SHARED);

	(void)state;
	touch(map, SIZE);
	check_blocks(fd);
	expect_equal(lseek(fd, 0, SEEK_DATA), SPARSE);
	expect_equal(lseek(fd, SPARSE, SEEK_HOLE), SPARSE + OBJECT);
	/* Once more, with the pages gone from the page tables. */
	expect_equal(madvise(map, SIZE, MADV_DONTNEED), 0);
	check_page(map + SPARSE - PAGE, SPARSE - PAGE);
	check_page(map + SPARSE, SPARSE);
	munmap(map, SIZE);
	close(fd);
}

/* All ways to have the kernel touch pages. */
static void test_kernel(void **state)
{
	static uint8_t buf[MIB], zeros[MIB];
	int fd = take(), pipes[2], memory;
	uint8_t *map = map_all(fd, PROT_READ, MAP_SHARED);

	(void)state;
	expect_equal(pread(fd, buf, MIB, MIB), MIB);
	expect_bytes(buf, zeros, MIB);
	expect_equal(pread(fd, buf, MIB, SPARSE), MIB);
	expect_equal(*(__u64 *)buf, WORD);
	expect_bytes(buf + OBJECT, zeros, MIB - OBJECT);
	expect_equal(pipe(pipes), 0);
	expect_equal(splice(fd, NULL, pipes[1], NULL, PAGE, 0), PAGE);
	expect_equal(read(pipes[0], buf, PAGE), PAGE);
	expect_bytes(buf, zeros, PAGE);
	/* Through the map: pages are got by number, and by a fault. */
	expect_equal(vmsplice(pipes[1], &(struct iovec) { map + PAGE, PAGE }, 1, 0), PAGE);
	expect_equal(read(pipes[0], buf, PAGE), PAGE);
	expect_bytes(buf, zeros, PAGE);
	expect_equal(window_load_by_kernel(map + 4 * MIB), 0);
	memory = expect_ok(snoop_open_mem(getpid(), O_RDONLY));
	expect_equal(pread(memory, buf, 2 * PAGE, (unsigned long)map + SPARSE - PAGE), 2 * PAGE);
	check_page(buf, 0);
	check_page(buf + PAGE, SPARSE);
	expect_equal(madvise(map + 8 * MIB, MIB, MADV_POPULATE_READ), 0);
	expect_equal(madvise(map + 16 * MIB, MIB, MADV_WILLNEED), 0);
	/* Nobody makes a huge page of some pages and a hole. */
	expect_true(madvise(map, SIZE, MADV_COLLAPSE) < 0);
	expect_equal(mlock(map + 24 * MIB, MIB), 0);
	check_blocks(fd);
	close(memory);
	close(pipes[0]);
	close(pipes[1]);
	munmap(map, SIZE);
	close(fd);
}

/* Parts are unmapped, protected and moved; a child has what is left. */
static void test_splits(void **state)
{
	uint8_t *room = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = take(), status;
	uint8_t *map = map_all(fd, PROT_READ, MAP_SHARED);
	uint8_t *edge = map + SPARSE;
	pid_t pid;

	(void)state;
	expect_true(room != MAP_FAILED);
	check_page(edge - PAGE, 0);
	close(fd);
	munmap(map, SPARSE - 16 * PAGE);
	expect_equal(window_load(map), SIGSEGV);
	/* A page of a hole that was touched, two of the object. */
	expect_true(mremap(edge - PAGE, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			   room) == room);
	expect_ok(window_protect(edge - 3 * PAGE, PAGE, PROT_NONE));
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		_exit(!is_right(room, 0) || !is_right(room + PAGE, SPARSE) ||
		      !is_right(room + 2 * PAGE, SPARSE) || !is_right(edge - 2 * PAGE, 0) ||
		      !is_right(edge + OBJECT, 0) || window_load(edge - 3 * PAGE) != SIGSEGV);
	}
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
	check_page(room, 0);
	check_page(edge + 2 * PAGE, SPARSE);
	check_page(edge + OBJECT, 0);
	munmap(room, 8 * PAGE);
	munmap(edge - 16 * PAGE, SPARSE + 16 * PAGE);
}

/* Stores to a private map are the process's own, in holes too. */
static void test_private(void **state)
{
	int fd = take(), status;
	uint8_t *map = map_all(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
	uint8_t *shared = map_all(fd, PROT_READ, MAP_SHARED);
	pid_t pid;

	(void)state;
	/* One that was not touched, one that was, and what comes with that. */
	expect_equal(window_store(map, 1), 0);
	check_page(map + 16 * PAGE, 0);
	expect_equal(window_store(map + 16 * PAGE, 2), 0);
	expect_equal(window_store(map + 17 * PAGE, 3), 0);
	expect_equal(window_store(map + SPARSE, 4), 0);
	pid = fork();
	expect_true(pid >= 0);
	if (!pid)
		_exit(window_store(map + 18 * PAGE, 5) || map[0] != 1 || map[16 * PAGE] != 2);
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
	expect_true(map[0] == 1 && map[16 * PAGE] == 2 && map[17 * PAGE] == 3);
	check_page(map + 18 * PAGE, 0);
	check_page(shared, 0);
	check_page(shared + 16 * PAGE, 0);
	check_page(shared + SPARSE, SPARSE);
	check_blocks(fd);
	munmap(shared, SIZE);
	munmap(map, SIZE);
	close(fd);
}

/* Who opened the file again has the same, until the content goes. */
static void test_again(void **state)
{
	int fd = take(), again, path_only;
	uint8_t *map;
	char path[64];
	struct stat st;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	path_only = open(path, O_PATH | O_CLOEXEC);
	expect_true(again >= 0 && path_only >= 0);
	map = map_all(again, PROT_READ, MAP_SHARED);
	touch(map, 32 * NOISE);
	check_blocks(again);
	close(fd);
	/* Pages of holes that were touched and others, and of the object. */
	expect_equal(window_load(map), SIGBUS);
	expect_equal(window_load(map + SPARSE), SIGBUS);
	expect_equal(window_load(map + SIZE - PAGE), SIGBUS);
	expect_equal(fstat(again, &st), 0);
	expect_equal(st.st_size, 0);
	close(again);
	munmap(map, SIZE);
	/* Nobody has it open, and it can still be opened. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", path_only);
	again = open(path, O_RDONLY | O_CLOEXEC);
	expect_true(again >= 0);
	expect_equal(read(again, &st, sizeof(st)), 0);
	close(again);
	close(path_only);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_touch),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_again),
	};

	return run_group("snoop-snapshot-map", tests, sizeof(tests) / sizeof(tests[0]), setup,
			 teardown);
}
