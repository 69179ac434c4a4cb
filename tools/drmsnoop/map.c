// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop map */

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"
#include "json.h"
#include "live.h"
#include "watch.h"
#include "window.h"

enum {
	KEY_JSON = KEY_WINDOW_OWN,
	KEY_INTERVAL,
};

/* Between two looks, in milliseconds. */
#define DEFAULT_INTERVAL 100
#define MAX_SECONDS 1000000000

static const struct option_spec options[] = {
	OPTIONS_WINDOW,
	{ 'v', "no-squeezing", NULL, "print equal lines too" },
	{ 'w', "watch", "SECONDS", "then print lines that change; 0: without end" },
	{ KEY_INTERVAL, "interval", "MS", "with --watch: between two looks (default 100)" },
	{ KEY_JSON, "json", NULL, "print JSON, one value a line" },
	{ 0 }
};

/*
 * Is the object one that drm_snoop copies when it cannot be mapped? Of others a live
 * map may be one whose pages can be dropped.
 */
static bool may_be_copied(struct drmsnoop *snoop,
			  const struct drmsnoop_objects *objects,
			  uint64_t offset)
{
	const struct drm_snoop_object *object;
	struct drm_snoop_range range;

	if (!objects || drmsnoop_query_range(snoop, offset, 0, &range, sizeof(range)))
		return true;
	object = drmsnoop_objects_find(objects, range.object_id);
	/* Of an import the kind is its exporter's, and not told. */
	return !object || object->kind != DRM_SNOOP_OBJECT_OTHER ||
	       object->flags & DRM_SNOOP_IMPORTED;
}

static const char *part_word(const struct watch *watch,
			     const struct drmsnoop_objects *objects,
			     const struct drmsnoop_part *part)
{
	if (part->error)
		return part->error == -ENXIO ? "unbound" : "unmappable";
	return live_refresh(watch->map, part) &&
	       may_be_copied(watch->snoop, objects, part->offset) ?
	       "copied" : "live";
}

static struct json_object *json_part(const struct drmsnoop_part *part,
				     const char *word)
{
	struct json_object *value = json_object_new_object();

	json_object_object_add(value, "start", json_hex(part->offset));
	json_object_object_add(value, "end",
			       json_hex(part->offset + part->size));
	json_object_object_add(value, "map", json_object_new_string(word));
	json_object_object_add(value, "error", part->error ?
			       json_text(strerrorname_np(-part->error)) : NULL);
	json_object_object_add(value, "generation", part->generation ?
			       json_hex(part->generation) : NULL);
	return value;
}

static void print_part(const struct drmsnoop_part *part, const char *word)
{
	printf("# %012llx-%012llx %s\n", (unsigned long long)part->offset,
	       (unsigned long long)(part->offset + part->size), word);
}

static void print_parts(const struct watch *watch, const struct bound *bound)
{
	struct json_object *list = json_object_new_array(), *head;
	const struct drmsnoop_map *map = watch->map;
	struct drmsnoop_objects *objects = NULL;
	const char *word;
	size_t i;

	/* An inherited descriptor does not say whose it is. */
	if (bound->client &&
	    drmsnoop_objects_get(watch->snoop, bound->client, &objects))
		objects = NULL;
	for (i = 0; i < map->part_count; i++) {
		word = part_word(watch, objects, &map->parts[i]);
		if (watch->json)
			json_object_array_add(list, json_part(&map->parts[i], word));
		else
			print_part(&map->parts[i], word);
	}
	drmsnoop_objects_free(objects);
	head = json_object_new_object();
	json_object_object_add(head, "parts", list);
	if (watch->json) {
		json_print(stdout, head);
		putchar('\n');
	} else {
		json_object_put(head);
	}
}

/* [@offset, @offset + @size) of a part that is mapped. */
static void dump_bytes(struct dump *dump, const struct drmsnoop_map *map,
		       uint64_t offset, uint64_t size)
{
	unsigned char page[WATCH_PAGE];
	struct drmsnoop_piece piece;

	while (size && !ferror(dump->out)) {
		piece = (struct drmsnoop_piece) {
			.offset = offset,
			.size = watch_piece(offset, size),
			.data = page,
		};
		if (!live_copy(page, live_address(map, offset), piece.size)) {
			piece.data = NULL;
			piece.hole = DRMSNOOP_HOLE_UNREADABLE;
			piece.reason = "SIGBUS: the card is gone, or the object busy or purged";
		}
		dump_piece(dump, &piece);
		offset += piece.size;
		size -= piece.size;
	}
}

static void print_dump(const struct drmsnoop_map *map, uint64_t start,
		       uint64_t end, bool all)
{
	struct drmsnoop_piece hole;
	struct dump dump;
	uint64_t first, last;
	size_t i;

	dump_begin(&dump, stdout, start, all);
	for (i = 0; i < map->part_count; i++) {
		watch_clip(&map->parts[i], start, end, &first, &last);
		if (first >= last)
			continue;
		if (!map->parts[i].error) {
			dump_bytes(&dump, map, first, last - first);
			continue;
		}
		hole = (struct drmsnoop_piece) {
			.offset = first,
			.size = last - first,
			.hole = map->parts[i].error == -ENXIO ?
				DRMSNOOP_HOLE_UNBOUND : DRMSNOOP_HOLE_UNREADABLE,
			.reason = map->parts[i].error == -ENXIO ? NULL :
				"it cannot be mapped; drmsnoop read may read it",
		};
		dump_piece(&dump, &hole);
	}
	dump_end(&dump);
}

static int run(int argc, char **argv)
{
	struct watch watch = { .command = &map_command, .interval = DEFAULT_INTERVAL };
	bool all = false, watching = false, has_interval = false;
	struct window window = WINDOW_INIT(&map_command);
	struct drmsnoop_map *map;
	uint64_t start;
	const char *value;
	int key, status = 0;

	while ((key = option_next(&map_command, argc, argv, &value)) != -1) {
		if (window_option(&window, key, value))
			continue;
		switch (key) {
		case 'v':
			all = true;
			break;
		case 'w':
			watch.seconds = selection_number(&map_command, "time",
							 value, MAX_SECONDS);
			watching = true;
			break;
		case KEY_INTERVAL:
			watch.interval = selection_number(&map_command,
							  "interval", value,
							  MAX_SECONDS);
			has_interval = true;
			break;
		case KEY_JSON:
			watch.json = true;
			break;
		}
	}
	window_arguments(&window, argc, argv, WINDOW_SIZE);
	if (has_interval && !watching)
		usage(&map_command, "--interval goes with --watch");

	live_init();
	watch.snoop = window_open(&window);
	if (drmsnoop_map(watch.snoop, window.start, window.size, 0, &map))
		die(&map_command, "%s", drmsnoop_error());
	/* Of the handle's own, should the address be sign-extended. */
	start = map->offset + window.start % sysconf(_SC_PAGESIZE);
	watch.map = map;
	watch.start = start;
	watch.end = start + window.size;
	if (watching)
		watch_begin(&watch);
	print_parts(&watch, &window.bound);
	if (!watch.json)
		print_dump(map, start, start + window.size, all);
	finish_output(&map_command);
	if (watching)
		status = watch_run(&watch);
	drmsnoop_unmap(map);
	drmsnoop_close(watch.snoop);
	return status;
}

const struct command map_command = {
	.name = "map",
	.args = "[OPTIONS] PID|@FD --va ADDR --size N | --bo HANDLE",
	.summary = "Map GPU memory of a process and print what it holds, live",
	.options = options,
	.run = run,
};
