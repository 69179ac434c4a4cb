// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"
#include "reject.h"
#include "snoop_client.h"

IGT_TEST_DESCRIPTION("Rejected inputs of drm_snoop's QUERY_RANGE");

static const struct request query = {
	DRM_IOCTL_SNOOP_QUERY_RANGE, &(struct drm_snoop_query_range) { .addr = SNOOP_ADDR },
};

#define QUERY(name, ...) \
	REJECT(name, &query, struct drm_snoop_query_range, __VA_ARGS__)

static const struct reject rejects[] = {
	QUERY("invalid-flags", flags, EINVAL, 2, DRM_SNOOP_QUERY_NEXT | 2, 1u << 31),
	QUERY("invalid-pad", pad, EINVAL, 1, 1u << 31),
	QUERY("hole", addr, ENOENT, 0, SNOOP_ADDR - 1, SNOOP_ADDR + BO_SIZE),
	QUERY("addr-outside-vm", addr, ENOENT, VA_END, 1ull << 63, ~0ull),
};

static struct snoop_client client;

igt_main
{
	igt_fixture {
		client = snoop_client_open();
		snoop_client_register(&client);
		snoop_client_bind(&client);
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name)
			reject_row(client.snoop, &rejects[i]);

	igt_subtest("null-pointer")
		reject_null(client.snoop, &query);

	igt_subtest("next-after-last") {
		struct drm_snoop_query_range args = {
			.addr = SNOOP_ADDR + BO_SIZE, .flags = DRM_SNOOP_QUERY_NEXT,
		};

		do_ioctl_err(client.snoop, query.number, &args, ENOENT);
	}

	igt_subtest("not-bound") {
		struct snoop_client other = snoop_client_open();

		do_ioctl_err(other.snoop, query.number, query.args, ENXIO);
		snoop_client_register(&other);
		do_ioctl_err(other.snoop, query.number, query.args, ENXIO);
		snoop_client_bind(&other);
		do_ioctl(other.snoop, query.number, query.args);
		snoop_client_close(&other);
	}

	igt_subtest("vm-gone") {
		struct drm_gpusim_vm_destroy destroy = { .vm_id = VM };
		struct snoop_client other = snoop_client_open();

		snoop_client_register(&other);
		snoop_client_bind(&other);
		do_ioctl(other.drm, DRM_IOCTL_GPUSIM_VM_DESTROY, &destroy);
		do_ioctl_err(other.snoop, query.number, query.args, ENOENT);
		snoop_client_close(&other);
	}

	igt_subtest("client-gone") {
		struct snoop_client gone = snoop_client_open();

		snoop_client_register(&gone);
		snoop_client_bind(&gone);
		drm_close_driver(gone.drm);
		do_ioctl_err(gone.snoop, query.number, query.args, ESRCH);
		gone.drm = -1;
		snoop_client_close(&gone);
	}

	igt_fixture {
		snoop_client_close(&client);
	}
}
