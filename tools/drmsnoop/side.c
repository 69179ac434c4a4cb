// SPDX-License-Identifier: GPL-2.0-or-later
/* An argument that is live memory or a copy that was kept. */

#include <stdlib.h>
#include <string.h>

#include "side.h"

/* What may be behind the name. */
static const struct {
	const char *name;
	int key;
	/* chooses something that a file does not have */
	bool live;
} members[] = {
	{ "card", KEY_CARD, true },
	{ "client", KEY_CLIENT, true },
	{ "vm", KEY_VM, true },
	{ "bo", KEY_BO, true },
	{ "va", KEY_VA, false },
	{ "offset", KEY_OFFSET, false },
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))

/* @text: "name=value" */
static bool take_member(struct side *side, const char *text)
{
	const struct command *command = side->window.selection.command;
	const char *equals = strchr(text, '=');
	size_t i;

	for (i = 0; equals && i < MEMBERS; i++) {
		if (strncmp(members[i].name, text, equals - text) ||
		    members[i].name[equals - text])
			continue;
		if (members[i].live && !side->live)
			usage(command, "%s is a file, and has no %s", side->name,
			      members[i].name);
		return window_option(&side->window, members[i].key, equals + 1);
	}
	return false;
}

void side_argument(struct side *side, const char *text)
{
	const struct command *command = side->window.selection.command;
	char *comma;

	if (!text)
		usage(command, "an argument is missing: a process id, @FD or a file");
	side->name = strdup(text);
	if (!side->name)
		die(command, "out of memory");
	side->live = text[0] == '@' ||
		     (text[0] && strcspn(text, ",") == strspn(text, "0123456789"));
	while ((comma = strrchr(side->name, ',')) && take_member(side, comma + 1))
		*comma = '\0';
	if (side->live) {
		selection_target(&side->window.selection, side->name);
		window_check(&side->window, WINDOW_NOTHING);
	} else if (side->window.has_va && side->window.has_offset) {
		usage(command, "--va and --offset exclude each other");
	}
}

void side_open(struct side *side)
{
	if (side->live)
		image_live(&side->image, &side->window, side->name);
	else
		image_file(&side->image, side->window.selection.command, side->name);
}

static bool is_chosen(const struct side *side)
{
	return side->window.has_va || side->window.has_offset;
}

/* What was chosen, or where it begins. */
static uint64_t first_address(const struct side *side)
{
	if (!is_chosen(side))
		return side->image.start;
	if (side->live)
		return side->window.start;
	return side->window.has_va ? drmsnoop_strip_sign(0, side->window.va) :
				     side->window.offset;
}

uint64_t sides_window(struct side *sides, size_t count)
{
	const struct command *command = sides[0].window.selection.command;
	bool chosen = false, file = false;
	uint64_t size = 0, first = UINT64_MAX;
	size_t i;

	for (i = 0; i < count; i++) {
		chosen |= is_chosen(&sides[i]);
		file |= !sides[i].live;
	}
	for (i = 0; i < count; i++) {
		sides[i].start = first_address(&sides[i]);
		if ((!file || !sides[i].live) && sides[i].start < first)
			first = sides[i].start;
	}
	for (i = 0; i < count; i++) {
		if (!chosen)
			sides[i].start = first;
		if ((!file || !sides[i].live) && sides[i].image.end > sides[i].start &&
		    sides[i].image.end - sides[i].start > size)
			size = sides[i].image.end - sides[i].start;
	}
	if (sides[0].window.has_size)
		size = sides[0].window.size;
	for (i = 0; i < count; i++)
		if (sides[i].start > INT64_MAX || size > INT64_MAX - sides[i].start)
			die(command, "0x%llx bytes at 0x%llx go past the last address",
			    (unsigned long long)size,
			    (unsigned long long)sides[i].start);
	if (!size)
		die(command, "%s: nothing is there", sides[0].name);
	return size;
}

void side_close(struct side *side)
{
	image_close(&side->image);
	free(side->name);
}
