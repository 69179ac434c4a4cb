// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop ps */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "census.h"
#include "json.h"
#include "number.h"
#include "select.h"
#include "table.h"

enum {
	COL_PID, COL_USER, COL_COMM, COL_CARD, COL_DRIVER, COL_CLIENT, COL_NODE,
	COL_FDS, COL_VMS, COL_OBJECTS, COL_SIZE, COL_ACCESS, COL_REASON,
	COL_COUNT
};

static const char *const names[COL_COUNT] = {
	"PID", "USER", "COMM", "CARD", "DRIVER", "CLIENT", "NODE", "FDS",
	"VMS", "OBJECTS", "SIZE", "ACCESS", "REASON",
};

static const bool right[COL_COUNT] = {
	[COL_PID] = true, [COL_CLIENT] = true, [COL_FDS] = true,
	[COL_VMS] = true, [COL_OBJECTS] = true, [COL_SIZE] = true,
};

#define DEFAULT_COLUMNS \
	"PID,USER,COMM,CARD,DRIVER,CLIENT,NODE,VMS,OBJECTS,SIZE,ACCESS"

enum {
	KEY_JSON = KEY_OWN,
	KEY_NOHEADINGS,
};

static const struct option_spec options[] = {
	{ 'o', "output", "COLUMNS", "columns to print, separated by commas" },
	{ 'b', "bytes", NULL, "sizes in bytes" },
	{ KEY_NOHEADINGS, "noheadings", NULL, "do not print the headings" },
	{ KEY_JSON, "json", NULL, "print JSON with all columns" },
	{ 0 }
};

static const char *user_name(uid_t uid, char *buf, size_t size)
{
	struct passwd *pwd = getpwuid(uid);

	if (pwd)
		snprintf(buf, size, "%s", pwd->pw_name);
	else
		snprintf(buf, size, "%u", (unsigned int)uid);
	return buf;
}

/* Parse the argument of -o; returns the number of columns. */
static size_t parse_columns(const char *text, size_t chosen[COL_COUNT])
{
	size_t count = 0, i, len;

	for (;;) {
		len = strcspn(text, ",");
		for (i = 0; i < COL_COUNT; i++)
			if (strlen(names[i]) == len &&
			    !strncasecmp(text, names[i], len))
				break;
		if (i == COL_COUNT)
			usage(&ps_command, "there is no column '%.*s' (" DEFAULT_COLUMNS ",FDS,REASON)",
			      (int)len, text);
		if (count == COL_COUNT)
			usage(&ps_command, "too many columns");
		chosen[count++] = i;
		if (!text[len])
			return count;
		text += len + 1;
	}
}

static int add_row(struct table *table, const struct census_entry *entry,
		   bool bytes)
{
	char pid[16], user[64], card[16], client[24], fds[16], vms[24];
	char objects[24], size[NUMBER_HUMAN_SIZE];
	const char *cells[COL_COUNT] = { 0 };

	snprintf(pid, sizeof(pid), "%d", (int)entry->pid);
	snprintf(card, sizeof(card), "card%u", entry->card);
	snprintf(client, sizeof(client), "%" PRIu64, entry->client);
	snprintf(fds, sizeof(fds), "%u", entry->fd_count);
	cells[COL_PID] = pid;
	cells[COL_USER] = user_name(entry->uid, user, sizeof(user));
	cells[COL_COMM] = entry->comm;
	cells[COL_CARD] = card;
	if (entry->driver[0])
		cells[COL_DRIVER] = entry->driver;
	if (entry->client)
		cells[COL_CLIENT] = client;
	cells[COL_NODE] = drmsnoop_node_name(entry->node);
	cells[COL_FDS] = fds;
	cells[COL_ACCESS] = entry->denied ? "denied" : "ok";
	cells[COL_REASON] = entry->denied;
	if (entry->denied)
		return table_add(table, cells);

	snprintf(vms, sizeof(vms), "%" PRIu64, entry->vms);
	snprintf(objects, sizeof(objects), "%" PRIu64, entry->objects);
	if (bytes)
		snprintf(size, sizeof(size), "%" PRIu64, entry->size);
	else
		number_human(entry->size, size);
	if (entry->has_vms)
		cells[COL_VMS] = vms;
	cells[COL_OBJECTS] = objects;
	cells[COL_SIZE] = size;
	return table_add(table, cells);
}

static struct json_object *json_entry(const struct census_entry *entry)
{
	struct json_object *value = json_object_new_object();
	bool ok = !entry->denied;
	char user[64];

