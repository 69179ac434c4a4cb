// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"

#define PART_WORDS	(WORDS_PART / sizeof(uint64_t))

/* No buffer's number is 0, as memory that nobody wrote has it. */
#define FIRST_BUFFER	0xa1ULL

uint64_t words_value(unsigned int buffer, uint64_t index, uint32_t generation)
{
	return (FIRST_BUFFER + buffer) << 56 | index << 32 | generation;
}

uint32_t words_begin(struct words *words, unsigned int buffer, unsigned int part)
{
	return atomic_fetch_add(&words->parts[buffer][part].begun, 1) + 1;
}

void words_put(void *to, unsigned int buffer, unsigned int part, uint32_t generation)
{
	volatile uint64_t *word = to;
	unsigned int i;

	for (i = 0; i < PART_WORDS; i++)
		word[i] = words_value(buffer, part * PART_WORDS + i, generation);
}

void words_end(struct words *words, unsigned int buffer, unsigned int part)
{
	atomic_store(&words->parts[buffer][part].done,
		     atomic_load(&words->parts[buffer][part].begun));
}

uint32_t words_before(struct words *words, unsigned int buffer, uint64_t index)
{
	return atomic_load(&words->parts[buffer][index / PART_WORDS].done);
}

bool words_settled(struct words *words, unsigned int buffer, uint64_t index, uint32_t before)
{
	return atomic_load(&words->parts[buffer][index / PART_WORDS].begun) == before;
}

bool words_misplaced(unsigned int buffer, uint64_t index, uint64_t word)
{
	return (word ^ words_value(buffer, index, 0)) >> 32;
}

bool words_untimely(struct words *words, unsigned int buffer, uint64_t index, uint32_t before,
		    uint64_t word)
{
	uint32_t generation = word;

	return generation < before ||
	       generation > atomic_load(&words->parts[buffer][index / PART_WORDS].begun);
}
