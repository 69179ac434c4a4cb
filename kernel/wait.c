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

/**
 * struct snoop_retry - one bounded wait
 * @deadline: End, in jiffies.
 * @delay_us: Next pause.
 */
struct snoop_retry {
	unsigned long deadline;
	unsigned int delay_us;
};

static void snoop_retry_init(struct snoop_retry *retry)
{
	retry->deadline = jiffies + msecs_to_jiffies(SNOOP_WAIT_MS);
	retry->delay_us = 20;
}

/* Sleeps once. 0, -EINTR for a fatal signal, -EBUSY when the time is up. */
static int snoop_retry_pause(struct snoop_retry *retry)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	if (time_after(jiffies, retry->deadline))
		return -EBUSY;
	usleep_range(retry->delay_us, retry->delay_us * 2);
	retry->delay_us = min(retry->delay_us * 2, 5000U);
	return 0;
}

/**
 * snoop_mutex_lock - lock a driver's mutex
 * @lock: The mutex.
 *
 * Return: 0 with the lock held, -EBUSY after SNOOP_WAIT_MS, -EINTR.
 */
int snoop_mutex_lock(struct mutex *lock)
{
	struct snoop_retry retry;
	int ret;

	might_sleep();
	if (mutex_trylock(lock))
		return 0;
	snoop_retry_init(&retry);
	do {
		ret = snoop_retry_pause(&retry);
		if (ret)
			return ret;
	} while (!mutex_trylock(lock));
	return 0;
}

/**
 * snoop_resv_lock - lock an object's reservation
 * @resv: The reservation; no other one is held.
 *
 * Return: 0 with the lock held, -EBUSY after SNOOP_WAIT_MS, -EINTR.
 */
int snoop_resv_lock(struct dma_resv *resv)
{
	struct snoop_retry retry;
	int ret;

	might_sleep();
	if (dma_resv_trylock(resv))
		return 0;
	snoop_retry_init(&retry);
	do {
		ret = snoop_retry_pause(&retry);
		if (ret)
			return ret;
	} while (!dma_resv_trylock(resv));
	return 0;
}

/**
 * snoop_resv_wait_moves - wait until the memory of an object is in place
 * @resv: The object's reservation, held.
 *
 * Moves and clears by the kernel are fences of usage KERNEL; the memory must
 * not be touched before they have signalled (include/linux/dma-resv.h, 6.12).
 * Work of the target itself is not waited for.
 *
 * Return: 0, -EBUSY after SNOOP_WAIT_MS, -ERESTARTSYS for a signal.
 */
int snoop_resv_wait_moves(struct dma_resv *resv)
{
	long left;

	dma_resv_assert_held(resv);
	left = dma_resv_wait_timeout(resv, DMA_RESV_USAGE_KERNEL, true,
				     msecs_to_jiffies(SNOOP_WAIT_MS));
	if (left < 0)
		return left;
	return left ? 0 : -EBUSY;
}
