// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps.h"

#define STRIDE	64

void steps_store(void *map, size_t size, uint64_t number)
{
	size_t offset;

	for (offset = 0; offset < size; offset += STRIDE)
		*(volatile uint64_t *)((char *)map + offset) = number;
}

void steps_run(void *map, size_t size, uint64_t number)
{
	for (;;)
		steps_store(map, size, number++);
}

unsigned long steps_torn(const void *copy, size_t size)
{
	uint64_t first = *(const uint64_t *)copy, last = first, now;
	unsigned long torn = 0;
	size_t offset;

	for (offset = 0; offset < size; offset += STRIDE, last = now) {
		now = *(const uint64_t *)((const char *)copy + offset);
		torn += (now != last && now != last - 1) || first - now > 1;
	}
	return torn;
}

unsigned long steps_words(size_t size)
{
	return size / STRIDE;
}
