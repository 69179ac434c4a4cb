// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

struct item *item_find(struct item *list, const char *name)
{
	for (; list; list = list->next) {
		if (!strcmp(list->name, name))
			return list;
	}
	return NULL;
}

void *item_add(struct item **list, const char *name, size_t size)
{
	struct item *item = calloc(1, size);

	if (!item) {
		fprintf(stderr, "gpusim-sh: out of memory\n");
		exit(1);
	}
	snprintf(item->name, sizeof(item->name), "%s", name);
	while (*list)
		list = &(*list)->next;
	*list = item;
	return item;
}

void item_drop(struct item **list, void *item)
{
	while (*list != item)
		list = &(*list)->next;
	*list = (*list)->next;
	free(item);
}
