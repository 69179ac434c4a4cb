// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop translate */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capability.h"
#include "json.h"
#include "window.h"

enum { KEY_JSON = KEY_OWN };

static const struct option_spec options[] = {
	OPTION_CARD,
	OPTION_CLIENT,
	OPTION_VM,
	OPTION_BO,
	{ KEY_JSON, "json", NULL, "print JSON" },
	{ 0 }
};

/* State of the walk. */
struct translation {
	bool json;
	struct drmsnoop_objects *objects;
	/* what was printed, and what of it had an address */
	unsigned int runs, told, memory;
};

static void print_address(const struct drm_snoop_pages *run, uint32_t flag,
			  uint64_t address)
{
	if (run->flags & flag)
		printf(" 0x%llx", (unsigned long long)address);
	else
		fputs(" -", stdout);
}

static void print_line(const struct drm_snoop_pages *run, bool known,
		       const struct drm_snoop_object *object)
{
	printf("%012llx-%012llx %s %s ", (unsigned long long)run->start,
	       (unsigned long long)run->end,
	       drmsnoop_range_kind_name(run->kind),
	       drmsnoop_placement_name(run->placement));
	if (run->object_id && !known)
		putchar('?');
	else if (run->object_id)
		printf("%u", object ? object->handle : 0);
	else
		fputs(run->object_offset ? "cpu" : "-", stdout);
	printf(":0x%llx", (unsigned long long)run->object_offset);
	print_address(run, DRM_SNOOP_PAGES_VRAM_OFFSET, run->vram_offset);
	print_address(run, DRM_SNOOP_PAGES_DMA_ADDR, run->dma_addr);
	print_address(run, DRM_SNOOP_PAGES_PHYS_ADDR, run->phys_addr);
	putchar('\n');
}

static struct json_object *json_address(const struct drm_snoop_pages *run,
					uint32_t flag, uint64_t address)
{
	return run->flags & flag ? json_hex(address) : NULL;
}

static struct json_object *json_run(const struct drm_snoop_pages *run,
				    const struct drm_snoop_object *object)
{
	struct json_object *value = json_object_new_object();

	json_object_object_add(value, "start", json_hex(run->start));
	json_object_object_add(value, "end", json_hex(run->end));
	json_object_object_add(value, "kind",
			       json_object_new_string(drmsnoop_range_kind_name(run->kind)));
	json_object_object_add(value, "placement",
			       json_object_new_string(drmsnoop_placement_name(run->placement)));
	json_object_object_add(value, "handle",
			       object ? json_object_new_uint64(object->handle) : NULL);
	json_object_object_add(value, "object",
			       run->object_id ? json_hex(run->object_id) : NULL);
	json_object_object_add(value, "offset", json_hex(run->object_offset));
	json_object_object_add(value, "vram_offset",
			       json_address(run, DRM_SNOOP_PAGES_VRAM_OFFSET,
					    run->vram_offset));
	json_object_object_add(value, "dma_address",
			       json_address(run, DRM_SNOOP_PAGES_DMA_ADDR,
					    run->dma_addr));
	json_object_object_add(value, "physical_address",
			       json_address(run, DRM_SNOOP_PAGES_PHYS_ADDR,
					    run->phys_addr));
	return value;
}

/* Is this memory whose addresses are told to whoever may know them? */
static bool has_memory(const struct drm_snoop_pages *run)
{
	return run->kind == DRM_SNOOP_RANGE_OBJECT &&
	       run->placement != DRM_SNOOP_PLACEMENT_NONE &&
	       run->placement != DRM_SNOOP_PLACEMENT_SWAPPED;
}

static int print_run(const struct drm_snoop_pages *run, void *data)
{
	const struct drm_snoop_object *object = NULL;
	struct translation *translation = data;

	if (run->object_id && translation->objects)
		object = drmsnoop_objects_find(translation->objects,
					       run->object_id);
	if (translation->json) {
		if (translation->runs)
			putchar(',');
		json_print(stdout, json_run(run, object));
	} else {
		print_line(run, translation->objects, object);
	}
	translation->runs++;
	translation->told += !!run->flags;
	translation->memory += has_memory(run);
	return ferror(stdout) ? -EIO : 0;
}

struct only_client {
	uint64_t id;
	unsigned int count;
};

static int take_client(const struct drm_snoop_client *client, void *data)
{
	struct only_client *only = data;

	only->id = client->client_id;
	only->count++;
	return 0;
}

/* Objects, to name them by handle, of the one client that it can be. */
static void get_objects(struct drmsnoop *snoop, const struct bound *bound,
			struct drmsnoop_objects **objects)
{
	struct only_client only = { .id = bound->client, .count = 1 };
	int ret = 0;

	if (!bound->client) {
		only.count = 0;
		ret = drmsnoop_foreach_registered(snoop, take_client, &only);
	}
	if (!ret && only.count == 1)
		ret = drmsnoop_objects_get(snoop, only.id, objects);
	if (ret)
		die(&translate_command, "%s", drmsnoop_error());
}

static int run(int argc, char **argv)
{
	struct selection selection = SELECTION_INIT(&translate_command);
	struct translation translation = { 0 };
	struct drmsnoop *snoop;
	struct bound bound;
	uint64_t start, size;
	const char *value;
	int key, ret;

	while ((key = option_next(&translate_command, argc, argv, &value)) != -1) {
		if (selection_option(&selection, key, value))
			continue;
		if (key == KEY_JSON)
			translation.json = true;
	}
	selection_target(&selection, argv[optind]);
	if (optind + 1 >= argc)
		usage(&translate_command, "an address is missing");
	no_more_arguments(&translate_command, argc, argv, optind + 2);
	window_range(&translate_command, argv[optind + 1], &start, &size);

	snoop = selection_open(&selection);
	selection_bind(&selection, snoop, &bound);
	get_objects(snoop, &bound, &translation.objects);
	if (translation.json)
		printf("{\"runs\":[");
	else
		printf("# start-end kind placement handle:offset vram dma physical\n");
	ret = drmsnoop_foreach_pages(snoop, start, size, print_run,
				     &translation);
	if (translation.json)
		printf("]}\n");
	finish_output(&translate_command);
	if (ret)
		die(&translate_command, "%s", drmsnoop_error());
	if (!translation.runs)
		die(&translate_command, "nothing is bound at 0x%llx: see drmsnoop maps",
		    (unsigned long long)start);
	if (translation.memory && !translation.told &&
	    (selection.fd >= 0 || !capability_have(CAPABILITY_SYS_ADMIN)))
		warn(&translate_command, "addresses in VRAM, of DMA and physical ones are left out: whoever opened the snoop node had no CAP_SYS_ADMIN: use root");
	drmsnoop_objects_free(translation.objects);
	drmsnoop_close(snoop);
	return 0;
}

const struct command translate_command = {
	.name = "translate",
	.args = "[OPTIONS] PID|@FD ADDR[-END]",
	.summary = "Print where bytes of GPU memory are: object, placement, addresses",
	.options = options,
	.run = run,
};
