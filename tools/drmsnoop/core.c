// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop core */

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core_file.h"
#include "json.h"
#include "moment.h"
#include "number.h"
#include "progress.h"
#include "text.h"
#include "window.h"

enum {
	KEY_ONLY = KEY_WINDOW_OWN,
	KEY_COMPRESS,
	KEY_CONSISTENT,
	KEY_JSON,
};

static const struct option_spec options[] = {
	OPTION_CARD,
	OPTION_CLIENT,
	OPTION_VM,
	{ 'o', "output", "FILE", "write the core to FILE" },
	{ KEY_ONLY, "only", "WHAT", "a placement, as vram, or addresses START-END" },
	OPTION_CONSISTENT(KEY_CONSISTENT),
	{ KEY_COMPRESS, "compress", NULL, "write it in the format of gzip" },
	{ KEY_JSON, "json", NULL, "print what is in it as JSON" },
	{ 0 }
};

/* A core that is being written. */
struct dump {
	struct selection selection;
	struct bound bound;
	struct drmsnoop_core_options options;
	struct drmsnoop_core *core;
	struct core_file *file;
	const char *name;
	bool compress, json;
	struct moment moment;
	struct progress progress;
	/* file offset of the end of the content, as it was laid out */
	uint64_t total;
};

static bool choose_placement(struct dump *dump, const char *text)
{
	uint32_t placement;

	for (placement = 0; placement <= DRM_SNOOP_PLACEMENT_NONE; placement++) {
		if (strcmp(text, drmsnoop_placement_name(placement)))
			continue;
		dump->options.placements |= 1U << placement;
		return true;
	}
	return false;
}

static void choose(struct dump *dump, const char *text)
{
	uint64_t size;

	if (choose_placement(dump, text))
		return;
	if (!strchr(text, '-'))
		usage(&core_command, "--only is one of system, tt, vram, private and swapped, or START-END, not '%s'",
		      text);
	if (dump->options.end)
		usage(&core_command, "--only has addresses once only");
	window_range(&core_command, text, &dump->options.start, &size);
	dump->options.end = dump->options.start + size;
}

static int put(const void *bytes, size_t size, uint64_t offset, void *data)
{
	struct dump *dump = data;

	core_file_put(dump->file, bytes, size, offset);
	progress_show(&dump->progress, "%" PRIu64 " of %" PRIu64 " MiB", offset >> 20,
		      dump->total >> 20);
	return 0;
}

/* What is in the core. */
struct sum {
	uint64_t content, unreadable, left_out;
	struct json_object *errors;
};

static struct json_object *json_error(const struct drmsnoop_core_range *range)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "start", json_hex(range->start));
	json_object_object_add(object, "end", json_hex(range->end));
	json_object_object_add(object, "kind",
			       json_text(drmsnoop_range_kind_name(range->kind)));
	json_object_object_add(object, "placement",
			       json_text(drmsnoop_placement_name(range->placement)));
	json_object_object_add(object, "error",
			       json_text(text_error(range->error)));
	return object;
}

static void add_range(struct sum *sum, const struct drmsnoop_core_range *range)
{
	uint64_t size = range->end - range->start;

	if (range->flags & DRMSNOOP_CORE_LEFT_OUT) {
		sum->left_out += size;
	} else if (range->error) {
		sum->unreadable += size;
		if (sum->errors)
			json_object_array_add(sum->errors, json_error(range));
		else
			printf("%012" PRIx64 "-%012" PRIx64 " %s %s %s\n", range->start,
			       range->end, drmsnoop_range_kind_name(range->kind),
			       drmsnoop_placement_name(range->placement),
			       text_error(range->error));
	} else if (range->kind != DRM_SNOOP_RANGE_SPARSE) {
		sum->content += size;
	}
}

static void print_json(const struct dump *dump, size_t count, const struct sum *sum)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "file", json_text(dump->name));
	json_object_object_add(object, "pid", dump->selection.pid ?
			       json_object_new_int(dump->selection.pid) : NULL);
	json_object_object_add(object, "client", json_object_new_uint64(dump->bound.client));
	json_object_object_add(object, "vm", json_object_new_uint64(dump->bound.id));
	json_object_object_add(object, "compressed", json_object_new_boolean(dump->compress));
	json_object_object_add(object, "consistent",
			       json_object_new_boolean(dump->moment.consistent));
	json_object_object_add(object, "stopped_us",
			       json_object_new_int64(dump->moment.stopped_us));
	json_object_object_add(object, "size",
			       json_object_new_uint64(drmsnoop_core_size(dump->core)));
	json_object_object_add(object, "ranges", json_object_new_uint64(count));
	json_object_object_add(object, "content", json_object_new_uint64(sum->content));
	json_object_object_add(object, "left_out", json_object_new_uint64(sum->left_out));
	json_object_object_add(object, "unreadable", sum->errors);
	json_print(stdout, object);
	putchar('\n');
}

