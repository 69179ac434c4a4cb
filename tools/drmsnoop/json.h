/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JSON_H
#define JSON_H

/*
 * The JSON that people script against: the schemas are in the man pages of the
 * commands. Addresses, offsets in objects and tokens are strings "0x...",
 * because many readers keep numbers as doubles. Depends on json-c and
 * libdrmsnoop only. All that return a value return a new reference.
 */

#include <stdbool.h>
#include <stdio.h>
#include <json-c/json.h>

#include "drmsnoop.h"

/*
 * json_text - a string of unknown origin
 * @text: bytes; what is not UTF-8, and control characters, become '?'
 */
struct json_object *json_text(const char *text);

/* json_hex - a number as a string "0x..." */
struct json_object *json_hex(uint64_t value);

/* json_flags - DRM_SNOOP_READABLE and others as an array of words */
struct json_object *json_flags(uint32_t flags);

/* json_vm - a VM, without its ranges */
struct json_object *json_vm(const struct drm_snoop_vm *vm);

/*
 * json_range - a range
 * @objects: table to find the handle in, or NULL
 * @reason: why it cannot be read, or NULL
 */
struct json_object *json_range(const struct drm_snoop_range *range,
			       const struct drmsnoop_objects *objects,
			       const char *reason);

/*
 * json_add_outcome - add "error", "change", "stopped" and "shared" of an entry of a snapshot
 * @value: object
 * @consistent: the snapshot is
 */
void json_add_outcome(struct json_object *value,
		      const struct drm_snoop_snapshot_range *entry, bool consistent);

/* json_bo - an object */
struct json_object *json_bo(const struct drm_snoop_object *object);

/*
 * json_print_open - write an object without its closing brace
 * @members: object with at least one member; the reference is taken
 *
 * For lists that are too long to be kept in memory: the caller goes on with
 * `,"name":[`, elements and `]}`.
 */
void json_print_open(FILE *out, struct json_object *members);

/*
 * json_print - write a value
 * @value: the reference is taken
 */
void json_print(FILE *out, struct json_object *value);

#endif /* JSON_H */
