// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 240
 *
 * Memory of processes bound in VMs of gpusim: the engine sees what the process sees,
 * whatever the process does with its memory, and when.
 */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xf86drm.h>
#include <zlib.h>

#include "clock.h"
#include "gpusim-card.h"
#include "gpusim-fixture.h"

#define RO	DRM_GPUSIM_BIND_READ_ONLY

static unsigned char zero[SIZE];

static unsigned char *anon_at(void *where, size_t size)
{
	void *p = mmap(where, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | (where ? MAP_FIXED : 0), -1, 0);

	expect_true(p != MAP_FAILED);
	return p;
}

static unsigned char *anon(size_t size)
{
	return anon_at(NULL, size);
}

static void test_both_ways(void **state)
{
	unsigned char *p = anon(SIZE), *want = malloc(SIZE);

	(void)state;
	scribble(p, SIZE, 1);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, SIZE, 0));
	check_gpu(ADDR, p, SIZE);
	check_gpu(ADDR + 3, p + 3, 2 * GC_PAGE);

	/* the engine's writes are the process's memory at once */
	memcpy(want, p, SIZE);
	for (int i = 0; i < 8; i++)
		want[GC_PAGE - 4 + i] = 0x11 * (i + 1);
	expect_ok(gc_fill(fd, vm, ADDR + GC_PAGE - 4, 8, 0x8877665544332211));
	expect_bytes(p, want, SIZE);
	/* and the process's are the engine's */
	scribble(p, SIZE, 2);
	check_gpu(ADDR, p, SIZE);

	/* never touched by the process: zeros, then what the engine writes */
	munmap(p, SIZE);
	p = anon(SIZE);
	expect_ok(gc_map_userptr(fd, vm, HIGH, p, SIZE, 0));
	check_gpu(HIGH, zero, SIZE);
	expect_ok(gc_fill(fd, vm, HIGH, SIZE, 9));
	expect_equal(*(uint64_t *)(p + SIZE - 8), 9);

	/* the same memory at two addresses, from the middle on */
	expect_ok(gc_map_userptr(fd, vm, ADDR, p + 4 * GC_PAGE, 4 * GC_PAGE, 0));
	expect_ok(gc_fill(fd, vm, ADDR, GC_PAGE, 10));
	expect_equal(*(uint64_t *)(p + 4 * GC_PAGE), 10);
	check_gpu(HIGH, p, SIZE);
	munmap(p, SIZE);
	free(want);
}

static void test_refused(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_SYSTEM, 0);
	unsigned char *p = anon(SIZE), *q = map_cpu(bo, SIZE), *want = malloc(SIZE);
	struct drm_gpusim_vm_bind args = {
		.vm_id = vm, .op = DRM_GPUSIM_BIND_MAP_USERPTR, .handle = bo,
		.bo_offset = (uintptr_t)p, .addr = ADDR, .range = SIZE,
	};

	(void)state;
	scribble(q, SIZE, 3);
	memcpy(want, q, SIZE);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, SIZE));

	expect_error(gc_ioctl(fd, DRM_IOCTL_GPUSIM_VM_BIND, &args), EINVAL);
	expect_error(gc_map_userptr(fd, vm, ADDR, p + 1, SIZE, 0), EINVAL);
	expect_error(gc_map_userptr(fd, vm, ADDR, p, SIZE, 2), EINVAL);
	expect_error(gc_map_userptr(fd, vm, ADDR, p, 0, 0), EINVAL);
	expect_error(gc_map_userptr(fd, vm, ADDR + 8, p, SIZE, 0), EINVAL);
	expect_error(gc_map_userptr(fd, vm, VA_END - GC_PAGE, p, SIZE, 0), EINVAL);
	expect_error(gc_map_userptr(fd, vm, ADDR, p, (16ull << 30) + GC_PAGE, 0), ENOMEM);
	expect_error(gc_map_userptr(fd, vm, ADDR, NULL, SIZE, 0), EFAULT);
	expect_error(gc_map_userptr(fd, vm, ADDR, (void *)-(intptr_t)SIZE, SIZE, 0), EFAULT);
	expect_error(gc_map_userptr(fd, vm, ADDR, (void *)(1ull << 63), SIZE, 0), EFAULT);
	expect_error(gc_map_userptr(fd, vm, ADDR, (void *)((1ull << 47) - 2 * GC_PAGE),
				    4 * GC_PAGE, 0), EFAULT);
	/* a device's memory; it has no pages of its own */
	expect_error(gc_map_userptr(fd, vm, ADDR, q, SIZE, 0), EFAULT);

	/* in parts: missing, not accessible, not writable */
	munmap(p + 7 * GC_PAGE, GC_PAGE);
	expect_error(gc_map_userptr(fd, vm, ADDR, p, SIZE, RO), EFAULT);
	anon_at(p + 7 * GC_PAGE, GC_PAGE);
	expect_equal(mprotect(p + 15 * GC_PAGE, GC_PAGE, PROT_NONE), 0);
	expect_error(gc_map_userptr(fd, vm, ADDR, p, SIZE, RO), EFAULT);
	expect_equal(mprotect(p + 15 * GC_PAGE, GC_PAGE, PROT_READ), 0);
	expect_error(gc_map_userptr(fd, vm, ADDR, p, SIZE, 0), EFAULT);

	/* nothing has changed by all that */
	check_gpu(ADDR, want, SIZE);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, SIZE, RO));
	check_gpu(ADDR, zero, SIZE);
	munmap(p, SIZE);
	munmap(q, SIZE);
	free(want);
}

