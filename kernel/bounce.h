/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_BOUNCE_H
#define SNOOP_BOUNCE_H

#include <linux/compiler.h>
#include <linux/types.h>

struct snoop_account;

/*
 * Bytes lie in a buffer as they do in their block of this size in the object,
 * for streaming loads. All pieces but the last end with such a block: no aligned
 * word is copied in two pieces, between which something else may be bound.
 */
#define SNOOP_BOUNCE_ALIGN	16UL

/**
 * struct snoop_bounce - buffer between user memory and objects
 *
 * On the stack of the call that copies; nobody else sees it. User memory must not
 * be touched while an object is held: that may fault, and the fault may need the
 * same object.
 */
struct snoop_bounce {
	/** @buf: The buffer; aligned to SNOOP_BOUNCE_ALIGN. */
	void *buf;

	/** @size: Its bytes. */
	size_t size;

	/** @account: What @buf was charged to; NULL if it is @stack. */
	const struct snoop_account *account;

	/** @stack: Room for words and lines, which need no allocation. */
	u8 stack[128 + SNOOP_BOUNCE_ALIGN] __aligned(SNOOP_BOUNCE_ALIGN);
};

void snoop_bounce_init(struct snoop_bounce *bounce, const struct snoop_account *account,
		       size_t len);
void snoop_bounce_fini(struct snoop_bounce *bounce);
void *snoop_bounce_piece(struct snoop_bounce *bounce, u64 addr, size_t *len);

#endif
