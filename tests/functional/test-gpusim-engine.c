// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * What the engine of gpusim does: its commands, byte by byte, and the order and
 * the end of its jobs.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>
#include <zlib.h>

#include "gpusim-fixture.h"

/* Fills of all alignments and phases, across pages, and nothing beside them. */
static void test_fill(void **state)
{
	const uint64_t value = 0x8877665544332211;
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 4095, 4096, 4097, 9001 };
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE), *want = malloc(SIZE);

	(void)state;
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t start = 4096 - 5 + i;

		scribble(p, SIZE, 3);
		scribble(want, SIZE, 3);
		for (size_t j = 0; j < sizes[i]; j++)
			want[start + j] = value >> 8 * (j % 8);
		expect_ok(gc_fill(fd, vm, ADDR + start, sizes[i], value));
		expect_bytes(p, want, SIZE);
	}
	munmap(p, SIZE);
	free(want);
}

static void check_copy(uint32_t from, uint32_t to)
{
	static const struct { size_t dst, src, size; } copies[] = {
		{ 0, 0, SIZE }, { 1, 0, SIZE - 1 }, { 0, 1, SIZE - 1 }, { 4095, 4096, 2 },
		{ 4097, 4090, 8200 }, { 77, 12345, 1 }, { 5, 6, 0 },
	};
	uint32_t src = new_bo(SIZE, from, 0), dst = new_bo(SIZE, to, 0);
	unsigned char *s = map_cpu(src, SIZE), *d = map_cpu(dst, SIZE), *want = malloc(SIZE);

	expect_ok(gc_map(fd, vm, ADDR, src, 0, SIZE));
	expect_ok(gc_map(fd, vm, HIGH, dst, 0, SIZE));
	scribble(s, SIZE, 4);
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		scribble(d, SIZE, 5);
		memcpy(want, d, SIZE);
		memcpy(want + copies[i].dst, s + copies[i].src, copies[i].size);
		expect_ok(gc_copy(fd, vm, HIGH + copies[i].dst, ADDR + copies[i].src,
				  copies[i].size));
		expect_bytes(d, want, SIZE);
	}
	munmap(s, SIZE);
	munmap(d, SIZE);
	free(want);
}

static void test_copy(void **state)
{
	(void)state;
	check_copy(GC_SYSTEM, GC_SYSTEM);
	check_copy(GC_SYSTEM, GC_VRAM);
	check_copy(GC_VRAM, GC_SYSTEM);
	check_copy(GC_VRAM, GC_VRAM);
}

static void test_checksum(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 4096, 5000, SIZE - 3 };
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE);

	(void)state;
	scribble(p, SIZE, 6);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		check_gpu(ADDR + 3, p + 3, sizes[i]);
	expect_equal(gpu_crc(ADDR, 0), 0);

	/* a result across two pages */
	expect_ok(gc_checksum(fd, vm, ADDR + GC_PAGE - 3, ADDR + 2 * GC_PAGE, 100));
	{
		uint64_t got, want = crc32(0, p + 2 * GC_PAGE, 100);

		memcpy(&got, p + GC_PAGE - 3, sizeof(got));
		expect_equal(got, want);
	}
	munmap(p, SIZE);
}

/* Sums of all alignments, across pages, with carries, and nothing beside them. */
static void test_add(void **state)
{
	static const uint64_t values[] = { 0, 1, ~0ull, 0x8877665544332211 };
	static const size_t sizes[] = { 0, 8, 16, 4096, 4104, 9000 };
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = map_cpu(bo, SIZE), *want = malloc(SIZE);

	(void)state;
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	for (size_t i = 0; i < 4 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct drm_gpusim_cmd cmd = {
			.op = DRM_GPUSIM_CMD_ADD, .dst = ADDR + 4096 - 9 + i,
			.size = sizes[i / 4], .value = values[i % 4],
		};

		scribble(p, SIZE, i);
		scribble(want, SIZE, i);
		for (size_t j = 0; j < cmd.size; j += 8) {
			unsigned char *at = want + cmd.dst - ADDR + j;
			uint64_t word;

			memcpy(&word, at, 8);
			word += cmd.value;
			memcpy(at, &word, 8);
		}
		expect_ok(gc_run(fd, vm, &cmd, 1));
		expect_bytes(p, want, SIZE);
	}

	/* a word whose second half is not mapped faults there and stays */
	{
		const struct drm_gpusim_cmd cmd = {
			.op = DRM_GPUSIM_CMD_ADD, .dst = ADDR + SIZE - 12, .size = 16, .value = 1,
		};
		uint64_t faults, where, word;

		memcpy(want, p, SIZE);
		memcpy(&word, want + SIZE - 12, 8);
		word++;
		memcpy(want + SIZE - 12, &word, 8);
		expect_error(gc_run(fd, vm, &cmd, 1), EFAULT);
		expect_ok(gc_vm_state(fd, vm, &faults, &where));
		expect_equal(where, ADDR + SIZE);
		expect_bytes(p, want, SIZE);
	}
	munmap(p, SIZE);
	free(want);
}

