/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_SPACE_H
#define SNOOP_SPACE_H

#include <linux/kref.h>
#include <linux/types.h>

struct drm_snoop_bind;
struct drm_snoop_range;
struct snoop_access;
struct snoop_client;
struct snoop_file;
struct snoop_range;
struct snoop_space;

/**
 * struct snoop_space_ops - a kind of address space
 *
 * ranges is called within an access; with reservations held only if the space does not
 * say ranges_reserve.
 */
struct snoop_space_ops {
	/**
	 * @ranges: Fills up to @max ranges that end above @addr, ascending,
	 * each with a reference on its object. Returns their number, 0 for
	 * none, or a negative error code.
	 */
	int (*ranges)(struct snoop_space *space, const struct snoop_access *access, u64 addr,
		      struct snoop_range *ranges, unsigned int max);

	/** @release: Frees the space. */
	void (*release)(struct snoop_space *space);
};

/**
 * struct snoop_space - what a snoop file is bound to
 *
 * Reference counted, because calls that run while the file is bound anew
 * finish on the old space. Never outlives the snoop file.
 * All members but @next are immutable; kinds of spaces embed it.
 */
struct snoop_space {
	/** @ref: Held by the snoop file and by calls under way. */
	struct kref ref;

	/** @ops: Kind of the space. */
	const struct snoop_space_ops *ops;

	/** @file: Snoop file, whose registrations decide what may be done. */
	struct snoop_file *file;

	/** @client: Registered client that the space belongs to. */
	const struct snoop_client *client;

	/** @size: First address after the space. */
	u64 size;

	/**
	 * @va_bits: Width of addresses that have a sign-extended alias; 0 if
	 * they have none.
	 */
	unsigned int va_bits;

	/**
	 * @eof: What no range covers is the end of file, not a hole. @size does
	 * not tell: a handle may name another object by now.
	 */
	bool eof;

	/** @ranges_reserve: As snoop_adapter_ops.ranges_reserve. */
	bool ranges_reserve;

	/** @next: Once unused: next of the file's unused spaces, by the file's lock. */
	struct snoop_space *next;
};

struct snoop_space *snoop_space_bind(struct snoop_file *file, struct drm_snoop_bind *bind);
void snoop_space_put(struct snoop_space *space);
void snoop_space_put_later(struct snoop_space *space);
void snoop_spaces_free_unused(struct snoop_file *file);

/* Extents got at once. */
#define SNOOP_EXTENTS_MAX	16U

/**
 * struct snoop_extent - addresses that are bound, without what is bound there
 * @start: First address.
 * @end: First address after it.
 */
struct snoop_extent {
	u64 start;
	u64 end;
};

u64 snoop_space_canonical(const struct snoop_space *space, u64 addr);
int snoop_space_extents(struct snoop_space *space, u64 addr, struct snoop_extent *extents,
			unsigned int max);
int snoop_space_next(struct snoop_space *space, u64 addr, struct drm_snoop_range *out);
int snoop_space_query(struct snoop_space *space, u64 addr, bool next,
		      struct drm_snoop_range *out);
int snoop_space_begin(struct snoop_space *space, struct snoop_access *access);
ssize_t snoop_space_access(struct snoop_space *space, u64 addr, void *buf, size_t len, bool write);
ssize_t snoop_space_read_bound(struct snoop_space *space, u64 addr, u64 generation, void *buf,
			       size_t len);

/* Constructors of the kinds, within an access. */
struct snoop_space *snoop_object_space(const struct snoop_access *access, u64 handle);
struct snoop_space *snoop_vm_space(const struct snoop_access *access, u64 vm_id);

#endif