static void print_sum(const struct dump *dump)
{
	struct sum sum = { .errors = dump->json ? json_object_new_array() : NULL };
	char content[NUMBER_HUMAN_SIZE], rest[NUMBER_HUMAN_SIZE];
	const struct drmsnoop_core_range *ranges;
	size_t count, i;

	ranges = drmsnoop_core_ranges(dump->core, &count);
	for (i = 0; i < count; i++)
		add_range(&sum, &ranges[i]);
	if (dump->json) {
		print_json(dump, count, &sum);
		return;
	}
	printf("client %" PRIu64 " vm %" PRIu64 ": %zu ranges, %s of content",
	       dump->bound.client, dump->bound.id, count, number_human(sum.content, content));
	if (sum.left_out)
		printf(", %s left out", number_human(sum.left_out, rest));
	if (sum.unreadable)
		printf(", %s cannot be read", number_human(sum.unreadable, rest));
	if (dump->moment.consistent)
		printf(", stopped for %" PRIu32 " us", dump->moment.stopped_us);
	putchar('\n');
}

static void write_core(struct dump *dump)
{
	int ret;

	dump->file = core_file_open(&core_command, dump->name, dump->compress);
	progress_begin(&dump->progress);
	dump->total = drmsnoop_core_size(dump->core);
	ret = drmsnoop_core_dump(dump->core, put, dump);
	progress_clear(&dump->progress);
	if (ret)
		die(&core_command, "%s", drmsnoop_error());
	core_file_finish(dump->file, drmsnoop_core_size(dump->core));
}

/* The content is that of one moment, so it is copied first. */
static void freeze(struct dump *dump, struct drmsnoop *snoop)
{
	uint64_t start = dump->options.start, end = dump->options.end ?: dump->bound.end;
	int snapshot;

	snapshot = moment_copy(&dump->moment, snoop, start, end - start, NULL);
	if (snapshot < 0)
		die(&core_command, "%s", drmsnoop_error());
	dump->options.snapshot = snapshot;
	dump->options.flags = DRMSNOOP_CORE_SNAPSHOT | DRMSNOOP_CORE_CONSISTENT;
}

static int run(int argc, char **argv)
{
	struct dump dump = { .selection = SELECTION_INIT(&core_command) };
	struct drmsnoop *snoop;
	const char *value;
	int key;

	while ((key = option_next(&core_command, argc, argv, &value)) != -1) {
		if (selection_option(&dump.selection, key, value))
			continue;
		switch (key) {
		case 'o':
			dump.name = value;
			break;
		case KEY_ONLY:
			choose(&dump, value);
			break;
		case KEY_CONSISTENT:
			moment_option(&dump.moment, &dump.selection, value);
			break;
		case KEY_COMPRESS:
			dump.compress = true;
			break;
		case KEY_JSON:
			dump.json = true;
			break;
		}
	}
	selection_target(&dump.selection, argv[optind]);
	no_more_arguments(&core_command, argc, argv, optind + 1);
	if (!dump.name)
		usage(&core_command, "--output is missing");

	snoop = selection_open(&dump.selection);
	selection_bind_anew(&dump.selection, snoop, &dump.bound);
	dump.options.client_id = dump.bound.client;
	dump.options.vm_id = dump.bound.id;
	dump.options.pid = dump.selection.pid;
	if (dump.moment.consistent)
		freeze(&dump, snoop);
	if (drmsnoop_core_open(snoop, &dump.options, &dump.core))
		die(&core_command, "%s", drmsnoop_error());
	write_core(&dump);
	print_sum(&dump);
	finish_output(&core_command);
	drmsnoop_core_close(dump.core);
	drmsnoop_close(snoop);
	return 0;
}

const struct command core_command = {
	.name = "core",
	.args = "[OPTIONS] PID|@FD -o FILE",
	.summary = "Write an ELF core of a GPU address space of a process",
	.options = options,
	.run = run,
};
