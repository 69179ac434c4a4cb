/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_WAIT_H
#define SNOOP_WAIT_H

#include <linux/mutex.h>
#include <linux/dma-resv.h>

/*
 * Longest wait for one lock or for the fences of one object. A target that is
 * stuck with a lock held must not take the observer with it.
 */
#define SNOOP_WAIT_MS		2000

int snoop_mutex_lock(struct mutex *lock);
int snoop_resv_lock(struct dma_resv *resv);
int snoop_resv_wait_moves(struct dma_resv *resv);

#endif
