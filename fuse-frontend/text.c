// SPDX-License-Identifier: GPL-2.0-or-later
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The same JSON as that of the command line. */
#include "../tools/drmsnoop/json.h"
#include "process.h"
#include "seek.h"
#include "snapshot_text.h"
#include "target.h"

#define LINE_MAX_SIZE	512

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text) { 0 };
}

size_t text_read(const struct text *text, void *buf, size_t size, off_t offset)
{
	if ((size_t)offset >= text->size)
		return 0;
	if (size > text->size - offset)
		size = text->size - offset;
	memcpy(buf, text->data + offset, size);
	return size;
}

off_t text_seek(const struct text *text, off_t offset, int whence)
{
	return seek_data(text->size, offset, whence);
}

int text_append(struct text *text, const char *data, size_t size)
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
	return text_append(text, line, length);
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
		err = text_append(text, data, n);
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

/* The lines of drmsnoop maps --objects. */
static int append_object(const struct drm_snoop_object *object, void *data)
{
	char line[LINE_MAX_SIZE];
	int length = drmsnoop_format_object(object, line, sizeof(line));

	if (length < 0 || (size_t)length >= sizeof(line))
		return -EOVERFLOW;
	return text_append(data, line, length);
}

static int append_objects(const struct node *node, struct drmsnoop *snoop,
			  struct text *text)
{
	int err;

	err = append_line(text, "# handle flags kind placement size path\n");
	if (err)
		return err;
	return drmsnoop_foreach_object(snoop, target_client(node),
				       append_object, text);
}

struct maps {
	const struct node *vm;
	struct drmsnoop *snoop;
	struct text *text;
	struct drmsnoop_objects *objects;
	bool more;
};

static int append_range(const struct drm_snoop_range *range, void *data)
{
	struct maps *maps = data;
	const char *reason = drmsnoop_range_reason(maps->snoop, range, 0);
	char line[LINE_MAX_SIZE];
	int length = drmsnoop_format_range(range, maps->objects, reason, line,
					   sizeof(line));

	if (length < 0 || (size_t)length >= sizeof(line))
		return -EOVERFLOW;
	return text_append(maps->text, line, length);
}

static int append_maps(struct maps *maps)
{
	return drmsnoop_foreach_range(maps->snoop, target_client(maps->vm),
				      maps->vm->id.a, append_range, maps);
}

int text_append_json(struct text *text, struct json_object *value, size_t cut)
{
	size_t length;
	const char *plain;
	int err;

	plain = json_object_to_json_string_length(value,
						  JSON_C_TO_STRING_PLAIN,
						  &length);
	err = plain ? text_append(text, plain, length - cut) : -ENOMEM;
	json_object_put(value);
	return err;
}

static int append_range_json(const struct drm_snoop_range *range, void *data)
{
	struct maps *maps = data;
	int err;

	err = append_line(maps->text, "%s", maps->more ? ",\n" : "");
	maps->more = true;
	if (err)
		return err;
	return text_append_json(maps->text,
			   json_range(range, maps->objects,
				      drmsnoop_range_reason(maps->snoop, range,
							    0)), 0);
}

static int append_vm_json(const struct drm_snoop_vm *vm, void *data)
{
	struct maps *maps = data;
	int err;

	if (vm->vm_id != maps->vm->id.a)
		return 0;
	/* Its ranges go in before the closing brace. */
	err = text_append_json(maps->text, json_vm(vm), 1);
	if (!err)
		err = append_line(maps->text, ",\"ranges\":[\n");
	if (!err)
		err = drmsnoop_foreach_range(maps->snoop,
					     target_client(maps->vm),
					     vm->vm_id, append_range_json,
					     maps);
	if (!err)
		err = append_line(maps->text, "]}\n");
	return err ? err : 1;
}

static int append_maps_json(struct maps *maps)
{
	int ret = drmsnoop_foreach_vm(maps->snoop, target_client(maps->vm),
				      append_vm_json, maps);

	return ret == 1 ? 0 : ret ? ret : -ENOENT;
}

static int append_ranges(const struct node *node, struct drmsnoop *snoop,
			 struct text *text)
{
	struct maps maps = {
		.vm = node_ancestor(node, NODE_VM),
		.snoop = snoop,
		.text = text,
	};
	int err;

	err = drmsnoop_objects_get(snoop, target_client(node), &maps.objects);
	if (err)
		return target_error(err);
	err = node->id.kind == NODE_MAPS_JSON ? append_maps_json(&maps) :
						append_maps(&maps);
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
	if (node->id.kind == NODE_FROZEN_MAPS ||
	    node->id.kind == NODE_FROZEN_MAPS_JSON)
		return snapshot_text(node, text);
	/* Whether memory of the process is in reach is for maps only. */
	err = target_open(node, node->parent->id.kind == NODE_VM ? 0 :
			  DRMSNOOP_CLIENTS_ONLY, &snoop);
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
		err = append_ranges(node, snoop, text);
		break;
	}
	drmsnoop_close(snoop);
	return err;
}
