// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <sys/mman.h>

#include "gpusim_client.h"
#include "reject.h"

IGT_TEST_DESCRIPTION("Rejected inputs of gpusim's VM_BIND");

static const struct request map = {
	DRM_IOCTL_GPUSIM_VM_BIND, &(struct drm_gpusim_vm_bind) {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_MAP, .handle = BO, .bo_offset = PAGE,
		.addr = ADDR, .range = 2 * PAGE,
	},
};

static const struct request unmap = {
	DRM_IOCTL_GPUSIM_VM_BIND, &(struct drm_gpusim_vm_bind) {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_UNMAP, .addr = ADDR, .range = 2 * PAGE,
	},
};

static const struct request sparse = {
	DRM_IOCTL_GPUSIM_VM_BIND, &(struct drm_gpusim_vm_bind) {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_MAP_SPARSE, .addr = ADDR, .range = 2 * PAGE,
	},
};

/* the address is filled in by the fixture */
static struct drm_gpusim_vm_bind userptr_args = {
	.vm_id = VM, .op = DRM_GPUSIM_BIND_MAP_USERPTR, .addr = ADDR, .range = 2 * PAGE,
};

static const struct request userptr = { DRM_IOCTL_GPUSIM_VM_BIND, &userptr_args };

#define MAP(name, ...) \
	REJECT("map-" name, &map, struct drm_gpusim_vm_bind, __VA_ARGS__)
#define UNMAP(name, ...) \
	REJECT("unmap-" name, &unmap, struct drm_gpusim_vm_bind, __VA_ARGS__)
#define USERPTR(name, ...) \
	REJECT("userptr-" name, &userptr, struct drm_gpusim_vm_bind, __VA_ARGS__)
#define SPARSE(name, ...) \
	REJECT("sparse-" name, &sparse, struct drm_gpusim_vm_bind, __VA_ARGS__)

/* What all operations treat alike. */
#define COMMON(OP) \
	OP("invalid-vm", vm_id, ENOENT, 0, NO_SUCH, ~0u), \
	OP("invalid-op", op, EINVAL, 0, 5, ~0u), \
	OP("invalid-flags", flags, EINVAL, 2, 1u << 31), \
	OP("null-page", addr, EINVAL, 0), \
	OP("unaligned-addr", addr, EINVAL, ADDR + 1, ADDR + PAGE - 1), \
	OP("addr-outside-vm", addr, EINVAL, VA_END - PAGE, VA_END, 0xffff800000000000), \
	OP("addr-wraps", addr, EINVAL, LAST_PAGE, LAST_PAGE - PAGE), \
	OP("zero-range", range, EINVAL, 0), \
	OP("unaligned-range", range, EINVAL, 1, PAGE - 1, PAGE + 1, ~0ull), \
	OP("range-outside-vm", range, EINVAL, VA_END - ADDR + PAGE, VA_END, 1ull << 63), \
	OP("range-wraps", range, EINVAL, LAST_PAGE, 0 - ADDR)

static const struct reject rejects[] = {
	COMMON(MAP),
	MAP("invalid-handle", handle, ENOENT, 0, NO_SUCH, ~0u),
	MAP("bo-of-other-vm", handle, EINVAL, PRIVATE_BO),
	MAP("unaligned-offset", bo_offset, EINVAL, 1, PAGE - 1),
	MAP("offset-outside-bo", bo_offset, EINVAL, BO_SIZE - PAGE, BO_SIZE, BO_SIZE + PAGE,
	    1ull << 63),
	MAP("offset-wraps", bo_offset, EINVAL, LAST_PAGE, LAST_PAGE - PAGE),
	MAP("range-outside-bo", range, EINVAL, BO_SIZE, BO_SIZE + PAGE, VA_END - ADDR),

	COMMON(UNMAP),
	UNMAP("unused-handle", handle, EINVAL, BO, NO_SUCH),
	UNMAP("unused-offset", bo_offset, EINVAL, 1, PAGE),
	UNMAP("read-only", flags, EINVAL, DRM_GPUSIM_BIND_READ_ONLY),

	COMMON(USERPTR),
	USERPTR("unused-handle", handle, EINVAL, BO, NO_SUCH),
	USERPTR("unaligned-cpu-address", bo_offset, EINVAL, 1, PAGE - 1),
	USERPTR("bad-cpu-address", bo_offset, EFAULT, 0, 0x0000800000000000,
		0xffff888000000000, LAST_PAGE),
	USERPTR("huge-range", range, ENOMEM, (16ull << 30) + PAGE, 1ull << 40),

	COMMON(SPARSE),
	SPARSE("unused-handle", handle, EINVAL, BO, NO_SUCH),
	SPARSE("unused-offset", bo_offset, EINVAL, 1, PAGE),
	SPARSE("read-only", flags, EINVAL, DRM_GPUSIM_BIND_READ_ONLY),
	SPARSE("huge-range", range, ENOMEM, (16ull << 30) + PAGE, 1ull << 40),
};

static int fd;
static unsigned char memory[2 * PAGE] __attribute__((aligned(PAGE)));

igt_main
{
	igt_fixture {
		fd = gpusim_client_open();
		userptr_args.bo_offset = (uintptr_t)memory;
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name)
			reject_row(fd, &rejects[i]);

	igt_subtest("null-pointer")
		reject_null(fd, &map);

	igt_subtest("userptr-read-only-memory") {
		struct drm_gpusim_vm_bind args = userptr_args;
		void *p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		igt_assert(p != MAP_FAILED);
		args.bo_offset = (uintptr_t)p;
		do_ioctl_err(fd, DRM_IOCTL_GPUSIM_VM_BIND, &args, EFAULT);
		args.flags = DRM_GPUSIM_BIND_READ_ONLY;
		do_ioctl(fd, DRM_IOCTL_GPUSIM_VM_BIND, &args);
		do_ioctl(fd, unmap.number, unmap.args);
		munmap(p, 2 * PAGE);
	}

	igt_subtest("destroyed-vm") {
		struct drm_gpusim_vm_destroy destroy = { .vm_id = VM };
		int client = gpusim_client_open();

		do_ioctl(client, DRM_IOCTL_GPUSIM_VM_DESTROY, &destroy);
		do_ioctl_err(client, map.number, map.args, ENOENT);
		do_ioctl_err(client, unmap.number, unmap.args, ENOENT);
		drm_close_driver(client);
	}

	igt_fixture {
		drm_close_driver(fd);
	}
}