static void check_spin(uint32_t bo, size_t offset)
{
	const uint64_t value = 0x0807060504030201;
	const struct drm_gpusim_cmd cmds[] = {
		{ .op = DRM_GPUSIM_CMD_SPIN, .src = ADDR + offset, .value = value },
		{ .op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = 8, .value = 1 },
	};
	unsigned char *p = map_cpu(bo, SIZE);
	uint64_t other = value ^ 1ull << 63;
	int job;

	memset(p, 0, SIZE);
	job = expect_ok(gc_start(fd, vm, cmds, 2));
	usleep(20000);
	expect_equal(p[0], 0);
	memcpy(p + offset, &other, 8);
	usleep(20000);
	expect_equal(p[0], 0);
	memcpy(p + offset, &value, 8);
	expect_ok(gc_finish(job));
	expect_equal(p[0], 1);
	munmap(p, SIZE);
}

/* The engine waits for exactly the word, wherever it is. */
static void test_spin(void **state)
{
	static const uint32_t placements[] = { GC_SYSTEM, GC_VRAM };
	static const size_t offsets[] = { 8, 9, GC_PAGE - 8, GC_PAGE - 3, SIZE - 8 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint32_t bo = new_bo(SIZE, placements[i], 0);

		expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
		for (size_t j = 0; j < sizeof(offsets) / sizeof(offsets[0]); j++)
			check_spin(bo, offsets[j]);
	}
	/* a word that is there is not waited for, one that is not mapped is a fault */
	expect_ok(gc_run(fd, vm, &(struct drm_gpusim_cmd) {
		.op = DRM_GPUSIM_CMD_SPIN, .src = ADDR + 8 }, 1));
	expect_error(gc_run(fd, vm, &(struct drm_gpusim_cmd) {
		.op = DRM_GPUSIM_CMD_SPIN, .src = ADDR + SIZE - 7 }, 1), EFAULT);
}

/* close() ends a job that waits for nothing that comes. */
static void test_spin_cancelled(void **state)
{
	const struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_SPIN, .src = ADDR, .value = 1,
	};
	int other = expect_ok(gc_open()), job;
	uint32_t other_vm, bo;

	(void)state;
	expect_ok(gc_vm_create(other, &other_vm));
	expect_ok(gc_bo_create(other, SIZE, GC_VRAM, 0, &bo));
	expect_ok(gc_map(other, other_vm, ADDR, bo, 0, SIZE));
	job = expect_ok(gc_start(other, other_vm, &cmd, 1));
	close(other);
	expect_error(gc_finish(job), ECANCELED);
	expect_equal(gpu_crc(RESULT, 0), 0);
}

/* A fault stops the job where it is, and only the job. */
static void test_fault(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0);
	unsigned char *p = map_cpu(bo, SIZE);
	const struct drm_gpusim_cmd cmds[] = {
		{ .op = DRM_GPUSIM_CMD_FILL, .dst = ADDR + SIZE - GC_PAGE, .size = 2 * GC_PAGE,
		  .value = ~0ull },
		{ .op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = 8, .value = ~0ull },
	};
	uint64_t faults, addr;

	(void)state;
	expect_ok(gc_vm_state(fd, vm, &faults, &addr));
	expect_equal(faults, 0);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_error(gc_run(fd, vm, cmds, 2), EFAULT);
	expect_ok(gc_vm_state(fd, vm, &faults, &addr));
	expect_equal(faults, 1);
	expect_equal(addr, ADDR + SIZE);
	expect_equal(p[SIZE - 1], 0xff);	/* written before */
	expect_equal(p[0], 0);			/* not reached */
	expect_ok(gc_fill(fd, vm, ADDR, 8, 1));
	expect_equal(p[0], 1);
	munmap(p, SIZE);
}

