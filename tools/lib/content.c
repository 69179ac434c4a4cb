// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a handle is bound to, and its bytes. */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/*
 * Most and least bytes that drmsnoop_read() asks for at once. The kernel prepares
 * for what is asked, so after a hole it begins small.
 */
#define PIECE_SIZE (1 << 20)
#define PIECE_START 4096

static int explain_bind(const struct drmsnoop *snoop,
			const struct drm_snoop_bind *bind, int error)
{
	unsigned long long client = bind->client_id, id = bind->id;

	switch (error) {
	case ENOENT:
		return dsn_fail(error, "client %llu has no %s %llu", client,
				bind->what == DRM_SNOOP_BIND_VM ? "VM" :
				"object with handle", id);
	case ESRCH:
		return dsn_fail(error, "client %llu ended", client);
	}
	return dsn_explain_ioctl(snoop, "DRM_IOCTL_SNOOP_BIND", error);
}

static int bind_to(struct drmsnoop *snoop, uint64_t client_id, uint32_t what,
		   uint64_t id, uint64_t *size)
{
	struct drm_snoop_bind arg = {
		.client_id = client_id,
		.what = what,
		.id = id,
	};
	int ret;

	ret = snoop->backend->ioctl(snoop->fd, DRM_IOCTL_SNOOP_BIND, &arg);
	if (ret)
		return explain_bind(snoop, &arg, -ret);
	snoop->end = arg.size;
	if (size)
		*size = arg.size;
	return 0;
}

int drmsnoop_bind_vm(struct drmsnoop *snoop, uint64_t client_id,
		     uint64_t vm_id, uint64_t *end)
{
	return bind_to(snoop, client_id, DRM_SNOOP_BIND_VM, vm_id, end);
}

int drmsnoop_bind_object(struct drmsnoop *snoop, uint64_t client_id,
			 uint32_t object, uint64_t *size)
{
	return bind_to(snoop, client_id, DRM_SNOOP_BIND_OBJECT, object, size);
}

uint64_t drmsnoop_strip_sign(uint64_t end, uint64_t addr)
{
	uint64_t mask;

	if (addr >> 63 == 0)
		return addr;
	if (end < 2)
		end = 1ULL << 48;
	/* All bits of the highest address. */
	mask = ~0ULL >> __builtin_clzll(end - 1);
	if (mask >> 63 || (addr | mask >> 1) != ~0ULL)
		return addr;
	return addr & mask;
}

int dsn_explain_content(const struct drmsnoop *snoop, const char *what,
			int error)
{
	switch (error) {
	case ENXIO:
		return dsn_fail(error, "the handle is not bound to a VM or object");
	case ENOENT:
		return dsn_fail(error, "what the handle was bound to is gone: the target closed it");
	case ESRCH:
		return dsn_fail(error, "the client ended, or the process whose memory it is");
	case ESTALE:
		return dsn_fail(error, "the target binds something else there again and again");
	}
	return dsn_explain_ioctl(snoop, what, error);
}

int drmsnoop_query_range(struct drmsnoop *snoop, uint64_t addr, uint32_t flags,
			 struct drm_snoop_range *range, size_t range_size)
{
	struct drm_snoop_query_range arg = {
		.addr = drmsnoop_strip_sign(snoop->end, addr),
		.flags = flags,
	};
	size_t known = sizeof(arg.range);
	int ret;

	ret = snoop->backend->ioctl(snoop->fd, DRM_IOCTL_SNOOP_QUERY_RANGE,
				    &arg);
	if (ret == -ENOENT)
		return dsn_fail(ENOENT, "no range at%s 0x%llx",
				flags & DRM_SNOOP_QUERY_NEXT ? " or after" : "",
				(unsigned long long)addr);
	if (ret)
		return dsn_explain_content(snoop, "DRM_IOCTL_SNOOP_QUERY_RANGE",
					   -ret);
	if (range_size > known)
		memset((char *)range + known, 0, range_size - known);
	memcpy(range, &arg.range, range_size < known ? range_size : known);
	return 0;
}