static void test_read_only(void **state)
{
	unsigned char *p = anon(SIZE);

	(void)state;
	scribble(p, SIZE, 4);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, SIZE, RO));
	check_gpu(ADDR, p, SIZE);
	check_write_faults(ADDR + 8, 8, ADDR + 8);
	/* the process itself may write, and the engine still may not */
	scribble(p, SIZE, 5);
	check_gpu(ADDR, p, SIZE);
	check_write_faults(ADDR + SIZE - 1, 1, ADDR + SIZE - 1);

	/* both rests of a split */
	expect_ok(gc_unmap(fd, vm, ADDR + 5 * GC_PAGE, GC_PAGE));
	check_write_faults(ADDR, 8, ADDR);
	check_write_faults(ADDR + 6 * GC_PAGE, 8, ADDR + 6 * GC_PAGE);
	check_gpu(ADDR + 6 * GC_PAGE, p + 6 * GC_PAGE, 10 * GC_PAGE);
	munmap(p, SIZE);
}

/* What unmapping, remapping, dropping and protecting memory mean to the engine. */
static void test_follows(void **state)
{
	unsigned char *p = anon(SIZE), *elsewhere = anon(SIZE), *want = malloc(SIZE);

	(void)state;
	scribble(p, SIZE, 6);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, SIZE, 0));
	check_gpu(ADDR, p, SIZE);

	/* unmapped in the middle: a fault at that page, the rest is there */
	munmap(p + 4 * GC_PAGE, GC_PAGE);
	check_faults(ADDR, SIZE, ADDR + 4 * GC_PAGE);
	check_gpu(ADDR, p, 4 * GC_PAGE);
	check_gpu(ADDR + 5 * GC_PAGE, p + 5 * GC_PAGE, 11 * GC_PAGE);

	/* mapped again, no bind: what is there now */
	anon_at(p + 4 * GC_PAGE, GC_PAGE);
	check_gpu(ADDR, p, SIZE);
	scribble(p + 4 * GC_PAGE, GC_PAGE, 7);
	check_gpu(ADDR, p, SIZE);

	/* replaced in one go */
	anon_at(p, 2 * GC_PAGE);
	check_gpu(ADDR, p, SIZE);
	check_gpu(ADDR, zero, 2 * GC_PAGE);
	expect_ok(gc_fill(fd, vm, ADDR, 2 * GC_PAGE, 3));
	expect_equal(*(uint64_t *)(p + GC_PAGE), 3);

	/* dropped */
	expect_equal(madvise(p + 8 * GC_PAGE, GC_PAGE, MADV_DONTNEED), 0);
	check_gpu(ADDR + 8 * GC_PAGE, zero, GC_PAGE);
	check_gpu(ADDR, p, SIZE);

	/* moved away: what was there is not the engine's any more */
	memcpy(want, p, SIZE);
	expect_true(mremap(p, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, elsewhere) == elsewhere);
	check_faults(ADDR + 100, 8, ADDR + 100);
	check_write_faults(ADDR, 8, ADDR);
	expect_bytes(elsewhere, want, SIZE);
	/* and back */
	expect_true(mremap(elsewhere, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
	check_gpu(ADDR, want, SIZE);

	/* protected */
	expect_equal(mprotect(p, GC_PAGE, PROT_READ), 0);
	expect_equal(mprotect(p + GC_PAGE, GC_PAGE, PROT_NONE), 0);
	check_gpu(ADDR, want, GC_PAGE);
	check_write_faults(ADDR, 8, ADDR);
	check_faults(ADDR + GC_PAGE, 8, ADDR + GC_PAGE);
	expect_ok(gc_fill(fd, vm, ADDR + 2 * GC_PAGE, GC_PAGE, 4));
	expect_equal(mprotect(p, 2 * GC_PAGE, PROT_READ | PROT_WRITE), 0);
	expect_ok(gc_fill(fd, vm, ADDR, 2 * GC_PAGE, 4));
	check_gpu(ADDR, p, SIZE);

	/* gone as a whole, without and with the mapping */
	munmap(p, SIZE);
	check_faults(ADDR, SIZE, ADDR);
	expect_ok(gc_unmap(fd, vm, ADDR, SIZE));
	check_faults(ADDR, SIZE, ADDR);
	free(want);
}

/* A file: what the engine writes is in it, and truncation takes pages away. */
static void test_file(void **state)
{
	unsigned char *want = malloc(SIZE), *got = malloc(SIZE), *p;
	int file = expect_ok(memfd_create("userptr", MFD_CLOEXEC));

	(void)state;
	expect_equal(ftruncate(file, SIZE), 0);
	scribble(want, SIZE, 8);
	expect_equal(pwrite(file, want, SIZE, 0), SIZE);
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	expect_true(p != MAP_FAILED);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, SIZE, 0));
	check_gpu(ADDR, want, SIZE);
	expect_ok(gc_fill(fd, vm, ADDR, GC_PAGE, 0));
	memset(want, 0, GC_PAGE);
	expect_equal(pread(file, got, SIZE, 0), SIZE);
	expect_bytes(got, want, SIZE);

	expect_equal(ftruncate(file, 8 * GC_PAGE), 0);
	check_faults(ADDR, SIZE, ADDR + 8 * GC_PAGE);
	expect_equal(ftruncate(file, SIZE), 0);
	check_gpu(ADDR, want, 8 * GC_PAGE);
	check_gpu(ADDR + 8 * GC_PAGE, zero, 8 * GC_PAGE);
	munmap(p, SIZE);
	close(file);
	free(want);
	free(got);
}

