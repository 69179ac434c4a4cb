/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * struct table - rows of cells that are printed in columns
 *
 * Start it with the members below set and the rest zero.
 */
struct table {
	/* @columns: Number of columns. */
	size_t columns;
	/* @names: Their headings. */
	const char *const *names;
	/* @right: Which are aligned to the right. */
	const bool *right;

	/* cells of all rows, row by row, owned */
	char **cells;
	size_t rows;
};

/*
 * table_add - add a row
 * @cells: one text per column, copied and made safe to print; NULL is "-"
 *
 * Returns 0 or -ENOMEM.
 */
int table_add(struct table *table, const char *const *cells);

/*
 * table_print - print some of the columns
 * @chosen: indexes of columns
 * @count: number of them
 * @headings: print the headings
 */
void table_print(const struct table *table, FILE *out, const size_t *chosen,
		 size_t count, bool headings);

void table_free(struct table *table);

#endif /* TABLE_H */
