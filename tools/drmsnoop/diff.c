// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop diff */

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "compare.h"
#include "dump.h"
#include "json.h"
#include "progress.h"
#include "side.h"

enum {
	KEY_JSON = KEY_WINDOW_OWN,
};

static const struct option_spec options[] = {
	OPTIONS_PLACE,
	OPTION_SIZE_ALL,
	{ 'l', "list", NULL, "print the changed ranges only, not the bytes" },
	{ 's', "quiet", NULL, "print nothing, stop at the first change" },
	{ KEY_JSON, "json", NULL, "print JSON" },
	{ 0 }
};

/* A comparison, as it is printed. */
struct diff {
	struct side sides[2];
	bool json;
	bool quiet;
	bool list;
	uint64_t count;
	struct progress progress;
};

static const char *kind_name(enum change_kind kind)
{
	static const char *const names[] = {
		[CHANGE_BYTES] = "bytes",
		[CHANGE_BOUND] = "bound",
		[CHANGE_UNKNOWN] = "unknown",
	};

	return names[kind];
}

static void print_range(uint64_t start, uint64_t size)
{
	printf("%012" PRIx64 "-%012" PRIx64, start, start + size);
}

static void print_bytes(char sign, uint64_t addr, const unsigned char *data, uint64_t size)
{
	unsigned int n;

	for (; size; addr += n, data += n, size -= n) {
		n = size < DUMP_WIDTH ? size : DUMP_WIDTH;
		putchar(sign);
		dump_line(stdout, addr, data, n);
	}
}

static void print_state(const char *side, enum image_state state, const char *reason)
{
	printf("%s %s%s%s%s", side, image_state_name(state), reason ? " (" : "",
	       reason ?: "", reason ? ")" : "");
}

static void print_text(const struct diff *diff, const struct change *change)
{
	uint64_t a = diff->sides[0].start + change->at;
	uint64_t b = diff->sides[1].start + change->at;

	print_range(a, change->size);
	if (a != b) {
		putchar(' ');
		print_range(b, change->size);
	}
	if (change->kind == CHANGE_BYTES) {
		printf(" %" PRIu64 " byte%s changed\n", change->size,
		       change->size == 1 ? "" : "s");
		if (change->a_bytes) {
			print_bytes('-', a, change->a_bytes, change->size);
			print_bytes('+', b, change->b_bytes, change->size);
		}
		return;
	}
	print_state(change->kind == CHANGE_UNKNOWN ? " not compared: A" : " A", change->a,
		    change->a_reason);
	print_state(", B", change->b, change->b_reason);
	putchar('\n');
}

static void print_json_bytes(const char *name, const unsigned char *data, uint64_t size)
{
	uint64_t i;

	printf(",\"%s\":\"", name);
	for (i = 0; i < size; i++)
		printf("%02x", data[i]);
	putchar('"');
}

static void print_json(const struct diff *diff, const struct change *change)
{
	struct json_object *value = json_object_new_object();

	json_object_object_add(value, "kind", json_object_new_string(kind_name(change->kind)));
	json_object_object_add(value, "a", json_hex(diff->sides[0].start + change->at));
	json_object_object_add(value, "b", json_hex(diff->sides[1].start + change->at));
	json_object_object_add(value, "size", json_object_new_uint64(change->size));
	if (change->kind != CHANGE_BYTES) {
		json_object_object_add(value, "a_state",
				       json_object_new_string(image_state_name(change->a)));
		json_object_object_add(value, "b_state",
				       json_object_new_string(image_state_name(change->b)));
		json_object_object_add(value, "a_reason", change->a_reason ?
				       json_text(change->a_reason) : NULL);
		json_object_object_add(value, "b_reason", change->b_reason ?
				       json_text(change->b_reason) : NULL);
	}
	printf("%s\n", diff->count > 1 ? "," : "");
	json_print_open(stdout, value);
	if (change->a_bytes) {
		print_json_bytes("a_bytes", change->a_bytes, change->size);
		print_json_bytes("b_bytes", change->b_bytes, change->size);
	}
	putchar('}');
}

static int put_change(const struct change *change, void *data)
{
	struct diff *diff = data;

	if (diff->quiet)
		return change->kind != CHANGE_UNKNOWN;
	progress_clear(&diff->progress);
	diff->count++;
	if (diff->json)
		print_json(diff, change);
	else
		print_text(diff, change);
	return ferror(stdout) ? 1 : 0;
}

static void reached(uint64_t at, void *data)
{
	struct diff *diff = data;

	progress_show(&diff->progress, "0x%012" PRIx64, diff->sides[0].start + at);
}

static struct json_object *json_side(const struct side *side)
{
	struct json_object *value = json_object_new_object();

	json_object_object_add(value, "name", json_text(side->name));
	json_object_object_add(value, "start", json_hex(side->start));
	return value;
}

static void print_head(const struct diff *diff, uint64_t size)
{
	struct json_object *head = json_object_new_object();

	json_object_object_add(head, "a", json_side(&diff->sides[0]));
	json_object_object_add(head, "b", json_side(&diff->sides[1]));
	json_object_object_add(head, "size", json_hex(size));
	json_print_open(stdout, head);
	printf(",\"changes\":[");
}

static int run(int argc, char **argv)
{
	struct diff diff = { .sides = { SIDE_INIT(&diff_command), SIDE_INIT(&diff_command) } };
	struct compare *compare = calloc(1, sizeof(*compare));
	const char *value;
	uint64_t size;
	int key;

	if (!compare)
		die(&diff_command, "out of memory");
	while ((key = option_next(&diff_command, argc, argv, &value)) != -1) {
		if (window_option(&diff.sides[0].window, key, value) &&
		    window_option(&diff.sides[1].window, key, value))
			continue;
		switch (key) {
		case 'l':
			diff.list = true;
			break;
		case 's':
			diff.quiet = true;
			break;
		case KEY_JSON:
			diff.json = true;
			break;
		}
	}
	side_argument(&diff.sides[0], argv[optind]);
	side_argument(&diff.sides[1], argv[optind + 1]);
	no_more_arguments(&diff_command, argc, argv, optind + 2);

	side_open(&diff.sides[0]);
	side_open(&diff.sides[1]);
	size = sides_window(diff.sides, 2);
	compare->a = &diff.sides[0].image;
	compare->b = &diff.sides[1].image;
	compare->a_start = diff.sides[0].start;
	compare->b_start = diff.sides[1].start;
	compare->keep = !diff.list && !diff.quiet;
	compare->put = put_change;
	compare->reached = reached;
	compare->data = &diff;
	if (diff.json && !diff.quiet)
		print_head(&diff, size);
	progress_begin(&diff.progress);
	compare_run(compare, size);
	progress_clear(&diff.progress);
	if (diff.json && !diff.quiet)
		printf("],\"changed\":%" PRIu64 ",\"unknown\":%" PRIu64 "}\n", compare->changed,
		       compare->unknown);
	finish_output(&diff_command);
	if (compare->unknown && !compare->changed)
		warn(&diff_command, "%" PRIu64 " bytes could not be compared", compare->unknown);
	key = compare->changed ? 1 : compare->unknown ? diff_command.failure : 0;
	side_close(&diff.sides[0]);
	side_close(&diff.sides[1]);
	free(compare);
	return key;
}

const struct command diff_command = {
	.name = "diff",
	.args = "[OPTIONS] A B",
	.summary = "Compare GPU memory of processes, or snapshots",
	.options = options,
	.run = run,
	.failure = 2,
};
