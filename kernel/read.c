// SPDX-License-Identifier: GPL-2.0-only
/*
 * read(), pread(), readv(), preadv().
 */

#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include "bounce.h"
#include "file.h"
#include "policy.h"
#include "space.h"

/* Reads piece by piece; as read(). */
static ssize_t snoop_read_space(struct snoop_space *space, u64 addr, struct iov_iter *to,
				struct snoop_bounce *bounce)
{
	ssize_t done = 0;

	while (iov_iter_count(to)) {
		size_t len = iov_iter_count(to);
		void *buf = snoop_bounce_piece(bounce, addr, &len);
		size_t copied;
		ssize_t ret;

		ret = snoop_space_access(space, addr, buf, len, false);
		if (ret <= 0)
			return done ?: ret;
		copied = copy_to_iter(buf, ret, to);
		done += copied;
		addr += copied;
		if (copied < ret)
			return done ?: -EFAULT;
		if (fatal_signal_pending(current))
			return done;
		cond_resched();
	}
	return done;
}

/**
 * snoop_read_iter - read from the bound VM or object
 * @iocb: The file and the address.
 * @to: User memory.
 *
 * Return: bytes read, fewer before a hole or an error; 0 at the end of an
 * object; -ENXIO (not bound), -EIO (a hole), -EPERM (the kernel is locked down),
 * -EFAULT, or what snoop_space_access() returns.
 */
ssize_t snoop_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct snoop_file *file = iocb->ki_filp->private_data;
	struct snoop_bounce bounce;
	struct snoop_space *space;
	ssize_t ret;

	ret = snoop_policy_read();
	if (ret)
		return ret;
	space = snoop_file_space(file);
	if (IS_ERR(space))
		return PTR_ERR(space);
	snoop_bounce_init(&bounce, &file->account, iov_iter_count(to));
	ret = snoop_read_space(space, iocb->ki_pos, to, &bounce);
	snoop_bounce_fini(&bounce);
	snoop_space_put(space);
	if (ret > 0)
		iocb->ki_pos += ret;
	return ret;
}
