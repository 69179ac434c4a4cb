// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"
#include "reject.h"
#include "snoop_client.h"

IGT_TEST_DESCRIPTION("Rejected inputs of drm_snoop's BIND");

static struct drm_snoop_bind vm_args = { .what = DRM_SNOOP_BIND_VM, .id = VM };
static struct drm_snoop_bind object_args = { .what = DRM_SNOOP_BIND_OBJECT, .id = BO };

static const struct request vm = { DRM_IOCTL_SNOOP_BIND, &vm_args };
static const struct request object = { DRM_IOCTL_SNOOP_BIND, &object_args };

#define BIND_VM(name, ...) \
	REJECT("vm-" name, &vm, struct drm_snoop_bind, __VA_ARGS__)
#define BIND_OBJECT(name, ...) \
	REJECT("object-" name, &object, struct drm_snoop_bind, __VA_ARGS__)

#define COMMON(BIND) \
	BIND("unregistered-client", client_id, ENOENT, 0, NO_CLIENT, 1ull << 32, 1ull << 63, \
	     ~0ull), \
	BIND("invalid-what", what, EINVAL, 0, 3, 0x101, ~0u), \
	BIND("invalid-flags", flags, EINVAL, 1, 1u << 31)

static const struct reject rejects[] = {
	COMMON(BIND_VM),
	BIND_VM("invalid-vm", id, ENOENT, 0, NO_SUCH, ~0u, 1ull << 32 | VM, 1ull << 63 | VM, ~0ull),
	COMMON(BIND_OBJECT),
	BIND_OBJECT("invalid-handle", id, ENOENT, 0, NO_SUCH, 1u << 31, ~0u),
	BIND_OBJECT("handle-above-32-bit", id, EINVAL, 1ull << 32 | BO, 1ull << 63 | BO, ~0ull),
};

static struct snoop_client client;

igt_main
{
	igt_fixture {
		client = snoop_client_open();
		snoop_client_register(&client);
		vm_args.client_id = client.id;
		object_args.client_id = client.id;
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name)
			reject_row(client.snoop, &rejects[i]);

	igt_subtest("null-pointer")
		reject_null(client.snoop, &vm);

	/* ids of a client that another file has registered */
	igt_subtest("client-of-other-file") {
		struct snoop_client other = snoop_client_open();

		do_ioctl_err(other.snoop, vm.number, vm.args, ENOENT);
		do_ioctl_err(other.snoop, object.number, object.args, ENOENT);
		snoop_client_close(&other);
	}

	igt_subtest("client-gone") {
		struct snoop_client gone = snoop_client_open();
		struct drm_snoop_bind args = vm_args;

		snoop_client_register(&gone);
		drm_close_driver(gone.drm);
		args.client_id = gone.id;
		do_ioctl_err(gone.snoop, DRM_IOCTL_SNOOP_BIND, &args, ESRCH);
		gone.drm = -1;
		snoop_client_close(&gone);
	}

	/* what is refused leaves the file bound to what it was bound to */
	igt_subtest("rejected-keeps-binding") {
		struct drm_snoop_query_range query = { .addr = SNOOP_ADDR };
		struct drm_snoop_bind args = vm_args;

		do_ioctl(client.snoop, vm.number, vm.args);
		args.id = NO_SUCH;
		do_ioctl_err(client.snoop, DRM_IOCTL_SNOOP_BIND, &args, ENOENT);
		do_ioctl(client.snoop, DRM_IOCTL_SNOOP_QUERY_RANGE, &query);
		igt_assert(query.range.start == SNOOP_ADDR);
	}

	igt_fixture {
		snoop_client_close(&client);
	}
}
