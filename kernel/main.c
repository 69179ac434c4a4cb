// SPDX-License-Identifier: GPL-2.0-only
/*
 * drm_snoop: GPU memory of other processes as files.
 */

#include <linux/module.h>

#include "adapters/layout.h"
#include "aperture.h"
#include "card.h"
#include "file.h"
#include "identity.h"
#include "map.h"
#include "memory.h"
#include "snapshot.h"
#include "user.h"

static int __init drm_snoop_init(void)
{
	int ret;

	snoop_identity_init();
	snoop_memory_setup();
	ret = snoop_maps_init();
	if (ret)
		return ret;
	ret = snoop_layouts_init();
	if (ret)
		goto err_maps;
	ret = snoop_cards_init(&snoop_fops);
	if (ret)
		goto err_layouts;
	return 0;

err_layouts:
	snoop_layouts_exit();
err_maps:
	snoop_maps_exit();
	return ret;
}

static void __exit drm_snoop_exit(void)
{
	snoop_cards_exit();
	snoop_layouts_exit();
	snoop_maps_exit();
	snoop_snapshots_exit();
	snoop_apertures_exit();
	snoop_users_exit();
}

module_init(drm_snoop_init);
module_exit(drm_snoop_exit);

MODULE_DESCRIPTION("GPU memory of other processes as files");
MODULE_LICENSE("GPL");
