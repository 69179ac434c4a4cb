// SPDX-License-Identifier: GPL-2.0-or-later
/* What drmsnoop can do with each card. */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "drmsnoop.h"

/* The library knows why a card cannot be opened for writing. */
static void check_writing(struct checkup *checkup, unsigned int card)
{
	struct drmsnoop *snoop;

	if (drmsnoop_open(card, DRMSNOOP_WRITE, &snoop)) {
		checkup_add(checkup, "write", CHECK_WARN, NULL, "card%u: %s",
			    card, drmsnoop_error());
		return;
	}
	drmsnoop_close(snoop);
	checkup_add(checkup, "write", CHECK_OK, NULL,
		    "card%u: memory can be written with --write", card);
}

static void check_features(struct checkup *checkup, unsigned int card,
			   uint64_t features)
{
	const char *update = "update drm_snoop";

	if (!(features & DRM_SNOOP_FEATURE_READ)) {
		checkup_add(checkup, "card", CHECK_FAIL,
			    "boot without lockdown=confidentiality",
			    "card%u: memory may not be read", card);
		return;
	}
	check_writing(checkup, card);
	if (features & DRM_SNOOP_FEATURE_USERPTR)
		checkup_add(checkup, "userptr", CHECK_OK, NULL,
			    "card%u: memory of the process itself is reached through /proc/PID/mem",
			    card);
	else
		checkup_add(checkup, "userptr", CHECK_WARN, update,
			    "card%u: memory of the process itself (userptr) is not reached",
			    card);
	if (features & DRM_SNOOP_FEATURE_PAGES)
		checkup_add(checkup, "pages", CHECK_OK, NULL,
			    "card%u: drmsnoop translate can tell where bytes are",
			    card);
	else
		checkup_add(checkup, "pages", CHECK_WARN, update,
			    "card%u: drmsnoop translate does not work", card);
	if (features & DRM_SNOOP_FEATURE_SNAPSHOT)
		checkup_add(checkup, "snapshot", CHECK_OK, NULL,
			    "card%u: drmsnoop snapshot can copy whole windows", card);
	else
		checkup_add(checkup, "snapshot", CHECK_WARN, update,
			    "card%u: drmsnoop snapshot does not work", card);
}

/* Whether the administrator switched all adapters off. */
static bool adapters_are_off(void)
{
	FILE *file = fopen("/sys/module/drm_snoop/parameters/adapters", "r");
	bool off = file && getc(file) == 'N';

	if (file)
		fclose(file);
	return off;
}

/* What to do about an adapter that is not ready. */
static void cure_adapter(const struct drm_snoop_card_info *info, char *cure,
			 size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", info->module);
	if (info->adapter_state == DRM_SNOOP_ADAPTER_FAILED &&
	    access(path, F_OK))
		snprintf(cure, size,
			 "there is no %s: use a build of %s with BTF", path,
			 info->module);
	else if (info->adapter_state != DRM_SNOOP_ADAPTER_OFF)
		snprintf(cure, size,
			 "read objects with --bo: see drmsnoop maps --objects");
	else if (adapters_are_off())
		snprintf(cure, size, "load drm_snoop with adapters=Y");
	else
		snprintf(cure, size,
			 "load drm_snoop with unverified_adapters=%s, try it and report: see drmsnoop-doctor(1)",
			 info->driver);
}

/* A node that can be opened: the driver, its adapter and its BTF. */
static void check_open_card(struct checkup *checkup,
			    const struct drmsnoop_card *card)
{
	const struct drm_snoop_card_info *info;
	char cure[256];
	struct drmsnoop *snoop;

	if (drmsnoop_open(card->index, 0, &snoop)) {
		checkup_add(checkup, "card", CHECK_WARN, NULL, "card%u: %s",
			    card->index, drmsnoop_error());
		return;
	}
	info = drmsnoop_card_info(snoop);
	checkup->usable_cards++;
	if (info->adapter_state == DRM_SNOOP_ADAPTER_READY) {
		checkup_add(checkup, "card", CHECK_OK, NULL,
			    "card%u: driver %s on %s: objects and address spaces",
			    card->index, info->driver, info->bus_name);
	} else {
		cure_adapter(info, cure, sizeof(cure));
		checkup_add(checkup, "card", CHECK_WARN, cure,
			    "card%u: driver %s on %s: objects only; adapter: %s",
			    card->index, info->driver, info->bus_name,
			    info->adapter_reason[0] ? info->adapter_reason :
			    drmsnoop_adapter_name(info->adapter_state));
	}
	check_features(checkup, card->index, info->features);
	drmsnoop_close(snoop);
}

static int check_card(const struct drmsnoop_card *card, void *data)
{
	struct checkup *checkup = data;
	struct drmsnoop *snoop;

	if (!card->access) {
		check_open_card(checkup, card);
		return 0;
	}
	/* Opening fails as access does, and says why. */
	if (drmsnoop_open(card->index, 0, &snoop))
		checkup_add(checkup, "card", CHECK_WARN, NULL, "card%u%s%s: %s",
			    card->index, card->driver[0] ? ", driver " : "",
			    card->driver, drmsnoop_error());
	else
		drmsnoop_close(snoop);
	return 0;
}

void check_cards(struct checkup *checkup)
{
	size_t before = checkup->count;

	if (drmsnoop_foreach_card(check_card, checkup))
		checkup_add(checkup, "cards", CHECK_FAIL, NULL, "%s",
			    drmsnoop_error());
	else if (checkup->count == before)
		checkup_add(checkup, "cards", CHECK_FAIL,
			    "load a DRM driver", "there is no DRM card");
	else if (!checkup->usable_cards)
		checkup_add(checkup, "cards", CHECK_FAIL,
			    "see the lines above",
			    "there is no card that you can look at");
	else
		checkup_add(checkup, "cards", CHECK_OK, NULL,
			    "%zu card%s can be looked at",
			    checkup->usable_cards,
			    checkup->usable_cards == 1 ? "" : "s");
}
