/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_POLL_H
#define SNOOP_POLL_H

#include <linux/wait.h>
#include <linux/workqueue.h>

struct snoop_file;

/**
 * struct snoop_poll - who waits for events of a snoop file
 *
 * Part of an open file. @work is pending while somebody waits at @wait, a
 * registered client lives and the card is there; otherwise it ends by itself at
 * its next run, and at the latest in snoop_poll_fini().
 */
struct snoop_poll {
	/** @wait: Pollers; has its own lock. Woken when clients end. */
	struct wait_queue_head wait;

	/** @work: Looks whether clients ended. */
	struct delayed_work work;
};

void snoop_poll_init(struct snoop_poll *poll);
void snoop_poll_fini(struct snoop_poll *poll);
void snoop_poll_changed(struct snoop_file *file);

#endif
