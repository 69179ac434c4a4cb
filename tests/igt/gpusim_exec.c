// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"
#include "reject.h"

IGT_TEST_DESCRIPTION("Rejected inputs of gpusim's EXEC");

static struct drm_gpusim_cmd nothing = { .op = DRM_GPUSIM_CMD_FILL, .dst = ADDR };

static struct drm_gpusim_exec args = { .vm_id = VM, .cmd_count = 1 };

static const struct request exec = { DRM_IOCTL_GPUSIM_EXEC, &args };

#define EXEC(name, ...) \
	REJECT(name, &exec, struct drm_gpusim_exec, __VA_ARGS__)

static const struct reject rejects[] = {
	EXEC("invalid-vm", vm_id, ENOENT, 0, NO_SUCH, ~0u),
	EXEC("invalid-flags", flags, EINVAL, 1, 1u << 31),
	EXEC("invalid-pad", pad, EINVAL, 1, 1u << 31),
	EXEC("no-commands", cmd_count, EINVAL, 0),
	EXEC("too-many-commands", cmd_count, EINVAL, 1u << 31, ~0u),
	EXEC("bad-commands-pointer", cmds, EFAULT, 0, 1, 0xffff888000000000, ~0ull),
	EXEC("invalid-in-syncobj", in_syncobj, ENOENT, NO_SUCH, ~0u),
	EXEC("in-syncobj-without-fence", in_syncobj, EINVAL, SYNCOBJ),
	EXEC("invalid-out-syncobj", out_syncobj, ENOENT, NO_SUCH, ~0u),
};

#define FILL		DRM_GPUSIM_CMD_FILL
#define COPY		DRM_GPUSIM_CMD_COPY
#define CHECKSUM	DRM_GPUSIM_CMD_CHECKSUM
#define ADD		DRM_GPUSIM_CMD_ADD
#define SPIN		DRM_GPUSIM_CMD_SPIN
#define HANG		DRM_GPUSIM_CMD_HANG
#define MAX_BAD		12

