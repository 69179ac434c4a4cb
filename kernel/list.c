// SPDX-License-Identifier: GPL-2.0-only
/*
 * DRM_IOCTL_SNOOP_LIST: clients, VMs, objects and ranges.
 *
 * Entries are gathered in batches: nothing of the driver or the client is held
 * while a batch is copied to the caller.
 */

#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_gem.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "adapters/adapter.h"
#include "entries.h"
#include "file.h"
#include "identity.h"
#include "list.h"
#include "object.h"
#include "range.h"

/* Entries gathered at once. */
#define SNOOP_LIST_BATCH	64

/* Most entries in one call, so that it ends soon. */
#define SNOOP_LIST_MAX		65536

union snoop_list_entry {
	struct drm_snoop_client client;
	struct drm_snoop_vm vm;
	struct drm_snoop_object object;
	struct drm_snoop_range range;
};

/**
 * struct snoop_list_kind - one thing that can be listed
 * @entry_size: Size of the kernel's structure.
 * @needs_vms: Uses the adapter.
 * @gather: Fills up to @max packed entries at @entries from @cursor on and
 *	moves @cursor behind the last, or to DRM_SNOOP_CURSOR_END. Runs within
 *	an access to the client, if there is one. Returns their number or a
 *	negative error code.
 */
struct snoop_list_kind {
	unsigned int entry_size;
	bool needs_vms;
	int (*gather)(struct snoop_file *file, const struct drm_snoop_list *list,
		      const struct snoop_access *access, u64 *cursor, void *entries,
		      unsigned int max);
};

static int snoop_gather_clients(struct snoop_file *file, const struct drm_snoop_list *list,
				const struct snoop_access *unused, u64 *cursor, void *entries,
				unsigned int max)
{
	struct drm_snoop_client *entry = entries;
	const struct snoop_client *client;
	unsigned int count = 0;

	while (count < max) {
		struct snoop_access alive;
		int ret;

		client = snoop_clients_next(&file->clients, *cursor);
		if (!client) {
			*cursor = DRM_SNOOP_CURSOR_END;
			break;
		}
		ret = snoop_access_begin(&alive, file->card, client, &file->memories);
		if (!ret)
			snoop_access_end(&alive);
		else if (ret != -ESRCH)
			return ret;
		entry[count].client_id = client->client_id;
		entry[count].node = client->node;
		entry[count].flags = ret ? DRM_SNOOP_CLIENT_GONE : 0;
		count++;
		*cursor = client->client_id + 1;
	}
	return count;
}

static int snoop_gather_vms(struct snoop_file *file, const struct drm_snoop_list *list,
			    const struct snoop_access *access, u64 *cursor, void *entries,
			    unsigned int max)
{
	const struct snoop_adapter *adapter = snoop_adapter_ready(file->card);
	struct drm_snoop_vm *entry = entries;
	unsigned int count = 0;
	u64 id;
	void *vm;

	if (IS_ERR(adapter))
		return PTR_ERR(adapter);
	while (count < max) {
		id = *cursor;
		vm = snoop_adapter_vm_next(adapter, access, &id);
		if (IS_ERR(vm))
			return PTR_ERR(vm);
		if (!vm) {
			*cursor = DRM_SNOOP_CURSOR_END;
			break;
		}
		adapter->ops->vm_info(adapter, vm, &entry[count]);
		adapter->ops->vm_put(adapter, vm);
		entry[count].vm_id = id;
		count++;
		*cursor = id + 1;
	}
	return count;
}

static int snoop_gather_objects(struct snoop_file *file, const struct drm_snoop_list *list,
				const struct snoop_access *access, u64 *cursor, void *entries,
				unsigned int max)
{
	struct drm_snoop_object *entry = entries;
	struct snoop_object_state state;
	struct drm_gem_object *obj;
	unsigned int count = 0;
	u32 handle;

	while (count < max) {
		handle = min_t(u64, *cursor, U32_MAX);
		obj = snoop_object_next(access->client, &handle);
		if (!obj) {
			*cursor = DRM_SNOOP_CURSOR_END;
			break;
		}
		entry[count].object_id = snoop_object_id(obj);
		entry[count].size = obj->size;
		entry[count].handle = handle;
		entry[count].kind = snoop_object_kind(obj);
		snoop_object_status(access, obj, &state);
		entry[count].placement = state.placement;
		entry[count].flags = state.flags;
		entry[count].path = state.path;
		entry[count].error = -state.error;
		drm_gem_object_put(obj);
		count++;
		*cursor = handle + 1ULL;
	}
	return count;
}

static int snoop_gather_vm_ranges(const struct snoop_adapter *adapter,
				  const struct snoop_access *access, void *vm, u64 *cursor,
				  struct drm_snoop_range *entries, unsigned int max)
{
	struct snoop_range *ranges;
	int count, i;

	ranges = kmalloc_array(max, sizeof(*ranges), GFP_KERNEL_ACCOUNT);
	if (!ranges)
		return -ENOMEM;
	count = snoop_adapter_ranges(adapter, access, vm, *cursor, ranges, max);
	for (i = 0; i < count; i++) {
		snoop_range_describe(access, &ranges[i], &entries[i]);
		snoop_range_put(&ranges[i]);
	}
	if (count >= 0)
		*cursor = count == max ? entries[count - 1].end : DRM_SNOOP_CURSOR_END;
	kfree(ranges);
	return count;
}

