// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * What gpusim refuses besides single members of its requests: too many of
 * something, what is gone, and what belongs to somebody else.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>

#include "gpusim-fixture.h"

static const struct drm_gpusim_cmd nothing = {
	.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = 0,
};

static struct drm_gpusim_dev_query query(void)
{
	struct drm_gpusim_dev_query args = { 0 };

	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &args));
	return args;
}

static void test_unknown_ioctl(void **state)
{
	char args[64] = { 0 };

	(void)state;
	expect_error(gc_ioctl(fd, DRM_IOWR(DRM_COMMAND_BASE + DRM_GPUSIM_EXEC + 1, args), args),
		     EINVAL);
	expect_error(gc_ioctl(fd, DRM_IOWR(DRM_COMMAND_END - 1, args), args), EINVAL);
}

static void test_too_many_commands(void **state)
{
	const uint32_t max = query().max_cmds;
	struct drm_gpusim_cmd *cmds = calloc(max + 1, sizeof(*cmds));

	(void)state;
	for (uint32_t i = 0; i <= max; i++)
		cmds[i] = nothing;
	expect_ok(gc_exec(fd, vm, cmds, max, 0, 0));
	expect_error(gc_exec(fd, vm, cmds, max + 1, 0, 0), EINVAL);
	free(cmds);
}

/* The array of commands runs off the end of its mapping. */
static void test_commands_half_mapped(void **state)
{
	const uint32_t count = GC_PAGE / sizeof(struct drm_gpusim_cmd);
	struct drm_gpusim_cmd *cmds;
	char *p;

	(void)state;
	p = mmap(NULL, 2 * GC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(p != MAP_FAILED);
	expect_equal(munmap(p + GC_PAGE, GC_PAGE), 0);
	cmds = (void *)(p + GC_PAGE) - count * sizeof(*cmds);
	for (uint32_t i = 0; i < count; i++)
		cmds[i] = nothing;
	expect_ok(gc_exec(fd, vm, cmds, count, 0, 0));
	expect_error(gc_exec(fd, vm, cmds, count + 1, 0, 0), EFAULT);
	munmap(p, GC_PAGE);
}

static void test_too_many_vms(void **state)
{
	const uint32_t max = query().max_vms;
	uint32_t id, i;

	(void)state;
	for (i = vm + 1; i <= max; i++) {
		expect_ok(gc_vm_create(fd, &id));
		expect_equal(id, i);
	}
	expect_error(gc_vm_create(fd, &id), ENOSPC);

	/* the lowest free id comes next, as often as one likes */
	for (i = 0; i < 3 * max; i++) {
		expect_ok(gc_vm_destroy(fd, 2));
		expect_ok(gc_vm_create(fd, &id));
		expect_equal(id, 2);
	}
}

static void test_destroyed_vm_is_unknown(void **state)
{
	struct drm_gpusim_gem_create create = {
		.size = GC_PAGE, .placement = GC_SYSTEM, .vm_id = vm,
	};
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	uint64_t faults, addr;

	(void)state;
	expect_ok(gc_vm_destroy(fd, vm));
	expect_error(gc_vm_destroy(fd, vm), ENOENT);
	expect_error(gc_vm_state(fd, vm, &faults, &addr), ENOENT);
	expect_error(gc_map(fd, vm, ADDR, bo, 0, GC_PAGE), ENOENT);
	expect_error(gc_unmap(fd, vm, ADDR, GC_PAGE), ENOENT);
	expect_error(gc_exec(fd, vm, &nothing, 1, 0, 0), ENOENT);
	expect_error(gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_CREATE, &create), ENOENT);
}

/* Ids and handles of one client mean nothing in another. */
static void test_ids_are_per_client(void **state)
{
	int other = expect_ok(gc_open());
	uint32_t bo = new_bo(SIZE, GC_VRAM, 0);
	struct drm_gpusim_gem_info info;
	uint64_t faults, addr;

	(void)state;
	expect_error(gc_vm_state(other, vm, &faults, &addr), ENOENT);
	expect_error(gc_bo_info(other, bo, &info), ENOENT);
	expect_error(gc_exec(other, vm, &nothing, 1, 0, 0), ENOENT);
	close(other);
}

static void test_private_bo_is_not_exported(void **state)
{
	uint32_t private = new_bo(SIZE, GC_VRAM, vm), handle, other_vm;
	struct drm_gem_flink flink = { 0 };
	struct drm_gem_open open_name = { 0 };
	int primary, dmabuf;

	(void)state;
	expect_true(drmPrimeHandleToFD(fd, private, DRM_CLOEXEC, &dmabuf) < 0);
	expect_equal(errno, EPERM);

	/* nor reached by name; names exist on the primary node only */
	primary = expect_ok(gc_open_primary());
	expect_ok(gc_vm_create(primary, &other_vm));
	expect_ok(gc_bo_create(primary, GC_PAGE, GC_SYSTEM, other_vm, &handle));
	flink.handle = handle;
	expect_ok(gc_ioctl(primary, DRM_IOCTL_GEM_FLINK, &flink));
	open_name.name = flink.name;
	expect_ok(gc_ioctl(primary, DRM_IOCTL_GEM_OPEN, &open_name));
	close(fd);
	fd = expect_ok(gc_open_primary());
	expect_error(gc_ioctl(fd, DRM_IOCTL_GEM_OPEN, &open_name), EPERM);
	close(primary);
}

static void test_no_dmabuf_is_refused(void **state)
{
	uint32_t handle;

	(void)state;
	expect_true(drmPrimeFDToHandle(fd, fd, &handle) < 0);
	expect_equal(errno, EINVAL);
	expect_true(drmPrimeFDToHandle(fd, -1, &handle) < 0);
	expect_equal(errno, EBADF);
}

static void test_mmap_limits(void **state)
{
	struct drm_gpusim_gem_mmap_offset args = { .handle = new_bo(SIZE, GC_VRAM, 0) };
	void *p;

	(void)state;
	expect_ok(gc_ioctl(fd, DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &args));
	p = mmap(NULL, SIZE + GC_PAGE, PROT_READ, MAP_SHARED, fd, args.offset);
	expect_true(p == MAP_FAILED && errno == EINVAL);
	p = mmap(NULL, GC_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, args.offset);
	expect_true(p == MAP_FAILED && errno == EINVAL);
	p = mmap(NULL, GC_PAGE, PROT_READ, MAP_SHARED, fd, 0);
	expect_true(p == MAP_FAILED && errno == EINVAL);

	/* not with another client's descriptor */
	{
		int other = expect_ok(gc_open());

		p = mmap(NULL, GC_PAGE, PROT_READ, MAP_SHARED, other, args.offset);
		expect_true(p == MAP_FAILED && errno == EACCES);
		close(other);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		GPUSIM_TEST(test_unknown_ioctl),
		GPUSIM_TEST(test_too_many_commands),
		GPUSIM_TEST(test_commands_half_mapped),
		GPUSIM_TEST(test_too_many_vms),
		GPUSIM_TEST(test_destroyed_vm_is_unknown),
		GPUSIM_TEST(test_ids_are_per_client),
		GPUSIM_TEST(test_private_bo_is_not_exported),
		GPUSIM_TEST(test_no_dmabuf_is_refused),
		GPUSIM_TEST(test_mmap_limits),
	};

	return run_group("gpusim-limits", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