/* Runs a function in a child, which says by its exit status how it went. */
static void in_child(bool (*function)(unsigned char *p), unsigned char *p)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(function(p) ? 0 : 1);
	expect_equal(waitpid(expect_ok(pid), &status, 0), pid);
	expect_equal(status, 0);
}

/* The engine works on the parent's memory, also when the child submits. */
static bool child_of_parent(unsigned char *p)
{
	uint64_t before = *(uint64_t *)p;

	memset(p + GC_PAGE, 0xcc, GC_PAGE);
	return !gc_fill(fd, vm, ADDR, 8, 0x77) && *(uint64_t *)p == before;
}

static void test_fork(void **state)
{
	unsigned char *p = anon(SIZE);

	(void)state;
	scribble(p, SIZE, 9);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, SIZE, 0));
	check_gpu(ADDR, p, SIZE);
	in_child(child_of_parent, p);
	expect_equal(*(uint64_t *)p, 0x77);
	check_gpu(ADDR, p, SIZE);
	expect_true(p[GC_PAGE] != 0xcc || p[GC_PAGE + 1] != 0xcc);
	/* pages that were copied for the parent when it wrote */
	scribble(p, SIZE, 10);
	check_gpu(ADDR, p, SIZE);
	munmap(p, SIZE);
}

static bool child_binds(unsigned char *p)
{
	scribble(p, SIZE, 11);
	return !gc_map_userptr(fd, vm, ADDR, p, SIZE, 0) && !gc_fill(fd, vm, ADDR, 8, 5) &&
	       *(uint64_t *)p == 5;
}

