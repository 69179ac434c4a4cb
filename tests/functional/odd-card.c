// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "expect.h"
#include "odd-card.h"
#include "store.h"

#define DRIVER	"/sys/bus/platform/drivers/oddgem"

static int run(const char *command)
{
	int status = system(command);

	expect_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

int odd_load(void **state)
{
	char command[512];

	(void)state;
	snprintf(command, sizeof(command), "insmod %s/oddgem.ko", getenv("DRM_SNOOP_MODULES"));
	expect_equal(run(command), 0);
	return 0;
}

int odd_try_unload(void)
{
	return run("rmmod oddgem");
}

int odd_unload(void **state)
{
	(void)state;
	expect_equal(odd_try_unload(), 0);
	return 0;
}

void odd_unbind(const char *card)
{
	store(DRIVER "/unbind", card);
}

void odd_bind(const char *card)
{
	store(DRIVER "/bind", card);
}
