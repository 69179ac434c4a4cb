// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * What gpusim's ioctls reject: one test for each value of each member that is
 * not allowed. A test takes a request that works, changes one thing, and wants
 * one error and no effect.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "gpusim-client.h"

/* What every test finds in its client; ids and handles are the lowest free. */
#define VM		1	/* empty */
#define OTHER_VM	2	/* empty */
#define SPARE_VM	3	/* to destroy */
#define BO		1	/* of VRAM */
#define PRIVATE_BO	2	/* of OTHER_VM */
#define SYSTEM_BO	3
#define SYNCOBJ		1	/* without a fence */
#define BO_SIZE		(8 * GC_PAGE)

#define NO_SUCH		999
#define ADDR		0x100000ull
#define VA_END		(1ull << 48)
#define LAST_PAGE	(~0ull - GC_PAGE + 1)
#define KERNEL_POINTER	0xffff888000000000ull

union args {
	struct drm_gpusim_vm_create vm_create;
	struct drm_gpusim_vm_destroy vm_destroy;
	struct drm_gpusim_vm_bind vm_bind;
	struct drm_gpusim_vm_get_state vm_get_state;
	struct drm_gpusim_gem_create gem_create;
	struct drm_gpusim_gem_mmap_offset gem_mmap_offset;
	struct drm_gpusim_gem_info gem_info;
	struct drm_gpusim_gem_migrate gem_migrate;
	struct drm_gpusim_exec exec;
};

static const struct drm_gpusim_cmd nothing = {
	.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = 0,
};

/* A request that works. */
struct valid {
	const char *name;
	unsigned long request;
	union args args;
};

static const struct valid vm_create = { "VM_CREATE", DRM_IOCTL_GPUSIM_VM_CREATE, { } };

static const struct valid vm_destroy = {
	"VM_DESTROY", DRM_IOCTL_GPUSIM_VM_DESTROY, { .vm_destroy.vm_id = SPARE_VM },
};

static const struct valid vm_get_state = {
	"VM_GET_STATE", DRM_IOCTL_GPUSIM_VM_GET_STATE, { .vm_get_state.vm_id = VM },
};

static const struct valid map = {
	"VM_BIND MAP", DRM_IOCTL_GPUSIM_VM_BIND, { .vm_bind = {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_MAP, .handle = BO,
		.bo_offset = GC_PAGE, .addr = ADDR, .range = 2 * GC_PAGE,
	} },
};

static const struct valid unmap = {
	"VM_BIND UNMAP", DRM_IOCTL_GPUSIM_VM_BIND, { .vm_bind = {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_UNMAP, .addr = ADDR, .range = 2 * GC_PAGE,
	} },
};

static const struct valid sparse = {
	"VM_BIND MAP_SPARSE", DRM_IOCTL_GPUSIM_VM_BIND, { .vm_bind = {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_MAP_SPARSE, .addr = ADDR,
		.range = 2 * GC_PAGE,
	} },
};

static const struct valid map_read_only = {
	"VM_BIND MAP READ_ONLY", DRM_IOCTL_GPUSIM_VM_BIND, { .vm_bind = {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_MAP, .flags = DRM_GPUSIM_BIND_READ_ONLY,
		.handle = BO, .addr = ADDR, .range = 2 * GC_PAGE,
	} },
};

static const struct valid create_vram = {
	"GEM_CREATE in VRAM", DRM_IOCTL_GPUSIM_GEM_CREATE, { .gem_create = {
		.size = GC_PAGE, .placement = GC_VRAM, .vm_id = VM,
	} },
};

static const struct valid create_system = {
	"GEM_CREATE in system memory", DRM_IOCTL_GPUSIM_GEM_CREATE, { .gem_create = {
		.size = GC_PAGE, .placement = GC_SYSTEM,
	} },
};

static const struct valid mmap_offset = {
	"GEM_MMAP_OFFSET", DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, { .gem_mmap_offset.handle = BO },
};

static const struct valid info = {
	"GEM_INFO", DRM_IOCTL_GPUSIM_GEM_INFO, { .gem_info.handle = BO },
};

static const struct valid migrate = {
	"GEM_MIGRATE", DRM_IOCTL_GPUSIM_GEM_MIGRATE, { .gem_migrate = {
		.handle = BO, .placement = GC_SYSTEM,
	} },
};

