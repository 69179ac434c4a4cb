// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 240
 *
 * Snapshots: what the target's engine and CPU had stored, where it was, in a sparse
 * file that nobody can change, with a table that tells the truth.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "clock.h"
#include "expect.h"
#include "snoop.h"
#include "stage.h"
#include "window.h"

#define PAGE		0x1000ULL
#define ENTRIES		128
#define ALL_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
/* All that the stage has from STAGE_ADDR on, with holes in it. */
#define WINDOW_SIZE	0x100000ULL
/* Where tests bind what they need themselves. */
#define OWN		0x500000000ULL

static struct drm_snoop_snapshot_range table[ENTRIES];

static int take(const struct stage *stage, uint64_t addr, uint64_t size)
{
	return expect_ok(snoop_snapshot(stage->snoop, addr, size, NULL));
}

static uint64_t seek(int fd, uint64_t offset, int whence)
{
	__u64 position;

	expect_ok(snoop_seek(fd, offset, whence, &position));
	return position;
}

static struct stat status(int fd)
{
	struct stat st;

	expect_equal(fstat(fd, &st), 0);
	return st;
}

/* The byte that a read of the VM would have, or 0 in a hole. */
static void wanted(const struct stage *stage, uint8_t *buf, uint64_t addr, size_t len)
{
	size_t page;

	for (page = 0; page < len; page += PAGE)
		if (model_read(&stage->model, buf + page, PAGE, addr + page) < 0)
			memset(buf + page, 0, PAGE);
}

/* Read and mapped, [addr, addr + len) of a snapshot from @base on is that of the model. */
static void check(const struct stage *stage, int fd, uint64_t base, uint64_t addr, size_t len)
{
	uint8_t *right = malloc(len), *got = malloc(len), *map;

	expect_true(right && got);
	wanted(stage, right, addr, len);
	expect_equal(pread(fd, got, len, addr - base), len);
	expect_bytes(got, right, len);
	map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, addr - base);
	expect_true(map != MAP_FAILED);
	expect_bytes(map, right, len);
	munmap(map, len);
	free(right);
	free(got);
}

static void test_content(void **state)
{
	struct stage *stage = *state;
	struct drm_snoop_snapshot answer;
	int fd = expect_ok(snoop_snapshot(stage->snoop, STAGE_ADDR, WINDOW_SIZE, &answer));
	uint8_t *buf = malloc(STAGE_BIG);

	expect_equal(status(fd).st_size, WINDOW_SIZE);
	/* Three objects, three lone pages, and three pages at the end. */
	expect_equal(answer.copied, 2 * STAGE_SIZE + 0x20000 + 6 * PAGE);
	expect_equal(status(fd).st_blocks * 512ULL, answer.copied);
	expect_equal(answer.addr, STAGE_ADDR);
	check(stage, fd, STAGE_ADDR, STAGE_ADDR, WINDOW_SIZE);
	/* Holes that were touched in a map are no memory. */
	expect_equal(status(fd).st_blocks * 512ULL, answer.copied);
	close(fd);

	fd = take(stage, STAGE_BIG_ADDR, 2 * STAGE_BIG);
	expect_true(buf);
	for (int i = 0; i < 2; i++) {
		expect_equal(pread(fd, buf, STAGE_BIG, i * STAGE_BIG), STAGE_BIG);
		expect_equal(crc32(0, buf, STAGE_BIG),
			     target_number(&stage->target, "sum v %#llx %#llx",
					   STAGE_BIG_ADDR + i * STAGE_BIG, STAGE_BIG));
	}
	free(buf);
	close(fd);
}

