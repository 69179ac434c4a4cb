// SPDX-License-Identifier: GPL-2.0-or-later
/* Columns of text. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "text.h"

int table_add(struct table *table, const char *const *cells)
{
	size_t base = table->rows * table->columns, i;
	char **grown;

	grown = realloc(table->cells,
			(base + table->columns) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	table->cells = grown;
	for (i = 0; i < table->columns; i++) {
		grown[base + i] = text_clean(cells[i] ? cells[i] : "-");
		if (!grown[base + i]) {
			while (i--)
				free(grown[base + i]);
			return -ENOMEM;
		}
	}
	table->rows++;
	return 0;
}

/* Columns that a text takes: its UTF-8 characters, as good as it gets. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void print_cell(FILE *out, const char *text, size_t width, bool right,
		       bool last)
{
	size_t pad = width - width_of(text);

	if (right)
		fprintf(out, "%*s%s", (int)pad, "", text);
	else if (last)
		fputs(text, out);
	else
		fprintf(out, "%s%*s", text, (int)pad, "");
	fputc(last ? '\n' : ' ', out);
}

void table_print(const struct table *table, FILE *out, const size_t *chosen,
		 size_t count, bool headings)
{
	size_t *widths, row, i, width;

	widths = calloc(count, sizeof(*widths));
	if (!widths)
		return;
	for (i = 0; i < count; i++) {
		if (headings)
			widths[i] = width_of(table->names[chosen[i]]);
		for (row = 0; row < table->rows; row++) {
			width = width_of(table->cells[row * table->columns +
						      chosen[i]]);
			if (width > widths[i])
				widths[i] = width;
		}
	}

	for (i = 0; headings && i < count; i++)
		print_cell(out, table->names[chosen[i]], widths[i],
			   table->right[chosen[i]], i == count - 1);
	for (row = 0; row < table->rows; row++)
		for (i = 0; i < count; i++)
			print_cell(out, table->cells[row * table->columns +
						     chosen[i]],
				   widths[i], table->right[chosen[i]],
				   i == count - 1);
	free(widths);
}

void table_free(struct table *table)
{
	size_t i;

	for (i = 0; i < table->rows * table->columns; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->rows = 0;
}
