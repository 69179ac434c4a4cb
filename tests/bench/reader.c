// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations that are timed. Each ends the program when it fails, and each
 * is first made to show that it reads the right bytes.
 */

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <drm/drm_snoop.h>

#include "reader.h"

#define PAGE		4096
/* Pages from one place to the next; a prime, so that all come. */
#define PLACE_STEP	37

/**
 * reader_init - make a reader of a memory of TARGET_SIZE
 * @reader: To fill.
 * @fd: File, or -1.
 * @pid: Process, or 0.
 * @base: Address of the memory.
 * @length: Bytes in one read, a multiple of 8.
 * @buffer: Where to, TARGET_SIZE bytes; the same for all readers that are
 *	compared, because it matters what pages it has.
 */
void reader_init(struct reader *reader, int fd, pid_t pid, uint64_t base, size_t length,
		 void *buffer)
{
	*reader = (struct reader) {
		.fd = fd,
		.pid = pid,
		.base = base,
		.length = length,
		/* Words wander over all pages, and over all lines of a page. */
		.step = length < PAGE ? PAGE + 8 * 9 : length,
		.buffer = buffer,
	};
}

static uint64_t reader_offset(struct reader *reader)
{
	uint64_t offset = reader->next;

	reader->next += reader->step;
	if (reader->next + reader->length > TARGET_SIZE)
		reader->next = 0;
	return offset;
}

/* Runs through all pages of the buffer from which @length bytes fit. */
static void *reader_place(struct reader *reader)
{
	size_t places = (TARGET_SIZE - reader->length) / PAGE + 1;
	void *place = reader->buffer + reader->place * PAGE;

	reader->place = (reader->place + PLACE_STEP) % places;
	return place;
}

/**
 * reader_pread - read with pread()
 * @arg: The reader.
 * @count: Times.
 */
void reader_pread(void *arg, unsigned int count)
{
	struct reader *reader = arg;

	while (count--)
		if (pread(reader->fd, reader_place(reader), reader->length,
			  reader->base + reader_offset(reader)) != (ssize_t)reader->length)
			err(1, "pread");
}

/**
 * reader_process_vm - read with process_vm_readv()
 * @arg: The reader.
 * @count: Times.
 */
void reader_process_vm(void *arg, unsigned int count)
{
	struct reader *reader = arg;

	while (count--) {
		struct iovec local = { reader_place(reader), reader->length };
		struct iovec remote = {
			(void *)(uintptr_t)(reader->base + reader_offset(reader)), reader->length
		};

		if (process_vm_readv(reader->pid, &local, 1, &remote, 1, 0) !=
		    (ssize_t)reader->length)
			err(1, "process_vm_readv");
	}
}

/**
 * reader_memcpy - copy memory of our own
 * @arg: The reader.
 * @count: Times.
 */
void reader_memcpy(void *arg, unsigned int count)
{
	struct reader *reader = arg;

	while (count--) {
		const void *from = (const void *)(uintptr_t)(reader->base + reader_offset(reader));
		void *to = reader_place(reader);

		memcpy(to, from, reader->length);
		/* The copy is wanted, whatever the compiler thinks. */
		__asm__ volatile("" : : "r"(to) : "memory");
	}
}

/**
 * reader_check - see that a reader reads what the target stored
 * @reader: The reader.
 * @run: How it reads.
 */
void reader_check(struct reader *reader, void (*run)(void *reader, unsigned int count))
{
	const uint64_t *word;
	unsigned int round;
	size_t i;

	for (round = 0; round < 5; round++) {
		uint64_t offset = reader->next;

		word = (const uint64_t *)(reader->buffer + reader->place * PAGE);
		memset(reader->buffer, 0xee, TARGET_SIZE);
		run(reader, 1);
		for (i = 0; i < reader->length / 8; i++)
			if (word[i] != target_word(offset + i * 8))
				errx(1, "wrong content at 0x%llx: 0x%llx",
				     (unsigned long long)(offset + i * 8),
				     (unsigned long long)word[i]);
	}
	reader->next = 0;
	reader->place = 0;
}

/**
 * lookup_init - choose addresses
 * @lookup: To fill.
 * @fd: Snoop file, bound to a VM with ranges for lookups.
 * @ranges: Number of ranges in that VM.
 */
void lookup_init(struct lookup *lookup, int fd, unsigned int ranges)
{
	unsigned int i;

	lookup->fd = fd;
	lookup->next = 0;
	lookup->address = calloc(LOOKUP_ADDRESSES, sizeof(*lookup->address));
	if (!lookup->address)
		err(1, "addresses");
	srandom(1);
	for (i = 0; i < LOOKUP_ADDRESSES; i++)
		lookup->address[i] = TARGET_RANGES_VA + random() % ranges * TARGET_STRIDE +
				     random() % 512 * 8;
}

static uint64_t lookup_address(struct lookup *lookup)
{
	return lookup->address[lookup->next++ % LOOKUP_ADDRESSES];
}

/**
 * lookup_pread - read a word of a random range
 * @arg: The lookup.
 * @count: Times.
 */
void lookup_pread(void *arg, unsigned int count)
{
	struct lookup *lookup = arg;
	uint64_t word;

	while (count--)
		if (pread(lookup->fd, &word, sizeof(word), lookup_address(lookup)) != sizeof(word))
			err(1, "pread of a range");
}

/**
 * lookup_query - QUERY_RANGE at a random address
 * @arg: The lookup.
 * @count: Times.
 */
void lookup_query(void *arg, unsigned int count)
{
	struct lookup *lookup = arg;

	while (count--) {
		struct drm_snoop_query_range query = { .addr = lookup_address(lookup) };

		if (ioctl(lookup->fd, DRM_IOCTL_SNOOP_QUERY_RANGE, &query))
			err(1, "QUERY_RANGE");
	}
}

/**
 * lookup_check - see that the ranges are there and have their content
 * @lookup: The lookup.
 * @ranges: Number of ranges that should be there.
 */
void lookup_check(const struct lookup *lookup, unsigned int ranges)
{
	struct drm_snoop_query_range query;
	uint64_t addr, offset, word;
	unsigned int i;

	for (i = 0; i < ranges; i += ranges / 10) {
		addr = TARGET_RANGES_VA + i * TARGET_STRIDE;
		offset = (uint64_t)i * PAGE % TARGET_SIZE;
		if (pread(lookup->fd, &word, sizeof(word), addr + 8) != sizeof(word))
			err(1, "pread of range %u", i);
		if (word != target_word(offset + 8))
			errx(1, "wrong content of range %u", i);
		query = (struct drm_snoop_query_range) { .addr = addr };
		if (ioctl(lookup->fd, DRM_IOCTL_SNOOP_QUERY_RANGE, &query))
			err(1, "QUERY_RANGE %u", i);
		if (query.range.start != addr || query.range.end != addr + PAGE ||
		    query.range.object_offset != offset)
			errx(1, "wrong range %u", i);
	}
}
