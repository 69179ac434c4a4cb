// SPDX-License-Identifier: GPL-2.0-or-later
/* Snapshots that are timed, and what they are compared with. */

#include <err.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "copier.h"
#include "snoop.h"
#include "target.h"

static int take(const struct copier *copier)
{
	int fd = snoop_snapshot(copier->fd, copier->base, copier->length, NULL);

	if (fd < 0)
		errx(1, "snapshot: %s", strerror(-fd));
	return fd;
}

/**
 * copier_snapshot - take a snapshot and close it
 * @arg: The copier.
 * @count: Times.
 */
void copier_snapshot(void *arg, unsigned int count)
{
	while (count--)
		close(take(arg));
}

/**
 * copier_memfd - copy memory to a new memfd and close that
 * @arg: The copier.
 * @count: Times.
 */
void copier_memfd(void *arg, unsigned int count)
{
	const struct copier *copier = arg;

	while (count--) {
		int fd = memfd_create("bench", MFD_CLOEXEC);
		void *map;

		if (fd < 0 || ftruncate(fd, copier->length))
			err(1, "memfd");
		map = mmap(NULL, copier->length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (map == MAP_FAILED)
			err(1, "mmap");
		memcpy(map, copier->memory, copier->length);
		munmap(map, copier->length);
		close(fd);
	}
}

/**
 * copier_check - see that a snapshot has what the target stored
 * @copier: The copier.
 */
void copier_check(const struct copier *copier)
{
	int fd = take(copier);
	const uint64_t *map = mmap(NULL, copier->length, PROT_READ, MAP_SHARED, fd, 0);
	size_t i;

	if (map == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < copier->length / 8; i++)
		if (map[i] != target_word(i * 8))
			errx(1, "wrong content of a snapshot at 0x%zx", i * 8);
	munmap((void *)map, copier->length);
	close(fd);
}
