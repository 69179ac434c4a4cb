// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop find */

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "matcher.h"
#include "number.h"
#include "progress.h"
#include "side.h"

enum {
	KEY_STRING = KEY_WINDOW_OWN,
	KEY_U32,
	KEY_U64,
	KEY_ALIGN,
	KEY_JSON,
};

/* Between numbers of a pattern. */
#define SEPARATORS " ,\t"

static const struct option_spec options[] = {
	OPTIONS_PLACE,
	OPTION_SIZE_ALL,
	{ KEY_STRING, "string", NULL, "PATTERN is text, without NUL" },
	{ KEY_U32, "u32", NULL, "PATTERN is 32-bit numbers, aligned" },
	{ KEY_U64, "u64", NULL, "PATTERN is 64-bit numbers, aligned" },
	{ KEY_ALIGN, "align", "N", "only at multiples of N" },
	{ 'm', "max-count", "N", "stop after N matches" },
	{ 'q', "quiet", NULL, "print nothing, stop at the first match" },
	{ KEY_JSON, "json", NULL, "print JSON" },
	{ 0 }
};

/*
 * struct pattern - what is searched for
 */
struct pattern {
	/* owned */
	unsigned char *bytes;
	size_t size;
	/* bytes of a number, or 0 */
	unsigned int word;
	bool string;
	uint64_t align;
};

/* A search, as it is printed. */
struct find {
	bool json;
	bool quiet;
	uint64_t most;
	uint64_t matches;
	/* bytes that could not be searched */
	uint64_t unreadable;
	struct progress progress;
};

/* Little-endian, as GPUs have them. */
static void parse_words(struct pattern *pattern, char *text)
{
	uint64_t max = pattern->word == 4 ? UINT32_MAX : UINT64_MAX, value;
	char *rest = NULL, *word;
	unsigned int i;

	for (word = strtok_r(text, SEPARATORS, &rest); word;
	     word = strtok_r(NULL, SEPARATORS, &rest)) {
		value = selection_number(&find_command, "pattern", word, max);
		for (i = 0; i < pattern->word; i++)
			pattern->bytes[pattern->size++] = value >> 8 * i;
	}
}

static void parse_pattern(struct pattern *pattern, const char *text)
{
	const char *bad = NULL;
	char *copy;

	if (!text)
		usage(&find_command, "a pattern is missing");
	copy = strdup(text);
	/* A number takes a character and a separator at least. */
	pattern->bytes = malloc((strlen(text) + 1) * 4);
	if (!copy || !pattern->bytes)
		die(&find_command, "out of memory");
	if (pattern->string) {
		pattern->size = strlen(text);
		memcpy(pattern->bytes, text, pattern->size);
	} else if (pattern->word) {
		parse_words(pattern, copy);
	} else {
		bad = number_bytes(text, pattern->bytes, &pattern->size);
	}
	free(copy);
	if (bad)
		usage(&find_command, "a pattern is pairs of hexadecimal digits, not '%.8s', unless --string, --u32 or --u64 is given",
		      bad);
	if (!pattern->size)
		usage(&find_command, "the pattern is empty");
	if (!pattern->align)
		pattern->align = pattern->word ?: 1;
}

static int put_match(uint64_t addr, void *data)
{
	struct find *find = data;

	find->matches++;
	if (find->quiet)
		return 1;
	progress_clear(&find->progress);
	if (find->json)
		printf("%s\"0x%" PRIx64 "\"", find->matches > 1 ? "," : "", addr);
	else
		printf("%012" PRIx64 "\n", addr);
	return find->matches == find->most || ferror(stdout) ? 1 : 0;
}

static void put_unreadable(struct find *find, const struct side *side,
			   const struct image_piece *piece)
{
	find->unreadable += piece->size;
	progress_clear(&find->progress);
	warn(&find_command, "%s: %012" PRIx64 "-%012" PRIx64 " was not searched: %s%s%s",
	     side->name, piece->addr, piece->addr + piece->size,
	     image_state_name(piece->state), piece->reason ? ": " : "",
	     piece->reason ?: "");
}

