// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel: debug: it has fault injection
 * vm: --gpu gpusim
 *
 * gpusim when memory runs out or user memory goes away, at every place where it
 * can: an error, and then the same call works. Leaks are found at the end of the
 * run.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>

#include "fail-nth.h"
#include "gpusim-fixture.h"

#define PATTERN	0x1122334455667788ull

static struct {
	char node[64];
	int fd;
	uint32_t vm, bo, spare, syncobj;
	uint64_t size;
	uint32_t placement;
	unsigned char *content, *memory;
	int dmabuf;
} it;

static int call_open(void *context)
{
	it.fd = open(it.node, O_RDWR | O_CLOEXEC);
	return it.fd < 0 ? -errno : 0;
}

static void check_open(void *context)
{
	uint32_t id;

	expect_ok(gc_vm_create(it.fd, &id));
}

static void after_open(void *context)
{
	close(it.fd);
}

static void test_open(void **state)
{
	static const struct fail_path path = { NULL, call_open, check_open, after_open };
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	memset(it.node, 0, sizeof(it.node));
	expect_true(readlink(link, it.node, sizeof(it.node) - 1) > 0);
	fail_nth_sweep(&path, NULL);
}

static int call_vm_create(void *context)
{
	return gc_vm_create(fd, &it.vm);
}

static void after_vm_create(void *context)
{
	expect_ok(gc_vm_destroy(fd, it.vm));
}

static void test_vm_create(void **state)
{
	static const struct fail_path path = { NULL, call_vm_create, NULL, after_vm_create };

	fail_nth_sweep(&path, NULL);
}

/* The BO has content, at its end too, and the engine finds it. */
static void check_bo(uint32_t bo)
{
	unsigned char *p = map_cpu(bo, it.size);

	scribble(p, it.size, bo);
	expect_ok(gc_map(fd, vm, ADDR, bo, 0, it.size));
	check_gpu(ADDR, p, it.size);
	expect_ok(gc_unmap(fd, vm, ADDR, it.size));
	munmap(p, it.size);
}

static int call_bo_create(void *context)
{
	return gc_bo_create(fd, it.size, it.placement, 0, &it.bo);
}

static void check_bo_create(void *context)
{
	check_bo(it.bo);
}

static void after_bo_create(void *context)
{
	expect_ok(gc_bo_close(fd, it.bo));
}

static void test_bo_create(void **state)
{
	static const struct fail_path path = {
		NULL, call_bo_create, check_bo_create, after_bo_create
	};

	it.size = SIZE;
	it.placement = GC_SYSTEM;
	fail_nth_sweep(&path, NULL);
	it.placement = GC_VRAM;
	fail_nth_sweep(&path, NULL);
}

/* From VRAM to system memory, where pages are allocated. */
static void before_migrate(void *context)
{
	it.bo = new_bo(SIZE, GC_VRAM, 0);
	it.content = map_cpu(it.bo, SIZE);
	scribble(it.content, SIZE, it.bo);
}

static int call_migrate(void *context)
{
	return gc_bo_migrate(fd, it.bo, GC_SYSTEM);
}

static void check_migrate(void *context)
{
	expect_equal(placement_of(it.bo), GC_SYSTEM);
	expect_ok(gc_map(fd, vm, ADDR, it.bo, 0, SIZE));
	check_gpu(ADDR, it.content, SIZE);
	expect_ok(gc_unmap(fd, vm, ADDR, SIZE));
}

static void after_migrate(void *context)
{
	munmap(it.content, SIZE);
	expect_ok(gc_bo_close(fd, it.bo));
}

static void test_migrate(void **state)
{
	static const struct fail_path path = {
		before_migrate, call_migrate, check_migrate, after_migrate
	};

	fail_nth_sweep(&path, NULL);
}

/* A page in the middle of a mapping: unmap and two remaps besides the map. */
static void before_bind(void *context)
{
	it.bo = new_bo(SIZE, GC_SYSTEM, 0);
	it.spare = new_bo(GC_PAGE, GC_VRAM, vm);
	it.content = map_cpu(it.bo, SIZE);
	scribble(it.content, SIZE, 3);
	expect_ok(gc_map(fd, vm, HIGH, it.bo, 0, SIZE));
}

static int call_bind(void *context)
{
	return gc_map(fd, vm, HIGH + 5 * GC_PAGE, it.spare, 0, GC_PAGE);
}

static void check_bind(void *context)
{
	unsigned char *page = map_cpu(it.spare, GC_PAGE);

	scribble(page, GC_PAGE, 4);
	check_gpu(HIGH, it.content, 5 * GC_PAGE);
	check_gpu(HIGH + 5 * GC_PAGE, page, GC_PAGE);
	check_gpu(HIGH + 6 * GC_PAGE, it.content + 6 * GC_PAGE, SIZE - 6 * GC_PAGE);
	munmap(page, GC_PAGE);
}

