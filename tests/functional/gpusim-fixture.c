// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

#include "gpusim-fixture.h"

int fd;
uint32_t vm;
static uint64_t *result;	/* CPU mapping of the page at RESULT */

int gpusim_setup(void **state)
{
	uint32_t handle;

	(void)state;
	fd = expect_ok(gc_open());
	expect_ok(gc_vm_create(fd, &vm));
	expect_ok(gc_bo_create(fd, GC_PAGE, GC_SYSTEM, vm, &handle));
	expect_ok(gc_map(fd, vm, RESULT, handle, 0, GC_PAGE));
	result = gc_bo_mmap(fd, handle, GC_PAGE);
	expect_true(result);
	expect_ok(gc_bo_close(fd, handle));

	return 0;
}

int gpusim_teardown(void **state)
{
	(void)state;
	munmap(result, GC_PAGE);
	return close(fd);
}

uint32_t new_bo(uint64_t size, uint32_t placement, uint32_t private_to)
{
	uint32_t handle;

	expect_ok(gc_bo_create(fd, size, placement, private_to, &handle));
	return handle;
}

unsigned char *map_cpu(uint32_t handle, size_t size)
{
	unsigned char *p = gc_bo_mmap(fd, handle, size);

	expect_true(p);
	return p;
}

uint32_t placement_of(uint32_t handle)
{
	struct drm_gpusim_gem_info info;

	expect_ok(gc_bo_info(fd, handle, &info));
	return info.placement;
}

void scribble(unsigned char *p, size_t size, unsigned int seed)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ull + 1;

	for (size_t i = 0; i < size; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = x;
	}
}

uint64_t gpu_crc(uint64_t addr, uint64_t size)
{
	*result = ~0ull;
	expect_ok(gc_checksum(fd, vm, RESULT, addr, size));
	return *result;
}

void check_gpu(uint64_t addr, const void *p, size_t size)
{
	expect_equal(gpu_crc(addr, size), crc32(0, p, size));
}

static void check_command_faults(struct drm_gpusim_cmd cmd, uint64_t fault_addr)
{
	uint64_t before, after, where;

	expect_ok(gc_vm_state(fd, vm, &before, &where));
	expect_error(gc_run(fd, vm, &cmd, 1), EFAULT);
	expect_ok(gc_vm_state(fd, vm, &after, &where));
	expect_equal(after, before + 1);
	expect_equal(where, fault_addr);
}

void check_faults(uint64_t addr, uint64_t size, uint64_t fault_addr)
{
	check_command_faults((struct drm_gpusim_cmd) {
		.op = DRM_GPUSIM_CMD_CHECKSUM, .dst = RESULT, .src = addr, .size = size,
	}, fault_addr);
}

void check_write_faults(uint64_t addr, uint64_t size, uint64_t fault_addr)
{
	check_command_faults((struct drm_gpusim_cmd) {
		.op = DRM_GPUSIM_CMD_FILL, .dst = addr, .size = size, .value = 0xbadbadbadbadbad,
	}, fault_addr);
}
