// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "gpusim-card.h"
#include "gpusim-client.h"
#include "store.h"

#define BUS		"/sys/bus/pci"
#define DRIVER		BUS "/drivers/gpusim"
#define MODULE		"/sys/module/gpusim"
#define UNUSED_SECONDS	60

/* The PCI address of the card, as sysfs writes it. */
static char slot[32];

void card_find(void)
{
	int fd = expect_ok(gc_open());
	drmDevicePtr card;

	expect_equal(drmGetDevice2(fd, 0, &card), 0);
	snprintf(slot, sizeof(slot), "%04x:%02x:%02x.%x", card->businfo.pci->domain,
		 card->businfo.pci->bus, card->businfo.pci->dev, card->businfo.pci->func);
	drmFreeDevice(&card);
	close(fd);
}

void card_unbind(void)
{
	store(DRIVER "/unbind", slot);
}

void card_bind(void)
{
	store(DRIVER "/bind", slot);
}

void card_remove(void)
{
	char path[128];

	snprintf(path, sizeof(path), BUS "/devices/%s/remove", slot);
	store(path, "1");
}

void card_rescan(void)
{
	store(BUS "/rescan", "1");
}

int card_module_users(void)
{
	FILE *file = fopen(MODULE "/refcnt", "r");
	int users = -1;

	expect_true(file && fscanf(file, "%d", &users) == 1);
	fclose(file);
	return users;
}

void card_wait_unused(void)
{
	int tries = 0;

	while (card_module_users() > 0 && tries++ < UNUSED_SECONDS * 10)
		usleep(100000);
	expect_equal(card_module_users(), 0);
}

int card_try_timeout(const char *ms)
{
	return store_try(MODULE "/parameters/timeout_ms", ms);
}

void card_set_timeout(unsigned int ms)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", ms);
	store(MODULE "/parameters/timeout_ms", text);
}