static void after_bind(void *context)
{
	expect_ok(gc_unmap(fd, vm, HIGH, SIZE));
	munmap(it.content, SIZE);
	expect_ok(gc_bo_close(fd, it.bo));
	expect_ok(gc_bo_close(fd, it.spare));
}

static void test_bind(void **state)
{
	static const struct fail_path path = { before_bind, call_bind, check_bind, after_bind };

	fail_nth_sweep(&path, NULL);
}

static int call_unbind(void *context)
{
	return gc_unmap(fd, vm, HIGH + 5 * GC_PAGE, GC_PAGE);
}

static void check_unbind(void *context)
{
	check_gpu(HIGH, it.content, 5 * GC_PAGE);
	check_faults(HIGH + 5 * GC_PAGE, 8, HIGH + 5 * GC_PAGE);
	check_gpu(HIGH + 6 * GC_PAGE, it.content + 6 * GC_PAGE, SIZE - 6 * GC_PAGE);
}

static void test_unbind(void **state)
{
	static const struct fail_path path = { before_bind, call_unbind, check_unbind, after_bind };

	fail_nth_sweep(&path, NULL);
}

/* A job, to its fence. */
static void before_exec(void *context)
{
	before_bind(context);
	expect_equal(drmSyncobjCreate(fd, 0, &it.syncobj), 0);
}

static int call_exec(void *context)
{
	struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = HIGH, .size = SIZE, .value = PATTERN,
	};

	return gc_exec(fd, vm, &cmd, 1, 0, it.syncobj);
}

static void check_exec(void *context)
{
	const uint64_t *words = (const uint64_t *)it.content;

	expect_ok(gc_wait(fd, it.syncobj));
	for (unsigned int i = 0; i < SIZE / 8; i++)
		expect_equal(words[i], PATTERN);
}

static void after_exec(void *context)
{
	expect_equal(drmSyncobjDestroy(fd, it.syncobj), 0);
	after_bind(context);
}

static void test_exec(void **state)
{
	static const struct fail_path path = { before_exec, call_exec, check_exec, after_exec };

	fail_nth_sweep(&path, NULL);
}

/* Memory of the process in the place of the page. */
static int call_userptr(void *context)
{
	return gc_map_userptr(fd, vm, HIGH + 5 * GC_PAGE, it.memory, GC_PAGE, 0);
}

static void check_userptr(void *context)
{
	scribble(it.memory, GC_PAGE, 5);
	check_gpu(HIGH + 5 * GC_PAGE, it.memory, GC_PAGE);
	check_gpu(HIGH + 6 * GC_PAGE, it.content + 6 * GC_PAGE, SIZE - 6 * GC_PAGE);
}

static void test_userptr(void **state)
{
	static const struct fail_path path = {
		before_bind, call_userptr, check_userptr, after_bind
	};

	it.memory = mmap(NULL, GC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(it.memory != MAP_FAILED);
	fail_nth_sweep(&path, NULL);
	munmap(it.memory, GC_PAGE);
}

static int call_sparse(void *context)
{
	return gc_map_sparse(fd, vm, HIGH + 5 * GC_PAGE, GC_PAGE);
}

static void check_sparse(void *context)
{
	static const unsigned char zeros[GC_PAGE];

	check_gpu(HIGH + 5 * GC_PAGE, zeros, GC_PAGE);
	check_gpu(HIGH + 6 * GC_PAGE, it.content + 6 * GC_PAGE, SIZE - 6 * GC_PAGE);
}

static void test_sparse(void **state)
{
	static const struct fail_path path = { before_bind, call_sparse, check_sparse, after_bind };

	fail_nth_sweep(&path, NULL);
}

static int call_export(void *context)
{
	return drmPrimeHandleToFD(fd, it.bo, DRM_CLOEXEC, &it.dmabuf) ? -errno : 0;
}

static void check_export(void *context)
{
	uint32_t handle;

	expect_equal(drmPrimeFDToHandle(fd, it.dmabuf, &handle), 0);
	expect_equal(handle, it.bo);
}

static void after_export(void *context)
{
	close(it.dmabuf);
	after_bind(context);
}

static void test_export(void **state)
{
	static const struct fail_path path = {
		before_bind, call_export, check_export, after_export
	};

	fail_nth_sweep(&path, NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_open),
		GPUSIM_TEST(test_vm_create),
		GPUSIM_TEST(test_bo_create),
		GPUSIM_TEST(test_migrate),
		GPUSIM_TEST(test_bind),
		GPUSIM_TEST(test_unbind),
		GPUSIM_TEST(test_userptr),
		GPUSIM_TEST(test_sparse),
		GPUSIM_TEST(test_exec),
		GPUSIM_TEST(test_export),
	};

	return run_group("gpusim-fail-nth", tests, sizeof(tests) / sizeof(tests[0]),
			 fail_nth_setup, NULL);
}
