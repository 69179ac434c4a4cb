/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Buffers full of 64-bit words, of which each says what it is: buffer, index and
 * generation. One process writes them part by part, each time with a higher
 * generation; what it has begun and done is in memory that it shares with those who
 * look. So a word of another buffer, of another place, lost or old is found.
 *
 * Buffer and index are the upper 4 bytes and never change: a word that is read in
 * pieces while it is written has at most a wrong generation.
 */
#define WORDS_BUFFERS	3
#define WORDS_PART	16384UL
/* The largest buffer has these parts. */
#define WORDS_PARTS	256

/**
 * struct words - what was written, in shared memory
 * @parts: generation that is being written, and the last that is there completely
 */
struct words {
	struct {
		_Atomic uint32_t begun, done;
	} parts[WORDS_BUFFERS][WORDS_PARTS];
};

uint64_t words_value(unsigned int buffer, uint64_t index, uint32_t generation);

/* The writer: the next generation of a part is begun, put to its memory, and done. */
uint32_t words_begin(struct words *words, unsigned int buffer, unsigned int part);
void words_put(void *to, unsigned int buffer, unsigned int part, uint32_t generation);
void words_end(struct words *words, unsigned int buffer, unsigned int part);

/* Who looks: asked before; the lowest generation that may then be seen at an index. */
uint32_t words_before(struct words *words, unsigned int buffer, uint64_t index);
/* Nothing was begun since. */
bool words_settled(struct words *words, unsigned int buffer, uint64_t index, uint32_t before);
/* The word belongs to another buffer or index. */
bool words_misplaced(unsigned int buffer, uint64_t index, uint64_t word);
/* It is older than @before, or than anything that was begun it is newer. */
bool words_untimely(struct words *words, unsigned int buffer, uint64_t index, uint32_t before,
		    uint64_t word);

#endif
