// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON of what drmsnoop prints. */

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

#define PLAIN JSON_C_TO_STRING_PLAIN

struct json_object *json_text(const char *text)
{
	char *clean = text_clean(text);
	struct json_object *value;

	value = json_object_new_string(clean ? clean : "");
	free(clean);
	return value;
}

struct json_object *json_hex(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	return json_object_new_string(text);
}

struct json_object *json_flags(uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ DRM_SNOOP_READABLE, "readable" },
		{ DRM_SNOOP_WRITABLE, "writable" },
		{ DRM_SNOOP_READ_ONLY, "read-only" },
		{ DRM_SNOOP_IMPORTED, "imported" },
		{ DRM_SNOOP_EXPORTED, "exported" },
		{ DRM_SNOOP_PURGED, "purged" },
	};
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			json_object_array_add(list,
					      json_object_new_string(names[i].name));
	return list;
}

struct json_object *json_vm(const struct drm_snoop_vm *vm)
{
	struct json_object *value = json_object_new_object();
	char name[sizeof(vm->name) + 1] = "";

	memcpy(name, vm->name, sizeof(vm->name));
	json_object_object_add(value, "vm", json_object_new_uint64(vm->vm_id));
	json_object_object_add(value, "name", json_text(name));
	json_object_object_add(value, "start", json_hex(vm->start));
	json_object_object_add(value, "end", json_hex(vm->end));
	return value;
}

struct json_object *json_range(const struct drm_snoop_range *range,
			       const struct drmsnoop_objects *objects,
			       const char *reason)
{
	struct json_object *value = json_object_new_object();
	const struct drm_snoop_object *object = NULL;

	if (range->object_id && objects)
		object = drmsnoop_objects_find(objects, range->object_id);

	json_object_object_add(value, "start", json_hex(range->start));
	json_object_object_add(value, "end", json_hex(range->end));
	json_object_object_add(value, "kind",
			       json_object_new_string(drmsnoop_range_kind_name(range->kind)));
	json_object_object_add(value, "placement",
			       json_object_new_string(drmsnoop_placement_name(range->placement)));
	json_object_object_add(value, "flags", json_flags(range->flags));
	json_object_object_add(value, "handle",
			       object ? json_object_new_uint64(object->handle) : NULL);
	json_object_object_add(value, "object",
			       range->object_id ? json_hex(range->object_id) : NULL);
	json_object_object_add(value, "offset", json_hex(range->object_offset));
	json_object_object_add(value, "object_size",
			       json_object_new_uint64(range->object_size));
	json_object_object_add(value, "generation", json_hex(range->generation));
	json_object_object_add(value, "reason",
			       reason ? json_text(reason) : NULL);
	return value;
}

void json_add_outcome(struct json_object *value,
		      const struct drm_snoop_snapshot_range *entry, bool consistent)
{
	const char *change = text_change(entry->flags);
	/* Copied at the moment of a consistent snapshot. */
	bool stopped = consistent && !entry->error &&
		       !(entry->flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED);

	json_object_object_add(value, "error", entry->error ?
			       json_text(text_error(entry->error)) : NULL);
	json_object_object_add(value, "change", change ? json_text(change) : NULL);
	json_object_object_add(value, "stopped", json_object_new_boolean(stopped));
	json_object_object_add(value, "shared",
			       json_object_new_boolean(entry->flags & DRM_SNOOP_SNAPSHOT_SHARED));
}

struct json_object *json_bo(const struct drm_snoop_object *object)
{
	const char *reason = drmsnoop_object_reason(object);
	struct json_object *value = json_object_new_object();

	json_object_object_add(value, "handle",
			       json_object_new_uint64(object->handle));
	json_object_object_add(value, "object", json_hex(object->object_id));
	json_object_object_add(value, "kind",
			       json_object_new_string(drmsnoop_object_kind_name(object->kind)));
	json_object_object_add(value, "placement",
			       json_object_new_string(drmsnoop_placement_name(object->placement)));
	json_object_object_add(value, "flags", json_flags(object->flags));
	json_object_object_add(value, "size",
			       json_object_new_uint64(object->size));
	json_object_object_add(value, "path",
			       json_object_new_string(drmsnoop_path_name(object->path)));
	json_object_object_add(value, "reason",
			       reason ? json_object_new_string(reason) : NULL);
	return value;
}

void json_print_open(FILE *out, struct json_object *members)
{
	size_t len;
	const char *text = json_object_to_json_string_length(members, PLAIN,
							     &len);

	fwrite(text, 1, len - 1, out);
	json_object_put(members);
}

void json_print(FILE *out, struct json_object *value)
{
	fputs(json_object_to_json_string_ext(value, PLAIN), out);
	json_object_put(value);
}
