/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_LAYOUT_H
#define BENCH_LAYOUT_H

#include <stddef.h>

/**
 * struct layout - how long drm_snoop takes to find out about a driver
 * @driver: Name of the driver, a module, which has a card.
 * @snoop: Its snoop node, open and not asked for anything yet, or 0.
 * @buffer: For what files contain.
 * @size: Its size.
 *
 * The module remembers what it has found, so it is loaded anew each time.
 */
struct layout {
	const char *driver;
	int snoop;
	char *buffer;
	size_t size;
};

void layout_forget(void *arg);
void layout_find(void *arg, unsigned int count);
void layout_read(void *arg, unsigned int count);
void layout_fini(struct layout *layout);

#endif
