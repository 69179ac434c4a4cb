/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_STEPS_H
#define TESTS_STEPS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Memory that a CPU stores to so that a copy that is not of one moment shows: a number to
 * all words from first to last, one in each line of the cache, then the next higher number,
 * and so on. At each moment the words up to some place have a number, and all behind it
 * have the number before: one step down.
 */

/* Stores @number to all words. */
void steps_store(void *map, size_t size, uint64_t number);
/* The same with @number, the next higher one, and so on, until the process ends. */
__attribute__((noreturn)) void steps_run(void *map, size_t size, uint64_t number);

/* Words of a copy that cannot be of one moment. */
unsigned long steps_torn(const void *copy, size_t size);
/* Words that are compared. */
unsigned long steps_words(size_t size);

#endif
