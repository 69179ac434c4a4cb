// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include "vm_driver.h"

const char *const vm_memory_names[VM_MEMORIES] = {
	[VM_MEMORY_SYSTEM] = "system",
	[VM_MEMORY_VRAM] = "vram",
	[VM_MEMORY_PRIVATE] = "private",
	[VM_MEMORY_USERPTR] = "userptr",
};

static const struct vm_driver *const drivers[] = {
	&vm_driver_gpusim,
#ifdef HAVE_PANTHOR
	&vm_driver_panthor,
#endif
};

const struct vm_driver *vm_driver_of(int drm)
{
	const struct vm_driver *found = NULL;
	drmVersionPtr version = drmGetVersion(drm);

	igt_assert(version);
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (!strcmp(drivers[i]->name, version->name))
			found = drivers[i];
	drmFreeVersion(version);
	igt_require(found);
	return found;
}
