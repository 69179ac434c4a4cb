/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_READER_H
#define BENCH_READER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target.h"

/**
 * struct reader - reads pieces of one memory, one after the other
 * @fd: File that is read with pread(); unused by process_vm_readv() and memcpy.
 * @pid: Process, for process_vm_readv().
 * @base: Address of the memory, in @fd, in the process or in our own.
 * @length: Bytes in one read.
 * @step: Distance of two reads, a multiple of 8.
 * @next: Offset of the next one.
 * @buffer: Where to; TARGET_SIZE bytes.
 * @place: Page of @buffer where the next one goes. It moves, because emulators
 *	and processors have caches whose conflicts depend on both addresses.
 */
struct reader {
	int fd;
	pid_t pid;
	uint64_t base;
	size_t length;
	size_t step;
	uint64_t next;
	unsigned char *buffer;
	size_t place;
};

/**
 * struct lookup - looks at ranges in random order
 * @fd: Snoop file, bound to a VM with ranges for lookups.
 * @address: Addresses, one in a range each.
 * @next: Index of the next one.
 */
struct lookup {
	int fd;
	uint64_t *address;
	unsigned int next;
};

/* Addresses in one struct lookup; a power of 2, as many as TARGET_MANY or more. */
#define LOOKUP_ADDRESSES	(1U << 17)

void reader_init(struct reader *reader, int fd, pid_t pid, uint64_t base, size_t length,
		 void *buffer);
void reader_pread(void *reader, unsigned int count);
void reader_process_vm(void *reader, unsigned int count);
void reader_memcpy(void *reader, unsigned int count);
void reader_check(struct reader *reader, void (*run)(void *reader, unsigned int count));

void lookup_init(struct lookup *lookup, int fd, unsigned int ranges);
void lookup_pread(void *lookup, unsigned int count);
void lookup_query(void *lookup, unsigned int count);
void lookup_check(const struct lookup *lookup, unsigned int ranges);

#endif
