/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_CLIENT_H
#define SNOOP_CLIENT_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct drm_file;
struct snoop_account;
struct snoop_card;

/* Most clients registered on one open file. */
#define SNOOP_MAX_CLIENTS	256

/**
 * struct snoop_client - one registration
 *
 * Freed with the snoop file. Holds nothing of the client itself. @write goes from
 * false to true under the lock of the registrations and is read without it;
 * everything else is immutable.
 */
struct snoop_client {
	/** @client_id: Key of the DRM client on this card. */
	u64 client_id;

	/** @node: DRM_SNOOP_NODE_* that the client opened. */
	u32 node;

	/** @write: The client's memory may be written. */
	bool write;
};

static inline bool snoop_client_may_write(const struct snoop_client *client)
{
	return READ_ONCE(client->write);
}

/**
 * struct snoop_clients - the registrations of one snoop file
 *
 * Entries are added and never removed before snoop_clients_fini(), so a
 * pointer from snoop_clients_find() is good as long as the snoop file is.
 */
struct snoop_clients {
	/** @by_id: struct snoop_client by client id; has its own lock. */
	struct xarray by_id;

	/** @count: Number of entries, protected by the lock of @by_id. */
	unsigned int count;

	/** @account: What each entry is charged to. Immutable. */
	const struct snoop_account *account;
};

void snoop_clients_init(struct snoop_clients *clients, const struct snoop_account *account);
void snoop_clients_fini(struct snoop_clients *clients);
int snoop_clients_add(struct snoop_clients *clients, struct snoop_card *card,
		      int fd, bool write, u64 *client_id);
const struct snoop_client *snoop_clients_find(struct snoop_clients *clients, u64 client_id);
const struct snoop_client *snoop_clients_next(struct snoop_clients *clients, u64 client_id);

struct drm_file *snoop_client_get(struct snoop_card *card, u64 client_id,
				  unsigned long deadline);
void snoop_client_put(struct drm_file *client);

#endif