static const struct valid migrate_system = {
	"GEM_MIGRATE of a system BO", DRM_IOCTL_GPUSIM_GEM_MIGRATE, { .gem_migrate = {
		.handle = SYSTEM_BO, .placement = GC_SYSTEM,
	} },
};

/* the address of the commands is filled in later */
static const struct valid exec = {
	"EXEC", DRM_IOCTL_GPUSIM_EXEC, { .exec = { .vm_id = VM, .cmd_count = 1 } },
};

static const struct valid *const all_valid[] = {
	&vm_create, &vm_destroy, &vm_get_state, &map, &map_read_only, &sparse, &unmap,
	&create_vram, &create_system, &mmap_offset, &info, &migrate, &migrate_system, &exec,
};

/* One change to a request that works, and the error it is rejected with. */
struct reject {
	const struct valid *base;
	const char *what;
	size_t offset;
	size_t size;
	uint64_t value;
	int error;
};

#define REJECT(base, member, value, error) { \
	&(base), #base ": " #member " = " #value, offsetof(union args, member), \
	sizeof(((union args *)0)->member), value, error }

static const struct reject rejects[] = {
	REJECT(vm_create, vm_create.flags, 1, EINVAL),
	REJECT(vm_create, vm_create.flags, 1u << 31, EINVAL),

	REJECT(vm_destroy, vm_destroy.vm_id, 0, ENOENT),
	REJECT(vm_destroy, vm_destroy.vm_id, NO_SUCH, ENOENT),
	REJECT(vm_destroy, vm_destroy.vm_id, ~0u, ENOENT),
	REJECT(vm_destroy, vm_destroy.pad, 1, EINVAL),

	REJECT(vm_get_state, vm_get_state.vm_id, 0, ENOENT),
	REJECT(vm_get_state, vm_get_state.vm_id, NO_SUCH, ENOENT),
	REJECT(vm_get_state, vm_get_state.vm_id, ~0u, ENOENT),
	REJECT(vm_get_state, vm_get_state.pad, 1, EINVAL),

	REJECT(map, vm_bind.vm_id, 0, ENOENT),
	REJECT(map, vm_bind.vm_id, NO_SUCH, ENOENT),
	REJECT(map, vm_bind.vm_id, ~0u, ENOENT),
	REJECT(map, vm_bind.op, 0, EINVAL),
	REJECT(map, vm_bind.op, 3, EINVAL),
	REJECT(map, vm_bind.op, ~0u, EINVAL),
	REJECT(map, vm_bind.flags, 2, EINVAL),
	REJECT(map, vm_bind.flags, 1u << 31, EINVAL),
	REJECT(map, vm_bind.handle, 0, ENOENT),
	REJECT(map, vm_bind.handle, NO_SUCH, ENOENT),
	REJECT(map, vm_bind.handle, ~0u, ENOENT),
	REJECT(map, vm_bind.handle, PRIVATE_BO, EINVAL),
	REJECT(map, vm_bind.bo_offset, 1, EINVAL),
	REJECT(map, vm_bind.bo_offset, GC_PAGE - 1, EINVAL),
	REJECT(map, vm_bind.bo_offset, BO_SIZE - GC_PAGE, EINVAL),
	REJECT(map, vm_bind.bo_offset, BO_SIZE, EINVAL),
	REJECT(map, vm_bind.bo_offset, BO_SIZE + GC_PAGE, EINVAL),
	REJECT(map, vm_bind.bo_offset, 1ull << 63, EINVAL),
	REJECT(map, vm_bind.bo_offset, LAST_PAGE, EINVAL),
	REJECT(map, vm_bind.addr, 0, EINVAL),
	REJECT(map, vm_bind.addr, ADDR + 1, EINVAL),
	REJECT(map, vm_bind.addr, ADDR + GC_PAGE - 1, EINVAL),
	REJECT(map, vm_bind.addr, VA_END - GC_PAGE, EINVAL),
	REJECT(map, vm_bind.addr, VA_END, EINVAL),
	REJECT(map, vm_bind.addr, 0xffff800000000000, EINVAL),
	REJECT(map, vm_bind.addr, LAST_PAGE, EINVAL),
	REJECT(map, vm_bind.range, 0, EINVAL),
	REJECT(map, vm_bind.range, 1, EINVAL),
	REJECT(map, vm_bind.range, GC_PAGE + 1, EINVAL),
	REJECT(map, vm_bind.range, BO_SIZE, EINVAL),
	REJECT(map, vm_bind.range, VA_END - ADDR, EINVAL),
	REJECT(map, vm_bind.range, 1ull << 63, EINVAL),
	REJECT(map, vm_bind.range, LAST_PAGE, EINVAL),
	REJECT(map, vm_bind.range, ~0ull, EINVAL),

	REJECT(sparse, vm_bind.vm_id, NO_SUCH, ENOENT),
	REJECT(sparse, vm_bind.flags, DRM_GPUSIM_BIND_READ_ONLY, EINVAL),
	REJECT(sparse, vm_bind.handle, BO, EINVAL),
	REJECT(sparse, vm_bind.bo_offset, GC_PAGE, EINVAL),
	REJECT(sparse, vm_bind.addr, 0, EINVAL),
	REJECT(sparse, vm_bind.addr, VA_END - GC_PAGE, EINVAL),
	REJECT(sparse, vm_bind.range, 0, EINVAL),
	REJECT(sparse, vm_bind.range, GC_PAGE + 1, EINVAL),
	REJECT(sparse, vm_bind.range, VA_END - GC_PAGE, EINVAL),
	REJECT(sparse, vm_bind.range, (16ull << 30) + GC_PAGE, ENOMEM),

	REJECT(unmap, vm_bind.vm_id, 0, ENOENT),
	REJECT(unmap, vm_bind.vm_id, NO_SUCH, ENOENT),
	REJECT(unmap, vm_bind.flags, 1, EINVAL),
	REJECT(unmap, vm_bind.handle, BO, EINVAL),
	REJECT(unmap, vm_bind.bo_offset, GC_PAGE, EINVAL),
	REJECT(unmap, vm_bind.bo_offset, 1, EINVAL),
	REJECT(unmap, vm_bind.addr, 0, EINVAL),
	REJECT(unmap, vm_bind.addr, ADDR + 1, EINVAL),
	REJECT(unmap, vm_bind.addr, VA_END, EINVAL),
	REJECT(unmap, vm_bind.addr, LAST_PAGE, EINVAL),
	REJECT(unmap, vm_bind.range, 0, EINVAL),
	REJECT(unmap, vm_bind.range, GC_PAGE - 1, EINVAL),
	REJECT(unmap, vm_bind.range, VA_END, EINVAL),
	REJECT(unmap, vm_bind.range, LAST_PAGE, EINVAL),

	REJECT(create_vram, gem_create.size, 0, EINVAL),
	REJECT(create_vram, gem_create.size, 1, EINVAL),
	REJECT(create_vram, gem_create.size, GC_PAGE - 1, EINVAL),
	REJECT(create_vram, gem_create.size, GC_PAGE + 1, EINVAL),
	REJECT(create_vram, gem_create.size, 1ull << 40, EINVAL),
	REJECT(create_vram, gem_create.size, 1ull << 63, EINVAL),
	REJECT(create_vram, gem_create.size, LAST_PAGE, EINVAL),
	REJECT(create_vram, gem_create.size, ~0ull, EINVAL),
	REJECT(create_vram, gem_create.placement, 0, EINVAL),
	REJECT(create_vram, gem_create.placement, 3, EINVAL),
	REJECT(create_vram, gem_create.placement, ~0u, EINVAL),
	REJECT(create_vram, gem_create.flags, 2, EINVAL),
	REJECT(create_vram, gem_create.flags, 1u << 31, EINVAL),
	REJECT(create_vram, gem_create.vm_id, NO_SUCH, ENOENT),
	REJECT(create_vram, gem_create.vm_id, ~0u, ENOENT),
	REJECT(create_system, gem_create.size, 0, EINVAL),
	REJECT(create_system, gem_create.size, GC_PAGE + 1, EINVAL),
	REJECT(create_system, gem_create.size, 1ull << 40, ENOMEM),
	REJECT(create_system, gem_create.size, 1ull << 63, ENOMEM),
	REJECT(create_system, gem_create.size, LAST_PAGE, ENOMEM),
	REJECT(create_system, gem_create.size, ~0ull, EINVAL),

	REJECT(mmap_offset, gem_mmap_offset.handle, 0, ENOENT),
	REJECT(mmap_offset, gem_mmap_offset.handle, NO_SUCH, ENOENT),
	REJECT(mmap_offset, gem_mmap_offset.handle, ~0u, ENOENT),
	REJECT(mmap_offset, gem_mmap_offset.flags, 1, EINVAL),

	REJECT(info, gem_info.handle, 0, ENOENT),
	REJECT(info, gem_info.handle, NO_SUCH, ENOENT),
	REJECT(info, gem_info.handle, ~0u, ENOENT),

	REJECT(migrate, gem_migrate.handle, 0, ENOENT),
	REJECT(migrate, gem_migrate.handle, NO_SUCH, ENOENT),
	REJECT(migrate, gem_migrate.handle, ~0u, ENOENT),
	REJECT(migrate, gem_migrate.placement, 0, EINVAL),
	REJECT(migrate, gem_migrate.placement, 4, EINVAL),
	REJECT(migrate, gem_migrate.flags, 1, EINVAL),
	REJECT(migrate, gem_migrate.pad, 1, EINVAL),
	REJECT(migrate_system, gem_migrate.placement, GC_VRAM, EINVAL),

	REJECT(exec, exec.vm_id, 0, ENOENT),
	REJECT(exec, exec.vm_id, NO_SUCH, ENOENT),
	REJECT(exec, exec.vm_id, ~0u, ENOENT),
	REJECT(exec, exec.flags, 1, EINVAL),
	REJECT(exec, exec.flags, 1u << 31, EINVAL),
	REJECT(exec, exec.pad, 1, EINVAL),
	REJECT(exec, exec.cmd_count, 0, EINVAL),
	REJECT(exec, exec.cmd_count, ~0u, EINVAL),
	REJECT(exec, exec.cmds, 0, EFAULT),
	REJECT(exec, exec.cmds, 1, EFAULT),
	REJECT(exec, exec.cmds, KERNEL_POINTER, EFAULT),
	REJECT(exec, exec.cmds, ~0ull, EFAULT),
	REJECT(exec, exec.in_syncobj, NO_SUCH, ENOENT),
	REJECT(exec, exec.in_syncobj, ~0u, ENOENT),
	REJECT(exec, exec.in_syncobj, SYNCOBJ, EINVAL),
	REJECT(exec, exec.out_syncobj, NO_SUCH, ENOENT),
	REJECT(exec, exec.out_syncobj, ~0u, ENOENT),
};

