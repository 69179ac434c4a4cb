/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_USER_H
#define SNOOP_USER_H

#include <linux/types.h>

struct file;
struct snoop_user;

/**
 * struct snoop_account - on whose account a snoop file keeps and uses memory
 *
 * The account is that of the user who opened the file, whoever uses it now, and
 * so is the privilege to go beyond the limits: CAP_SYS_RESOURCE in the initial
 * user namespace, asked for only where a limit is reached.
 *
 * Part of an open file, or of a snapshot that was made on one. Immutable; what it counts
 * is in @user.
 */
struct snoop_account {
	/** @user: The user, with a reference. */
	struct snoop_user *user;

	/** @filp: The open file, of which charges ask for privilege. */
	const struct file *filp;
};

int snoop_account_open(struct snoop_account *account, const struct file *filp);
void snoop_account_share(struct snoop_account *account, const struct snoop_account *from);
void snoop_account_close(struct snoop_account *account);

int snoop_charge_registration(const struct snoop_account *account);
void snoop_uncharge_registrations(const struct snoop_account *account, unsigned int count);
bool snoop_charge_memory(const struct snoop_account *account, size_t bytes);
void snoop_uncharge_memory(const struct snoop_account *account, size_t bytes);
int snoop_charge_snapshot(const struct snoop_account *account, size_t bytes);
void snoop_uncharge_snapshot(const struct snoop_account *account, size_t bytes);

void snoop_users_exit(void);

#endif