/* Windows that begin and end anywhere. */
static void test_windows(void **state)
{
	struct stage *stage = *state;
	unsigned int i;
	int fd;

	for (i = 0; i < 40; i++) {
		uint64_t addr = STAGE_ADDR - 2 * PAGE + i * 7 % 41 * 5 * PAGE;
		uint64_t size = (1 + i * 13 % 37) * PAGE;

		fd = take(stage, addr, size);
		expect_equal(status(fd).st_size, size);
		check(stage, fd, addr, addr, size);
		close(fd);
	}
	/* Sign-extended, and up to the last address. */
	fd = take(stage, STAGE_ALIAS, STAGE_SIZE);
	check(stage, fd, STAGE_UPPER, STAGE_UPPER, STAGE_SIZE);
	close(fd);
	fd = take(stage, STAGE_LAST, 4 * PAGE);
	check(stage, fd, STAGE_LAST, STAGE_LAST, 2 * PAGE);
	expect_equal(status(fd).st_blocks * 512ULL, 2 * PAGE);
	close(fd);
}

/* SEEK_DATA and SEEK_HOLE know just the pages that the model has. */
static void test_seek(void **state)
{
	struct stage *stage = *state;
	int fd = take(stage, STAGE_ADDR, WINDOW_SIZE);
	uint8_t byte;
	uint64_t page, data, hole;

	for (page = 0; page < WINDOW_SIZE; page += PAGE) {
		int is_data = model_read(&stage->model, &byte, 1, STAGE_ADDR + page) == 1;
		off_t found = lseek(fd, page, SEEK_DATA);

		expect_equal(found == (off_t)page, is_data);
		expect_equal(seek(fd, page, SEEK_HOLE) == page, !is_data);
	}
	data = seek(fd, 0xa2000, SEEK_DATA);
	hole = seek(fd, data, SEEK_HOLE);
	expect_equal(data, 0xa4000);
	expect_equal(hole, 0xa5000);
	expect_true(lseek(fd, 0xa9000, SEEK_DATA) == -1 && errno == ENXIO);
	close(fd);
}

/* Large windows cost what is bound in them. */
static void test_sparse_windows(void **state)
{
	static const uint64_t sizes[] = { 1ULL << 32, 1ULL << 40, 1ULL << 48 };
	struct stage *stage = *state;
	int64_t begin = clock_ms();
	unsigned int i;

	for (i = 0; i < 3; i++) {
		uint64_t base = sizes[i] >> 48 ? 0 : STAGE_ADDR;
		int fd = take(stage, base, sizes[i]);

		expect_equal(status(fd).st_size, sizes[i]);
		check(stage, fd, base, STAGE_ADDR, WINDOW_SIZE);
		if (i) {
			check(stage, fd, base, STAGE_BIG_ADDR, STAGE_SIZE);
			expect_true(status(fd).st_blocks * 512ULL < 3 * STAGE_BIG);
		}
		if (i == 2)
			check(stage, fd, base, STAGE_LAST, 2 * PAGE);
		close(fd);
	}
	/* Page by page it would be days. */
	expect_true(clock_ms() - begin < 600000);
}

/* The table is that of LIST RANGES, however it is read. */
static void test_table(void **state)
{
	struct stage *stage = *state;
	static struct drm_snoop_range ranges[ENTRIES];
	static struct drm_snoop_snapshot_range again[ENTRIES];
	int count = expect_ok(snoop_list(stage->snoop, DRM_SNOOP_LIST_RANGES, stage->client_id,
					 stage->vm, ranges, ENTRIES, ENTRIES));
	struct drm_snoop_snapshot answer;
	int fd = expect_ok(snoop_snapshot(stage->snoop, 0, STAGE_VM_END, &answer));
	int i;

	expect_equal(answer.range_count, count);
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), count);
	for (i = 0; i < count; i++) {
		expect_equal(table[i].start, ranges[i].start);
		expect_equal(table[i].end, ranges[i].end);
		expect_equal(table[i].object_id, ranges[i].object_id);
		expect_equal(table[i].object_offset, ranges[i].object_offset);
		expect_equal(table[i].object_size, ranges[i].object_size);
		expect_equal(table[i].generation, ranges[i].generation);
		expect_equal(table[i].kind, ranges[i].kind);
		expect_equal(table[i].placement, ranges[i].placement);
		expect_equal(table[i].flags, 0);
		expect_equal(table[i].error, 0);
	}
	for (i = 1; i < 4; i++) {
		memset(again, 0xee, sizeof(again));
		expect_equal(expect_ok(snoop_snapshot_table(fd, again, ENTRIES, i)), count);
		expect_bytes(again, table, count * sizeof(table[0]));
	}
	close(fd);

	/* Entries are cut to the window. */
	fd = take(stage, STAGE_ADDR + 3 * PAGE, STAGE_SIZE);
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), 2);
	expect_equal(table[0].start, STAGE_ADDR + 3 * PAGE);
	expect_equal(table[0].object_offset, 3 * PAGE);
	expect_equal(table[1].end, STAGE_ADDR + STAGE_SIZE + 3 * PAGE);
	close(fd);
}

