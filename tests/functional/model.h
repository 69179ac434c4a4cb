/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A model of a VM whose objects were filled by gpusim-sh's command "pattern":
 * says what a read must return, without any GPU.
 */

#define MODEL_MAX	32

struct model_piece {
	uint64_t start, end;	/* addresses */
	uint64_t seed, offset;	/* object's seed, its byte at start */
};

/* Pieces do not overlap and ascend. */
struct model {
	struct model_piece pieces[MODEL_MAX];
	unsigned int count;
};

/* The byte at @offset of an object that was filled with @seed. */
uint8_t model_byte(uint64_t seed, uint64_t offset);
/* The same for [@offset, @offset + @len). */
void model_fill(void *buf, size_t len, uint64_t seed, uint64_t offset);

/* Adds a binding above all others. */
void model_bind(struct model *model, uint64_t addr, uint64_t size, uint64_t seed,
		uint64_t offset);

/* As pread() is to be: bytes up to the first hole, or -EIO. */
ssize_t model_read(const struct model *model, void *buf, size_t len, uint64_t addr);

#endif
