// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of a snapshot that is kept. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kept.h"
#include "number.h"
#include "text.h"

#define SUFFIX ".json"

/* No errno that has a name is larger. */
#define MAX_ERROR 255

/* Most bytes of an entry, and of all that is before the first one. */
#define MAX_PART 16384

/* What a file of gzip begins with. */
static const unsigned char gzip_magic[] = { 0x1f, 0x8b };

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
	json_add_outcome(object, range, writer->moment->consistent);
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

/* FILE.json */
static void table_name(const struct command *command, const char *name, char table[PATH_MAX])
{
	if (snprintf(table, PATH_MAX, "%s" SUFFIX, name) >= PATH_MAX)
		die(command, "%s" SUFFIX ": %s", name, strerror(ENAMETOOLONG));
}

void kept_begin(const struct command *command, const char *name)
{
	char table[PATH_MAX];

	table_name(command, name, table);
	if (unlink(table) && errno != ENOENT)
		die(command, "%s: %s", table, strerror(errno));
}

void kept_write(const struct command *command, const char *name, int snapshot,
		const struct moment *moment)
{
	char table[PATH_MAX];
	FILE *out;
	int fd;

	table_name(command, name, table);
	/* As FILE: it tells of a process. */
	fd = open(table, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		die(command, "%s: %s", table, strerror(errno));
	if (kept_json(out, snapshot, moment, "\n"))
		die(command, "%s", drmsnoop_error());
	errno = 0;
	if (fflush(out) || ferror(out) || fclose(out))
		die_writing(command, table, errno ?: EIO);
}

/* A table that is being read. */
struct reader {
	struct image *image;
	FILE *in;
	/* of the table */
	const char *name;
	/* what was read last, up to a brace; a text */
	char part[MAX_PART];
};

static void damaged(const struct reader *reader) __attribute__((noreturn));

static void damaged(const struct reader *reader)
{
	die(reader->image->command, "%s is not a table of drmsnoop snapshot: take the snapshot again",
	    reader->name);
}

/* Read up to the next closing brace. */
static void next_part(struct reader *reader)
{
	size_t n = 0;
	int c;

	do {
		c = getc(reader->in);
		if (c <= 0 || n + 1 == sizeof(reader->part))
			damaged(reader);
		reader->part[n++] = c;
	} while (c != '}');
	reader->part[n] = '\0';
}

static const char *member_text(struct json_object *object, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(object, name, &value) &&
	       json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : NULL;
}

static bool member_hex(struct json_object *object, const char *name, uint64_t *value)
{
	const char *text = member_text(object, name);

	return text && !number_parse(text, INT64_MAX, value);
}

/* The JSON object that a text begins with, or NULL. */
static struct json_object *parse_object(const char *text)
{
	struct json_object *object = json_tokener_parse(text);

	if (json_object_is_type(object, json_type_object))
		return object;
	json_object_put(object);
	return NULL;
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

static bool take_entry(struct json_object *entry, struct image_range *range)
{
	const char *kind = member_text(entry, "kind"), *error = member_text(entry, "error");

	*range = (struct image_range) { .state = IMAGE_DATA };
	if (!member_hex(entry, "start", &range->start) || !member_hex(entry, "end", &range->end))
		return false;
	/* Byte 0 is not known yet. */
	range->offset = range->start;
	if (error) {
		range->state = IMAGE_UNREADABLE;
		range->error = error_number(error);
	} else if (kind && !strcmp(kind, drmsnoop_range_kind_name(DRM_SNOOP_RANGE_SPARSE))) {
		range->state = IMAGE_ZEROS;
	}
	return error || kind;
}

/* @text: the entry, and perhaps a comma and white space before it */
static void read_entry(const struct reader *reader, const char *text)
{
	struct json_object *entry = parse_object(text + strspn(text, ", \t\r\n"));
	struct image_range range;
	bool good = entry && take_entry(entry, &range);

	json_object_put(entry);
	if (!good || !image_add_range(reader->image, &range))
		damaged(reader);
}

/* @text: all but the entries */
static void read_head(const struct reader *reader, const char *text)
{
	struct json_object *head = parse_object(text);
	struct image *image = reader->image;
	bool good = head && member_hex(head, "start", &image->start) &&
		    member_hex(head, "end", &image->end);
	size_t i;

	json_object_put(head);
	if (!good || image->start > image->end ||
	    (image->count && (image->ranges[0].start < image->start ||
			      image->ranges[image->count - 1].end > image->end)))
		damaged(reader);
	for (i = 0; i < image->count; i++)
		image->ranges[i].offset -= image->start;
	if (image->size != image->end - image->start)
		die(image->command, "%s is not the table of %s: the sizes differ: copy both in full, or take the snapshot again",
		    reader->name, image->name);
}

/* Entry by entry, as there may be many: each ends with the next brace. */
void kept_parse(struct image *image, FILE *in, const char *name)
{
	struct reader reader = { .image = image, .in = in, .name = name };
	char head[2 * MAX_PART];
	const char *begin;
	size_t length;

	next_part(&reader);
	begin = strchr(reader.part, '[');
	if (!begin)
		damaged(&reader);
	length = ++begin - reader.part;
	memcpy(head, reader.part, length);
	/* No more entries: the end of the table. */
	while (begin[strspn(begin, " \t\r\n")] != ']') {
		read_entry(&reader, begin);
		next_part(&reader);
		begin = reader.part;
	}
	strcpy(head + length, begin);
	read_head(&reader, head);
}

static bool is_compressed(const struct image *image)
{
	unsigned char magic[sizeof(gzip_magic)];

	return pread(image->fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       !memcmp(magic, gzip_magic, sizeof(magic));
}

void kept_read(struct image *image)
{
	char name[PATH_MAX];
	uint64_t size;
	FILE *in;

	table_name(image->command, image->name, name);
	if (access(name, F_OK) && errno == ENOENT) {
		if (is_compressed(image))
			die(image->command, "%s is compressed: gunzip it first", image->name);
		die(image->command, "%s is neither a core of drmsnoop core nor a snapshot with its table %s: keep both together",
		    image->name, name);
	}
	in = fdopen(image_open(image->command, name, &size), "r");
	if (!in)
		die(image->command, "%s: %s", name, strerror(errno));
	kept_parse(image, in, name);
	fclose(in);
}
