// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "gpusim_client.h"
#include "reject.h"
#include "snoop_client.h"

IGT_TEST_DESCRIPTION("Rejected inputs of drm_snoop's LIST");

#define COUNT	4

static unsigned char entries[COUNT * 128];

static struct drm_snoop_list clients_args = {
	.what = DRM_SNOOP_LIST_CLIENTS, .count = COUNT,
	.entry_size = sizeof(struct drm_snoop_client),
};

static struct drm_snoop_list vms_args = {
	.what = DRM_SNOOP_LIST_VMS, .count = COUNT, .entry_size = sizeof(struct drm_snoop_vm),
};

static struct drm_snoop_list objects_args = {
	.what = DRM_SNOOP_LIST_OBJECTS, .count = COUNT,
	.entry_size = sizeof(struct drm_snoop_object),
};

static struct drm_snoop_list ranges_args = {
	.what = DRM_SNOOP_LIST_RANGES, .vm_id = VM, .count = COUNT,
	.entry_size = sizeof(struct drm_snoop_range),
};

static const struct request clients = { DRM_IOCTL_SNOOP_LIST, &clients_args };
static const struct request vms = { DRM_IOCTL_SNOOP_LIST, &vms_args };
static const struct request objects = { DRM_IOCTL_SNOOP_LIST, &objects_args };
static const struct request ranges = { DRM_IOCTL_SNOOP_LIST, &ranges_args };

#define CLIENTS(name, ...) \
	REJECT("clients-" name, &clients, struct drm_snoop_list, __VA_ARGS__)
#define VMS(name, ...) \
	REJECT("vms-" name, &vms, struct drm_snoop_list, __VA_ARGS__)
#define OBJECTS(name, ...) \
	REJECT("objects-" name, &objects, struct drm_snoop_list, __VA_ARGS__)
#define RANGES(name, ...) \
	REJECT("ranges-" name, &ranges, struct drm_snoop_list, __VA_ARGS__)

#define COMMON(LIST) \
	LIST("invalid-flags", flags, EINVAL, 1, 1u << 31), \
	LIST("no-room", count, EINVAL, 0), \
	LIST("invalid-entry-size", entry_size, EINVAL, 0, 1, 4, 12, 4095, 4104, 0x10000, \
	     0xfffffff8), \
	LIST("bad-entries-pointer", entries, EFAULT, 0, 8, 0x0000800000000000, \
	     0xffff888000000000, 0xfffffffffffffff8)

#define OF_CLIENT(LIST) \
	LIST("unregistered-client", client_id, ENOENT, 0, NO_CLIENT, 1ull << 32, 1ull << 63, ~0ull)

#define UNUSED_VM(LIST) \
	LIST("unused-vm", vm_id, EINVAL, VM, 1ull << 63)

static const struct reject rejects[] = {
	COMMON(CLIENTS),
	UNUSED_VM(CLIENTS),
	CLIENTS("invalid-what", what, EINVAL, 0, 5, 0x101, ~0u),
	CLIENTS("unused-client", client_id, EINVAL, 1, 1ull << 63),
	COMMON(VMS),
	OF_CLIENT(VMS),
	UNUSED_VM(VMS),
	COMMON(OBJECTS),
	OF_CLIENT(OBJECTS),
	UNUSED_VM(OBJECTS),
	COMMON(RANGES),
	OF_CLIENT(RANGES),
	RANGES("invalid-vm", vm_id, ENOENT, 0, NO_SUCH, 1ull << 32 | VM, 1ull << 63 | VM, ~0ull),
};

static struct snoop_client client;

igt_main
{
	igt_fixture {
		client = snoop_client_open();
		snoop_client_register(&client);
		vms_args.client_id = client.id;
		objects_args.client_id = client.id;
		ranges_args.client_id = client.id;
		clients_args.entries = (uintptr_t)entries;
		vms_args.entries = (uintptr_t)entries;
		objects_args.entries = (uintptr_t)entries;
		ranges_args.entries = (uintptr_t)entries;
	}

	for (size_t i = 0; i < ARRAY_SIZE(rejects); i++)
		igt_subtest_f("%s", rejects[i].name) {
			struct drm_snoop_list *args = rejects[i].request->args;

			reject_row(client.snoop, &rejects[i]);
			/* what was accepted last has used the continuation */
			args->cursor = 0;
			args->count = COUNT;
		}

	igt_subtest("null-pointer") {
		reject_null(client.snoop, &clients);
		clients_args.cursor = 0;
		clients_args.count = COUNT;
	}

	igt_subtest("client-of-other-file") {
		struct snoop_client other = snoop_client_open();

		do_ioctl_err(other.snoop, vms.number, vms.args, ENOENT);
		do_ioctl_err(other.snoop, objects.number, objects.args, ENOENT);
		do_ioctl_err(other.snoop, ranges.number, ranges.args, ENOENT);
		snoop_client_close(&other);
	}

	igt_subtest("client-gone") {
		struct snoop_client gone = snoop_client_open();
		struct drm_snoop_list args = objects_args;

		snoop_client_register(&gone);
		drm_close_driver(gone.drm);
		args.client_id = gone.id;
		do_ioctl_err(gone.snoop, DRM_IOCTL_SNOOP_LIST, &args, ESRCH);
		gone.drm = -1;
		snoop_client_close(&gone);
	}

	igt_fixture {
		snoop_client_close(&client);
	}
}
