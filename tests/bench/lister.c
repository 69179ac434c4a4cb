// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LIST RANGES, page by page.
 */

#include <err.h>
#include <stdlib.h>

#include "lister.h"
#include "snoop.h"
#include "target.h"

/* Ranges that are asked for at once. */
#define PAGE	1000

/**
 * lister_init - get room for the list
 * @lister: To fill.
 * @fd: Snoop file, which the client is registered with.
 * @client_id: The client.
 * @vm: Its VM.
 * @ranges: Number of ranges in that VM.
 */
void lister_init(struct lister *lister, int fd, uint64_t client_id, uint32_t vm,
		 unsigned int ranges)
{
	*lister = (struct lister) {
		.fd = fd,
		.client_id = client_id,
		.vm = vm,
		.ranges = ranges,
		.entries = calloc(ranges + 1, sizeof(*lister->entries)),
	};
	if (!lister->entries)
		err(1, "ranges");
}

/**
 * lister_run - list all
 * @arg: The lister.
 * @count: Times.
 */
void lister_run(void *arg, unsigned int count)
{
	struct lister *lister = arg;
	int ret;

	while (count--) {
		ret = snoop_list(lister->fd, DRM_SNOOP_LIST_RANGES, lister->client_id, lister->vm,
				 lister->entries, lister->ranges + 1, PAGE);
		if (ret != (int)lister->ranges)
			errx(1, "%d ranges instead of %u", ret, lister->ranges);
	}
}

/**
 * lister_check - see that the list is right
 * @lister: The lister.
 */
void lister_check(struct lister *lister)
{
	unsigned int i;

	lister_run(lister, 1);
	for (i = 0; i < lister->ranges; i++)
		if (lister->entries[i].start != TARGET_RANGES_VA + i * TARGET_STRIDE)
			errx(1, "wrong range %u", i);
}

/**
 * lister_fini - free its room
 * @lister: The lister.
 */
void lister_fini(struct lister *lister)
{
	free(lister->entries);
}