/* pread() with interrupted and short reads continued, no message. */
static ssize_t read_fully(struct drmsnoop *snoop, char *buf, size_t count,
			  uint64_t offset)
{
	size_t done = 0;
	ssize_t n;

	while (done < count) {
		n = snoop->backend->pread(snoop->fd, buf + done, count - done,
					  offset + done);
		if (n == -EINTR)
			continue;
		if (n < 0 && !done)
			return n;
		if (n <= 0)
			break;
		done += n;
	}
	return done;
}

int dsn_check_window(const struct drmsnoop *snoop, uint64_t *offset,
		     uint64_t *size)
{
	if (*size && *size - 1 > UINT64_MAX - *offset)
		return dsn_fail(EOVERFLOW, "0x%llx bytes at 0x%llx go past the last address",
				(unsigned long long)*size,
				(unsigned long long)*offset);
	*offset = drmsnoop_strip_sign(snoop->end, *offset);
	if (*offset > INT64_MAX)
		return dsn_fail(EINVAL, "0x%llx is no address of this VM",
				(unsigned long long)*offset);
	/* File offsets end at 2^63 - 1; nothing is there. */
	if (*size > INT64_MAX - *offset)
		*size = INT64_MAX - *offset;
	return 0;
}

static int explain_read(struct drmsnoop *snoop, uint64_t offset, int error)
{
	struct drm_snoop_range range;
	const char *reason = NULL;

	switch (error) {
	case EPERM:
		return dsn_fail(error, "the kernel is locked down (confidentiality): GPU memory may not be read");
	case EACCES:
	case EIO:
		if (!drmsnoop_query_range(snoop, offset, 0, &range,
					  sizeof(range)))
			reason = drmsnoop_range_reason(snoop, &range, 0) ?:
				 dsn_fault_reason(&range);
		return dsn_fail(error, "nothing can be read at 0x%llx%s%s",
				(unsigned long long)offset,
				reason ? ": " : "", reason ? reason : "");
	}
	return dsn_explain_content(snoop, "reading", error);
}

ssize_t drmsnoop_pread(struct drmsnoop *snoop, void *buf, size_t count,
		       uint64_t offset)
{
	uint64_t size = count;
	ssize_t n;
	int ret;

	ret = dsn_check_window(snoop, &offset, &size);
	if (ret)
		return ret;
	if (size > SSIZE_MAX)
		size = SSIZE_MAX;
	n = read_fully(snoop, buf, size, offset);
	return n < 0 ? explain_read(snoop, offset, -n) : n;
}

/*
 * struct walk - a walk of drmsnoop_read()
 *
 * @hole is kept back, because the next one may be of the same kind.
 */
struct walk {
	struct drmsnoop *snoop;
	drmsnoop_piece_fn fn;
	void *data;
	struct drmsnoop_piece hole;
};

static int flush_hole(struct walk *walk)
{
	struct drmsnoop_piece hole = walk->hole;

	walk->hole.size = 0;
	return hole.size ? walk->fn(&hole, walk->data) : 0;
}

static int put_hole(struct walk *walk, uint64_t offset, uint64_t size, int kind,
		    const char *reason)
{
	int ret;

	if (!size)
		return 0;
	if (walk->hole.size && walk->hole.hole == kind &&
	    walk->hole.reason == reason) {
		walk->hole.size += size;
		return 0;
	}
	ret = flush_hole(walk);
	walk->hole = (struct drmsnoop_piece){
		.offset = offset,
		.size = size,
		.hole = kind,
		.reason = reason,
	};
	return ret;
}

static int put_data(struct walk *walk, uint64_t offset, uint64_t size,
		    const void *data)
{
	struct drmsnoop_piece piece = {
		.offset = offset,
		.size = size,
		.data = data,
	};
	int ret;

	ret = flush_hole(walk);
	return ret ? ret : walk->fn(&piece, walk->data);
}

