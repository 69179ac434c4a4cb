// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <fcntl.h>
#include <unistd.h>

#include "gpusim_client.h"
#include "reject.h"
#include "snoop_client.h"

IGT_TEST_DESCRIPTION("Rejected inputs of drm_snoop's REGISTER_MEM");

static struct drm_snoop_register_mem args;

static const struct request reg = { DRM_IOCTL_SNOOP_REGISTER_MEM, &args };

#define REGISTER(name, ...) \
	REJECT(name, &reg, struct drm_snoop_register_mem, __VA_ARGS__)

static const struct reject rejects[] = {
	REGISTER("invalid-fd", fd, EBADF, -1, INT32_MAX, INT32_MIN),
	REGISTER("invalid-flags", flags, EINVAL, 2, 1u << 31, DRM_SNOOP_REGISTER_WRITE | 2),
};

/* Things that are no open memory of a process, or not open enough. */
static const struct wrong_file {
	const char *name, *path;
	int flags;
	uint32_t register_flags;
	int error;
} wrong_files[] = {
	{ "fd-of-device", "/dev/null", O_RDWR, 0, EINVAL },
	{ "fd-of-zero-device", "/dev/zero", O_RDWR, 0, EINVAL },
	{ "fd-of-environment", "/proc/self/environ", O_RDONLY, 0, EINVAL },
	{ "fd-of-maps", "/proc/self/maps", O_RDONLY, 0, EINVAL },
	{ "fd-o-path", "/proc/self/mem", O_PATH, 0, EBADF },
	{ "fd-write-only", "/proc/self/mem", O_WRONLY, 0, EACCES },
	{ "write-with-read-only-fd", "/proc/self/mem", O_RDONLY, DRM_SNOOP_REGISTER_WRITE, EACCES },
};

static struct snoop_client client;

static void try_fd(int fd, uint32_t flags, int error)
{
	struct drm_snoop_register_mem wrong = { .fd = fd, .flags = flags };

	do_ioctl_err(client.snoop, reg.number, &wrong, error);
	do_ioctl(client.snoop, reg.number, reg.args);
}

igt_main
{
	igt_fixture {
		client = snoop_client_open();
		args.fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
		igt_assert_fd(args.fd);
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name)
			reject_row(client.snoop, &rejects[i]);

	for (size_t i = 0; i < ARRAY_SIZE(wrong_files); i++)
		igt_subtest_f("%s", wrong_files[i].name) {
			int fd = open(wrong_files[i].path, wrong_files[i].flags | O_CLOEXEC);

			igt_assert_fd(fd);
			try_fd(fd, wrong_files[i].register_flags, wrong_files[i].error);
			close(fd);
		}

	igt_subtest("fd-of-card") {
		try_fd(client.drm, 0, EINVAL);
	}

	igt_subtest("fd-of-snoop-file") {
		try_fd(client.snoop, 0, EINVAL);
	}

	igt_subtest("null-pointer") {
		reject_null(client.snoop, &reg);
	}

	igt_fixture {
		close(args.fd);
		snoop_client_close(&client);
	}
}
