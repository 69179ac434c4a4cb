// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients: registration by the client's own DRM descriptor, and the way back
 * from a registration to the living client.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>

#include <uapi/drm/drm_snoop.h>

#include "audit.h"
#include "card.h"
#include "client.h"
#include "user.h"
#include "wait.h"

/**
 * snoop_clients_init - begin with no registrations
 * @clients: To initialise.
 * @account: What registrations are charged to.
 */
void snoop_clients_init(struct snoop_clients *clients, const struct snoop_account *account)
{
	xa_init_flags(&clients->by_id, XA_FLAGS_ACCOUNT);
	clients->count = 0;
	clients->account = account;
}

/**
 * snoop_clients_fini - drop all registrations
 * @clients: Nobody else uses them any more.
 */
void snoop_clients_fini(struct snoop_clients *clients)
{
	struct snoop_client *client;
	unsigned long id;

	xa_for_each(&clients->by_id, id, client)
		kfree(client);
	snoop_uncharge_registrations(clients->account, clients->count);
	xa_destroy(&clients->by_id);
}

/*
 * The DRM client of an open file, if that is a descriptor of this card. f_op
 * first: only then is private_data a drm_file (drm_open_helper(), 6.12).
 */
static struct drm_file *snoop_drm_file(const struct drm_device *drm, const struct file *file)
{
	struct drm_file *client;

	if (file->f_op != drm->driver->fops)
		return NULL;
	client = file->private_data;
	if (!client || client->minor->dev != drm || client->filp != file)
		return NULL;
	return client;
}

static u32 snoop_client_node(const struct drm_file *client)
{
	switch (client->minor->type) {
	case DRM_MINOR_PRIMARY:
		return DRM_SNOOP_NODE_PRIMARY;
	case DRM_MINOR_RENDER:
		return DRM_SNOOP_NODE_RENDER;
	default:
		return DRM_SNOOP_NODE_ACCEL;
	}
}