static int ranges_call(int fd, __u64 cursor, void *entries, __u32 count, __u32 entry_size)
{
	struct drm_snoop_snapshot_ranges arg = {
		.cursor = cursor, .entries = (unsigned long)entries,
		.count = count, .entry_size = entry_size,
	};

	return snoop_ioctl(fd, DRM_IOCTL_SNOOP_SNAPSHOT_RANGES, &arg) ?: (int)arg.count;
}

static void test_table_errno(void **state)
{
	struct stage *stage = *state;
	int fd = take(stage, STAGE_ADDR, STAGE_SIZE);
	char path[64];
	__u64 small[2];
	int plain;

	expect_error(ranges_call(fd, 0, table, 0, sizeof(table[0])), EINVAL);
	expect_error(ranges_call(fd, 0, table, 1, 0), EINVAL);
	expect_error(ranges_call(fd, 0, table, 1, 12), EINVAL);
	expect_error(ranges_call(fd, 0, table, 1, 4104), EINVAL);
	expect_error(ranges_call(fd, 2, table, 1, sizeof(table[0])), EINVAL);
	expect_error(ranges_call(fd, 0, NULL, 1, sizeof(table[0])), EFAULT);
	expect_equal(ranges_call(fd, 1, table, 1, sizeof(table[0])), 0);
	expect_equal(ranges_call(fd, DRM_SNOOP_CURSOR_END, table, 1, sizeof(table[0])), 0);
	expect_equal(ranges_call(fd, 0, small, 1, sizeof(small)), 1);
	expect_equal(small[0], STAGE_ADDR);
	expect_equal(small[1], STAGE_ADDR + STAGE_SIZE);
	expect_error(snoop_ioctl(fd, DRM_IOCTL_SNOOP_SNAPSHOT, table), ENOTTY);
	expect_error(ranges_call(stage->snoop, 0, table, 1, sizeof(table[0])), ENOTTY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	plain = open(path, O_RDONLY | O_CLOEXEC);
	expect_true(plain >= 0);
	expect_error(ranges_call(plain, 0, table, 1, sizeof(table[0])), ENOTTY);
	close(plain);
	close(fd);
}

static void expect_errno(long ret, int error)
{
	expect_error(ret < 0 ? -errno : ret, error);
}

/* Not even root changes it. */
static void test_seals(void **state)
{
	struct stage *stage = *state;
	int fd = take(stage, STAGE_ADDR, STAGE_SIZE), plain, attributes;
	char path[64];
	void *map;

	expect_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	expect_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	expect_equal(fcntl(fd, F_GET_SEALS), ALL_SEALS);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	expect_errno(open(path, O_RDWR), EPERM);
	expect_errno(open(path, O_WRONLY | O_TRUNC), EPERM);
	expect_errno(truncate(path, 0), EPERM);
	expect_errno(pwrite(fd, "x", 1, 0), EBADF);
	expect_errno(ftruncate(fd, 0), EINVAL);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	expect_true(map == MAP_FAILED);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	expect_true(map != MAP_FAILED);
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	expect_true(window_write_mem(map, "x", 1) < 0);
	munmap(map, PAGE);
	/* A private copy is the caller's own. */
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	expect_true(map != MAP_FAILED);
	memset(map, 0xee, PAGE);
	munmap(map, PAGE);

	/* Without the attribute there are still the seals. */
	expect_equal(ioctl(fd, FS_IOC_GETFLAGS, &attributes), 0);
	expect_true(attributes & FS_IMMUTABLE_FL);
	attributes = 0;
	expect_equal(ioctl(fd, FS_IOC_SETFLAGS, &attributes), 0);
	plain = open(path, O_RDWR | O_CLOEXEC);
	expect_true(plain >= 0);
	expect_errno(pwrite(plain, "x", 1, 0), EINVAL);
	expect_errno(ftruncate(plain, 0), EPERM);
	expect_errno(ftruncate(plain, 2 * STAGE_SIZE), EPERM);
	expect_errno(fallocate(plain, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE),
		     EOPNOTSUPP);
	expect_true(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, plain, 0) == MAP_FAILED);
	expect_errno(fcntl(plain, F_ADD_SEALS, 0), EPERM);
	check(stage, fd, STAGE_ADDR, STAGE_ADDR, STAGE_SIZE);
	check(stage, plain, STAGE_ADDR, STAGE_ADDR, STAGE_SIZE);

	/* The content is that of the call's descriptor, of duplicates and maps. */
	map = mmap(NULL, STAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	expect_true(map != MAP_FAILED);
	close(fd);
	window_check(map, STAGE_S, 0, STAGE_SIZE);
	check(stage, plain, STAGE_ADDR, STAGE_ADDR, STAGE_SIZE);
	munmap(map, STAGE_SIZE);
	expect_equal(status(plain).st_size, 0);
	expect_equal(status(plain).st_blocks, 0);
	close(plain);
}

/* What happens afterwards is not seen; it outlives all that it was made of. */
static void test_frozen(void **state)
{
	struct stage *stage = *state;
	struct target target;
	int snoop = expect_ok(snoop_open("gpusim", 0)), drm, fd;
	uint32_t before;
	uint8_t buf[0x10000];
	__u64 id;

	(void)stage;
	target_start(&target);
	target_cmd(&target, "vm v");
	target_cmd(&target, "bo b 64K vram");
	target_cmd(&target, "bind v 0x100000 b");
	target_cmd(&target, "fill v 0x100000 64K 0x1122334455667788");
	before = target_number(&target, "sum v 0x100000 64K");
	drm = expect_ok(target_getfd(&target, 0));
	expect_ok(snoop_register(snoop, drm, &id));
	close(drm);
	expect_error(snoop_snapshot(snoop, 0x100000, 0x10000, NULL), ENXIO);
	expect_ok(snoop_bind_vm(snoop, id, 1, NULL));
	fd = expect_ok(snoop_snapshot(snoop, 0x100000, 0x10000, NULL));
	target_cmd(&target, "fill v 0x100000 64K 0x99");
	target_cmd(&target, "unbind v 0x100000 64K");
	target_cmd(&target, "close b");
	target_stop(&target);
	expect_error(snoop_snapshot(snoop, 0x100000, 0x10000, NULL), ESRCH);
	close(snoop);
	expect_equal(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	expect_equal(crc32(0, buf, sizeof(buf)), before);
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), 1);
	close(fd);
}

