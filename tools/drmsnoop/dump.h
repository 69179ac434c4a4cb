/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DUMP_H
#define DUMP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "drmsnoop.h"

/* Bytes of one line. */
#define DUMP_WIDTH 16

/*
 * struct dump - a dump that is being written
 *
 * Lines are those of `hexdump -C`: offset, 16 bytes, text; equal lines after the
 * first are one `*`; the last line is the end offset alone. A hole is a line
 *
 *	OFFSET  hole of SIZE bytes: WHY
 *
 * and lines start anew behind it. Start it with dump_begin().
 */
struct dump {
	FILE *out;
	/* print equal lines too */
	bool all;
	/* bytes of the line that is not complete yet, and where it starts */
	unsigned char line[DUMP_WIDTH];
	unsigned int used;
	uint64_t offset;
	/* last full line, if it can be repeated; a `*` stands for more of it */
	unsigned char last[DUMP_WIDTH];
	bool has_last;
	bool starred;
};

/*
 * dump_begin - start a dump
 * @offset: of the first byte
 * @all: print equal lines too, as `hexdump -v`
 */
void dump_begin(struct dump *dump, FILE *out, uint64_t offset, bool all);

/*
 * dump_piece - add bytes or a hole; pieces follow each other without gap
 */
void dump_piece(struct dump *dump, const struct drmsnoop_piece *piece);

/*
 * dump_line - write one line, outside of any dump
 * @size: at most DUMP_WIDTH
 */
void dump_line(FILE *out, uint64_t offset, const unsigned char *data,
	       unsigned int size);

/*
 * dump_end - write what is left and the end offset
 */
void dump_end(struct dump *dump);

#endif /* DUMP_H */
