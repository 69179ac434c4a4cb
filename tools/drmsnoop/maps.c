// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop maps */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "select.h"
#include "text.h"

enum {
	KEY_JSON = KEY_OWN,
	KEY_OBJECTS,
};

static const struct option_spec options[] = {
	OPTION_CARD,
	OPTION_CLIENT,
	OPTION_VM,
	{ KEY_OBJECTS, "objects", NULL, "list objects instead of ranges" },
	{ KEY_JSON, "json", NULL, "print JSON" },
	{ 0 }
};

/* State of the walk through clients and VMs. */
struct maps {
	struct selection selection;
	struct drmsnoop *snoop;
	bool json;
	bool list_objects;
	const struct drm_snoop_client *client;
	struct drmsnoop_objects *objects;
	/* what was printed so far in the list that is open */
	unsigned int clients, vms, items;
	/* some client's VMs are not known */
	bool unknown;
};

static int print_range(const struct drm_snoop_range *range, void *data)
{
	struct maps *maps = data;
	const char *reason = drmsnoop_range_reason(maps->snoop, range, 0);
	char line[320];

	if (maps->json) {
		if (maps->items++)
			putchar(',');
		json_print(stdout, json_range(range, maps->objects, reason));
	} else {
		drmsnoop_format_range(range, maps->objects, reason, line,
				      sizeof(line));
		fputs(line, stdout);
	}
	return ferror(stdout) ? -EIO : 0;
}

static int print_object(const struct drm_snoop_object *object, void *data)
{
	struct maps *maps = data;
	char line[160];

	if (maps->json) {
		if (maps->items++)
			putchar(',');
		json_print(stdout, json_bo(object));
	} else {
		drmsnoop_format_object(object, line, sizeof(line));
		fputs(line, stdout);
	}
	return ferror(stdout) ? -EIO : 0;
}

static int print_vm(const struct drm_snoop_vm *vm, void *data)
{
	char name[sizeof(vm->name) + 1] = "", *clean;
	struct maps *maps = data;
	int ret;

	if (maps->selection.has_vm && maps->selection.vm != vm->vm_id)
		return 0;
	maps->items = 0;
	if (maps->json) {
		if (maps->vms)
			putchar(',');
		json_print_open(stdout, json_vm(vm));
		printf(",\"ranges\":[");
	} else {
		memcpy(name, vm->name, sizeof(vm->name));
		clean = text_clean(name);
		printf("# client %llu vm %llu: 0x%llx-0x%llx%s%s\n",
		       (unsigned long long)maps->client->client_id,
		       (unsigned long long)vm->vm_id,
		       (unsigned long long)vm->start,
		       (unsigned long long)vm->end,
		       clean && clean[0] ? " " : "", clean ? clean : "");
		free(clean);
	}
	maps->vms++;
	ret = drmsnoop_foreach_range(maps->snoop, maps->client->client_id,
				     vm->vm_id, print_range, maps);
	/* A VM that was destroyed meanwhile has no ranges. */
	if (ret == -ENOENT)
		ret = 0;
	if (maps->json)
		printf("]}");
	return ret;
}

static int print_vms(struct maps *maps)
{
	uint64_t client_id = maps->client->client_id;
	int ret;

	ret = drmsnoop_objects_get(maps->snoop, client_id, &maps->objects);
	if (ret)
		return ret;
	if (maps->json)
		printf(",\"vms\":[");
	ret = drmsnoop_foreach_vm(maps->snoop, client_id, print_vm, maps);
	if (ret == -EOPNOTSUPP) {
		warn(&maps_command, "%s", drmsnoop_error());
		maps->unknown = true;
		ret = 0;
	}
	if (maps->json)
		putchar(']');
	drmsnoop_objects_free(maps->objects);
	maps->objects = NULL;
	return ret;
}

