/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DRMSNOOP_LIB_CORE_H
#define DRMSNOOP_LIB_CORE_H

/*
 * Cores: what their files share
 *
 * The file is
 *
 *	0	ELF header
 *	4096	content of ranges, each at an offset that has its address's place in a page
 *	tail	section header 0, if there are too many program headers for e_phnum
 *		program headers: PT_NOTE, then a PT_LOAD for each range
 *		notes
 *
 * The headers come last because only then is it known what could be read. Nothing but the
 * tables of ranges and objects is kept in memory: all else is made when it is read.
 */

#include <elf.h>
#include <sys/procfs.h>

#include "internal.h"

/* Where content starts, and what it is aligned to. */
#define CORE_PAGE	4096

struct drmsnoop_core;

/*
 * struct core_source - where content comes from
 *
 * Returns as drmsnoop_pread(): at least one byte, or a negative errno.
 */
struct core_source {
	ssize_t (*pread)(const struct drmsnoop_core *core, void *buf, size_t count,
			 uint64_t addr);
};

/*
 * struct drmsnoop_core - see drmsnoop.h
 *
 * @ranges, @count and @room change in drmsnoop_core_dump(); all else is immutable.
 */
struct drmsnoop_core {
	/* NULL when it is laid out and has a snapshot */
	struct drmsnoop *snoop;
	const struct core_source *source;
	/* the caller's, or -1, and the address of its byte 0 */
	int snapshot;
	uint64_t snapshot_start;

	/* the notes, as they are in the file */
	struct drmsnoop_core_target target;
	prpsinfo_t process;
	prstatus_t status;
	/* ascending; owned */
	struct drmsnoop_core_range *ranges;
	size_t count, room;
	/* owned */
	struct drmsnoop_core_object *objects;
	size_t object_count, object_room;

	/* first byte after the content: of the tail */
	uint64_t tail;
};

/* Bytes of a range that are in the file. */
static inline uint64_t core_content(const struct drmsnoop_core_range *range)
{
	return range->error || range->flags & DRMSNOOP_CORE_LEFT_OUT ||
	       range->kind == DRM_SNOOP_RANGE_SPARSE ? 0 : range->end - range->start;
}

/* core.c */

/*
 * dsn_core_add - put an entry into the table
 * @index: before this one
 *
 * Returns 0, or -ENOMEM or -EFBIG with the message set.
 */
int dsn_core_add(struct drmsnoop_core *core, size_t index,
		 const struct drmsnoop_core_range *range);

/* core_target.c: who it is of */

/*
 * dsn_core_describe - fill in target, process and status
 *
 * Returns 0 or a negative errno with the message set.
 */
int dsn_core_describe(struct drmsnoop_core *core,
		      const struct drmsnoop_core_options *options);

/* core_elf.c: all that is not content */

/* dsn_core_header - the ELF header, as the tables are now */
void dsn_core_header(const struct drmsnoop_core *core, Elf64_Ehdr *header);

/* dsn_core_tail_size - bytes of the tail, as the tables are now */
uint64_t dsn_core_tail_size(const struct drmsnoop_core *core);

/*
 * dsn_core_tail - make bytes of the tail
 * @offset: in the tail; [@offset, @offset + @size) is inside of it
 */
void dsn_core_tail(const struct drmsnoop_core *core, void *buf, size_t size,
		   uint64_t offset);

#endif /* DRMSNOOP_LIB_CORE_H */
