// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../tools/drmsnoop/json.h"
#include "../tools/drmsnoop/text.h"
#include "snapshot.h"
#include "text.h"

/* Room for the longest line, and for the longest reason. */
#define LINE_SIZE	512
#define REASON_SIZE	128

/* An entry as a range: it can be read if it was copied, and never written. */
static struct drm_snoop_range range_of(const struct drm_snoop_snapshot_range *entry)
{
	return (struct drm_snoop_range) {
		.start = entry->start,
		.end = entry->end,
		.object_id = entry->object_id,
		.object_offset = entry->object_offset,
		.object_size = entry->object_size,
		.generation = entry->generation,
		.kind = entry->kind,
		.placement = entry->placement,
		.flags = DRM_SNOOP_READ_ONLY |
			 (entry->error ? 0 : DRM_SNOOP_READABLE),
	};
}

__attribute__((format(printf, 2, 3)))
static void add_reason(char text[REASON_SIZE], const char *format, ...)
{
	size_t length = strlen(text);
	va_list args;

	if (length && length < REASON_SIZE - 3)
		length = stpcpy(text + length, "; ") - text;
	va_start(args, format);
	vsnprintf(text + length, REASON_SIZE - length, format, args);
	va_end(args);
}

/* Why there is no content, and what happened meanwhile; NULL if there is nothing to say. */
static const char *reason_of(const struct drm_snoop_snapshot_range *entry,
			     char text[REASON_SIZE])
{
	const char *change = text_change(entry->flags);

	text[0] = '\0';
	if (entry->error)
		add_reason(text, "not copied: %s: %s", text_error(entry->error),
			   strerror(entry->error));
	if (change)
		add_reason(text, "%s meanwhile", change);
	if (!entry->error && entry->flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED)
		add_reason(text, "not stopped%s",
			   entry->flags & DRM_SNOOP_SNAPSHOT_SHARED ? ": shared" : "");
	return *text ? text : NULL;
}

static int append_maps(const struct snapshot *snapshot, struct text *text)
{
	char line[LINE_SIZE], reason[REASON_SIZE];
	int err = 0;

	for (size_t i = 0; !err && i < snapshot->count; i++) {
		struct drm_snoop_range range = range_of(&snapshot->entries[i]);

		drmsnoop_format_range(&range, snapshot->objects,
				      reason_of(&snapshot->entries[i], reason),
				      line, sizeof(line));
		err = text_append(text, line, strlen(line));
	}
	return err;
}

static int append_entry(const struct snapshot *snapshot, size_t i,
			struct text *text)
{
	const struct drm_snoop_snapshot_range *entry = &snapshot->entries[i];
	struct drm_snoop_range range = range_of(entry);
	char reason[REASON_SIZE];
	struct json_object *value;

	value = json_range(&range, snapshot->objects,
			   reason_of(entry, reason));
	/* As those of drmsnoop snapshot --json. */
	json_add_outcome(value, entry, snapshot->consistent);
	return text_append_json(text, value, 0);
}

static int append_json(const struct snapshot *snapshot, struct text *text)
{
	struct json_object *value = json_vm(&snapshot->vm);
	int err;

	json_object_object_add(value, "consistent",
			       json_object_new_boolean(snapshot->consistent));
	json_object_object_add(value, "stopped_us",
			       json_object_new_int64(snapshot->stopped_us));
	/* The ranges go in before the closing brace. */
	err = text_append_json(text, value, 1);
	if (!err)
		err = text_append(text, ",\"ranges\":[\n", 12);
	for (size_t i = 0; !err && i < snapshot->count; i++) {
		if (i)
			err = text_append(text, ",\n", 2);
		if (!err)
			err = append_entry(snapshot, i, text);
	}
	return err ? err : text_append(text, "]}\n", 3);
}

int snapshot_text(const struct node *node, struct text *text)
{
	struct snapshot *snapshot = snapshot_get(node);
	int err;

	if (!snapshot)
		return -ENOENT;
	if (node->id.kind == NODE_FROZEN_MAPS_JSON)
		err = append_json(snapshot, text);
	else
		err = append_maps(snapshot, text);
	snapshot_put(snapshot);
	return err;
}
