// SPDX-License-Identifier: GPL-2.0-or-later
#include "share.h"

#include <pthread.h>
#include <stdlib.h>

#include <drmsnoop.h>

#include "node.h"

/* A leaf, never held over a system call. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct share *share_offer(struct node *node, struct drmsnoop *snoop)
{
	struct share *share = malloc(sizeof(*share));

	if (!share)
		return NULL;
	*share = (struct share) { .snoop = snoop, .refs = 1 };
	pthread_mutex_lock(&lock);
	if (!node->share)
		node->share = share;
	pthread_mutex_unlock(&lock);
	return share;
}

void share_withdraw(struct node *node, struct share *share)
{
	if (!share)
		return;
	pthread_mutex_lock(&lock);
	if (node->share == share)
		node->share = NULL;
	pthread_mutex_unlock(&lock);
	share_put(share);
}

struct share *share_get(const struct node *node)
{
	struct share *share;

	pthread_mutex_lock(&lock);
	share = node->share;
	if (share)
		share->refs++;
	pthread_mutex_unlock(&lock);
	return share;
}

void share_put(struct share *share)
{
	unsigned int refs;

	pthread_mutex_lock(&lock);
	refs = --share->refs;
	pthread_mutex_unlock(&lock);
	if (refs)
		return;
	drmsnoop_close(share->snoop);
	free(share);
}
