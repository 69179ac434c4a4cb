// SPDX-License-Identifier: LGPL-2.1-or-later
/* Lists of what registered clients have, without the resume loop. */

#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/* Entries fetched by one ioctl: about 18 KiB of ranges. */
#define BATCH 256

/* Any of the callbacks, with what to pass to it. */
struct callback {
	union {
		drmsnoop_registered_fn registered;
		drmsnoop_vm_fn vm;
		drmsnoop_object_fn object;
		drmsnoop_range_fn range;
	} fn;
	void *data;
};

static int call(uint32_t what, const struct callback *callback,
		const void *entry)
{
	switch (what) {
	case DRM_SNOOP_LIST_CLIENTS:
		return callback->fn.registered(entry, callback->data);
	case DRM_SNOOP_LIST_VMS:
		return callback->fn.vm(entry, callback->data);
	case DRM_SNOOP_LIST_OBJECTS:
		return callback->fn.object(entry, callback->data);
	default:
		return callback->fn.range(entry, callback->data);
	}
}

static int explain(const struct drmsnoop *snoop,
		   const struct drm_snoop_list *list, int error)
{
	unsigned long long client = list->client_id, vm = list->vm_id;

	switch (error) {
	case ENOENT:
		if (list->what == DRM_SNOOP_LIST_RANGES)
			return dsn_fail(error, "client %llu has no VM %llu", client,
					vm);
		return dsn_fail(error, "client %llu is not registered", client);
	case ESRCH:
		return dsn_fail(error, "client %llu ended", client);
	}
	return dsn_explain_ioctl(snoop, "DRM_IOCTL_SNOOP_LIST", error);
}

static int foreach(struct drmsnoop *snoop, uint32_t what, uint64_t client_id,
		   uint64_t vm_id, size_t entry_size,
		   const struct callback *callback)
{
	struct drm_snoop_list list = {
		.what = what,
		.client_id = client_id,
		.vm_id = vm_id,
		.entry_size = entry_size,
	};
	uint64_t cursor;
	char *entries;
	uint32_t i;
	int ret = 0;

	entries = calloc(BATCH, entry_size);
	if (!entries)
		return dsn_fail(ENOMEM, "out of memory");
	list.entries = (uintptr_t)entries;

	while (!ret && list.cursor != DRM_SNOOP_CURSOR_END) {
		cursor = list.cursor;
		list.count = BATCH;
		ret = snoop->backend->ioctl(snoop->fd, DRM_IOCTL_SNOOP_LIST,
					    &list);
		if (ret) {
			ret = explain(snoop, &list, -ret);
			break;
		}
		if (list.count > BATCH ||
		    (!list.count && list.cursor == cursor)) {
			ret = dsn_fail(EIO, "DRM_IOCTL_SNOOP_LIST does not go on at cursor 0x%llx: update drm_snoop",
				       (unsigned long long)cursor);
			break;
		}
		for (i = 0; !ret && i < list.count; i++)
			ret = call(what, callback, entries + i * entry_size);
	}
	free(entries);
	return ret;
}

int drmsnoop_foreach_registered(struct drmsnoop *snoop,
				drmsnoop_registered_fn fn, void *data)
{
	struct callback callback = { .fn.registered = fn, .data = data };

	return foreach(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0,
		       sizeof(struct drm_snoop_client), &callback);
}

int drmsnoop_foreach_vm(struct drmsnoop *snoop, uint64_t client_id,
			drmsnoop_vm_fn fn, void *data)
{
	struct callback callback = { .fn.vm = fn, .data = data };

	return foreach(snoop, DRM_SNOOP_LIST_VMS, client_id, 0,
		       sizeof(struct drm_snoop_vm), &callback);
}

int drmsnoop_foreach_object(struct drmsnoop *snoop, uint64_t client_id,
			    drmsnoop_object_fn fn, void *data)
{
	struct callback callback = { .fn.object = fn, .data = data };

	return foreach(snoop, DRM_SNOOP_LIST_OBJECTS, client_id, 0,
		       sizeof(struct drm_snoop_object), &callback);
}

int drmsnoop_foreach_range(struct drmsnoop *snoop, uint64_t client_id,
			   uint64_t vm_id, drmsnoop_range_fn fn, void *data)
{
	struct callback callback = { .fn.range = fn, .data = data };

	return foreach(snoop, DRM_SNOOP_LIST_RANGES, client_id, vm_id,
		       sizeof(struct drm_snoop_range), &callback);
}
