// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses: the time in which a client and its hardware are held.
 */

#include <linux/err.h>
#include <linux/jiffies.h>

#include "access.h"
#include "card.h"
#include "client.h"
#include "wait.h"

/**
 * snoop_access_begin - hold a client and its card
 * @access: Filled.
 * @card: A card that snoop_card_get() was called for.
 * @registration: A client registered on the calling snoop file.
 * @memories: Memories registered on it.
 *
 * Return: 0; -ENODEV (the card is gone), -ESRCH (the client ended), -EBUSY,
 * -EINTR, and then nothing is held.
 */
int snoop_access_begin(struct snoop_access *access, struct snoop_card *card,
		       const struct snoop_client *registration,
		       const struct snoop_memories *memories)
{
	access->card = card;
	access->registration = registration;
	access->memories = memories;
	access->deadline = jiffies + msecs_to_jiffies(SNOOP_WAIT_MS);
	if (!snoop_card_enter(card, &access->card_index, &access->drm_index))
		return -ENODEV;
	access->client = snoop_client_get(card, registration->client_id, access->deadline);
	if (!IS_ERR(access->client))
		return 0;
	snoop_card_exit(card, access->card_index, access->drm_index);
	return PTR_ERR(access->client);
}

/**
 * snoop_access_end - let go
 * @access: From snoop_access_begin().
 *
 * If the target closed its last descriptor meanwhile, its client is released
 * here and now: after the SRCU sections, because the release may take locks that
 * the removal of a device holds, and before user memory is touched, so that the
 * observer cannot delay it.
 */
void snoop_access_end(struct snoop_access *access)
{
	snoop_card_exit(access->card, access->card_index, access->drm_index);
	snoop_client_put(access->client);
}

/**
 * snoop_access_end_later - let go, where the client must not be released
 * @access: From snoop_access_begin().
 *
 * For mmap(), which holds an mmap lock. The client's release, if it comes to that, runs
 * when the task returns to user mode.
 */
void snoop_access_end_later(struct snoop_access *access)
{
	snoop_card_exit(access->card, access->card_index, access->drm_index);
	snoop_client_put_later(access->client);
}