/* Wherever the memory is, also where the CPU cannot map it. */
static void test_places(void **state)
{
	static const struct {
		const char *create, *move;
		__u32 placement;
	} places[] = {
		{ "system", NULL, DRM_SNOOP_PLACEMENT_TT },
		{ "vram", NULL, DRM_SNOOP_PLACEMENT_VRAM },
		{ "vram nocpu", NULL, DRM_SNOOP_PLACEMENT_VRAM },
		{ "vram", "evict", DRM_SNOOP_PLACEMENT_UNKNOWN },
		{ "system", "swap", DRM_SNOOP_PLACEMENT_SWAPPED },
		{ "vram nocpu", "swap", DRM_SNOOP_PLACEMENT_SWAPPED },
	};
	struct stage *stage = *state;
	uint8_t buf[0x10000];
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		target_cmd(&stage->target, "bo p%u 64K %s", i, places[i].create);
		target_cmd(&stage->target, "bind v %#llx p%u", OWN, i);
		target_cmd(&stage->target, "copy v %#llx %#llx 64K", OWN,
			   STAGE_BIG_ADDR + i * 0x10000);
		if (places[i].move)
			target_cmd(&stage->target, "%s p%u", places[i].move, i);
		fd = take(stage, OWN, sizeof(buf));
		expect_equal(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
		expect_equal(crc32(0, buf, sizeof(buf)),
			     target_number(&stage->target, "sum v %#llx 64K",
					   STAGE_BIG_ADDR + i * 0x10000));
		expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), 1);
		if (places[i].placement)
			expect_equal(table[0].placement, places[i].placement);
		close(fd);
		target_cmd(&stage->target, "unbind v %#llx 64K", OWN);
		target_cmd(&stage->target, "close p%u", i);
	}
}

