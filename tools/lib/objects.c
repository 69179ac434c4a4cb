// SPDX-License-Identifier: LGPL-2.1-or-later
/* A table of a client's objects, to name by handle what ranges name by id. */

#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/* Sorted by object_id, then by handle; immutable once it was made. */
struct drmsnoop_objects {
	struct drm_snoop_object *items;
	size_t count;
	size_t room;
};

static int add(const struct drm_snoop_object *object, void *data)
{
	struct drmsnoop_objects *objects = data;
	struct drm_snoop_object *grown;

	if (objects->count == objects->room) {
		objects->room = objects->room ? 2 * objects->room : 64;
		grown = realloc(objects->items,
				objects->room * sizeof(*grown));
		if (!grown)
			return dsn_fail(ENOMEM, "out of memory");
		objects->items = grown;
	}
	objects->items[objects->count++] = *object;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct drm_snoop_object *x = a, *y = b;

	if (x->object_id != y->object_id)
		return x->object_id < y->object_id ? -1 : 1;
	return (x->handle > y->handle) - (x->handle < y->handle);
}

int drmsnoop_objects_get(struct drmsnoop *snoop, uint64_t client_id,
			 struct drmsnoop_objects **objects)
{
	struct drmsnoop_objects *table;
	int ret;

	table = calloc(1, sizeof(*table));
	if (!table)
		return dsn_fail(ENOMEM, "out of memory");
	ret = drmsnoop_foreach_object(snoop, client_id, add, table);
	if (ret) {
		drmsnoop_objects_free(table);
		return ret;
	}
	if (table->count)
		qsort(table->items, table->count, sizeof(*table->items),
		      compare);
	*objects = table;
	return 0;
}

void drmsnoop_objects_free(struct drmsnoop_objects *objects)
{
	if (!objects)
		return;
	free(objects->items);
	free(objects);
}

const struct drm_snoop_object *
drmsnoop_objects_find(const struct drmsnoop_objects *objects,
		      uint64_t object_id)
{
	size_t low = 0, high = objects->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (objects->items[mid].object_id < object_id)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == objects->count ||
	    objects->items[low].object_id != object_id)
		return NULL;
	return &objects->items[low];
}