static int print_objects(struct maps *maps)
{
	int ret;

	maps->items = 0;
	if (maps->json)
		printf(",\"objects\":[");
	else
		printf("# client %llu\n",
		       (unsigned long long)maps->client->client_id);
	ret = drmsnoop_foreach_object(maps->snoop, maps->client->client_id,
				      print_object, maps);
	if (maps->json)
		putchar(']');
	return ret;
}

static struct json_object *json_client(const struct drm_snoop_client *client)
{
	struct json_object *value = json_object_new_object();

	json_object_object_add(value, "client",
			       json_object_new_uint64(client->client_id));
	json_object_object_add(value, "node",
			       json_object_new_string(drmsnoop_node_name(client->node)));
	return value;
}

static int print_client(const struct drm_snoop_client *client, void *data)
{
	struct maps *maps = data;
	int ret;

	if (maps->selection.client &&
	    maps->selection.client != client->client_id)
		return 0;
	maps->client = client;
	if (maps->json) {
		if (maps->clients)
			putchar(',');
		json_print_open(stdout, json_client(client));
		maps->vms = 0;
	}
	maps->clients++;
	ret = maps->list_objects ? print_objects(maps) : print_vms(maps);
	if (maps->json)
		putchar('}');
	return ret == -ESRCH ? 0 : ret;
}

static void print_head(const struct maps *maps)
{
	const struct drm_snoop_card_info *info =
		drmsnoop_card_info(maps->snoop);
	struct json_object *value;

	if (maps->json) {
		value = json_object_new_object();
		json_object_object_add(value, "card",
				       json_object_new_int64(info->primary_minor));
		json_object_object_add(value, "driver",
				       json_text(info->driver));
		json_object_object_add(value, "pid", maps->selection.pid ?
				       json_object_new_int(maps->selection.pid) :
				       NULL);
		json_print_open(stdout, value);
		printf(",\"clients\":[");
		return;
	}
	printf("# card%u %s", info->primary_minor, info->driver);
	if (maps->selection.pid)
		printf(", process %d", (int)maps->selection.pid);
	printf("\n");
	if (maps->list_objects)
		printf("# handle flags kind placement size path\n");
	else
		printf("# start-end flags kind placement handle:offset size; what the driver was asked to bind: its page tables may lag behind\n");
}

static int run(int argc, char **argv)
{
	struct maps maps = { .selection = SELECTION_INIT(&maps_command) };
	const char *value;
	int key, ret;

	while ((key = option_next(&maps_command, argc, argv, &value)) != -1) {
		if (selection_option(&maps.selection, key, value))
			continue;
		if (key == KEY_JSON)
			maps.json = true;
		else if (key == KEY_OBJECTS)
			maps.list_objects = true;
	}
	selection_target(&maps.selection, argv[optind]);
	no_more_arguments(&maps_command, argc, argv, optind + 1);
	if (maps.list_objects && maps.selection.has_vm)
		usage(&maps_command, "--objects and --vm exclude each other: objects belong to a client");

	maps.snoop = selection_open(&maps.selection);
	print_head(&maps);
	ret = drmsnoop_foreach_registered(maps.snoop, print_client, &maps);
	if (maps.json)
		printf("]}\n");
	finish_output(&maps_command);
	if (ret)
		die(&maps_command, "%s", drmsnoop_error());
	if (maps.selection.client && !maps.clients)
		die(&maps_command, "client %llu is not registered",
		    (unsigned long long)maps.selection.client);
	if (maps.selection.has_vm && !maps.unknown && !maps.vms)
		die(&maps_command, "there is no VM %llu",
		    (unsigned long long)maps.selection.vm);
	drmsnoop_close(maps.snoop);
	return maps.unknown ? STATUS_RUNTIME : 0;
}

const struct command maps_command = {
	.name = "maps",
	.args = "[OPTIONS] PID|@FD",
	.summary = "List what is bound in the GPU address spaces of a process",
	.options = options,
	.run = run,
};
