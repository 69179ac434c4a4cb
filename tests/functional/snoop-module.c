// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "expect.h"
#include "snoop-module.h"
#include "store.h"

void snoop_module_set(const char *parameter, unsigned int value)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), "/sys/module/drm_snoop/parameters/%s", parameter);
	snprintf(text, sizeof(text), "%u", value);
	store(path, text);
}

int snoop_module_users(void)
{
	FILE *file = fopen("/sys/module/drm_snoop/refcnt", "r");
	int users = -1;

	expect_true(file && fscanf(file, "%d", &users) == 1);
	fclose(file);
	return users;
}
