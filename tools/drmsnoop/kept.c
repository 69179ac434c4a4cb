// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of a snapshot that is kept. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kept.h"
#include "number.h"
#include "text.h"

#define SUFFIX ".json"

/* Largest errno. */
#define MAX_ERROR 4095

const char *kept_state(const struct drm_snoop_snapshot_range *range)
{
	if (range->error)
		return text_error(range->error);
	return range->kind == DRM_SNOOP_RANGE_SPARSE ? "zeros" : "copied";
}

/* A table that is being written. */
struct writer {
	FILE *out;
	const struct moment *moment;
	const char *separator;
	bool begun;
};

/* Copied at the moment of a consistent snapshot. */
static bool is_stopped(const struct moment *moment,
		       const struct drm_snoop_snapshot_range *range)
{
	return moment->consistent && !range->error &&
	       !(range->flags & DRM_SNOOP_SNAPSHOT_NOT_STOPPED);
}

static int put_range(const struct drm_snoop_snapshot_range *range, void *data)
{
	struct json_object *object = json_object_new_object();
	struct writer *writer = data;

	json_object_object_add(object, "start", json_hex(range->start));
	json_object_object_add(object, "end", json_hex(range->end));
	json_object_object_add(object, "kind",
			       json_text(drmsnoop_range_kind_name(range->kind)));
	json_object_object_add(object, "placement",
			       json_text(drmsnoop_placement_name(range->placement)));
	json_object_object_add(object, "object", json_hex(range->object_id));
	json_object_object_add(object, "offset", json_hex(range->object_offset));
	json_add_outcome(object, range);
	json_object_object_add(object, "stopped",
			       json_object_new_boolean(is_stopped(writer->moment, range)));
	json_object_object_add(object, "shared",
			       json_object_new_boolean(range->flags & DRM_SNOOP_SNAPSHOT_SHARED));
	if (writer->begun)
		fputc(',', writer->out);
	writer->begun = true;
	fputs(writer->separator, writer->out);
	json_print(writer->out, object);
	return ferror(writer->out) ? 1 : 0;
}

int kept_json(FILE *out, int snapshot, const struct moment *moment, const char *separator)
{
	struct writer writer = { .out = out, .moment = moment, .separator = separator };
	struct stat st;
	uint64_t start;
	int ret;

	ret = drmsnoop_snapshot_start(snapshot, &start);
	if (ret)
		return ret;
	if (fstat(snapshot, &st))
		return -errno;
	fprintf(out, "{\"start\":\"0x%" PRIx64 "\",\"end\":\"0x%" PRIx64 "\",", start,
		start + st.st_size);
	fprintf(out, "\"consistent\":%s,\"stopped_us\":%" PRIu32 ",\"ranges\":[",
		moment->consistent ? "true" : "false", moment->stopped_us);
	ret = drmsnoop_foreach_snapshot_range(snapshot, put_range, &writer);
	fprintf(out, "%s]}\n", separator);
	return ret < 0 ? ret : 0;
}

/* FILE.json; the caller frees it. */
static char *table_name(const struct command *command, const char *name)
{
	char *text;

	if (asprintf(&text, "%s" SUFFIX, name) < 0)
		die(command, "out of memory");
	return text;
}

void kept_begin(const struct command *command, const char *name)
{
	char *table = table_name(command, name);

	if (unlink(table) && errno != ENOENT)
		die(command, "%s: %s", table, strerror(errno));
	free(table);
}

void kept_write(const struct command *command, const char *name, int snapshot,
		const struct moment *moment)
{
	char *table = table_name(command, name);
	/* As FILE: it tells of a process. */
	int fd = open(table, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out)
		die(command, "%s: %s", table, strerror(errno));
	if (kept_json(out, snapshot, moment, "\n"))
		die(command, "%s", drmsnoop_error());
	errno = 0;
	if (fflush(out) || ferror(out) || fclose(out))
		die_writing(command, table, errno ?: EIO);
	free(table);
}

/* A table that is being read. */
struct reader {
	struct image *image;
	/* of the table */
	const char *name;
};