/* [start, end) of the table's entry @i, and what it says. */
static void check_entry(unsigned int i, uint64_t start, uint64_t end, __u32 kind, __u32 error)
{
	expect_equal(table[i].start, start);
	expect_equal(table[i].end, end);
	expect_equal(table[i].kind, kind);
	expect_equal(table[i].error, error);
	expect_equal(table[i].flags, 0);
}

static void test_userptr(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open(stage), fd, mem;
	uint64_t where = target_number(&stage->target, "memory up 64K");
	uint8_t buf[0x10000];

	target_cmd(&stage->target, "mempattern up 0 64K 9");
	target_cmd(&stage->target, "userptr v %#llx up", OWN);
	expect_ok(snoop_bind_vm(snoop, stage->client_id, stage->vm, NULL));
	fd = expect_ok(snoop_snapshot(snoop, OWN, 0x10000, NULL));
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), 1);
	check_entry(0, OWN, OWN + 0x10000, DRM_SNOOP_RANGE_USERPTR, EACCES);
	expect_equal(table[0].object_offset, 0);
	expect_equal(status(fd).st_blocks, 0);
	close(fd);

	mem = expect_ok(snoop_open_mem(stage->target.pid, O_RDONLY));
	expect_ok(snoop_register_mem(snoop, mem, 0));
	close(mem);
	fd = expect_ok(snoop_snapshot(snoop, OWN - PAGE, 0x12000, NULL));
	expect_equal(pread(fd, buf, sizeof(buf), PAGE), sizeof(buf));
	expect_equal(crc32(0, buf, sizeof(buf)), target_number(&stage->target, "memsum up 0 64K"));
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), 1);
	check_entry(0, OWN, OWN + 0x10000, DRM_SNOOP_RANGE_USERPTR, 0);
	expect_equal(table[0].object_offset, where);
	close(fd);

	/* Pages that are not there any more, and some that the process protected. */
	target_cmd(&stage->target, "memunmap up 0x3000 0x2000");
	target_cmd(&stage->target, "memprotect up none 0x5000 0x1000");
	fd = expect_ok(snoop_snapshot(snoop, OWN, 0x10000, NULL));
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), 4);
	check_entry(0, OWN, OWN + 0x3000, DRM_SNOOP_RANGE_USERPTR, 0);
	check_entry(1, OWN + 0x3000, OWN + 0x5000, DRM_SNOOP_RANGE_USERPTR, EIO);
	check_entry(2, OWN + 0x5000, OWN + 0x6000, DRM_SNOOP_RANGE_USERPTR, EACCES);
	check_entry(3, OWN + 0x6000, OWN + 0x10000, DRM_SNOOP_RANGE_USERPTR, 0);
	expect_equal(table[3].object_offset, where + 0x6000);
	expect_equal(status(fd).st_blocks * 512ULL, 0xd000);
	expect_equal(seek(fd, 0, SEEK_HOLE), 0x3000);
	expect_equal(seek(fd, 0x3000, SEEK_DATA), 0x6000);
	expect_equal(pread(fd, buf, 0xa000, 0x6000), 0xa000);
	expect_equal(crc32(0, buf, 0xa000),
		     target_number(&stage->target, "memsum up 0x6000 0xa000"));
	close(fd);
	close(snoop);
	target_cmd(&stage->target, "unbind v %#llx 64K", OWN);
}