	json_object_object_add(value, "pid", json_object_new_int(entry->pid));
	json_object_object_add(value, "uid", json_object_new_int64(entry->uid));
	json_object_object_add(value, "user",
			       json_text(user_name(entry->uid, user,
						   sizeof(user))));
	json_object_object_add(value, "comm", json_text(entry->comm));
	json_object_object_add(value, "card", json_object_new_int(entry->card));
	json_object_object_add(value, "driver",
			       entry->driver[0] ? json_text(entry->driver) : NULL);
	json_object_object_add(value, "client",
			       entry->client ? json_object_new_uint64(entry->client) : NULL);
	json_object_object_add(value, "node",
			       json_object_new_string(drmsnoop_node_name(entry->node)));
	json_object_object_add(value, "fds",
			       json_object_new_int64(entry->fd_count));
	json_object_object_add(value, "vms",
			       ok && entry->has_vms ? json_object_new_uint64(entry->vms) : NULL);
	json_object_object_add(value, "objects",
			       ok ? json_object_new_uint64(entry->objects) : NULL);
	json_object_object_add(value, "size",
			       ok ? json_object_new_uint64(entry->size) : NULL);
	json_object_object_add(value, "access",
			       json_object_new_string(ok ? "ok" : "denied"));
	json_object_object_add(value, "reason",
			       ok ? NULL : json_text(entry->denied));
	return value;
}

static void print_json(const struct census *census)
{
	struct json_object *list = json_object_new_array();
	struct json_object *value = json_object_new_object();
	size_t i;

	for (i = 0; i < census->count; i++)
		json_object_array_add(list, json_entry(&census->entries[i]));
	json_object_object_add(value, "clients", list);
	json_print(stdout, value);
	putchar('\n');
}

static void print_table(const struct census *census, const char *columns,
			bool bytes, bool headings)
{
	struct table table = {
		.columns = COL_COUNT,
		.names = names,
		.right = right,
	};
	size_t chosen[COL_COUNT], count, denied = 0, i;
	bool reason = false;

	count = parse_columns(columns, chosen);
	for (i = 0; i < count; i++)
		reason |= chosen[i] == COL_REASON;
	for (i = 0; i < census->count; i++) {
		if (add_row(&table, &census->entries[i], bytes))
			die(&ps_command, "out of memory");
		denied += !!census->entries[i].denied;
	}
	table_print(&table, stdout, chosen, count, headings);
	table_free(&table);
	if (denied && !reason)
		warn(&ps_command, "%zu client%s cannot be looked at; why: drmsnoop ps -o PID,REASON",
		     denied, denied == 1 ? "" : "s");
}

static int run(int argc, char **argv)
{
	bool json = false, headings = true, bytes = false;
	const char *columns = DEFAULT_COLUMNS, *value;
	size_t chosen[COL_COUNT];
	struct census census = { 0 };
	int key, ret, i, status = 0;
	uint64_t pid;

	while ((key = option_next(&ps_command, argc, argv, &value)) != -1) {
		switch (key) {
		case 'o':
			parse_columns(value, chosen);
			columns = value;
			break;
		case 'b':
			bytes = true;
			break;
		case KEY_NOHEADINGS:
			headings = false;
			break;
		case KEY_JSON:
			json = true;
			break;
		}
	}
	for (i = optind; i < argc; i++)
		if (!selection_number(&ps_command, "process id", argv[i],
				      INT32_MAX))
			usage(&ps_command, "no process has the id 0");

	if (optind == argc &&
	    census_take(&census, DRMSNOOP_ALL_PROCESSES) < 0)
		die(&ps_command, "%s", drmsnoop_error());
	for (i = optind; i < argc; i++) {
		pid = selection_number(&ps_command, "process id", argv[i],
				       INT32_MAX);
		ret = census_take(&census, pid);
		if (ret > 0)
			continue;
		status = STATUS_RUNTIME;
		if (ret)
			warn(&ps_command, "%s", drmsnoop_error());
		else
			warn(&ps_command, "process %d has no GPU client: it holds no descriptor of a card or render node in /dev/dri",
			     (int)pid);
	}
	if (json)
		print_json(&census);
	else
		print_table(&census, columns, bytes, headings);
	if (optind == argc && !census.count && !json)
		warn(&ps_command, "no process that you may see has a GPU client: see drmsnoop doctor");
	census_free(&census);
	return status;
}

const struct command ps_command = {
	.name = "ps",
	.args = "[OPTIONS] [PID...]",
	.summary = "List processes that use a GPU, and what they have there",
	.options = options,
	.run = run,
};
