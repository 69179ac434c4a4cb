// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <fcntl.h>
#include <unistd.h>

#include "gpusim_client.h"
#include "reject.h"
#include "snoop_client.h"

IGT_TEST_DESCRIPTION("Rejected inputs of drm_snoop's REGISTER and CARD_INFO");

static struct drm_snoop_register args;
static struct drm_snoop_card_info card_info;

static const struct request reg = { DRM_IOCTL_SNOOP_REGISTER, &args };
static const struct request info = { DRM_IOCTL_SNOOP_CARD_INFO, &card_info };

#define REGISTER(name, ...) \
	REJECT(name, &reg, struct drm_snoop_register, __VA_ARGS__)

static const struct reject rejects[] = {
	REGISTER("invalid-fd", fd, EBADF, -1, INT32_MAX, INT32_MIN),
	REGISTER("invalid-flags", flags, EINVAL, 2, 1u << 31, DRM_SNOOP_REGISTER_WRITE | 2),
};

/* Things that are no DRM descriptor of the card. */
static const struct wrong_file {
	const char *name, *path;
	int flags;
	int error;
} wrong_files[] = {
	{ "fd-of-device", "/dev/null", O_RDWR, EINVAL },
	{ "fd-of-directory", "/dev/dri", O_RDONLY | O_DIRECTORY, EINVAL },
	{ "fd-of-process-memory", "/proc/self/mem", O_RDWR, EINVAL },
	{ "fd-o-path", "/dev/null", O_PATH, EBADF },
};

static struct snoop_client client;

static void try_fd(int fd, int error)
{
	struct drm_snoop_register wrong = { .fd = fd };

	do_ioctl_err(client.snoop, reg.number, &wrong, error);
	/* the client, after all that, is registered by the right one */
	do_ioctl(client.snoop, reg.number, reg.args);
	igt_assert(args.client_id != 0);
}

igt_main
{
	igt_fixture {
		client = snoop_client_open();
		args.fd = client.drm;
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name)
			reject_row(client.snoop, &rejects[i]);

	for (size_t i = 0; i < ARRAY_SIZE(wrong_files); i++)
		igt_subtest_f("%s", wrong_files[i].name) {
			int fd = open(wrong_files[i].path, wrong_files[i].flags | O_CLOEXEC);

			igt_assert_fd(fd);
			try_fd(fd, wrong_files[i].error);
			close(fd);
		}

	igt_subtest("fd-of-snoop-file")
		try_fd(client.snoop, EINVAL);

	igt_subtest("fd-o-path-of-card") {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", client.drm);
		fd = open(path, O_PATH | O_CLOEXEC);
		igt_assert_fd(fd);
		try_fd(fd, EBADF);
		close(fd);
	}

	igt_subtest("fd-of-dma-buf") {
		int fd;

		igt_assert_eq(drmPrimeHandleToFD(client.drm, BO, DRM_CLOEXEC, &fd), 0);
		try_fd(fd, EINVAL);
		close(fd);
	}

	igt_subtest("fd-write-only") {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", client.drm);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		igt_assert_fd(fd);
		try_fd(fd, EACCES);
		close(fd);
	}

	igt_subtest("null-pointer")
		reject_null(client.snoop, &reg);

	igt_subtest("card-info-null-pointer")
		reject_null(client.snoop, &info);

	igt_fixture {
		snoop_client_close(&client);
	}
}
