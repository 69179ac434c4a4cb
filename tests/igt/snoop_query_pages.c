// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"
#include "reject.h"
#include "snoop_client.h"

IGT_TEST_DESCRIPTION("Rejected inputs of drm_snoop's QUERY_PAGES");

#define COUNT	4

static struct drm_snoop_pages entries[COUNT];

static struct drm_snoop_query_pages args;

static const struct request query = { DRM_IOCTL_SNOOP_QUERY_PAGES, &args };

#define QUERY(name, ...) \
	REJECT(name, &query, struct drm_snoop_query_pages, __VA_ARGS__)

static const struct reject rejects[] = {
	QUERY("invalid-flags", flags, EINVAL, 1, 1u << 31),
	QUERY("invalid-pad", pad, EINVAL, 1, 1u << 31),
	QUERY("no-room", count, EINVAL, 0),
	QUERY("invalid-entry-size", entry_size, EINVAL, 0, 1, 4, 12, 4095, 4104, 0x10000,
	      0xfffffff8),
	QUERY("bad-entries-pointer", entries, EFAULT, 0, 8, 0x0000800000000000,
	      0xffff888000000000, 0xfffffffffffffff8),
	QUERY("end-not-above-addr", end, EINVAL, 0, SNOOP_ADDR - 1, SNOOP_ADDR),
	QUERY("addr-not-below-end", addr, EINVAL, SNOOP_ADDR + BO_SIZE, VA_END, ~0ull),
};

static struct snoop_client client;

static void make_valid(void)
{
	args = (struct drm_snoop_query_pages) {
		.addr = SNOOP_ADDR, .end = SNOOP_ADDR + BO_SIZE,
		.entries = (uintptr_t)entries, .count = COUNT,
		.entry_size = sizeof(struct drm_snoop_pages),
	};
}

igt_main
{
	igt_fixture {
		client = snoop_client_open();
		snoop_client_register(&client);
		snoop_client_bind(&client);
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name) {
			make_valid();
			reject_row(client.snoop, &rejects[i]);
		}

	igt_subtest("null-pointer") {
		make_valid();
		reject_null(client.snoop, &query);
	}

	igt_subtest("not-bound") {
		struct snoop_client other = snoop_client_open();

		make_valid();
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
		make_valid();
		do_ioctl_err(other.snoop, query.number, query.args, ENOENT);
		snoop_client_close(&other);
	}

	igt_subtest("client-gone") {
		struct snoop_client gone = snoop_client_open();

		snoop_client_register(&gone);
		snoop_client_bind(&gone);
		drm_close_driver(gone.drm);
		make_valid();
		do_ioctl_err(gone.snoop, query.number, query.args, ESRCH);
		gone.drm = -1;
		snoop_client_close(&gone);
	}

	igt_fixture {
		snoop_client_close(&client);
	}
}
