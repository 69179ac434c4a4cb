/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "target.h"

#define LINE_MAX_SIZE	512

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text) { 0 };
}

off_t text_seek(const struct text *text, off_t offset, int whence)
{
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return -EINVAL;
	if (offset < 0 || (size_t)offset >= text->size)
		return -ENXIO;
	return whence == SEEK_DATA ? offset : (off_t)text->size;
}

static int append(struct text *text, const char *data, size_t size)
{
	if (size > TEXT_MAX - text->size)
		return -EFBIG;
	if (size > text->room - text->size) {
		size_t room = text->room ? text->room : 4096;
		char *grown;

		while (size > room - text->size)
			room *= 2;
		grown = realloc(text->data, room);
		if (!grown)
			return -ENOMEM;
		text->data = grown;
		text->room = room;
	}
	memcpy(text->data + text->size, data, size);
	text->size += size;
	return 0;
}

__attribute__((format(printf, 2, 3)))
static int append_line(struct text *text, const char *format, ...)
{
	char line[LINE_MAX_SIZE];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(line))
		return -EOVERFLOW;
	return append(text, line, length);
}

/* A file of procfs whose process must be the same at the end. */
static int append_proc(const struct node *node, const char *name,
		       struct text *text)
{
	const struct node *process = node_ancestor(node, NODE_PROCESS);
	char path[64], data[4096];
	int fd, err = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s",
		 (int)process->process->pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	while ((n = read(fd, data, sizeof(data))) > 0 && !err)
		err = append(text, data, n);
	if (n < 0)
		err = -errno;
	close(fd);
	return target_alive(node) ? err : -ESRCH;
}

struct fd_search {
	const struct node *node;
	struct drmsnoop *snoop;
	int fd;
};

/* Finds a descriptor of the client; asks the kernel if fdinfo does not tell. */
static int find_fd(const struct drmsnoop_client *client, void *data)
{
	struct fd_search *search = data;
	uint64_t id = client->client_id;

	if (!id && drmsnoop_register_pid_fd(search->snoop, client->pid,
					    client->fd, &id))
		return 0;
	if (id != target_client(search->node))
		return 0;
	search->fd = client->fd;
	return 1;
}

static int append_fdinfo(const struct node *node, struct drmsnoop *snoop,
			 struct text *text)
{
	const struct node *process = node_ancestor(node, NODE_PROCESS);
	const struct node *card = node_ancestor(node, NODE_CARD);
	struct fd_search search = { .node = node, .snoop = snoop };
	char name[32];
	int err;

	err = drmsnoop_foreach_client(process->process->pid, card->id.a,
				      find_fd, &search);
	if (err < 0)
		return target_error(err);
	if (!err)
		return -ESRCH;
	snprintf(name, sizeof(name), "fdinfo/%d", search.fd);
	return append_proc(node, name, text);
}

static int append_object(const struct drm_snoop_object *object, void *data)
{
	char flags[DRMSNOOP_FLAGS_SIZE];

	return append_line(data, "%10u %14" PRIu64 " %-5s %-9s %-5s %16" PRIx64
			   "\n",
			   object->handle, (uint64_t)object->size,
			   drmsnoop_object_kind_name(object->kind),
			   drmsnoop_placement_name(object->placement),
			   drmsnoop_flags_text(object->flags, flags),
			   (uint64_t)object->object_id);
}

static int append_objects(const struct node *node, struct drmsnoop *snoop,
			  struct text *text)
{
	int err;

	err = append_line(text, "%10s %14s %-5s %-9s %-5s %16s\n", "HANDLE",
			  "SIZE", "KIND", "PLACEMENT", "FLAGS", "OBJECT");
	if (err)
		return err;
	return drmsnoop_foreach_object(snoop, target_client(node),
				       append_object, text);
}

struct maps {
	struct text *text;
	struct drmsnoop_objects *objects;
	bool more;
};

static int append_range(const struct drm_snoop_range *range, void *data)
{
	struct maps *maps = data;
	char line[LINE_MAX_SIZE];
	int length = drmsnoop_format_range(range, maps->objects, line,
					   sizeof(line));

	if (length < 0 || (size_t)length >= sizeof(line))
		return -EOVERFLOW;
	return append(maps->text, line, length);
}

/* Addresses are strings: a JSON number need not keep 64 bits. */
static int append_range_json(const struct drm_snoop_range *range, void *data)
{
	struct maps *maps = data;
	const struct drm_snoop_object *object =
		drmsnoop_objects_find(maps->objects, range->object_id);
	char flags[DRMSNOOP_FLAGS_SIZE];
	const char *comma = maps->more ? "," : "";

	maps->more = true;
	return append_line(maps->text,
			   "%s\n{\"start\":\"0x%" PRIx64 "\","
			   "\"end\":\"0x%" PRIx64 "\",\"kind\":\"%s\","
			   "\"placement\":\"%s\",\"flags\":\"%s\","
			   "\"handle\":%u,\"object_id\":\"0x%" PRIx64 "\","
			   "\"object_offset\":\"0x%" PRIx64 "\","
			   "\"object_size\":\"0x%" PRIx64 "\","
			   "\"generation\":\"0x%" PRIx64 "\"}",
			   comma, (uint64_t)range->start, (uint64_t)range->end,
			   drmsnoop_range_kind_name(range->kind),
			   drmsnoop_placement_name(range->placement),
			   drmsnoop_flags_text(range->flags, flags),
			   object ? object->handle : 0,
			   (uint64_t)range->object_id,
			   (uint64_t)range->object_offset,
			   (uint64_t)range->object_size,
			   (uint64_t)range->generation);
}

static int append_maps(const struct node *node, struct drmsnoop *snoop,
		       struct text *text)
{
	bool json = node->id.kind == NODE_MAPS_JSON;
	struct maps maps = { .text = text };
	int err;

	err = drmsnoop_objects_get(snoop, target_client(node), &maps.objects);
	if (err)
		return target_error(err);
	if (json)
		err = append_line(text, "{\"ranges\":[");
	if (!err)
		err = drmsnoop_foreach_range(snoop, target_client(node),
					     node_ancestor(node, NODE_VM)->id.a,
					     json ? append_range_json :
						    append_range, &maps);
	if (!err && json)
		err = append_line(text, "\n]}\n");
	drmsnoop_objects_free(maps.objects);
	return err;
}

int text_make(const struct node *node, struct text *text)
{
	struct drmsnoop *snoop;
	int err;

	*text = (struct text) { 0 };
	if (node->id.kind == NODE_COMM)
		return append_proc(node, "comm", text);
	err = target_open(node, &snoop);
	if (err)
		return err;
	switch (node->id.kind) {
	case NODE_FDINFO:
		err = append_fdinfo(node, snoop, text);
		break;
	case NODE_OBJECTS:
		err = append_objects(node, snoop, text);
		break;
	default:
		err = append_maps(node, snoop, text);
		break;
	}
	drmsnoop_close(snoop);
	return err;
}