static void test_sparse(void **state)
{
	struct stage *stage = *state;
	struct drm_snoop_snapshot answer;
	int fd;

	target_cmd(&stage->target, "sparse v %#llx 1G", OWN);
	fd = expect_ok(snoop_snapshot(stage->snoop, OWN, 1ULL << 30, &answer));
	expect_equal(answer.copied, 0);
	expect_equal(status(fd).st_blocks, 0);
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), 1);
	check_entry(0, OWN, OWN + (1ULL << 30), DRM_SNOOP_RANGE_SPARSE, 0);
	close(fd);
	target_cmd(&stage->target, "unbind v %#llx 1G", OWN);
}

/* Offsets of an object; what is above its end is a hole. */
static void test_object(void **state)
{
	struct stage *stage = *state;
	uint8_t buf[STAGE_SIZE];
	int fd;

	expect_ok(snoop_bind_object(stage->snoop, stage->client_id, stage_handle(stage, "m"),
				    NULL));
	fd = take(stage, 0, 2 * STAGE_SIZE);
	expect_equal(status(fd).st_blocks * 512ULL, STAGE_SIZE);
	expect_equal(pread(fd, buf, STAGE_SIZE, 0), STAGE_SIZE);
	window_check(buf, STAGE_M, 0, STAGE_SIZE);
	expect_equal(expect_ok(snoop_snapshot_table(fd, table, ENTRIES, ENTRIES)), 1);
	check_entry(0, 0, STAGE_SIZE, DRM_SNOOP_RANGE_OBJECT, 0);
	close(fd);
}

/* Many small ranges: more than a page of table. */
static void test_many(void **state)
{
	static struct drm_snoop_snapshot_range many[300];
	struct stage *stage = *state;
	struct drm_snoop_snapshot answer;
	uint8_t page[PAGE];
	int fd, i;

	target_cmd(&stage->target, "bindmany v %#llx 300 s 0x2000", OWN);
	fd = expect_ok(snoop_snapshot(stage->snoop, OWN, 300 * 0x2000, &answer));
	expect_equal(answer.range_count, 300);
	expect_equal(expect_ok(snoop_snapshot_table(fd, many, 300, 71)), 300);
	for (i = 0; i < 300; i += 17) {
		expect_equal(many[i].start, OWN + i * 0x2000);
		expect_equal(pread(fd, page, PAGE, i * 0x2000), PAGE);
		window_check(page, STAGE_S, i % (STAGE_SIZE / PAGE) * PAGE, PAGE);
	}
	close(fd);
	target_cmd(&stage->target, "unbind v %#llx 0x258000", OWN);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_content),
		TEST(test_windows),
		TEST(test_seek),
		TEST(test_sparse_windows),
		TEST(test_table),
		TEST(test_table_errno),
		TEST(test_seals),
		TEST(test_frozen),
		TEST(test_places),
		TEST(test_userptr),
		TEST(test_sparse),
		TEST(test_object),
		TEST(test_many),
	};

	return run_group("snoop-snapshot", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