/* Commands of which each is rejected, all for one reason. */
static const struct bad_commands {
	const char *name;
	struct drm_gpusim_cmd cmds[MAX_BAD];	/* the first with all zero ends them */
} bad_commands[] = {
	{ "command-invalid-op", {
		{ .op = 7, .dst = ADDR, .size = 8 },
		{ .op = ~0u, .dst = ADDR, .size = 8 },
		{ .op = 0, .dst = ADDR, .size = 8 },
	} },
	{ "command-invalid-flags", {
		{ .op = FILL, .flags = 1, .dst = ADDR, .size = 8 },
		{ .op = COPY, .flags = 1, .dst = ADDR, .src = 2 * ADDR, .size = 8 },
		{ .op = CHECKSUM, .flags = 1, .dst = ADDR, .src = 2 * ADDR, .size = 8 },
		{ .op = ADD, .flags = 1, .dst = ADDR, .size = 8 },
		{ .op = SPIN, .flags = 1, .src = ADDR },
		{ .op = HANG, .flags = 1 },
	} },
	{ "command-unused-member", {
		{ .op = FILL, .dst = ADDR, .src = ADDR, .size = 8 },
		{ .op = COPY, .dst = ADDR, .src = 2 * ADDR, .size = 8, .value = 1 },
		{ .op = CHECKSUM, .dst = ADDR, .src = 2 * ADDR, .size = 8, .value = 1 },
		{ .op = ADD, .dst = ADDR, .src = ADDR, .size = 8 },
		{ .op = SPIN, .src = ADDR, .dst = ADDR },
		{ .op = SPIN, .src = ADDR, .size = 8 },
		{ .op = HANG, .dst = ADDR },
		{ .op = HANG, .src = ADDR },
		{ .op = HANG, .size = 8 },
		{ .op = HANG, .value = 1 },
	} },
	{ "command-null-page", {
		{ .op = FILL, .dst = 0, .size = 8 },
		{ .op = FILL, .dst = PAGE - 1, .size = 8 },
		{ .op = COPY, .dst = 0, .src = ADDR, .size = 8 },
		{ .op = COPY, .dst = ADDR, .src = 0, .size = 8 },
		{ .op = CHECKSUM, .dst = 0, .src = ADDR, .size = 8 },
		{ .op = CHECKSUM, .dst = ADDR, .src = 0, .size = 8 },
		{ .op = ADD, .dst = 0, .size = 8 },
		{ .op = SPIN, .src = 0 },
		{ .op = SPIN, .src = PAGE - 1 },
	} },
	{ "command-outside-vm", {
		{ .op = FILL, .dst = VA_END - 7, .size = 8 },
		{ .op = FILL, .dst = VA_END, .size = 1 },
		{ .op = FILL, .dst = ADDR, .size = VA_END },
		{ .op = COPY, .dst = VA_END - 7, .src = ADDR, .size = 8 },
		{ .op = COPY, .dst = ADDR, .src = VA_END - 7, .size = 8 },
		{ .op = CHECKSUM, .dst = VA_END - 7, .src = ADDR, .size = 8 },
		{ .op = CHECKSUM, .dst = VA_END - 7, .src = ADDR, .size = 0 },
		{ .op = CHECKSUM, .dst = ADDR, .src = VA_END - 7, .size = 8 },
		{ .op = ADD, .dst = VA_END - 7, .size = 8 },
		{ .op = ADD, .dst = ADDR, .size = VA_END },
		{ .op = SPIN, .src = VA_END - 7 },
	} },
	{ "command-wraps", {
		{ .op = FILL, .dst = ADDR, .size = ~0ull },
		{ .op = FILL, .dst = ~0ull, .size = ADDR },
		{ .op = FILL, .dst = ~0ull, .size = 1 },
		{ .op = COPY, .dst = ~0ull, .src = ADDR, .size = 8 },
		{ .op = COPY, .dst = ADDR, .src = ~0ull, .size = 8 },
		{ .op = CHECKSUM, .dst = ~0ull, .src = ADDR, .size = 8 },
		{ .op = CHECKSUM, .dst = ADDR, .src = ~0ull, .size = 8 },
		{ .op = ADD, .dst = ADDR, .size = ~0ull - 7 },
		{ .op = ADD, .dst = ~0ull, .size = 8 },
		{ .op = SPIN, .src = ~0ull },
	} },
	{ "copy-overlaps", {
		{ .op = COPY, .dst = ADDR, .src = ADDR, .size = 1 },
		{ .op = COPY, .dst = ADDR, .src = ADDR + 7, .size = 8 },
		{ .op = COPY, .dst = ADDR + 7, .src = ADDR, .size = 8 },
	} },
	{ "add-part-of-word", {
		{ .op = ADD, .dst = ADDR, .size = 1 },
		{ .op = ADD, .dst = ADDR, .size = 7 },
		{ .op = ADD, .dst = ADDR, .size = 9 },
		{ .op = ADD, .dst = ADDR, .size = PAGE - 4 },
	} },
};

static int fd;

/* Behind a good one, which must not run either: it would fault. */
static void reject_commands(const struct bad_commands *bad)
{
	const struct drm_gpusim_cmd none = { 0 };
	struct drm_gpusim_vm_get_state state = { .vm_id = VM };
	/* returns when the VM has no work */
	struct drm_gpusim_vm_bind unmap = {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_UNMAP, .addr = ADDR, .range = PAGE,
	};
	struct drm_gpusim_exec two = { .vm_id = VM, .cmd_count = 2 };
	struct drm_gpusim_cmd cmds[2] = { { .op = FILL, .dst = ADDR, .size = 8 } };
	unsigned int i;

	two.cmds = (uintptr_t)cmds;
	for (i = 0; i < MAX_BAD && memcmp(&bad->cmds[i], &none, sizeof(none)); i++) {
		cmds[1] = bad->cmds[i];
		do_ioctl_err(fd, DRM_IOCTL_GPUSIM_EXEC, &two, EINVAL);
	}
	igt_assert(i > 0);
	do_ioctl(fd, exec.number, exec.args);
	do_ioctl(fd, DRM_IOCTL_GPUSIM_VM_BIND, &unmap);
	do_ioctl(fd, DRM_IOCTL_GPUSIM_VM_GET_STATE, &state);
	igt_assert_eq(state.faults, 0);
}

igt_main
{
	igt_fixture {
		fd = gpusim_client_open();
		args.cmds = (uintptr_t)&nothing;
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name)
			reject_row(fd, &rejects[i]);

	for (size_t i = 0; i < ARRAY_SIZE(bad_commands); i++)
		igt_subtest_f("%s", bad_commands[i].name)
			reject_commands(&bad_commands[i]);

	igt_subtest("null-pointer")
		reject_null(fd, &exec);

	igt_fixture {
		drm_close_driver(fd);
	}
}
