// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll(), select(), epoll.
 *
 * The end of the card wakes its pollers. The end of a client wakes nobody: the
 * kernel has no event for it and drivers are not hooked. So it is looked for, now and
 * then, while somebody waits.
 */

#include <linux/jiffies.h>
#include <linux/poll.h>

#include "card.h"
#include "client.h"
#include "compat_poll.h"
#include "file.h"
#include "poll.h"
#include "space.h"

/* Pause between two looks. With the delays of the timer it stays within 250 ms. */
#define SNOOP_POLL_MS		200

/* Longest wait of one look for the list of clients. */
#define SNOOP_POLL_LOCK_MS	10

/* All that may begin when a client ends. */
#define SNOOP_POLL_EVENTS	(EPOLLIN | EPOLLRDNORM | EPOLLPRI | EPOLLHUP)

static void snoop_poll_arm(struct snoop_poll *poll)
{
	/* Once it is pending it keeps its time, however many pollers come. */
	schedule_delayed_work(&poll->work, msecs_to_jiffies(SNOOP_POLL_MS));
}

/* Looks at the clients. Whoever finds that one ended wakes all the others. */
static unsigned int snoop_poll_check(struct snoop_file *file)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(SNOOP_POLL_LOCK_MS);
	unsigned int state;

	state = snoop_clients_check(&file->clients, file->card, deadline);
	if (state & SNOOP_CLIENTS_CHANGED)
		wake_up_poll(&file->poll.wait, SNOOP_POLL_EVENTS);
	return state;
}

static void snoop_poll_work(struct work_struct *work)
{
	struct snoop_file *file = container_of(to_delayed_work(work), struct snoop_file,
					       poll.work);

	/* The card woke them itself. */
	if (snoop_card_is_dead(file->card))
		return;
	if ((snoop_poll_check(file) & SNOOP_CLIENTS_LIVING) && wq_has_sleeper(&file->poll.wait))
		snoop_poll_arm(&file->poll);
}

/**
 * snoop_poll_init - nobody waits yet
 * @poll: Part of a struct snoop_file.
 */
void snoop_poll_init(struct snoop_poll *poll)
{
	init_waitqueue_head(&poll->wait);
	INIT_DELAYED_WORK(&poll->work, snoop_poll_work);
}

/**
 * snoop_poll_fini - nobody waits any more
 * @poll: The file is being released: polls hold a reference on it, and epoll has
 *	forgotten it (eventpoll_release() in __fput(), 6.12).
 */
void snoop_poll_fini(struct snoop_poll *poll)
{
	cancel_delayed_work_sync(&poll->work);
	/* No barrier: nobody can come any more. */
	WARN_ON_ONCE(waitqueue_active(&poll->wait));
}

/**
 * snoop_poll_changed - there is something else to wait for
 * @file: A client was registered, or the file bound.
 *
 * Lets those who wait already look again.
 */
void snoop_poll_changed(struct snoop_file *file)
{
	/* Pairs with the barrier of poll_wait(). */
	if (!wq_has_sleeper(&file->poll.wait))
		return;
	wake_up_poll(&file->poll.wait, SNOOP_POLL_EVENTS);
	snoop_poll_arm(&file->poll);
}

/* Has what the file is for ended? */
static bool snoop_poll_is_over(struct snoop_file *file, unsigned int state)
{
	bool over;

	spin_lock(&file->lock);
	if (file->space)
		over = snoop_client_is_gone(file->space->client);
	else
		over = (state & SNOOP_CLIENTS_GONE) && !(state & SNOOP_CLIENTS_LIVING);
	spin_unlock(&file->lock);
	return over;
}

/**
 * snoop_poll - file_operations.poll of snoop nodes
 * @filp: The file.
 * @table: Who waits, and whether.
 *
 * Return: EPOLLIN and EPOLLRDNORM always, as reading never waits for content;
 * EPOLLOUT and EPOLLWRNORM if it is open for writing and not over; EPOLLPRI while
 * LIST has not told yet of a client that ended; EPOLLHUP when it is over: the card
 * is gone, the client that it is bound to ended or, unbound, all clients did.
 */
__poll_t snoop_poll(struct file *filp, poll_table *table)
{
	struct snoop_file *file = filp->private_data;
	__poll_t events = EPOLLIN | EPOLLRDNORM;
	unsigned int state;

	poll_wait(filp, &file->card->wait, table);
	poll_wait(filp, &file->poll.wait, table);
	if (snoop_card_is_dead(file->card))
		return events | EPOLLHUP;

	state = snoop_poll_check(file);
	if ((state & SNOOP_CLIENTS_LIVING) && compat_poll_waits(table))
		snoop_poll_arm(&file->poll);
	if (state & SNOOP_CLIENTS_UNTOLD)
		events |= EPOLLPRI;
	if (snoop_poll_is_over(file, state))
		return events | EPOLLHUP;
	if (file->writable)
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}
