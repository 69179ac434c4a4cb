// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <endian.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "shell.h"

#define GOLDEN	0x9e3779b97f4a7c15ull

/* Word of a stream of little-endian 64-bit words at byte @at, a multiple of 8 */
typedef uint64_t (*word_at)(uint64_t at, uint64_t value);

/* The fill pattern begins where the fill does: @at counts from there */
static uint64_t fill_word(uint64_t at, uint64_t value)
{
	return value;
}

/* @at counts from the start of the BO */
static uint64_t pattern_word(uint64_t at, uint64_t seed)
{
	return seed * GOLDEN + at;
}

/* Writes bytes [from, from + size) of the stream to @map */
static void write_stream(uint8_t *map, uint64_t from, uint64_t size, word_at word,
			 uint64_t value)
{
	uint64_t at, n, w;

	for (at = from; at < from + size; at += n) {
		uint64_t skip = at % 8;

		n = 8 - skip;
		if (n > from + size - at)
			n = from + size - at;
		w = htole64(word(at - skip, value));
		memcpy(map + (at - from), (uint8_t *)&w + skip, n);
	}
}

void cpu_fill(uint8_t *p, uint64_t size, uint64_t value)
{
	write_stream(p, 0, size, fill_word, value);
}

void cpu_pattern(uint8_t *p, uint64_t from, uint64_t size, uint64_t seed)
{
	write_stream(p, from, size, pattern_word, seed);
}

/* BO OFFSET SIZE VALUE: writes a stream to a part of a BO */
static int write_part(struct shell *sh, char **argv, struct answer *a, const char *what,
		      word_at word, bool from_bo)
{
	uint64_t offset, size, value;
	struct bo *bo;
	void *map;
	int error;

	if (arg_bo(sh, a, argv[1], &bo) || arg_part(a, bo, argv + 2, &offset, &size) ||
	    arg_number(a, what, argv[4], &value))
		return -1;
	error = bo_map(sh->current, bo->handle, bo->size, &map);
	if (error)
		return answer_error(a, error, "mmap: %s", strerror(error));
	write_stream((uint8_t *)map + offset, from_bo ? offset : 0, size, word, value);
	munmap(map, bo->size);
	return answer_ok(a, "%s", "");
}

int cpu_cmd_cpufill(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return write_part(sh, argv, a, "VALUE64", fill_word, false);
}

int cpu_cmd_pattern(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return write_part(sh, argv, a, "SEED", pattern_word, true);
}

int cpu_cmd_cpusum(struct shell *sh, int argc, char **argv, struct answer *a)
{
	uint64_t offset, size;
	struct bo *bo;
	uLong crc;
	void *map;
	int error;

	if (arg_bo(sh, a, argv[1], &bo) || arg_part(a, bo, argv + 2, &offset, &size))
		return -1;
	error = bo_map(sh->current, bo->handle, bo->size, &map);
	if (error)
		return answer_error(a, error, "mmap: %s", strerror(error));
	crc = crc32_z(0, (uint8_t *)map + offset, size);
	munmap(map, bo->size);
	return answer_ok(a, "0x%08lx", crc);
}