/* Inserts @new, or adds what it may do to the client's registration. */
static int snoop_clients_insert(struct snoop_clients *clients, struct snoop_client *new)
{
	struct snoop_client *old;
	int ret;

	/* Slots are reserved first, because storing must not fail or sleep. */
	if (xa_reserve(&clients->by_id, new->client_id, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	xa_lock(&clients->by_id);
	old = xa_load(&clients->by_id, new->client_id);
	if (old) {
		if (new->write)
			WRITE_ONCE(old->write, true);
		xa_unlock(&clients->by_id);
		kfree(new);
		return 0;
	}
	ret = clients->count < SNOOP_MAX_CLIENTS ? 0 : -ENOSPC;
	if (!ret)
		ret = snoop_charge_registration(clients->account);
	if (ret) {
		/* Gives back the reserved slot. */
		__xa_erase(&clients->by_id, new->client_id);
		xa_unlock(&clients->by_id);
		return ret;
	}
	/* Fails if another thread gave back the slot of the same client. */
	ret = xa_err(__xa_store(&clients->by_id, new->client_id, new, 0));
	if (ret)
		snoop_uncharge_registrations(clients->account, 1);
	else
		clients->count++;
	xa_unlock(&clients->by_id);
	return ret;
}

/**
 * snoop_clients_add - register the client behind a descriptor
 * @clients: Where to add it.
 * @card: The card that the descriptor must be of.
 * @fd: The caller's descriptor.
 * @write: The client's memory may be written; the caller has checked the rest.
 * @client_id: Returned key.
 *
 * Return: 0 (also if it was registered before), -EBADF, -EINVAL (not a
 * descriptor of this card), -EACCES (not readable, or with @write not
 * writable), -ENOSPC, -EDQUOT, -ENOMEM.
 */
int snoop_clients_add(struct snoop_clients *clients, struct snoop_card *card,
		      int fd, bool write, u64 *client_id)
{
	struct snoop_client *new = NULL;
	struct drm_file *client;
	struct file *file;
	int ret;

	file = fget(fd);
	if (!file)
		return -EBADF;
	client = snoop_drm_file(card->drm, file);
	ret = -EINVAL;
	if (!client)
		goto out;
	ret = -EACCES;
	if (!(file->f_mode & FMODE_READ) || (write && !(file->f_mode & FMODE_WRITE)))
		goto out;
	ret = -ENOMEM;
	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		goto out;
	new->client_id = client->client_id;
	new->node = snoop_client_node(client);
	new->write = write;
	*client_id = client->client_id;
	ret = snoop_clients_insert(clients, new);
	if (ret)
		kfree(new);
out:
	snoop_audit_register(card, client, write, ret);
	fput(file);
	return ret;
}

/**
 * snoop_clients_find - look up a registration
 * @clients: Registrations of a snoop file.
 * @client_id: Key.
 *
 * Return: the registration or NULL.
 */
const struct snoop_client *snoop_clients_find(struct snoop_clients *clients, u64 client_id)
{
	return xa_load(&clients->by_id, client_id);
}

/**
 * snoop_clients_next - walk the registrations
 * @clients: Registrations of a snoop file.
 * @client_id: Lowest key that is wanted.
 *
 * Return: the registration with the lowest key from there on, or NULL.
 */
const struct snoop_client *snoop_clients_next(struct snoop_clients *clients, u64 client_id)
{
	unsigned long index = client_id;

	return xa_find(&clients->by_id, &index, ULONG_MAX, XA_PRESENT);
}

/**
 * snoop_clients_told - LIST tells that a client ended
 * @clients: Registrations of a snoop file.
 * @client_id: Key of one of them.
 */
void snoop_clients_told(struct snoop_clients *clients, u64 client_id)
{
	struct snoop_client *client = xa_load(&clients->by_id, client_id);

	WRITE_ONCE(client->told, true);
}

/* Marks registrations whose client is not among those of the card. Did it mark any? */
static bool snoop_clients_mark_gone(struct snoop_clients *clients, struct drm_device *drm)
{
	struct snoop_client *client;
	struct drm_file *living;
	bool changed = false;
	unsigned long id;

	lockdep_assert_held(&drm->filelist_mutex);
	/* Only these: who is registered from here on may be missed below. */
	xa_for_each(&clients->by_id, id, client)
		client->checked = !client->gone;
	list_for_each_entry(living, &drm->filelist, lhead) {
		/* As in snoop_client_get(); a file in the list is not freed yet. */
		if (!living->filp || !file_count(living->filp))
			continue;
		client = xa_load(&clients->by_id, living->client_id);
		if (client)
			client->checked = false;
	}
	xa_for_each(&clients->by_id, id, client) {
		if (!client->checked)
			continue;
		client->checked = false;
		WRITE_ONCE(client->gone, true);
		changed = true;
	}
	return changed;
}

static unsigned int snoop_clients_state(struct snoop_clients *clients)
{
	struct snoop_client *client;
	unsigned int state = 0;
	unsigned long id;

	xa_for_each(&clients->by_id, id, client) {
		if (!snoop_client_is_gone(client))
			state |= SNOOP_CLIENTS_LIVING;
		else if (READ_ONCE(client->told))
			state |= SNOOP_CLIENTS_GONE;
		else
			state |= SNOOP_CLIENTS_GONE | SNOOP_CLIENTS_UNTOLD;
	}
	return state;
}

/**
 * snoop_clients_check - find out which registered clients ended
 * @clients: Registrations of a snoop file.
 * @card: Its card, with snoop_card_get().
 * @deadline: When waiting for the list of clients ends, in jiffies; what was found
 *	before is the answer then.
 *
 * Return: SNOOP_CLIENTS_*.
 */
unsigned int snoop_clients_check(struct snoop_clients *clients, struct snoop_card *card,
				 unsigned long deadline)
{
	struct drm_device *drm = card->drm;
	bool changed;

	if (!(snoop_clients_state(clients) & SNOOP_CLIENTS_LIVING) ||
	    snoop_mutex_lock(&drm->filelist_mutex, deadline))
		return snoop_clients_state(clients);
	changed = snoop_clients_mark_gone(clients, drm);
	mutex_unlock(&drm->filelist_mutex);
	return snoop_clients_state(clients) | (changed ? SNOOP_CLIENTS_CHANGED : 0);
}

/**
 * snoop_client_get - the living client of a registration
 * @card: The card; inside snoop_card_enter().
 * @client_id: Key of a registered client.
 * @deadline: When waiting ends, in jiffies.
 *
 * Keeps the client from being torn down until snoop_client_put(). A client
 * whose last descriptor was closed is not found, although its release may not
 * have run yet.
 *
 * Return: the client; -ESRCH when it has ended, -EBUSY, -EINTR.
 */
struct drm_file *snoop_client_get(struct snoop_card *card, u64 client_id,
				  unsigned long deadline)
{
	struct drm_device *drm = card->drm;
	struct drm_file *client;
	int ret;

	/*
	 * Opens on the card take this mutex: nothing that can block for long
	 * may happen under it, so only the key is compared.
	 */
	ret = snoop_mutex_lock(&drm->filelist_mutex, deadline);
	if (ret)
		return ERR_PTR(ret);
	list_for_each_entry(client, &drm->filelist, lhead) {
		/* In-kernel clients have no file (drm_client_init(), 6.12). */
		if (client->client_id != client_id || !client->filp)
			continue;
		if (!get_file_active(&client->filp))
			break;
		mutex_unlock(&drm->filelist_mutex);
		return client;
	}
	mutex_unlock(&drm->filelist_mutex);
	return ERR_PTR(-ESRCH);
}

/**
 * snoop_client_put - undo snoop_client_get()
 * @client: The client.
 *
 * Outside of snoop_card_enter(). If the target closed its last descriptor
 * meanwhile, the client is released here. Not left to the task's return to user
 * mode, as fput() would: the caller may be about to write to user memory, and
 * that can take as long as the observer likes.
 */
void snoop_client_put(struct drm_file *client)
{
	__fput_sync(client->filp);
}

/**
 * snoop_client_put_later - undo snoop_client_get() under an mmap lock
 * @client: The client.
 *
 * The release would take locks under which a driver may wait for that mmap lock.
 */
void snoop_client_put_later(struct drm_file *client)
{
	fput(client->filp);
}