/*
 * Find out why nothing could be read at *@pos, which gave @error, and go past it.
 * @again says that the read was repeated already; without it, a range that ought to
 * be readable is left where it is: it may have been bound between the read and now.
 */
static int skip_hole(struct walk *walk, uint64_t *pos, uint64_t end, int error,
		     bool *again)
{
	uint64_t start = *pos, page = sysconf(_SC_PAGESIZE), stop;
	struct drm_snoop_range range;
	int kind = DRMSNOOP_HOLE_UNBOUND;
	const char *reason = NULL;
	int ret;

	ret = drmsnoop_query_range(walk->snoop, start, DRM_SNOOP_QUERY_NEXT,
				   &range, sizeof(range));
	if (ret == -ENOENT) {
		stop = end;
	} else if (ret) {
		return ret;
	} else if (range.start > start) {
		stop = dsn_min(range.start, end);
	} else if (range.end <= start) {
		return dsn_fail(EIO, "DRM_IOCTL_SNOOP_QUERY_RANGE answered with a range below 0x%llx: update drm_snoop",
				(unsigned long long)start);
	} else {
		stop = dsn_min(range.end, end);
		kind = DRMSNOOP_HOLE_UNREADABLE;
		reason = drmsnoop_range_reason(walk->snoop, &range, 0);
		if (range.flags & DRM_SNOOP_READABLE) {
			if (!*again) {
				*again = true;
				return 0;
			}
			if (error == ESRCH)
				reason = "process memory: the process ended";
			else
				stop = dsn_min(stop, (start | (page - 1)) + 1);
			if (!reason)
				reason = dsn_fault_reason(&range);
		}
	}
	*again = false;
	*pos = stop;

	/* A VM may end inside the hole. */
	if (kind == DRMSNOOP_HOLE_UNBOUND && walk->snoop->end &&
	    walk->snoop->end < stop) {
		if (walk->snoop->end > start) {
			ret = put_hole(walk, start, walk->snoop->end - start,
				       kind, NULL);
			if (ret)
				return ret;
			start = walk->snoop->end;
		}
		kind = DRMSNOOP_HOLE_END;
	}
	return put_hole(walk, start, stop - start, kind, reason);
}

int drmsnoop_read(struct drmsnoop *snoop, uint64_t offset, uint64_t size,
		  drmsnoop_piece_fn fn, void *data)
{
	struct walk walk = { .snoop = snoop, .fn = fn, .data = data };
	uint64_t asked = size, pos, end, want, piece = PIECE_SIZE;
	bool again = false;
	ssize_t n;
	char *buf;
	int ret;

	ret = dsn_check_window(snoop, &offset, &size);
	if (ret || !size)
		return ret;
	buf = malloc(dsn_min(size, PIECE_SIZE));
	if (!buf)
		return dsn_fail(ENOMEM, "out of memory");

	pos = offset;
	end = offset + size;
	while (!ret && pos < end) {
		want = dsn_min(end - pos, piece);
		n = snoop->backend->pread(snoop->fd, buf, want, pos);
		piece = n == (ssize_t)want ? dsn_min(2 * piece, PIECE_SIZE) :
					     PIECE_START;
		if (n == -EINTR)
			continue;
		if (n > 0) {
			ret = put_data(&walk, pos, n, buf);
			pos += n;
			again = false;
		} else if (!n) {
			ret = put_hole(&walk, pos, end - pos,
				       DRMSNOOP_HOLE_END, NULL);
			pos = end;
		} else if (n == -EIO || n == -EACCES || n == -ESRCH) {
			ret = skip_hole(&walk, &pos, end, -n, &again);
		} else {
			ret = explain_read(snoop, pos, -n);
		}
	}
	if (!ret && asked > size)
		ret = put_hole(&walk, end, asked - size, DRMSNOOP_HOLE_END,
			       NULL);
	if (!ret)
		ret = flush_hole(&walk);
	free(buf);
	return ret;
}
