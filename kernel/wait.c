// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounded, killable waits for what belongs to a driver.
 *
 * The kernel has no lock call with a time limit, so contended locks are tried
 * again in growing intervals. Whoever holds one of these locks for long is
 * waiting for the GPU; some more milliseconds on top do not matter then, while
 * an unbounded wait would.
 */

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>

#include "wait.h"

/* Longest pause between two tries. */
#define SNOOP_PAUSE_MAX_US	5000U

/**
 * snoop_pause - sleep between two tries
 * @deadline: When waiting ends, in jiffies.
 * @pause_us: Time to sleep; begins as SNOOP_PAUSE_MIN_US and grows each time.
 *
 * Return: 0; -EINTR for a fatal signal, -EBUSY when the time is up.
 */
int snoop_pause(unsigned long deadline, unsigned int *pause_us)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	if (time_after(jiffies, deadline))
		return -EBUSY;
	usleep_range(*pause_us, *pause_us * 2);
	*pause_us = min(*pause_us * 2, SNOOP_PAUSE_MAX_US);
	return 0;
}

/**
 * snoop_mutex_lock - lock a mutex that is not ours
 * @lock: The mutex.
 * @deadline: When waiting ends, in jiffies.
 *
 * Return: 0 with the lock held, -EBUSY, -EINTR.
 */
int snoop_mutex_lock(struct mutex *lock, unsigned long deadline)
{
	unsigned int pause_us = SNOOP_PAUSE_MIN_US;
	int ret;

	might_sleep();
	while (!mutex_trylock(lock)) {
		ret = snoop_pause(deadline, &pause_us);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * snoop_resv_lock_only - lock a reservation for what it guards besides memory
 * @resv: The reservation; no other one is held.
 * @deadline: When waiting ends, in jiffies.
 *
 * Return: 0 with the lock held, whatever fences there are; -EBUSY, -EINTR.
 */
int snoop_resv_lock_only(struct dma_resv *resv, unsigned long deadline)
{
	unsigned int pause_us = SNOOP_PAUSE_MIN_US;
	int ret;

	while (!dma_resv_trylock(resv)) {
		ret = snoop_pause(deadline, &pause_us);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * snoop_resv_lock - lock an object's reservation with its memory in place
 * @resv: The reservation; no other one is held.
 * @deadline: When waiting ends, in jiffies.
 *
 * Moves and clears by the kernel are fences of usage KERNEL; the memory must
 * not be touched before they have signalled (include/linux/dma-resv.h, 6.12).
 * They are waited for without the lock, which may be the one of the target's
 * whole VM. Work of the target itself is not waited for.
 *
 * Return: 0 with the lock held, -EBUSY, -EINTR, -ERESTARTSYS for a signal.
 */
int snoop_resv_lock(struct dma_resv *resv, unsigned long deadline)
{
	unsigned long now;
	long left;
	int ret;

	might_sleep();
	for (;;) {
		ret = snoop_resv_lock_only(resv, deadline);
		if (ret)
			return ret;
		if (dma_resv_test_signaled(resv, DMA_RESV_USAGE_KERNEL))
			return 0;
		dma_resv_unlock(resv);

		now = jiffies;
		if (time_after_eq(now, deadline))
			return -EBUSY;
		left = dma_resv_wait_timeout(resv, DMA_RESV_USAGE_KERNEL, true, deadline - now);
		if (left < 0)
			return left;
	}
}
