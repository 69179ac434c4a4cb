/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_CLIENT_H
#define SNOOP_CLIENT_H

#include <linux/bits.h>
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
 * Freed with the snoop file. Holds nothing of the client itself. @write, @gone and
 * @told go from false to true and are read without a lock: @write under the lock of
 * the registrations, @gone under drm_device.filelist_mutex, which also protects
 * @checked. Everything else is immutable.
 */
struct snoop_client {
	/** @client_id: Key of the DRM client on this card. */
	u64 client_id;

	/** @node: DRM_SNOOP_NODE_* that the client opened. */
	u32 node;

	/** @write: The client's memory may be written. */
	bool write;

	/** @checked: Being looked for, not found yet. */
	bool checked;

	/** @gone: snoop_clients_check() found that the client ended. */
	bool gone;

	/** @told: LIST has told that the client ended. */
	bool told;
};

static inline bool snoop_client_may_write(const struct snoop_client *client)
{
	return READ_ONCE(client->write);
}

static inline bool snoop_client_is_gone(const struct snoop_client *client)
{
	return READ_ONCE(client->gone);
}

/* What snoop_clients_check() returns. */
/* some live */
#define SNOOP_CLIENTS_LIVING	BIT(0)
/* some ended */
#define SNOOP_CLIENTS_GONE	BIT(1)
/* some ended and LIST has not told */
#define SNOOP_CLIENTS_UNTOLD	BIT(2)
/* this call found that some ended */
#define SNOOP_CLIENTS_CHANGED	BIT(3)

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
void snoop_clients_told(struct snoop_clients *clients, u64 client_id);
unsigned int snoop_clients_check(struct snoop_clients *clients, struct snoop_card *card,
				 unsigned long deadline);

struct drm_file *snoop_client_get(struct snoop_card *card, u64 client_id,
				  unsigned long deadline);
void snoop_client_put(struct drm_file *client);
void snoop_client_put_later(struct drm_file *client);

#endif
