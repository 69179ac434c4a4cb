// SPDX-License-Identifier: GPL-2.0-only
/*
 * write(), pwrite(), writev(), pwritev() and fsync().
 */

#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include <drm/drm_device.h>

#include "bounce.h"
#include "card.h"
#include "file.h"
#include "policy.h"
#include "space.h"

/* Writes piece by piece; as write(). */
static ssize_t snoop_write_space(struct snoop_space *space, u64 addr, struct iov_iter *from,
				 struct snoop_bounce *bounce)
{
	ssize_t done = 0;

	while (iov_iter_count(from)) {
		size_t len = iov_iter_count(from);
		void *buf = snoop_bounce_piece(bounce, addr, &len);
		size_t copied;
		ssize_t ret;

		copied = copy_from_iter(buf, len, from);
		if (!copied)
			return done ?: -EFAULT;
		ret = snoop_space_access(space, addr, buf, copied, true);
		if (ret <= 0)
			return done ?: ret;
		done += ret;
		addr += ret;
		/* The rest of the piece does not count as taken. */
		iov_iter_revert(from, copied - ret);
		if (fatal_signal_pending(current))
			return done;
		cond_resched();
	}
	return done;
}

/**
 * snoop_write_iter - write to the bound VM or object
 * @iocb: The file and the address; O_APPEND means nothing here.
 * @from: User memory.
 *
 * Return: bytes written, fewer before a hole or an error; -ENXIO (not bound),
 * -EIO (a hole), -ENOSPC (at the end of an object), -EACCES (not registered for
 * writing, or what is there must not be written), -EPERM (writing is switched off,
 * or the kernel is locked down), -EFAULT, or what snoop_space_access()
 * returns.
 */
ssize_t snoop_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct snoop_file *file = iocb->ki_filp->private_data;
	struct snoop_bounce bounce;
	struct snoop_space *space;
	ssize_t ret;

	ret = snoop_policy_write();
	if (ret)
		return ret;
	space = snoop_file_space(file);
	if (IS_ERR(space))
		return PTR_ERR(space);
	snoop_bounce_init(&bounce, &file->account, iov_iter_count(from));
	ret = snoop_write_space(space, iocb->ki_pos, from, &bounce);
	snoop_bounce_fini(&bounce);
	snoop_space_put(space);
	if (ret > 0)
		iocb->ki_pos += ret;
	return ret;
}

/**
 * snoop_fsync - make earlier writes visible to the device
 * @filp: The file.
 * @start: Not used: all of it.
 * @end: Not used.
 * @datasync: Not used.
 *
 * Each write leaves the CPU before it returns (snoop_copy_wc()), so that
 * where the device sees the caches of the CPU nothing is left to do. Caches of
 * the device itself are out of reach: work that the device has begun may go on
 * with what it had read before.
 *
 * Return: 0; -ENODEV (the card is gone), -EOPNOTSUPP (the device does not see the
 * caches of the CPU).
 */
int snoop_fsync(struct file *filp, loff_t start, loff_t end, int datasync)
{
	struct snoop_file *file = filp->private_data;

	if (snoop_card_is_dead(file->card))
		return -ENODEV;
	/* Orders what this CPU wrote before whatever the caller does next. */
	mb();
	return dev_is_dma_coherent(file->card->drm->dev) ? 0 : -EOPNOTSUPP;
}
