// SPDX-License-Identifier: LGPL-2.1-or-later
/* Cores: written to be kept, with what could not be read left out. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

/* Bytes that are read at once. */
#define PIECE (1U << 20)

struct dump {
	struct drmsnoop_core *core;
	drmsnoop_core_put_fn put;
	void *data;
	char *buf;
};

/* Let an entry begin at a higher address. */
static void advance(struct drmsnoop_core_range *range, uint64_t addr)
{
	range->offset += addr - range->start;
	range->object_offset += addr - range->start;
	range->start = addr;
}

/* Cut an entry in two at an address inside of it. */
static int cut(struct drmsnoop_core *core, size_t index, uint64_t addr)
{
	struct drmsnoop_core_range upper = core->ranges[index];

	advance(&upper, addr);
	core->ranges[index].end = addr;
	return dsn_core_add(core, index + 1, &upper);
}

/* Whether what could not be read goes on. */
static bool continues(const struct drmsnoop_core *core, size_t index, uint64_t start,
		      int error)
{
	const struct drmsnoop_core_range *range = &core->ranges[index];

	return index && range->start == start && range[-1].end == start &&
	       range[-1].error == (uint32_t)error &&
	       range[-1].generation == range->generation;
}

/*
 * [start, end) of an entry could not be read: it becomes one of its own, or part of
 * that before it. *@index is then the next entry, which is what is left of this one if
 * there is something left.
 */
static int part(struct drmsnoop_core *core, size_t *index, uint64_t start, uint64_t end,
		int error)
{
	struct drmsnoop_core_range *range = &core->ranges[*index];
	int ret;

	if (continues(core, *index, start, error)) {
		range[-1].end = end;
		advance(range, end);
		if (range->start == range->end)
			memmove(range, range + 1, (--core->count - *index) * sizeof(*range));
		return 0;
	}
	if (start > range->start) {
		ret = cut(core, *index, start);
		if (ret)
			return ret;
		++*index;
	}
	if (end < core->ranges[*index].end) {
		ret = cut(core, *index, end);
		if (ret)
			return ret;
	}
	core->ranges[(*index)++].error = error;
	return 0;
}

/* Where it may go on after an error; 0: nowhere. */
static uint64_t resume_at(const struct drmsnoop_core_range *range, uint64_t addr, int error)
{
	switch (error) {
	case EIO:
	case EACCES:
		/* Another page may be there. */
		return dsn_min(range->end, (addr | (CORE_PAGE - 1)) + 1);
	case ESRCH:
		/* The process whose memory it is has ended, or the client has. */
		return range->kind == DRM_SNOOP_RANGE_USERPTR ? range->end : 0;
	case ENODEV:
	case ENOENT:
	case ENOMEM:
	case ENXIO:
	case EPERM:
		return 0;
	}
	return range->end;
}

/* One entry; afterwards *@index is the one after it, or after what became of it. */
static int dump_range(struct dump *dump, size_t *index)
{
	struct drmsnoop_core *core = dump->core;
	const struct drmsnoop_core_range *range = &core->ranges[*index];
	uint64_t pos = range->start, end = range->end, stop;
	ssize_t n;
	int ret;

	if (!core_content(range)) {
		++*index;
		return 0;
	}
	while (pos < end) {
		range = &core->ranges[*index];
		n = core->source->pread(core, dump->buf, dsn_min(end - pos, PIECE), pos);
		if (n > 0) {
			ret = dump->put(dump->buf, n, range->offset + (pos - range->start),
					dump->data);
			pos += n;
		} else {
			stop = resume_at(range, pos, -n);
			if (!stop)
				return n;
			ret = part(core, index, pos, stop, -n);
			pos = stop;
		}
		if (ret)
			return ret;
	}
	/* What could not be read is behind already. */
	if (*index < core->count && core->ranges[*index].start < end)
		++*index;
	return 0;
}

/* What is not content, from its first byte on. */
static int dump_tail(struct dump *dump)
{
	uint64_t size = dsn_core_tail_size(dump->core), pos, n;
	int ret = 0;

	for (pos = 0; !ret && pos < size; pos += n) {
		n = dsn_min(size - pos, PIECE);
		dsn_core_tail(dump->core, dump->buf, n, pos);
		ret = dump->put(dump->buf, n, dump->core->tail + pos, dump->data);
	}
	return ret;
}

int drmsnoop_core_dump(struct drmsnoop_core *core, drmsnoop_core_put_fn put, void *data)
{
	struct dump dump = { .core = core, .put = put, .data = data };
	size_t index = 0;
	int ret = 0;

	dump.buf = malloc(PIECE);
	if (!dump.buf)
		return dsn_fail(ENOMEM, "out of memory");
	while (!ret && index < core->count)
		ret = dump_range(&dump, &index);
	if (!ret)
		ret = dump_tail(&dump);
	if (!ret) {
		memset(dump.buf, 0, CORE_PAGE);
		dsn_core_header(core, (Elf64_Ehdr *)dump.buf);
		ret = put(dump.buf, CORE_PAGE, 0, data);
	}
	free(dump.buf);
	return ret;
}
