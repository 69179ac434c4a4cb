/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_WAIT_H
#define SNOOP_WAIT_H

#include <linux/mutex.h>
#include <linux/dma-resv.h>

/*
 * Longest time that one access waits for locks and fences, all together. A
 * target that is stuck with a lock held must not take the observer with it, nor
 * whoever removes the device.
 */
#define SNOOP_WAIT_MS		2000

/* Shortest pause between two tries, in microseconds. */
#define SNOOP_PAUSE_MIN_US	20U

int snoop_pause(unsigned long deadline, unsigned int *pause_us);
int snoop_mutex_lock(struct mutex *lock, unsigned long deadline);
int snoop_resv_lock_only(struct dma_resv *resv, unsigned long deadline);
int snoop_resv_lock(struct dma_resv *resv, unsigned long deadline);

#endif
