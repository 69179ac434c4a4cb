/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_LISTER_H
#define BENCH_LISTER_H

#include <stdint.h>

#include <drm/drm_snoop.h>

/**
 * struct lister - lists all ranges of a VM
 * @fd: Snoop file.
 * @client_id: The client.
 * @vm: Its VM, one with ranges for lookups.
 * @ranges: Number of ranges in it.
 * @entries: For as many, and one more.
 */
struct lister {
	int fd;
	uint64_t client_id;
	uint32_t vm;
	unsigned int ranges;
	struct drm_snoop_range *entries;
};

void lister_init(struct lister *lister, int fd, uint64_t client_id, uint32_t vm,
		 unsigned int ranges);
void lister_run(void *lister, unsigned int count);
void lister_check(struct lister *lister);
void lister_fini(struct lister *lister);

#endif