static int snoop_gather_ranges(struct snoop_file *file, const struct drm_snoop_list *list,
			       const struct snoop_access *access, u64 *cursor, void *entries,
			       unsigned int max)
{
	const struct snoop_adapter *adapter = snoop_adapter_ready(file->card);
	u64 id = list->vm_id;
	int count;
	void *vm;

	if (IS_ERR(adapter))
		return PTR_ERR(adapter);
	vm = snoop_adapter_vm_next(adapter, access, &id);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	if (!vm)
		return -ENOENT;
	if (id == list->vm_id)
		count = snoop_gather_vm_ranges(adapter, access, vm, cursor, entries, max);
	else
		count = -ENOENT;
	adapter->ops->vm_put(adapter, vm);
	return count;
}

/* The caller knows now which clients ended. */
static void snoop_list_told(struct snoop_file *file, const struct drm_snoop_client *entries,
			    unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (entries[i].flags & DRM_SNOOP_CLIENT_GONE)
			snoop_clients_told(&file->clients, entries[i].client_id);
}

static const struct snoop_list_kind snoop_list_kinds[] = {
	[DRM_SNOOP_LIST_CLIENTS] = {
		.entry_size = sizeof(struct drm_snoop_client),
		.gather = snoop_gather_clients,
	},
	[DRM_SNOOP_LIST_VMS] = {
		.entry_size = sizeof(struct drm_snoop_vm),
		.needs_vms = true,
		.gather = snoop_gather_vms,
	},
	[DRM_SNOOP_LIST_OBJECTS] = {
		.entry_size = sizeof(struct drm_snoop_object),
		.gather = snoop_gather_objects,
	},
	[DRM_SNOOP_LIST_RANGES] = {
		.entry_size = sizeof(struct drm_snoop_range),
		.needs_vms = true,
		.gather = snoop_gather_ranges,
	},
};

/* One batch, with the client held just for it. */
static int snoop_list_gather(struct snoop_file *file, const struct drm_snoop_list *list,
			     u64 *cursor, void *entries, unsigned int max)
{
	const struct snoop_list_kind *kind = &snoop_list_kinds[list->what];
	const struct snoop_client *client;
	struct snoop_access access;
	int ret;

	if (list->what == DRM_SNOOP_LIST_CLIENTS)
		return kind->gather(file, list, NULL, cursor, entries, max);
	/* Was there in snoop_list_check() and stays. */
	client = snoop_clients_find(&file->clients, list->client_id);
	ret = snoop_access_begin(&access, file->card, client, &file->memories);
	if (ret)
		return ret;
	ret = kind->gather(file, list, &access, cursor, entries, max);
	snoop_access_end(&access);
	return ret;
}

static int snoop_list_check(struct snoop_file *file, const struct drm_snoop_list *list)
{
	bool clients = list->what == DRM_SNOOP_LIST_CLIENTS;

	if (!list->what || list->what >= ARRAY_SIZE(snoop_list_kinds) || list->flags ||
	    !list->count || !snoop_entries_size_valid(list->entry_size))
		return -EINVAL;
	if ((clients && list->client_id) ||
	    (list->what != DRM_SNOOP_LIST_RANGES && list->vm_id))
		return -EINVAL;
	if (!clients && !snoop_clients_find(&file->clients, list->client_id))
		return -ENOENT;
	return 0;
}

/* Fills the caller's array; as snoop_list(). */
static int snoop_list_run(struct snoop_file *file, struct drm_snoop_list *list, void *entries)
{
	const struct snoop_entries copy = {
		.user = list->entries,
		.user_size = list->entry_size,
		.size = snoop_list_kinds[list->what].entry_size,
	};
	u32 wanted = min_t(u32, list->count, SNOOP_LIST_MAX);
	u32 done = 0;
	int ret = 0;

	while (done < wanted && list->cursor != DRM_SNOOP_CURSOR_END) {
		unsigned int max = min_t(u32, wanted - done, SNOOP_LIST_BATCH);
		u64 cursor = list->cursor;

		memset(entries, 0, max * copy.size);
		ret = snoop_list_gather(file, list, &cursor, entries, max);
		if (ret < 0)
			break;
		if (snoop_entries_copy(&copy, done, entries, ret)) {
			ret = -EFAULT;
			break;
		}
		if (list->what == DRM_SNOOP_LIST_CLIENTS)
			snoop_list_told(file, entries, ret);
		done += ret;
		list->cursor = cursor;
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		cond_resched();
	}
	list->count = done;
	/* What was delivered counts; the error comes again if it lasts. */
	return done || ret > 0 ? 0 : ret;
}

/**
 * snoop_list - answer DRM_IOCTL_SNOOP_LIST
 * @file: The calling file.
 * @list: Request and answer.
 *
 * Return: 0 or what the uAPI says.
 */
int snoop_list(struct snoop_file *file, struct drm_snoop_list *list)
{
	const struct snoop_list_kind *kind;
	void *entries;
	int ret;

	ret = snoop_list_check(file, list);
	if (ret)
		return ret;
	kind = &snoop_list_kinds[list->what];
	if (kind->needs_vms)
		ret = snoop_adapter_prepare(file->card);
	else
		ret = snoop_adapter_prepare_content(file->card);
	if (ret)
		return ret;
	entries = kcalloc(SNOOP_LIST_BATCH, sizeof(union snoop_list_entry), GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	ret = snoop_list_run(file, list, entries);
	kfree(entries);
	return ret;
}
