/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHARE_H
#define SHARE_H

/*
 * Shares: the snoop handle of an open directory, lent to lookups in it
 *
 * Whoever has a directory of ranges open may see their names until it is closed.
 * Looking up these names with the same handle costs one ioctl instead of a
 * registration each, which is what makes ls -l of many ranges bearable.
 */

struct drmsnoop;
struct node;

/**
 * struct share - a snoop handle with several users
 *
 * snoop is immutable; it is bound, and only used in ways that threads may share.
 * The lock of share.c protects refs, and the member share of all nodes.
 */
struct share {
	/** @snoop: Owned. */
	struct drmsnoop *snoop;

	/** @refs: Users; the share goes with the last. */
	unsigned int refs;
};

/**
 * share_offer - make a share and lend it to lookups in a directory
 * @node: directory; a share that is offered already stays the one that is lent
 * @snoop: bound handle; owned by the share
 *
 * Returns the share, to be ended by share_withdraw(), or NULL without memory;
 * then @snoop is still the caller's.
 */
struct share *share_offer(struct node *node, struct drmsnoop *snoop);

/**
 * share_withdraw - lend a share no more, and give up the owner's reference
 * @node: directory that it was offered for
 * @share: share, or NULL
 */
void share_withdraw(struct node *node, struct share *share);

/**
 * share_get - borrow what a directory offers
 * @node: directory
 *
 * Returns a share for share_put(), or NULL: nothing is offered.
 */
struct share *share_get(const struct node *node);

/**
 * share_put - give back
 */
void share_put(struct share *share);

#endif /* SHARE_H */