/* What is left of a process that is gone can be cut and unbound. */
static void test_process_gone(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	unsigned char *p = anon(SIZE), *q = map_cpu(bo, SIZE);

	(void)state;
	in_child(child_binds, p);
	check_faults(ADDR, SIZE, ADDR);
	scribble(q, SIZE, 12);
	expect_ok(gc_map(fd, vm, ADDR + 4 * GC_PAGE, bo, 0, GC_PAGE));
	check_gpu(ADDR + 4 * GC_PAGE, q, GC_PAGE);
	check_faults(ADDR, SIZE, ADDR);
	check_write_faults(ADDR + 5 * GC_PAGE, 8, ADDR + 5 * GC_PAGE);
	expect_ok(gc_unmap(fd, vm, ADDR + 8 * GC_PAGE, GC_PAGE));
	check_faults(ADDR + 9 * GC_PAGE, 8, ADDR + 9 * GC_PAGE);
	expect_bytes(p, zero, SIZE);
	munmap(p, SIZE);
	munmap(q, SIZE);
}

/* Each part of a mapping that was cut follows its own memory. */
static void test_splits(void **state)
{
	uint32_t bo = new_bo(SIZE, GC_VRAM, vm);
	unsigned char *p = anon(SIZE), *q = map_cpu(bo, SIZE), *r = anon(SIZE);

	(void)state;
	scribble(p, SIZE, 13);
	scribble(q, SIZE, 14);
	scribble(r, SIZE, 15);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, SIZE, 0));
	expect_ok(gc_map(fd, vm, ADDR + 4 * GC_PAGE, bo, 0, 2 * GC_PAGE));
	check_gpu(ADDR, p, 4 * GC_PAGE);
	check_gpu(ADDR + 4 * GC_PAGE, q, 2 * GC_PAGE);
	check_gpu(ADDR + 6 * GC_PAGE, p + 6 * GC_PAGE, 10 * GC_PAGE);

	/* memory of the part that is bound no more does not concern the BO */
	munmap(p + 4 * GC_PAGE, 2 * GC_PAGE);
	check_gpu(ADDR + 4 * GC_PAGE, q, 2 * GC_PAGE);

	/* both rests follow */
	scribble(anon_at(p, GC_PAGE), GC_PAGE, 16);
	scribble(anon_at(p + 15 * GC_PAGE, GC_PAGE), GC_PAGE, 17);
	check_gpu(ADDR, p, 4 * GC_PAGE);
	check_gpu(ADDR + 6 * GC_PAGE, p + 6 * GC_PAGE, 10 * GC_PAGE);
	munmap(p + 10 * GC_PAGE, GC_PAGE);
	check_faults(ADDR, SIZE, ADDR + 10 * GC_PAGE);
	anon_at(p + 10 * GC_PAGE, GC_PAGE);

	/* rests of rests, by other memory of the process */
	expect_ok(gc_map_userptr(fd, vm, ADDR + 8 * GC_PAGE, r, 4 * GC_PAGE, 0));
	check_gpu(ADDR + 6 * GC_PAGE, p + 6 * GC_PAGE, 2 * GC_PAGE);
	check_gpu(ADDR + 8 * GC_PAGE, r, 4 * GC_PAGE);
	check_gpu(ADDR + 12 * GC_PAGE, p + 12 * GC_PAGE, 4 * GC_PAGE);
	expect_equal(madvise(p + 12 * GC_PAGE, GC_PAGE, MADV_DONTNEED), 0);
	expect_equal(madvise(r + GC_PAGE, GC_PAGE, MADV_DONTNEED), 0);
	check_gpu(ADDR + 8 * GC_PAGE, r, 4 * GC_PAGE);
	check_gpu(ADDR + 12 * GC_PAGE, p + 12 * GC_PAGE, 4 * GC_PAGE);
	expect_ok(gc_fill(fd, vm, ADDR, SIZE, 18));
	expect_equal(*(uint64_t *)p, 18);
	expect_equal(*(uint64_t *)(p + SIZE - 8), 18);
	expect_equal(*(uint64_t *)q, 18);
	expect_equal(*(uint64_t *)(r + 4 * GC_PAGE - 8), 18);
	expect_true(*(uint64_t *)(p + 8 * GC_PAGE) != 18);

	/* all of it replaced */
	expect_ok(gc_map_userptr(fd, vm, ADDR, r, SIZE, 0));
	munmap(p, SIZE);
	check_gpu(ADDR, r, SIZE);
	munmap(q, SIZE);
	munmap(r, SIZE);
}