static void damaged(const struct reader *reader) __attribute__((noreturn));

static void damaged(const struct reader *reader)
{
	die(reader->image->command, "%s: this is not a table of drmsnoop snapshot",
	    reader->name);
}

static const char *member_text(struct json_object *object, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(object, name, &value) &&
	       json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : NULL;
}

static uint64_t member_hex(const struct reader *reader, struct json_object *object,
			   const char *name)
{
	const char *text = member_text(object, name);
	uint64_t value;

	if (!text || number_parse(text, INT64_MAX, &value))
		damaged(reader);
	return value;
}

static int error_number(const char *name)
{
	const char *known;
	int error;

	for (error = 1; error <= MAX_ERROR; error++) {
		known = strerrorname_np(error);
		if (known && !strcmp(known, name))
			return error;
	}
	return EIO;
}

/* @text: the entry, and perhaps a comma and white space before it */
static void read_entry(const struct reader *reader, const char *text)
{
	struct json_object *entry = json_tokener_parse(text + strspn(text, ", \t\r\n"));
	struct image_range range = { .state = IMAGE_DATA };
	const char *kind, *error;

	if (!json_object_is_type(entry, json_type_object))
		damaged(reader);
	range.start = member_hex(reader, entry, "start");
	range.end = member_hex(reader, entry, "end");
	/* Byte 0 is not known yet. */
	range.offset = range.start;
	kind = member_text(entry, "kind");
	error = member_text(entry, "error");
	if (error) {
		range.state = IMAGE_UNREADABLE;
		range.error = error_number(error);
	} else if (!kind) {
		damaged(reader);
	} else if (!strcmp(kind, drmsnoop_range_kind_name(DRM_SNOOP_RANGE_SPARSE))) {
		range.state = IMAGE_ZEROS;
	}
	if (!image_add_range(reader->image, &range))
		damaged(reader);
	json_object_put(entry);
}

/* @text: all but the entries */
static void read_head(const struct reader *reader, const char *text)
{
	struct json_object *head = json_tokener_parse(text);
	struct image *image = reader->image;
	struct stat st;
	size_t i;

	if (!json_object_is_type(head, json_type_object))
		damaged(reader);
	image->start = member_hex(reader, head, "start");
	image->end = member_hex(reader, head, "end");
	json_object_put(head);
	if (image->start > image->end ||
	    (image->count && (image->ranges[0].start < image->start ||
			      image->ranges[image->count - 1].end > image->end)))
		damaged(reader);
	for (i = 0; i < image->count; i++)
		image->ranges[i].offset -= image->start;
	if (fstat(image->fd, &st))
		die(image->command, "%s: %s", image->name, strerror(errno));
	if ((uint64_t)st.st_size != image->end - image->start)
		die(image->command, "%s is not the table of %s: the sizes differ",
		    reader->name, image->name);
}

/* Entry by entry, as there may be many: each ends with the next brace. */
void kept_read(struct image *image)
{
	char *name = table_name(image->command, image->name);
	struct reader reader = { .image = image, .name = name };
	char *text = NULL, *head = NULL, *begin, *whole;
	FILE *in = fopen(name, "re");
	size_t room = 0;

	if (!in)
		die(image->command, "%s: %s: without the table of %s nothing is known of its holes",
		    name, strerror(errno), image->name);
	while (getdelim(&text, &room, '}', in) > 0) {
		begin = head ? text : strchr(text, '[');
		if (!begin)
			damaged(&reader);
		if (!head) {
			head = strndup(text, ++begin - text);
			if (!head)
				die(image->command, "out of memory");
		}
		/* No more entries: the end of the table. */
		if (begin[strspn(begin, " \t\r\n")] == ']')
			break;
		read_entry(&reader, begin);
		begin = NULL;
	}
	if (!head || !begin || asprintf(&whole, "%s%s", head, begin) < 0)
		damaged(&reader);
	read_head(&reader, whole);
	free(whole);
	free(head);
	free(text);
	free(name);
	fclose(in);
}
