// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"
#include "reject.h"

IGT_TEST_DESCRIPTION("Rejected inputs of gpusim's VM_CREATE, VM_DESTROY and VM_GET_STATE");

static const struct request create = {
	DRM_IOCTL_GPUSIM_VM_CREATE, &(struct drm_gpusim_vm_create) { 0 },
};

static const struct request destroy = {
	DRM_IOCTL_GPUSIM_VM_DESTROY, &(struct drm_gpusim_vm_destroy) { .vm_id = VM },
};

static const struct request state = {
	DRM_IOCTL_GPUSIM_VM_GET_STATE, &(struct drm_gpusim_vm_get_state) { .vm_id = VM },
};

#define CREATE(name, ...) \
	REJECT("create-" name, &create, struct drm_gpusim_vm_create, __VA_ARGS__)
#define DESTROY(name, ...) \
	REJECT("destroy-" name, &destroy, struct drm_gpusim_vm_destroy, __VA_ARGS__)
#define STATE(name, ...) \
	REJECT("state-" name, &state, struct drm_gpusim_vm_get_state, __VA_ARGS__)

static const struct reject rejects[] = {
	CREATE("invalid-flags", flags, EINVAL, 1, 2, 1u << 31),
	DESTROY("invalid-vm", vm_id, ENOENT, 0, NO_SUCH, ~0u),
	DESTROY("invalid-pad", pad, EINVAL, 1, 1u << 31),
	STATE("invalid-vm", vm_id, ENOENT, 0, NO_SUCH, ~0u),
	STATE("invalid-pad", pad, EINVAL, 1, 1u << 31),
};

static int fd;

igt_main
{
	igt_fixture {
		fd = gpusim_client_open();
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name) {
			int client = gpusim_client_open();

			reject_row(client, &rejects[i]);
			drm_close_driver(client);
		}

	igt_subtest("create-null-pointer")
		reject_null(fd, &create);

	igt_subtest("destroy-null-pointer") {
		int client = gpusim_client_open();

		reject_null(client, &destroy);
		drm_close_driver(client);
	}

	igt_subtest("state-null-pointer")
		reject_null(fd, &state);

	igt_subtest("destroy-twice") {
		int client = gpusim_client_open();

		do_ioctl(client, destroy.number, destroy.args);
		do_ioctl_err(client, destroy.number, destroy.args, ENOENT);
		do_ioctl_err(client, state.number, state.args, ENOENT);
		drm_close_driver(client);
	}

	/* ids are of one client */
	igt_subtest("destroy-vm-of-other-client") {
		int client = gpusim_client_open(), other = drm_open_driver_render(DRIVER_ANY);

		do_ioctl_err(other, destroy.number, destroy.args, ENOENT);
		do_ioctl_err(other, state.number, state.args, ENOENT);
		do_ioctl(client, state.number, state.args);
		drm_close_driver(other);
		drm_close_driver(client);
	}

	igt_subtest("create-too-many") {
		struct drm_gpusim_dev_query query = { 0 };
		int client = drm_open_driver_render(DRIVER_ANY);

		do_ioctl(client, DRM_IOCTL_GPUSIM_DEV_QUERY, &query);
		for (unsigned int i = 0; i < query.max_vms; i++)
			do_ioctl(client, create.number, &(struct drm_gpusim_vm_create) { 0 });
		do_ioctl_err(client, create.number, &(struct drm_gpusim_vm_create) { 0 }, ENOSPC);
		do_ioctl(client, destroy.number, destroy.args);
		do_ioctl(client, create.number, &(struct drm_gpusim_vm_create) { 0 });
		drm_close_driver(client);
	}

	igt_fixture {
		drm_close_driver(fd);
	}
}