/* The same for a single command of EXEC; all are rejected with EINVAL. */
struct reject_cmd {
	const char *what;
	struct drm_gpusim_cmd cmd;
};

#define FILL		DRM_GPUSIM_CMD_FILL
#define COPY		DRM_GPUSIM_CMD_COPY
#define CHECKSUM	DRM_GPUSIM_CMD_CHECKSUM
#define ADD		DRM_GPUSIM_CMD_ADD
#define SPIN		DRM_GPUSIM_CMD_SPIN
#define HANG		DRM_GPUSIM_CMD_HANG
#define REJECT_CMD(...) { "command " #__VA_ARGS__, { __VA_ARGS__ } }

static const struct reject_cmd reject_cmds[] = {
	REJECT_CMD(.op = 0, .dst = ADDR, .size = 8),
	REJECT_CMD(.op = 7, .dst = ADDR, .size = 8),
	REJECT_CMD(.op = ~0u, .dst = ADDR, .size = 8),
	REJECT_CMD(.op = FILL, .flags = 1, .dst = ADDR, .size = 8),
	REJECT_CMD(.op = COPY, .flags = 1, .dst = ADDR, .src = 2 * ADDR, .size = 8),
	REJECT_CMD(.op = CHECKSUM, .flags = 1, .dst = ADDR, .src = 2 * ADDR, .size = 8),
	REJECT_CMD(.op = FILL, .dst = ADDR, .src = ADDR, .size = 8),
	REJECT_CMD(.op = COPY, .dst = ADDR, .src = 2 * ADDR, .size = 8, .value = 1),
	REJECT_CMD(.op = CHECKSUM, .dst = ADDR, .src = 2 * ADDR, .size = 8, .value = 1),

	REJECT_CMD(.op = FILL, .dst = 0, .size = 8),
	REJECT_CMD(.op = FILL, .dst = GC_PAGE - 1, .size = 8),
	REJECT_CMD(.op = FILL, .dst = VA_END - 7, .size = 8),
	REJECT_CMD(.op = FILL, .dst = VA_END, .size = 1),
	REJECT_CMD(.op = FILL, .dst = ADDR, .size = VA_END),
	REJECT_CMD(.op = FILL, .dst = ADDR, .size = ~0ull),
	REJECT_CMD(.op = FILL, .dst = ~0ull, .size = ADDR),
	REJECT_CMD(.op = FILL, .dst = ~0ull, .size = 1),

	REJECT_CMD(.op = COPY, .dst = 0, .src = ADDR, .size = 8),
	REJECT_CMD(.op = COPY, .dst = VA_END - 7, .src = ADDR, .size = 8),
	REJECT_CMD(.op = COPY, .dst = ~0ull, .src = ADDR, .size = 8),
	REJECT_CMD(.op = COPY, .dst = ADDR, .src = 0, .size = 8),
	REJECT_CMD(.op = COPY, .dst = ADDR, .src = VA_END - 7, .size = 8),
	REJECT_CMD(.op = COPY, .dst = ADDR, .src = ~0ull, .size = 8),
	REJECT_CMD(.op = COPY, .dst = ADDR, .src = ADDR, .size = 1),
	REJECT_CMD(.op = COPY, .dst = ADDR, .src = ADDR + 7, .size = 8),
	REJECT_CMD(.op = COPY, .dst = ADDR + 7, .src = ADDR, .size = 8),

	REJECT_CMD(.op = CHECKSUM, .dst = 0, .src = ADDR, .size = 8),
	REJECT_CMD(.op = CHECKSUM, .dst = VA_END - 7, .src = ADDR, .size = 8),
	REJECT_CMD(.op = CHECKSUM, .dst = VA_END - 7, .src = ADDR, .size = 0),
	REJECT_CMD(.op = CHECKSUM, .dst = ~0ull, .src = ADDR, .size = 8),
	REJECT_CMD(.op = CHECKSUM, .dst = ADDR, .src = 0, .size = 8),
	REJECT_CMD(.op = CHECKSUM, .dst = ADDR, .src = VA_END - 7, .size = 8),
	REJECT_CMD(.op = CHECKSUM, .dst = ADDR, .src = ~0ull, .size = 8),

	REJECT_CMD(.op = ADD, .flags = 1, .dst = ADDR, .size = 8),
	REJECT_CMD(.op = ADD, .dst = ADDR, .src = ADDR, .size = 8),
	REJECT_CMD(.op = ADD, .dst = ADDR, .size = 7),
	REJECT_CMD(.op = ADD, .dst = ADDR, .size = 9),
	REJECT_CMD(.op = ADD, .dst = ADDR, .size = GC_PAGE - 4),
	REJECT_CMD(.op = ADD, .dst = 0, .size = 8),
	REJECT_CMD(.op = ADD, .dst = VA_END - 7, .size = 8),
	REJECT_CMD(.op = ADD, .dst = ADDR, .size = VA_END),
	REJECT_CMD(.op = ADD, .dst = ADDR, .size = ~0ull - 7),
	REJECT_CMD(.op = ADD, .dst = ~0ull, .size = 8),

	REJECT_CMD(.op = SPIN, .flags = 1, .src = ADDR),
	REJECT_CMD(.op = SPIN, .src = ADDR, .dst = ADDR),
	REJECT_CMD(.op = SPIN, .src = ADDR, .size = 8),
	REJECT_CMD(.op = SPIN, .src = 0),
	REJECT_CMD(.op = SPIN, .src = GC_PAGE - 1),
	REJECT_CMD(.op = SPIN, .src = VA_END - 7),
	REJECT_CMD(.op = SPIN, .src = VA_END),
	REJECT_CMD(.op = SPIN, .src = ~0ull),

	REJECT_CMD(.op = HANG, .flags = 1),
	REJECT_CMD(.op = HANG, .dst = ADDR),
	REJECT_CMD(.op = HANG, .src = ADDR),
	REJECT_CMD(.op = HANG, .size = 8),
	REJECT_CMD(.op = HANG, .value = 1),
};

