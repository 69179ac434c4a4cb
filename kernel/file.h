/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_FILE_H
#define SNOOP_FILE_H

#include <linux/fs.h>
#include <linux/spinlock.h>
#include <linux/uio.h>

#include "client.h"
#include "memory.h"
#include "poll.h"
#include "user.h"

struct snoop_card;
struct snoop_space;

/**
 * struct snoop_file - one open snoop node
 *
 * Lives from open to release. Calls on it run in parallel.
 */
struct snoop_file {
	/** @card: The card, with snoop_card_get(). Immutable. */
	struct snoop_card *card;

	/** @account: Whose limits the file counts against. */
	struct snoop_account account;

	/** @clients: Registrations; has its own lock. */
	struct snoop_clients clients;

	/** @memories: Registrations of process memories; has its own lock. */
	struct snoop_memories memories;

	/** @poll: Who waits for events; has its own lock. */
	struct snoop_poll poll;

	/** @writable: The node was opened for writing. Immutable. */
	bool writable;

	/** @lock: Protects @space and @unused. */
	spinlock_t lock;

	/** @space: What the file is bound to, with a reference, or NULL. */
	struct snoop_space *space;

	/** @unused: Spaces without references that are still to be released. */
	struct snoop_space *unused;
};

extern const struct file_operations snoop_fops;

struct snoop_space *snoop_file_space(struct snoop_file *file);

ssize_t snoop_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t snoop_write_iter(struct kiocb *iocb, struct iov_iter *from);
int snoop_fsync(struct file *filp, loff_t start, loff_t end, int datasync);
__poll_t snoop_poll(struct file *filp, struct poll_table_struct *table);
int snoop_mmap(struct file *filp, struct vm_area_struct *vma);
loff_t snoop_llseek(struct file *filp, loff_t offset, int whence);
long snoop_ioctl(struct file *filp, unsigned int cmd, unsigned long arg);

#endif
