/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SLOW_MEMORY_H
#define TESTS_SLOW_MEMORY_H

#include <stddef.h>

/*
 * Memory whose pages come when the test says so, by userfaultfd: a system call
 * that touches it stops there for as long as the test wants. Needs root.
 */
struct slow_memory {
	void *memory;
	size_t size;
	int uffd;
};

/* @size: a multiple of the page size */
void slow_memory_init(struct slow_memory *slow, size_t size);
/* Waits until something has touched it, at most so long; returns the offset of the page. */
size_t slow_memory_wait(struct slow_memory *slow, int milliseconds);
/* The page at @offset comes, full of zeros, and no other. */
void slow_memory_give(struct slow_memory *slow, size_t offset);
/* Faults are answered by the kernel again, also those that wait. Any number of times. */
void slow_memory_let_go(struct slow_memory *slow);
void slow_memory_fini(struct slow_memory *slow);

#endif