/* A job that runs for a while; returns a sync file of its end. */
static int start_long_job(uint64_t addr, uint64_t size)
{
	struct drm_gpusim_cmd cmds[8];
	uint32_t syncobj;
	int file;

	for (int i = 0; i < 8; i++)
		cmds[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_FILL, .dst = addr, .size = size, .value = i,
		};
	expect_ok(drmSyncobjCreate(fd, 0, &syncobj));
	expect_ok(gc_exec(fd, vm, cmds, 8, 0, syncobj));
	expect_ok(drmSyncobjExportSyncFile(fd, syncobj, &file));
	drmSyncobjDestroy(fd, syncobj);
	return file;
}

static bool ended(int file)
{
	struct pollfd pollfd = { .fd = file, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 1;
}

/* The process loses no page that work uses: taking it away waits for the work. */
static void test_waits_for_work(void **state)
{
	const size_t size = 16 << 20;
	unsigned char *p = anon(size);
	bool running = false;

	(void)state;
	/* What takes its time on a busy machine does not hang. */
	card_set_timeout(60000);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, size, 0));
	for (int round = 0; round < 6; round++) {
		int file = start_long_job(ADDR, size);

		running |= !ended(file);
		switch (round % 3) {
		case 0:
			munmap(p, size);
			expect_true(ended(file));
			expect_true(anon_at(p, size) == p);
			break;
		case 1:
			expect_equal(madvise(p, GC_PAGE, MADV_DONTNEED), 0);
			expect_true(ended(file));
			break;
		case 2:
			expect_equal(mprotect(p, size, PROT_READ), 0);
			expect_true(ended(file));
			expect_equal(mprotect(p, size, PROT_READ | PROT_WRITE), 0);
			break;
		}
		expect_ok(gc_sync_file_wait(file));
		close(file);
	}
	/* or none of this was a test */
	expect_true(running);
	munmap(p, size);
	card_set_timeout(10000);
}

/* Work that does not end by itself is ended by the timeout, and the process goes on. */
static void test_waits_for_hung_work(void **state)
{
	static const uint32_t ops[] = { DRM_GPUSIM_CMD_SPIN, DRM_GPUSIM_CMD_HANG };
	unsigned char *p = anon(SIZE);

	(void)state;
	card_set_timeout(500);
	expect_ok(gc_map_userptr(fd, vm, ADDR, p, SIZE, 0));
	for (int i = 0; i < 2; i++) {
		struct drm_gpusim_cmd cmd = { .op = ops[i] };
		uint32_t syncobj;

		if (ops[i] == DRM_GPUSIM_CMD_SPIN) {
			cmd.src = ADDR;
			cmd.value = 1;
		}
		expect_ok(drmSyncobjCreate(fd, 0, &syncobj));
		expect_ok(gc_exec(fd, vm, &cmd, 1, 0, syncobj));
		munmap(p, SIZE);
		expect_error(gc_wait(fd, syncobj), ETIME);
		drmSyncobjDestroy(fd, syncobj);
		anon_at(p, SIZE);
		check_gpu(ADDR, zero, SIZE);
	}
	card_set_timeout(10000);
	munmap(p, SIZE);
}

static bool child_exits_at_work(unsigned char *p)
{
	return !gc_map_userptr(fd, vm, ADDR, p, 16 << 20, 0) &&
	       start_long_job(ADDR, 16 << 20) >= 0;
}

static void test_exit_at_work(void **state)
{
	unsigned char *p = anon(16 << 20);

	(void)state;
	for (int i = 0; i < 3; i++)
		in_child(child_exits_at_work, p);
	check_faults(ADDR, 8, ADDR);
	munmap(p, 16 << 20);
}

/* Half of the memory is left alone, the other is pulled from under the engine. */
struct stress {
	unsigned char *p;
	uint32_t bo;
	int64_t end;
};

