/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_DUMB_H
#define BENCH_DUMB_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct dumb - a dumb buffer of TARGET_SIZE on a card of any driver
 * @card: N of its cardN.
 * @fd: Descriptor of the card in its process: not all drivers tell ids of clients.
 * @handle: GEM handle.
 */
struct dumb {
	unsigned int card;
	int fd;
	uint32_t handle;
};

int dumb_open(const char *driver);
void dumb_make(struct dumb *dumb, int fd, bool on_screen);

#endif