/* Jobs of one VM run in order; syncobjs order jobs of different VMs. */
static void test_syncobjs(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0), other, first, second;
	unsigned char *p = map_cpu(bo, SIZE), *want = malloc(SIZE);
	struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = SIZE,
	};

	(void)state;
	expect_ok(gc_vm_create(fd, &other));
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_ok(gc_map(fd, other, ADDR, bo, 0, SIZE));
	expect_ok(drmSyncobjCreate(fd, 0, &first));
	expect_ok(drmSyncobjCreate(fd, 0, &second));

	for (int i = 0; i < 50; i++) {
		cmd.value = 2 * i;
		expect_ok(gc_exec(fd, vm, &cmd, 1, 0, 0));
		cmd.value = 2 * i + 1;
		expect_ok(gc_exec(fd, vm, &cmd, 1, i ? second : 0, first));
		cmd.value = 0x4000 + i;
		expect_ok(gc_exec(fd, other, &cmd, 1, first, second));
	}
	expect_ok(gc_wait(fd, second));
	for (size_t i = 0; i < SIZE / 8; i++)
		((uint64_t *)want)[i] = 0x4000 + 49;
	expect_bytes(p, want, SIZE);
	munmap(p, SIZE);
	free(want);
}

/* A point of a timeline is waited for by way of a binary syncobj. */
static void test_timeline(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0), timeline, binary;
	const struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = SIZE, .value = 1,
	};
	uint64_t point = 5;

	(void)state;
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));
	expect_ok(drmSyncobjCreate(fd, 0, &timeline));
	expect_ok(drmSyncobjCreate(fd, 0, &binary));
	expect_ok(gc_exec(fd, vm, &cmd, 1, 0, binary));
	expect_ok(drmSyncobjTransfer(fd, timeline, point, binary, 0, 0));
	expect_equal(drmSyncobjTimelineWait(fd, &timeline, &point, 1, INT64_MAX, 0, NULL), 0);
}

/* An unfinished job keeps a destroyed VM and its BOs. */
static void test_destroyed_vm_finishes_work(void **state)
{
	uint32_t bo = new_bo(4 << 20, GC_VRAM, 0), other, syncobj;
	unsigned char *p = map_cpu(bo, 4 << 20);
	struct drm_gpusim_cmd cmds[8];

	(void)state;
	expect_ok(gc_vm_create(fd, &other));
	expect_ok(gc_map(fd, other, ADDR, bo, 0, 4 << 20));
	expect_ok(gc_bo_close(fd, bo));
	expect_ok(drmSyncobjCreate(fd, 0, &syncobj));
	for (int i = 0; i < 8; i++)
		cmds[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = 4 << 20,
			.value = i * 0x0101010101010101,
		};
	expect_ok(gc_exec(fd, other, cmds, 8, 0, syncobj));
	expect_ok(gc_vm_destroy(fd, other));
	expect_ok(gc_wait(fd, syncobj));
	expect_equal(p[0], 7);
	expect_equal(p[(4 << 20) - 1], 7);
	munmap(p, 4 << 20);
}

/* close() cancels what has not run and gives everything back. */
static void test_close_cancels(void **state)
{
	struct drm_gpusim_dev_query before = { 0 }, after = { 0 };
	int other = expect_ok(gc_open());
	uint32_t other_vm, bo;
	struct drm_gpusim_cmd cmds[64];

	(void)state;
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &before));
	expect_ok(gc_vm_create(other, &other_vm));
	expect_ok(gc_bo_create(other, 16 << 20, GC_VRAM, other_vm, &bo));
	expect_ok(gc_map(other, other_vm, ADDR, bo, 0, 16 << 20));
	for (int i = 0; i < 64; i++)
		cmds[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_CHECKSUM, .dst = ADDR, .src = ADDR, .size = 16 << 20,
		};
	/* minutes of work */
	for (int i = 0; i < 20; i++)
		expect_ok(gc_exec(other, other_vm, cmds, 64, 0, 0));
	close(other);
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &after));
	expect_equal(after.vram_free, before.vram_free);
	/* the engine is free */
	expect_equal(gpu_crc(RESULT, 0), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_fill),
		GPUSIM_TEST(test_copy),
		GPUSIM_TEST(test_checksum),
		GPUSIM_TEST(test_add),
		GPUSIM_TEST(test_spin),
		GPUSIM_TEST(test_spin_cancelled),
		GPUSIM_TEST(test_fault),
		GPUSIM_TEST(test_syncobjs),
		GPUSIM_TEST(test_timeline),
		GPUSIM_TEST(test_destroyed_vm_finishes_work),
		GPUSIM_TEST(test_close_cancels),
	};

	return run_group("gpusim-engine", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