static void search(struct find *find, struct side *side, const struct pattern *pattern,
		   uint64_t size)
{
	struct image *image = &side->image;
	uint64_t addr = side->start, end = addr + size;
	struct image_piece piece;
	struct matcher matcher;
	int ret = 0;

	if (!matcher_begin(&matcher, pattern->bytes, pattern->size, pattern->align,
			   put_match, find))
		die(&find_command, "out of memory");
	for (; !ret && addr < end; addr += piece.size) {
		progress_show(&find->progress, "0x%012" PRIx64, addr);
		image->next(image, addr, end - addr, &piece);
		switch (piece.state) {
		case IMAGE_DATA:
		case IMAGE_ZEROS:
			ret = piece.data ?
			      matcher_feed(&matcher, addr, piece.data, piece.size) :
			      matcher_zeros(&matcher, addr, piece.size);
			break;
		case IMAGE_UNREADABLE:
		case IMAGE_OUTSIDE:
			put_unreadable(find, side, &piece);
			break;
		case IMAGE_UNBOUND:
		case IMAGE_END:
			break;
		}
	}
	progress_clear(&find->progress);
	matcher_end(&matcher);
}

static void print_head(const struct side *side, const struct pattern *pattern)
{
	struct json_object *head = json_object_new_object();
	char *text = malloc(2 * pattern->size + 1);
	size_t i;

	if (!text)
		die(&find_command, "out of memory");
	for (i = 0; i < pattern->size; i++)
		sprintf(text + 2 * i, "%02x", pattern->bytes[i]);
	json_object_object_add(head, "name", json_text(side->name));
	json_object_object_add(head, "pattern", json_object_new_string(text));
	json_object_object_add(head, "align", json_object_new_uint64(pattern->align));
	json_print_open(stdout, head);
	printf(",\"matches\":[");
	free(text);
}

static void set_word(struct pattern *pattern, unsigned int word, bool string)
{
	if (pattern->word || pattern->string)
		usage(&find_command, "--string, --u32 and --u64 exclude each other");
	pattern->word = word;
	pattern->string = string;
}

static int run(int argc, char **argv)
{
	struct side side = SIDE_INIT(&find_command);
	struct find find = { .most = UINT64_MAX };
	struct pattern pattern = { 0 };
	const char *value;
	uint64_t size;
	int key;

	while ((key = option_next(&find_command, argc, argv, &value)) != -1) {
		if (window_option(&side.window, key, value))
			continue;
		switch (key) {
		case KEY_STRING:
			set_word(&pattern, 0, true);
			break;
		case KEY_U32:
			set_word(&pattern, 4, false);
			break;
		case KEY_U64:
			set_word(&pattern, 8, false);
			break;
		case KEY_ALIGN:
			pattern.align = selection_number(&find_command, "alignment",
							 value, INT64_MAX);
			if (!pattern.align)
				usage(&find_command, "the alignment must be at least 1");
			break;
		case 'm':
			find.most = selection_number(&find_command, "count", value,
						     UINT64_MAX);
			if (!find.most)
				usage(&find_command, "the count must be at least 1");
			break;
		case 'q':
			find.quiet = true;
			break;
		case KEY_JSON:
			find.json = true;
			break;
		}
	}
	parse_pattern(&pattern, argv[optind]);
	side_argument(&side, argv[optind + 1]);
	no_more_arguments(&find_command, argc, argv, optind + 2);

	side_open(&side);
	size = sides_window(&side, 1);
	if (find.json && !find.quiet)
		print_head(&side, &pattern);
	progress_begin(&find.progress);
	search(&find, &side, &pattern, size);
	if (find.json && !find.quiet)
		printf("],\"count\":%" PRIu64 ",\"unreadable\":%" PRIu64 "}\n", find.matches,
		       find.unreadable);
	finish_output(&find_command);
	side_close(&side);
	free(pattern.bytes);
	if (find.matches)
		return 0;
	return find.unreadable ? find_command.failure : 1;
}

const struct command find_command = {
	.name = "find",
	.args = "[OPTIONS] PATTERN PID|@FD|FILE",
	.summary = "Search GPU memory of a process, or a snapshot, for bytes",
	.options = options,
	.run = run,
	.failure = 2,
};
