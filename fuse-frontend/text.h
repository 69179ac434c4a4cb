/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEXT_H
#define TEXT_H

/*
 * Texts: open files whose content is made when they are opened
 *
 * However it is read, a reader sees one moment. Open it again to see another.
 */

#include <stddef.h>
#include <sys/types.h>

#include "node.h"

struct json_object;

/* Longest text in bytes: maps of about half a million ranges. */
#define TEXT_MAX	(64U << 20)

/**
 * struct text - content of an open file
 *
 * Immutable after text_make().
 */
struct text {
	/** @data: Owned; not NUL-terminated. */
	char *data;

	/** @size: Length in bytes. */
	size_t size;

	/** @room: Size of the buffer. */
	size_t room;
};

/**
 * text_make - make the content of a file
 * @node: of a kind that tree_is_text()
 * @text: returned; end it with text_free() also on failure
 *
 * Returns 0 or a negative errno: -ESRCH (the process or client ended), -ENOENT
 * (the VM is gone), -EFBIG (longer than TEXT_MAX), -EACCES, -ENOMEM and others
 * of libdrmsnoop.
 */
int text_make(const struct node *node, struct text *text);

/**
 * text_read - read bytes
 * @text: text
 * @buf: where to
 * @size: number of bytes
 * @offset: where to start
 *
 * Returns the number of bytes, fewer than @size at the end of the text, 0 behind it.
 */
size_t text_read(const struct text *text, void *buf, size_t size, off_t offset);

/**
 * text_seek - find the next data or hole: a text is all data, then a hole
 * @text: text
 * @offset: where to start
 * @whence: SEEK_DATA or SEEK_HOLE
 *
 * Returns the offset, -ENXIO (@offset is not in the text), or -EINVAL
 * (@whence).
 */
off_t text_seek(const struct text *text, off_t offset, int whence);

/**
 * text_append - add bytes
 *
 * Returns 0, -EFBIG or -ENOMEM.
 */
int text_append(struct text *text, const char *data, size_t size);

/**
 * text_append_json - add a value
 * @text: text
 * @value: the reference is taken
 * @cut: number of bytes at its end that are left out
 *
 * Returns as text_append().
 */
int text_append_json(struct text *text, struct json_object *value, size_t cut);

/**
 * text_free - free a content
 */
void text_free(struct text *text);

#endif /* TEXT_H */
