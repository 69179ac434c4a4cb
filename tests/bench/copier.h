/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_COPIER_H
#define BENCH_COPIER_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct copier - copies a memory to new pages of shmem, and drops them
 * @fd: Snoop file, bound, for copier_snapshot().
 * @base: Where the memory begins in it.
 * @memory: Memory of our own, for copier_memfd().
 * @length: Bytes of one copy.
 */
struct copier {
	int fd;
	uint64_t base;
	const void *memory;
	size_t length;
};

void copier_snapshot(void *copier, unsigned int count);
void copier_memfd(void *copier, unsigned int count);
void copier_check(const struct copier *copier);

#endif
