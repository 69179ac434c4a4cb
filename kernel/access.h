/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_ACCESS_H
#define SNOOP_ACCESS_H

#include <linux/types.h>

struct drm_file;
struct snoop_card;
struct snoop_client;
struct snoop_memories;

/**
 * struct snoop_access - one bounded access to a client on a card
 *
 * On the stack of the call that makes it, from snoop_access_begin() to
 * snoop_access_end(). Meanwhile the hardware and the client stay, so it is short:
 * all waits in it together end at @deadline, and no user memory is touched.
 */
struct snoop_access {
	/** @card: The card. */
	struct snoop_card *card;

	/** @client: The client, with a reference on its file. */
	struct drm_file *client;

	/** @registration: What the snoop file may do with the client. */
	const struct snoop_client *registration;

	/** @memories: Process memories registered on the snoop file. */
	const struct snoop_memories *memories;

	/** @deadline: When waiting for locks and fences ends, in jiffies. */
	unsigned long deadline;

	/** @card_index: Index of the card's SRCU section. */
	int card_index;

	/** @drm_index: Index of the DRM core's SRCU section. */
	int drm_index;
};

int snoop_access_begin(struct snoop_access *access, struct snoop_card *card,
		       const struct snoop_client *registration,
		       const struct snoop_memories *memories);
void snoop_access_end(struct snoop_access *access);
void snoop_access_end_later(struct snoop_access *access);

#endif
