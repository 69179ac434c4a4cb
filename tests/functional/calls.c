// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "calls.h"
#include "expect.h"
#include "snoop.h"

static unsigned char entries[4096];

unsigned long call_request(enum call call)
{
	switch (call) {
	case CARD_INFO:
		return DRM_IOCTL_SNOOP_CARD_INFO;
	case REGISTER:
		return DRM_IOCTL_SNOOP_REGISTER;
	case BIND_VM:
	case BIND_OBJECT:
		return DRM_IOCTL_SNOOP_BIND;
	case QUERY:
		return DRM_IOCTL_SNOOP_QUERY_RANGE;
	case REGISTER_MEM:
		return DRM_IOCTL_SNOOP_REGISTER_MEM;
	case QUERY_PAGES:
		return DRM_IOCTL_SNOOP_QUERY_PAGES;
	case SNAPSHOT:
		return DRM_IOCTL_SNOOP_SNAPSHOT;
	default:
		return DRM_IOCTL_SNOOP_LIST;
	}
}

static void valid_list(const struct scene *scene, enum call call, struct drm_snoop_list *list)
{
	list->what = DRM_SNOOP_LIST_CLIENTS + (call - LIST_CLIENTS);
	list->client_id = call == LIST_CLIENTS ? 0 : scene->client_id;
	list->vm_id = call == LIST_RANGES ? scene->vm : 0;
	list->entries = (unsigned long)entries;
	list->count = 4;
	list->entry_size = snoop_entry_size(list->what);
}

union argument *call_valid(const struct scene *scene, enum call call)
{
	static union argument arg;

	memset(&arg, 0, sizeof(arg));
	switch (call) {
	case CARD_INFO:
		break;
	case REGISTER:
		arg.reg.fd = scene->drm;
		break;
	case BIND_VM:
		arg.bind.client_id = scene->client_id;
		arg.bind.what = DRM_SNOOP_BIND_VM;
		arg.bind.id = scene->vm;
		break;
	case BIND_OBJECT:
		arg.bind.client_id = scene->client_id;
		arg.bind.what = DRM_SNOOP_BIND_OBJECT;
		arg.bind.id = scene->object;
		break;
	case QUERY:
		arg.query.addr = SCENE_ADDR + 1;
		break;
	case REGISTER_MEM:
		arg.reg_mem.fd = scene->mem;
		break;
	case QUERY_PAGES:
		arg.pages.addr = SCENE_ADDR;
		arg.pages.end = SCENE_END;
		arg.pages.entries = (unsigned long)entries;
		arg.pages.count = 4;
		arg.pages.entry_size = sizeof(struct drm_snoop_pages);
		break;
	case SNAPSHOT:
		arg.snapshot.addr = SCENE_ADDR;
		arg.snapshot.size = SCENE_END - SCENE_ADDR;
		break;
	default:
		valid_list(scene, call, &arg.list);
		break;
	}
	return &arg;
}

void call_rejected(const struct scene *scene, unsigned long request, union argument *arg,
		   int error)
{
	size_t size = sizeof(union argument);
	void *before = malloc(size);

	expect_true(before);
	memcpy(before, arg, size);
	memset(entries, 0x5a, sizeof(entries));
	expect_error(snoop_ioctl(scene->snoop, request, arg), error);
	expect_bytes(arg, before, size);
	memset(before, 0x5a, sizeof(entries));
	expect_bytes(entries, before, sizeof(entries));
	free(before);
	scene_check_bound(scene);
}
