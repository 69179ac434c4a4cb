// SPDX-License-Identifier: GPL-2.0-only
/*
 * read(), pread(), readv(), preadv().
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "file.h"
#include "space.h"

/*
 * Content goes through a buffer of the call's own, because user memory must
 * not be touched while an object is held: that may fault, and the fault may
 * need the same object. Words and lines need no allocation.
 *
 * Bytes lie in the buffer as they do in their 16-byte block of the object, for
 * streaming loads, and all pieces but the last end with such a block: no
 * aligned word is read in two pieces, between which something else may be bound.
 *
 * The largest buffer is an odd number of pages: buffer and destination, which
 * are walked side by side, then do not stay congruent modulo a power of two. If
 * they do, whatever is direct-mapped misses all the time; with 64 KiB the
 * TLB of QEMU made reads to an aligned destination four times slower.
 */
#define SNOOP_BOUNCE_ALIGN	16UL
#define SNOOP_BOUNCE_MAX	(60UL << 10)
#define SNOOP_BOUNCE_STACK	(128UL + SNOOP_BOUNCE_ALIGN)

/* Reads piece by piece; as read(). */
static ssize_t snoop_read_space(struct snoop_space *space, u64 addr, struct iov_iter *to,
				void *bounce, size_t size)
{
	ssize_t done = 0;

	while (iov_iter_count(to)) {
		size_t skew = addr & (SNOOP_BOUNCE_ALIGN - 1);
		void *buf = bounce + skew;
		size_t copied;
		ssize_t ret;

		ret = snoop_space_read(space, addr, buf, min(iov_iter_count(to), size - skew));
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
 * object; -ENXIO (not bound), -EIO (a hole), -EFAULT, or what
 * snoop_space_read() returns.
 */
ssize_t snoop_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	size_t size = min(iov_iter_count(to) + SNOOP_BOUNCE_ALIGN, SNOOP_BOUNCE_MAX);
	u8 stack[SNOOP_BOUNCE_STACK] __aligned(SNOOP_BOUNCE_ALIGN);
	struct snoop_space *space;
	void *heap = NULL;
	ssize_t ret;

	space = snoop_file_space(iocb->ki_filp->private_data);
	if (IS_ERR(space))
		return PTR_ERR(space);
	if (size > SNOOP_BOUNCE_STACK) {
		heap = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		if (!heap) {
			ret = -ENOMEM;
			goto out;
		}
	}
	ret = snoop_read_space(space, iocb->ki_pos, to, heap ?: stack, size);
	if (ret > 0)
		iocb->ki_pos += ret;
	kvfree(heap);
out:
	snoop_space_put(space);
	return ret;
}
