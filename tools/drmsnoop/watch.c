// SPDX-License-Identifier: GPL-2.0-or-later
/* What changes in a map of GPU memory. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "dump.h"
#include "json.h"
#include "live.h"
#include "watch.h"

/* Between two questions whether the same is still bound, in seconds. */
#define CHECK_SECONDS 1

uint64_t watch_piece(uint64_t offset, uint64_t size)
{
	uint64_t rest = WATCH_PAGE - offset % WATCH_PAGE;

	return size < rest ? size : rest;
}

void watch_clip(const struct drmsnoop_part *part, uint64_t start, uint64_t end,
		uint64_t *first, uint64_t *last)
{
	*first = part->offset > start ? part->offset : start;
	*last = part->offset + part->size < end ? part->offset + part->size : end;
}

static struct json_object *json_bytes(const unsigned char *data, size_t size)
{
	char text[3 * DUMP_WIDTH + 1] = "";
	size_t i;

	for (i = 0; i < size; i++)
		sprintf(text + 3 * i, "%02x ", data[i]);
	return json_object_new_string_len(text, 3 * size - 1);
}

static void print_change(const struct watch *watch, double time,
			 uint64_t offset, const unsigned char *data,
			 size_t size)
{
	struct json_object *value;
	char text[32];

	snprintf(text, sizeof(text), "%.3f", time);
	if (!watch->json) {
		printf("+%s  ", text);
		dump_line(stdout, offset, data, size);
		return;
	}
	value = json_object_new_object();
	json_object_object_add(value, "time",
			       json_object_new_double_s(time, text));
	json_object_object_add(value, "start", json_hex(offset));
	json_object_object_add(value, "bytes", json_bytes(data, size));
	json_print(stdout, value);
	putchar('\n');
}

/* Compare the bytes on one page with those that were there before. */
static void look_at_page(struct watch *watch, double time, uint64_t offset,
			 uint64_t size)
{
	unsigned char *seen = watch->seen + (offset - watch->start);
	unsigned char page[WATCH_PAGE];
	uint64_t i, n;

	/* Busy, or gone: that is found out where bindings are checked. */
	if (!live_copy(page, live_address(watch->map, offset), size))
		return;
	for (i = 0; i < size; i += n) {
		n = size - i < DUMP_WIDTH ? size - i : DUMP_WIDTH;
		if (!memcmp(seen + i, page + i, n))
			continue;
		memcpy(seen + i, page + i, n);
		if (time >= 0)
			print_change(watch, time, offset + i, page + i, n);
	}
}

/* @time: since the begin; below 0: the first look, which is not printed */
static void look(struct watch *watch, double time)
{
	const struct drmsnoop_part *part;
	uint64_t first, last, n;
	size_t i;

	for (i = 0; i < watch->map->part_count; i++) {
		part = &watch->map->parts[i];
		if (part->error)
			continue;
		live_refresh(watch->map, part);
		watch_clip(part, watch->start, watch->end, &first, &last);
		for (; first < last; first += n) {
			n = watch_piece(first, last - first);
			look_at_page(watch, time, first, n);
		}
	}
}

/*
 * Is what was mapped still bound? Returns 0, -ESRCH (the client ended) or -ENODEV.
 * Whatever else cannot be found out is found out later.
 */
static int check_bindings(struct watch *watch)
{
	const struct drmsnoop_part *part;
	struct drm_snoop_range range;
	size_t i;
	int ret;

	for (i = 0; i < watch->map->part_count; i++) {
		part = &watch->map->parts[i];
		if (part->error)
			continue;
		ret = drmsnoop_query_range(watch->snoop, part->offset, 0, &range,
					   sizeof(range));
		if (ret == -ESRCH || ret == -ENODEV)
			return ret;
		if (watch->rebound[i] || (ret && ret != -ENOENT) ||
		    (!ret && range.generation == part->generation))
			continue;
		watch->rebound[i] = true;
		warn(watch->command, "0x%llx: %s by now; the map goes on to show what was bound",
		     (unsigned long long)part->offset,
		     ret ? "nothing is bound" : "something else is bound");
	}
	return 0;
}

void watch_begin(struct watch *watch)
{
	watch->seen = calloc(1, watch->end - watch->start);
	watch->rebound = calloc(watch->map->part_count, sizeof(*watch->rebound));
	if (!watch->seen || !watch->rebound)
		die(watch->command, "out of memory");
	watch->begin = clock_now();
	look(watch, -1);
}

/* Look until the end; returns what check_bindings() returns. */
static int watch_loop(struct watch *watch)
{
	const struct timespec pause = {
		.tv_sec = watch->interval / 1000,
		.tv_nsec = watch->interval % 1000 * 1000000,
	};
	double time = 0, checked = 0;
	int ret;

	do {
		nanosleep(&pause, NULL);
		time = clock_now() - watch->begin;
		look(watch, time);
		finish_output(watch->command);
		if (time - checked < CHECK_SECONDS)
			continue;
		checked = time;
		ret = check_bindings(watch);
		if (ret)
			return ret;
	} while (!watch->seconds || time < watch->seconds);
	return check_bindings(watch);
}

int watch_run(struct watch *watch)
{
	int ret = watch_loop(watch);

	free(watch->seen);
	free(watch->rebound);
	if (ret == -ENODEV)
		die(watch->command, "the card is gone");
	if (ret == -ESRCH)
		warn(watch->command, "the client ended");
	return 0;
}
