/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of gpusim start from. Ids and handles are the lowest that are
 * free, in a new client those below.
 */
#ifndef GPUSIM_CLIENT_H
#define GPUSIM_CLIENT_H

#include <drm/gpusim_drm.h>

#define VM		1
#define OTHER_VM	2
#define BO		1	/* in VRAM */
#define PRIVATE_BO	2	/* in VRAM, private to OTHER_VM */
#define SYSTEM_BO	3
#define SYNCOBJ		1	/* has no fence */
#define NO_SUCH		999

#define PAGE		4096ull
#define BO_SIZE		(8 * PAGE)
#define ADDR		0x100000ull	/* nothing is bound there */
#define VA_END		(1ull << 48)
#define LAST_PAGE	(~0ull - PAGE + 1)

int gpusim_client_open(void);

#endif
