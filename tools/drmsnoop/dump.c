// SPDX-License-Identifier: GPL-2.0-or-later
/* Hexadecimal dumps in the format of `hexdump -C`. */

#include <string.h>

#include "dump.h"

void dump_begin(struct dump *dump, FILE *out, uint64_t offset, bool all)
{
	memset(dump, 0, sizeof(*dump));
	dump->out = out;
	dump->offset = offset;
	dump->all = all;
}

static void print_offset(FILE *out, uint64_t offset)
{
	fprintf(out, "%08llx", (unsigned long long)offset);
}

void dump_line(FILE *out, uint64_t offset, const unsigned char *data,
	       unsigned int size)
{
	unsigned int i;

	print_offset(out, offset);
	for (i = 0; i < DUMP_WIDTH; i++) {
		if (i % 8 == 0)
			fputc(' ', out);
		if (i < size)
			fprintf(out, " %02x", data[i]);
		else
			fputs("   ", out);
	}
	fputs("  |", out);
	for (i = 0; i < size; i++)
		fputc(data[i] >= 0x20 && data[i] < 0x7f ? data[i] : '.', out);
	fputs("|\n", out);
}

/* Write the line that was collected, full or not. */
static void flush_line(struct dump *dump)
{
	bool full = dump->used == DUMP_WIDTH;

	if (!dump->used)
		return;
	if (full && !dump->all && dump->has_last &&
	    !memcmp(dump->line, dump->last, DUMP_WIDTH)) {
		if (!dump->starred)
			fputs("*\n", dump->out);
		dump->starred = true;
	} else {
		dump_line(dump->out, dump->offset, dump->line, dump->used);
		dump->starred = false;
	}
	dump->has_last = full;
	memcpy(dump->last, dump->line, DUMP_WIDTH);
	dump->offset += dump->used;
	dump->used = 0;
}

static void put_hole(struct dump *dump, const struct drmsnoop_piece *piece)
{
	flush_line(dump);
	print_offset(dump->out, dump->offset);
	fprintf(dump->out, "  hole of 0x%llx bytes: %s%s%s\n",
		(unsigned long long)piece->size,
		drmsnoop_hole_name(piece->hole), piece->reason ? ": " : "",
		piece->reason ? piece->reason : "");
	dump->has_last = false;
	dump->starred = false;
	dump->offset += piece->size;
}

void dump_piece(struct dump *dump, const struct drmsnoop_piece *piece)
{
	const unsigned char *data = piece->data;
	uint64_t left = piece->size;
	unsigned int n;

	if (!data) {
		put_hole(dump, piece);
		return;
	}
	while (left) {
		n = DUMP_WIDTH - dump->used;
		if (n > left)
			n = left;
		memcpy(dump->line + dump->used, data, n);
		dump->used += n;
		data += n;
		left -= n;
		if (dump->used == DUMP_WIDTH)
			flush_line(dump);
	}
}

void dump_end(struct dump *dump)
{
	flush_line(dump);
	print_offset(dump->out, dump->offset);
	fputc('\n', dump->out);
}
