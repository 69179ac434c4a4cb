/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_MAPPER_H
#define BENCH_MAPPER_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct mapper - maps the begin of a memory, which is all that drivers do by themselves
 * @fd: File that is mapped.
 * @base: Where the memory begins in it.
 * @length: Bytes of one map.
 */
struct mapper {
	int fd;
	uint64_t base;
	size_t length;
};

void mapper_init(struct mapper *mapper, int fd, uint64_t base, size_t length);
void *mapper_map(const struct mapper *mapper);
void mapper_touch(void *mapper, unsigned int count);
void mapper_check(const struct mapper *mapper);

#endif
