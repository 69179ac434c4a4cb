// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"
#include "reject.h"

IGT_TEST_DESCRIPTION("Rejected inputs of gpusim's GEM_CREATE");

static const struct request vram = {
	DRM_IOCTL_GPUSIM_GEM_CREATE, &(struct drm_gpusim_gem_create) {
		.size = PAGE, .placement = DRM_GPUSIM_PLACEMENT_VRAM, .vm_id = VM,
	},
};

static const struct request system_memory = {
	DRM_IOCTL_GPUSIM_GEM_CREATE, &(struct drm_gpusim_gem_create) {
		.size = PAGE, .placement = DRM_GPUSIM_PLACEMENT_SYSTEM,
	},
};

#define VRAM(name, ...) \
	REJECT("vram-" name, &vram, struct drm_gpusim_gem_create, __VA_ARGS__)
#define SYSTEM(name, ...) \
	REJECT("system-" name, &system_memory, struct drm_gpusim_gem_create, __VA_ARGS__)

static const struct reject rejects[] = {
	VRAM("zero-size", size, EINVAL, 0),
	VRAM("unaligned-size", size, EINVAL, 1, PAGE - 1, PAGE + 1, ~0ull),
	VRAM("huge-size", size, EINVAL, 1ull << 40, 1ull << 63, LAST_PAGE),
	VRAM("invalid-placement", placement, EINVAL, 0, DRM_GPUSIM_PLACEMENT_SWAPPED, 4, ~0u),
	VRAM("invalid-flags", flags, EINVAL, DRM_GPUSIM_GEM_IMPORTED, 4, 1u << 31),
	VRAM("invalid-vm", vm_id, ENOENT, NO_SUCH, ~0u),
	SYSTEM("zero-size", size, EINVAL, 0),
	SYSTEM("unaligned-size", size, EINVAL, 1, PAGE - 1, PAGE + 1, ~0ull),
	SYSTEM("huge-size", size, ENOMEM, 1ull << 40, 1ull << 63, LAST_PAGE),
	SYSTEM("invalid-flags", flags, EINVAL, DRM_GPUSIM_GEM_IMPORTED, 4, 1u << 31),
	SYSTEM("invalid-vm", vm_id, ENOENT, NO_SUCH, ~0u),
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

	igt_subtest("null-pointer")
		reject_null(fd, &vram);

	/* nothing is left of what was refused: the next handle is the next number */
	igt_subtest("rejected-leaves-no-handle") {
		struct drm_gpusim_gem_create bo = {
			.size = PAGE, .placement = DRM_GPUSIM_PLACEMENT_SYSTEM,
		};
		int client = gpusim_client_open();

		bo.size = 1ull << 40;
		do_ioctl_err(client, DRM_IOCTL_GPUSIM_GEM_CREATE, &bo, ENOMEM);
		bo.size = PAGE;
		do_ioctl(client, DRM_IOCTL_GPUSIM_GEM_CREATE, &bo);
		igt_assert_eq(bo.handle, SYSTEM_BO + 1);
		drm_close_driver(client);
	}

	igt_fixture {
		drm_close_driver(fd);
	}
}
