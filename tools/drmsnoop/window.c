// SPDX-License-Identifier: GPL-2.0-or-later
/* Which bytes of a VM or object a command works on. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "window.h"

bool window_option(struct window *window, int key, const char *value)
{
	const struct command *command = window->selection.command;

	switch (key) {
	case KEY_VA:
		window->va = selection_number(command, "address", value,
					      UINT64_MAX);
		window->has_va = true;
		return true;
	case KEY_OFFSET:
		window->offset = selection_number(command, "offset", value,
						  UINT64_MAX);
		window->has_offset = true;
		return true;
	case KEY_SIZE:
		window->size = selection_number(command, "size", value,
						UINT64_MAX);
		if (!window->size)
			usage(command, "the size must be at least 1");
		window->has_size = true;
		return true;
	}
	return selection_option(&window->selection, key, value);
}

void window_check(const struct window *window, enum window_need need)
{
	const struct selection *selection = &window->selection;
	const struct command *command = selection->command;
	uint64_t start = window->has_va ? window->va : window->offset;

	if (selection->has_bo && window->has_va)
		usage(command, "an object has no address: use --offset with --bo");
	if (!selection->has_bo && window->has_offset)
		usage(command, "--offset is for --bo: use --va");
	if (need >= WINDOW_START && !selection->has_bo && !window->has_va)
		usage(command, "--va is missing");
	if (need == WINDOW_SIZE && !selection->has_bo && !window->has_size)
		usage(command, "--size is missing");
	if (window->has_size && window->size - 1 > UINT64_MAX - start)
		usage(command, "0x%llx bytes at 0x%llx go past the last address",
		      (unsigned long long)window->size,
		      (unsigned long long)start);
}

void window_arguments(struct window *window, int argc, char **argv, enum window_need need)
{
	selection_target(&window->selection, argv[optind]);
	no_more_arguments(window->selection.command, argc, argv, optind + 1);
	window_check(window, need);
}

static void resolve(struct window *window)
{
	const struct bound *bound = &window->bound;

	if (!window->selection.has_bo) {
		window->start = drmsnoop_strip_sign(bound->end, window->va);
		return;
	}
	window->start = window->offset;
	if (window->offset >= bound->end)
		die(window->selection.command, "offset 0x%llx is past the end of the object, which has 0x%llx bytes",
		    (unsigned long long)window->offset,
		    (unsigned long long)bound->end);
	if (!window->has_size)
		window->size = bound->end - window->offset;
}

struct drmsnoop *window_open(struct window *window)
{
	struct drmsnoop *snoop = selection_open(&window->selection);

	selection_bind(&window->selection, snoop, &window->bound);
	resolve(window);
	return snoop;
}

void window_range(const struct command *command, const char *text,
		  uint64_t *start, uint64_t *size)
{
	const char *dash = strchr(text, '-');
	uint64_t end;
	char *first;

	first = strndup(text, dash ? (size_t)(dash - text) : strlen(text));
	if (!first)
		die(command, "out of memory");
	*start = selection_number(command, "address", first, UINT64_MAX);
	*size = 1;
	free(first);
	if (!dash)
		return;
	end = selection_number(command, "address", dash + 1, UINT64_MAX);
	if (end <= *start)
		usage(command, "the end %s is not above the start", dash + 1);
	*size = end - *start;
}