static int fd;

static int setup(void **state)
{
	uint32_t vm, handle, syncobj;

	(void)state;
	fd = expect_ok(gc_open());
	expect_ok(gc_vm_create(fd, &vm));
	expect_equal(vm, VM);
	expect_ok(gc_vm_create(fd, &vm));
	expect_equal(vm, OTHER_VM);
	expect_ok(gc_vm_create(fd, &vm));
	expect_equal(vm, SPARE_VM);
	expect_ok(gc_bo_create(fd, BO_SIZE, GC_VRAM, 0, &handle));
	expect_equal(handle, BO);
	expect_ok(gc_bo_create(fd, BO_SIZE, GC_VRAM, OTHER_VM, &handle));
	expect_equal(handle, PRIVATE_BO);
	expect_ok(gc_bo_create(fd, BO_SIZE, GC_SYSTEM, 0, &handle));
	expect_equal(handle, SYSTEM_BO);
	expect_ok(drmSyncobjCreate(fd, 0, &syncobj));
	expect_equal(syncobj, SYNCOBJ);

	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return close(fd);
}

/* Nothing is mapped at ADDR and the client still has its three VMs and BOs. */
static void check_unchanged(void)
{
	struct drm_gpusim_gem_info bo;
	uint64_t faults, addr;
	uint32_t vm, handle;

	expect_error(gc_fill(fd, VM, ADDR, 8, 0), EFAULT);
	expect_ok(gc_vm_state(fd, VM, &faults, &addr));
	expect_equal(faults, 1);
	expect_ok(gc_vm_state(fd, SPARE_VM, &faults, &addr));
	expect_ok(gc_bo_info(fd, BO, &bo));
	expect_equal(bo.placement, GC_VRAM);
	expect_ok(gc_vm_create(fd, &vm));
	expect_equal(vm, SPARE_VM + 1);
	expect_ok(gc_bo_create(fd, GC_PAGE, GC_SYSTEM, 0, &handle));
	expect_equal(handle, SYSTEM_BO + 1);
}

