// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"
#include "reject.h"

IGT_TEST_DESCRIPTION("Rejected inputs of gpusim's GEM_MMAP_OFFSET, GEM_INFO and GEM_MIGRATE");

static const struct request mmap_offset = {
	DRM_IOCTL_GPUSIM_GEM_MMAP_OFFSET, &(struct drm_gpusim_gem_mmap_offset) { .handle = BO },
};

static const struct request info = {
	DRM_IOCTL_GPUSIM_GEM_INFO, &(struct drm_gpusim_gem_info) { .handle = BO },
};

static const struct request migrate = {
	DRM_IOCTL_GPUSIM_GEM_MIGRATE, &(struct drm_gpusim_gem_migrate) {
		.handle = BO, .placement = DRM_GPUSIM_PLACEMENT_SYSTEM,
	},
};

static const struct request migrate_system = {
	DRM_IOCTL_GPUSIM_GEM_MIGRATE, &(struct drm_gpusim_gem_migrate) {
		.handle = SYSTEM_BO, .placement = DRM_GPUSIM_PLACEMENT_SYSTEM,
	},
};

#define OFFSET(name, ...) \
	REJECT("mmap-offset-" name, &mmap_offset, struct drm_gpusim_gem_mmap_offset, __VA_ARGS__)
#define INFO(name, ...) \
	REJECT("info-" name, &info, struct drm_gpusim_gem_info, __VA_ARGS__)
#define MIGRATE(name, ...) \
	REJECT("migrate-" name, &migrate, struct drm_gpusim_gem_migrate, __VA_ARGS__)

static const struct reject rejects[] = {
	OFFSET("invalid-handle", handle, ENOENT, 0, NO_SUCH, ~0u),
	OFFSET("invalid-flags", flags, EINVAL, 1, 1u << 31),
	INFO("invalid-handle", handle, ENOENT, 0, NO_SUCH, ~0u),
	MIGRATE("invalid-handle", handle, ENOENT, 0, NO_SUCH, ~0u),
	MIGRATE("invalid-placement", placement, EINVAL, 0, 4, ~0u),
	MIGRATE("invalid-flags", flags, EINVAL, 1, 1u << 31),
	MIGRATE("invalid-pad", pad, EINVAL, 1, 1u << 31),
	REJECT("migrate-system-to-vram", &migrate_system, struct drm_gpusim_gem_migrate,
	       placement, EINVAL, DRM_GPUSIM_PLACEMENT_VRAM),
};

static int fd;

igt_main
{
	igt_fixture {
		fd = gpusim_client_open();
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name)
			reject_row(fd, &rejects[i]);

	igt_subtest("mmap-offset-null-pointer")
		reject_null(fd, &mmap_offset);

	igt_subtest("info-null-pointer")
		reject_null(fd, &info);

	igt_subtest("migrate-null-pointer")
		reject_null(fd, &migrate);

	igt_subtest("closed-handle") {
		struct drm_gem_close gem_close = { .handle = BO };
		int client = gpusim_client_open();

		do_ioctl(client, DRM_IOCTL_GEM_CLOSE, &gem_close);
		do_ioctl_err(client, mmap_offset.number, mmap_offset.args, ENOENT);
		do_ioctl_err(client, info.number, info.args, ENOENT);
		do_ioctl_err(client, migrate.number, migrate.args, ENOENT);
		drm_close_driver(client);
	}

	igt_fixture {
		drm_close_driver(fd);
	}
}
