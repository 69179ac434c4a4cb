// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "expect.h"
#include "model.h"

#define PATTERN_FACTOR	0x9e3779b97f4a7c15ULL

uint8_t model_byte(uint64_t seed, uint64_t offset)
{
	uint64_t word = seed * PATTERN_FACTOR + (offset & ~7ULL);

	return word >> (offset & 7) * 8;
}

void model_fill(void *buf, size_t len, uint64_t seed, uint64_t offset)
{
	uint8_t *bytes = buf;

	while (len--)
		*bytes++ = model_byte(seed, offset++);
}

void model_bind(struct model *model, uint64_t addr, uint64_t size, uint64_t seed,
		uint64_t offset)
{
	expect_true(model->count < MODEL_MAX);
	if (model->count)
		expect_true(addr >= model->pieces[model->count - 1].end);
	model->pieces[model->count++] = (struct model_piece) {
		.start = addr,
		.end = addr + size,
		.seed = seed,
		.offset = offset,
	};
}

ssize_t model_read(const struct model *model, void *buf, size_t len, uint64_t addr)
{
	const struct model_piece *piece = model->pieces;
	size_t done = 0, part;

	for (; piece < model->pieces + model->count && done < len; piece++) {
		if (piece->end <= addr)
			continue;
		if (piece->start > addr)
			break;
		part = piece->end - addr < len - done ? piece->end - addr : len - done;
		model_fill((uint8_t *)buf + done, part, piece->seed,
			   piece->offset + (addr - piece->start));
		done += part;
		addr += part;
	}
	return done || !len ? (ssize_t)done : -EIO;
}
