// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps that are timed, from mmap() to munmap(). */

#include <err.h>
#include <sys/mman.h>

#include "mapper.h"
#include "target.h"

#define PAGE	4096

/**
 * mapper_init - make a mapper
 * @mapper: To fill.
 * @fd: File that is mapped.
 * @base: Where the memory begins in it.
 * @length: Bytes of one map, a multiple of the page size.
 */
void mapper_init(struct mapper *mapper, int fd, uint64_t base, size_t length)
{
	*mapper = (struct mapper) { .fd = fd, .base = base, .length = length };
}

/**
 * mapper_map - map it
 * @mapper: The mapper.
 *
 * Return: the map, of mapper.length; a failure ends the program.
 */
void *mapper_map(const struct mapper *mapper)
{
	void *map = mmap(NULL, mapper->length, PROT_READ, MAP_SHARED, mapper->fd, mapper->base);

	if (map == MAP_FAILED)
		err(1, "mmap");
	return map;
}

/**
 * mapper_touch - map it, read a word of each page, unmap it
 * @arg: The mapper.
 * @count: Times.
 */
void mapper_touch(void *arg, unsigned int count)
{
	const struct mapper *mapper = arg;
	size_t at;

	while (count--) {
		const volatile char *map = mapper_map(mapper);

		for (at = 0; at < mapper->length; at += PAGE)
			(void)*(const volatile uint64_t *)(map + at);
		munmap((void *)map, mapper->length);
	}
}

/**
 * mapper_check - see that a map shows what the target stored
 * @mapper: The mapper.
 */
void mapper_check(const struct mapper *mapper)
{
	const uint64_t *map = mapper_map(mapper);
	size_t i;

	for (i = 0; i < mapper->length / 8; i++)
		if (map[i] != target_word(i * 8))
			errx(1, "wrong content of a map at 0x%zx", i * 8);
	munmap((void *)map, mapper->length);
}
