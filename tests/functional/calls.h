/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

#include <drm/drm_snoop.h>

#include "scene.h"

/*
 * One valid call of each ioctl, for tests that spoil one thing of it.
 */
enum call {
	CARD_INFO,
	REGISTER,
	LIST_CLIENTS,
	LIST_VMS,
	LIST_OBJECTS,
	LIST_RANGES,
	BIND_VM,
	BIND_OBJECT,
	REGISTER_MEM,
	QUERY_PAGES,
	SNAPSHOT,
	QUERY,
	CALLS
};

/* An argument, with room behind it up to the largest size that a number can say. */
union argument {
	struct drm_snoop_card_info card_info;
	struct drm_snoop_register reg;
	struct drm_snoop_list list;
	struct drm_snoop_bind bind;
	struct drm_snoop_query_range query;
	struct drm_snoop_register_mem reg_mem;
	struct drm_snoop_query_pages pages;
	struct drm_snoop_snapshot snapshot;
	unsigned char bytes[1 << _IOC_SIZEBITS];
};

unsigned long call_request(enum call call);

/*
 * An argument that is accepted; what the uAPI does not want is zero. Valid until
 * the next call. LIST and QUERY_PAGES have room for 4 entries.
 */
union argument *call_valid(const struct scene *scene, enum call call);

/*
 * Calls and checks that it fails with @error and that nothing else happens: @arg,
 * the entries and the file's binding, which is that of scene_bind(), stay.
 */
void call_rejected(const struct scene *scene, unsigned long request, union argument *arg,
		   int error);

#endif