static void fill_in(union args *args, const struct valid *valid)
{
	*args = valid->args;
	if (valid == &exec)
		args->exec.cmds = (uintptr_t)&nothing;
}

static void test_valid(void **state)
{
	const struct valid *valid = *state;
	union args args;

	fill_in(&args, valid);
	expect_ok(gc_ioctl(fd, valid->request, &args));
}

static void test_reject(void **state)
{
	const struct reject *reject = *state;
	union args args;

	fill_in(&args, reject->base);
	/* little endian */
	memcpy((char *)&args + reject->offset, &reject->value, reject->size);
	expect_error(gc_ioctl(fd, reject->base->request, &args), reject->error);
	check_unchanged();
}

static void test_null_pointer(void **state)
{
	const struct valid *valid = *state;

	expect_error(gc_ioctl(fd, valid->request, NULL), EFAULT);
	check_unchanged();
}

static void test_reject_cmd(void **state)
{
	const struct reject_cmd *reject = *state;
	/* a bad command also stops the good one before it */
	const struct drm_gpusim_cmd cmds[] = {
		{ .op = FILL, .dst = ADDR, .size = 8, .value = 1 }, reject->cmd,
	};

	expect_error(gc_exec(fd, VM, cmds, 2, 0, 0), EINVAL);
	check_unchanged();
}

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static struct CMUnitTest tests[2 * COUNT(all_valid) + COUNT(rejects) + COUNT(reject_cmds)];

static void add(size_t *n, const char *name, CMUnitTestFunction function, const void *state)
{
	tests[(*n)++] = (struct CMUnitTest) {
		.name = name, .test_func = function, .setup_func = setup,
		.teardown_func = teardown, .initial_state = (void *)state,
	};
}

int main(void)
{
	static char null_names[COUNT(all_valid)][64];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(all_valid); i++)
		add(&n, all_valid[i]->name, test_valid, all_valid[i]);
	for (size_t i = 0; i < COUNT(all_valid); i++) {
		snprintf(null_names[i], sizeof(null_names[i]), "%s: null pointer",
			 all_valid[i]->name);
		add(&n, null_names[i], test_null_pointer, all_valid[i]);
	}
	for (size_t i = 0; i < COUNT(rejects); i++)
		add(&n, rejects[i].what, test_reject, &rejects[i]);
	for (size_t i = 0; i < COUNT(reject_cmds); i++)
		add(&n, reject_cmds[i].what, test_reject_cmd, &reject_cmds[i]);

	return run_group("gpusim-uapi", tests, n, NULL, NULL);
}
