// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounce buffers of reads and writes.
 */

#include <linux/minmax.h>
#include <linux/slab.h>

#include "bounce.h"
#include "user.h"

/*
 * The largest buffer is an odd number of pages: buffer and user memory, which
 * are walked side by side, then do not stay congruent modulo a power of two. If
 * they do, whatever is direct-mapped misses all the time; with 64 KiB the
 * TLB of QEMU made reads to an aligned destination four times slower.
 */
#define SNOOP_BOUNCE_MAX	(60UL << 10)

/**
 * snoop_bounce_init - get a buffer
 * @bounce: Filled.
 * @account: Of the file that is read or written.
 * @len: Bytes to be copied.
 *
 * Never fails: without memory, or when the user's limit is reached, the buffer is
 * small and the copy slow.
 */
void snoop_bounce_init(struct snoop_bounce *bounce, const struct snoop_account *account,
		       size_t len)
{
	size_t size = min(len, SNOOP_BOUNCE_MAX - SNOOP_BOUNCE_ALIGN) + SNOOP_BOUNCE_ALIGN;

	bounce->buf = bounce->stack;
	bounce->size = sizeof(bounce->stack);
	bounce->account = NULL;
	if (size <= sizeof(bounce->stack) || !snoop_charge_memory(account, size))
		return;
	bounce->buf = kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!bounce->buf) {
		bounce->buf = bounce->stack;
		snoop_uncharge_memory(account, size);
		return;
	}
	bounce->size = size;
	bounce->account = account;
}

/**
 * snoop_bounce_fini - free a buffer
 * @bounce: From snoop_bounce_init().
 */
void snoop_bounce_fini(struct snoop_bounce *bounce)
{
	if (!bounce->account)
		return;
	kvfree(bounce->buf);
	snoop_uncharge_memory(bounce->account, bounce->size);
}

/**
 * snoop_bounce_piece - where the next piece lies in the buffer
 * @bounce: The buffer.
 * @addr: First address of the piece.
 * @len: Bytes that are left; returned: bytes of the piece.
 *
 * Return: its first byte in the buffer.
 */
void *snoop_bounce_piece(struct snoop_bounce *bounce, u64 addr, size_t *len)
{
	size_t skew = addr & (SNOOP_BOUNCE_ALIGN - 1);

	*len = min(*len, bounce->size - skew);
	return bounce->buf + skew;
}
