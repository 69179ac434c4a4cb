// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users: limits on what all snoop files that one user has open keep and use
 * together.
 *
 * The memory control group bounds bytes, too, but a machine need not have one
 * for each user. As with pipe-user-pages-soft, ids of a user namespace count as
 * users of their own.
 */

#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/xarray.h>

#include "user.h"

static unsigned int max_registrations = 4096;
module_param(max_registrations, uint, 0644);
MODULE_PARM_DESC(max_registrations, "Most registrations of one user (default: 4096)");

static unsigned int max_memory_mb = 64;
module_param(max_memory_mb, uint, 0644);
MODULE_PARM_DESC(max_memory_mb, "Most memory of one user for copies, in MiB (default: 64)");

static unsigned int max_snapshot_mb = 1024;
module_param(max_snapshot_mb, uint, 0644);
MODULE_PARM_DESC(max_snapshot_mb, "Most memory of one user for snapshots, in MiB (default: 1024)");

/**
 * struct snoop_user - what the snoop files of one user keep and use
 * @ref: Accounts of the user; changes under the lock of users.
 * @uid: Key in users. Immutable.
 * @registrations: Registrations of clients and memories.
 * @memory: Bytes of kernel memory.
 * @snapshots: Bytes of snapshots.
 */
struct snoop_user {
	refcount_t ref;
	uid_t uid;
	atomic_long_t registrations;
	atomic_long_t memory;
	atomic_long_t snapshots;
};

/* Users with accounts, by uid; its lock also covers their references. */
static DEFINE_XARRAY_FLAGS(users, XA_FLAGS_ACCOUNT);

/* Takes the place of nobody, or leaves the one who is there. */
static struct snoop_user *snoop_user_insert(struct snoop_user *new)
{
	struct snoop_user *user;

	xa_lock(&users);
	/* May drop the lock to allocate, but then looks again. */
	user = __xa_cmpxchg(&users, new->uid, NULL, new, GFP_KERNEL_ACCOUNT);
	if (user && !xa_is_err(user))
		refcount_inc(&user->ref);
	xa_unlock(&users);
	return user;
}

static struct snoop_user *snoop_user_get(uid_t uid)
{
	struct snoop_user *user, *new;

	xa_lock(&users);
	user = xa_load(&users, uid);
	if (user)
		refcount_inc(&user->ref);
	xa_unlock(&users);
	if (user)
		return user;

	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	refcount_set(&new->ref, 1);
	new->uid = uid;
	user = snoop_user_insert(new);
	if (!user)
		return new;
	kfree(new);
	return xa_is_err(user) ? ERR_PTR(xa_err(user)) : user;
}

static void snoop_user_put(struct snoop_user *user)
{
	bool last;

	xa_lock(&users);
	last = refcount_dec_and_test(&user->ref);
	if (last)
		__xa_erase(&users, user->uid);
	xa_unlock(&users);
	if (!last)
		return;
	WARN_ON_ONCE(atomic_long_read(&user->registrations) ||
		     atomic_long_read(&user->memory) || atomic_long_read(&user->snapshots));
	kfree(user);
}

/**
 * snoop_account_open - begin to count for an open file
 * @account: Filled.
 * @filp: The file; outlives the account.
 *
 * Return: 0 or -ENOMEM.
 */
int snoop_account_open(struct snoop_account *account, const struct file *filp)
{
	struct snoop_user *user;

	user = snoop_user_get(__kuid_val(filp->f_cred->uid));
	if (IS_ERR(user))
		return PTR_ERR(user);
	account->user = user;
	account->filp = filp;
	return 0;
}

/**
 * snoop_account_share - an account of the same user
 * @account: Filled. It may outlive the file; when that is closed it can only give back.
 * @from: Account of an open file.
 */
void snoop_account_share(struct snoop_account *account, const struct snoop_account *from)
{
	*account = *from;
	xa_lock(&users);
	refcount_inc(&account->user->ref);
	xa_unlock(&users);
}

/**
 * snoop_account_close - undo snoop_account_open() or snoop_account_share()
 * @account: All that was charged through it has been uncharged.
 */
void snoop_account_close(struct snoop_account *account)
{
	snoop_user_put(account->user);
}

/* Adds @amount, unless that is more than the limit and the opener may not exceed it. */
static bool snoop_charge(const struct snoop_account *account, atomic_long_t *counter,
			 long amount, long limit)
{
	long old = atomic_long_read(counter);

	do {
		if ((amount > limit || old > limit - amount) &&
		    !file_ns_capable(account->filp, &init_user_ns, CAP_SYS_RESOURCE))
			return false;
	} while (!atomic_long_try_cmpxchg(counter, &old, old + amount));
	return true;
}

static void snoop_uncharge(atomic_long_t *counter, long amount)
{
	WARN_ON_ONCE(atomic_long_sub_return(amount, counter) < 0);
}

/**
 * snoop_charge_registration - count one more registration
 * @account: Of the file that it is made on.
 *
 * Return: 0, or -EDQUOT when the user has as many as allowed.
 */
int snoop_charge_registration(const struct snoop_account *account)
{
	return snoop_charge(account, &account->user->registrations, 1,
			    READ_ONCE(max_registrations)) ? 0 : -EDQUOT;
}

/**
 * snoop_uncharge_registrations - registrations end
 * @account: They were charged to it.
 * @count: How many.
 */
void snoop_uncharge_registrations(const struct snoop_account *account, unsigned int count)
{
	snoop_uncharge(&account->user->registrations, count);
}

/**
 * snoop_charge_memory - count memory that is about to be allocated
 * @account: Of the file that it is for.
 * @bytes: How much.
 *
 * Return: false when that is more than the user may have.
 */
bool snoop_charge_memory(const struct snoop_account *account, size_t bytes)
{
	if (bytes > LONG_MAX)
		return false;
	return snoop_charge(account, &account->user->memory, bytes,
			    (long)READ_ONCE(max_memory_mb) << 20);
}

/**
 * snoop_uncharge_memory - memory was freed
 * @account: It was charged to it.
 * @bytes: How much.
 */
void snoop_uncharge_memory(const struct snoop_account *account, size_t bytes)
{
	snoop_uncharge(&account->user->memory, bytes);
}

/**
 * snoop_charge_snapshot - count memory that a snapshot is about to take
 * @account: Of the snapshot.
 * @bytes: How much.
 *
 * Return: 0, or -EDQUOT when that is more than the user may have.
 */
int snoop_charge_snapshot(const struct snoop_account *account, size_t bytes)
{
	return snoop_charge(account, &account->user->snapshots, bytes,
			    (long)READ_ONCE(max_snapshot_mb) << 20) ? 0 : -EDQUOT;
}

/**
 * snoop_uncharge_snapshot - memory of a snapshot was freed
 * @account: It was charged to it.
 * @bytes: How much.
 */
void snoop_uncharge_snapshot(const struct snoop_account *account, size_t bytes)
{
	snoop_uncharge(&account->user->snapshots, bytes);
}

/**
 * snoop_users_exit - the module goes
 *
 * No file is open and no snapshot left, so nobody is left.
 */
void snoop_users_exit(void)
{
	WARN_ON(!xa_empty(&users));
	xa_destroy(&users);
}