static void *filler(void *arg)
{
	const struct stress *s = arg;
	uint64_t value = 1;
	int ret;

	for (; clock_ms() < s->end; value++) {
		ret = gc_fill(fd, vm, ADDR, SIZE, value);
		/* a page that was away, or written to by nobody */
		if (ret && ret != -EFAULT)
			return "fill";
		for (size_t i = 0; i < SIZE / 2; i += 8)
			if (*(volatile uint64_t *)(s->p + i) != value)
				return "content";
	}
	return NULL;
}

static void *disturber(void *arg)
{
	const struct stress *s = arg;
	unsigned int seed = 1;

	while (clock_ms() < s->end) {
		size_t page = PAGES / 2 + rand_r(&seed) % (PAGES / 2);
		unsigned char *p = s->p + page * GC_PAGE;

		switch (rand_r(&seed) % 4) {
		case 0:
			munmap(p, GC_PAGE);
			break;
		case 1:
			if (madvise(p, GC_PAGE, MADV_DONTNEED) && errno != ENOMEM)
				return "madvise";
			break;
		case 2:
			if (mprotect(p, GC_PAGE, rand_r(&seed) % 4) && errno != ENOMEM)
				return "mprotect";
			break;
		}
		if (mmap(p, GC_PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != p)
			return "mmap";
	}
	return NULL;
}

static void *cutter(void *arg)
{
	const struct stress *s = arg;
	unsigned int seed = 2;
	int ret;

	while (clock_ms() < s->end) {
		uint64_t page = PAGES / 2 + rand_r(&seed) % (PAGES / 2);
		uint64_t addr = ADDR + page * GC_PAGE;

		switch (rand_r(&seed) % 3) {
		case 0:
			ret = gc_map(fd, vm, addr, s->bo, 0, GC_PAGE);
			break;
		case 1:
			ret = gc_unmap(fd, vm, addr, GC_PAGE);
			break;
		default:
			ret = gc_map_userptr(fd, vm, addr, s->p + page * GC_PAGE, GC_PAGE, 0);
			if (ret == -EFAULT)
				ret = 0;
		}
		if (ret)
			return "bind";
	}
	return NULL;
}

/* The first half is swept by COW: children come and go. */
static void *forker(void *arg)
{
	const struct stress *s = arg;

	while (clock_ms() < s->end) {
		pid_t pid = fork();
		int status;

		if (!pid)
			_exit(0);
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			return "fork";
		usleep(10000);
	}
	return NULL;
}

static void test_stress(void **state)
{
	static void *(*const functions[])(void *) = { filler, disturber, cutter, forker };
	enum { COUNT = sizeof(functions) / sizeof(functions[0]) };
	struct stress s = { .p = anon(SIZE), .bo = new_bo(SIZE, GC_VRAM, 0) };
	pthread_t threads[COUNT];
	void *wrong[COUNT];

	(void)state;
	expect_ok(gc_map_userptr(fd, vm, ADDR, s.p, SIZE, 0));
	s.end = clock_ms() + 5000;
	for (int i = 0; i < COUNT; i++)
		expect_equal(pthread_create(&threads[i], NULL, functions[i], &s), 0);
	for (int i = 0; i < COUNT; i++)
		pthread_join(threads[i], &wrong[i]);
	for (int i = 0; i < COUNT; i++)
		if (wrong[i])
			expect_failed(__FILE__, __LINE__, "thread %d: %s", i, (char *)wrong[i]);

	/* when all is quiet it is as if nothing had been */
	anon_at(s.p, SIZE);
	expect_ok(gc_map_userptr(fd, vm, ADDR, s.p, SIZE, 0));
	expect_ok(gc_fill(fd, vm, ADDR, SIZE, 99));
	expect_equal(*(uint64_t *)(s.p + SIZE - 8), 99);
	check_gpu(ADDR, s.p, SIZE);
	munmap(s.p, SIZE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_both_ways),
		GPUSIM_TEST(test_refused),
		GPUSIM_TEST(test_read_only),
		GPUSIM_TEST(test_follows),
		GPUSIM_TEST(test_file),
		GPUSIM_TEST(test_fork),
		GPUSIM_TEST(test_process_gone),
		GPUSIM_TEST(test_splits),
		GPUSIM_TEST(test_waits_for_work),
		GPUSIM_TEST(test_waits_for_hung_work),
		GPUSIM_TEST(test_exit_at_work),
		GPUSIM_TEST(test_stress),
	};

	return run_group("gpusim-userptr", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
