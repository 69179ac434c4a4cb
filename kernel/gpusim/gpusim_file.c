// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients.
 */

#include <linux/jiffies.h>
#include <linux/slab.h>

#include <drm/drm_file.h>

#include "gpusim_file.h"
#include "gpusim_vm.h"

/* close() waits at most this long for cancelled work */
#define GPUSIM_CLOSE_WAIT	HZ

/**
 * gpusim_file_open - &drm_driver.open
 * @drm: device
 * @file: new client
 *
 * Returns: 0 or -ENOMEM.
 */
int gpusim_file_open(struct drm_device *drm, struct drm_file *file)
{
	struct gpusim_file *gfile = kzalloc(sizeof(*gfile), GFP_KERNEL_ACCOUNT);

	if (!gfile)
		return -ENOMEM;

	kref_init(&gfile->kref);
	xa_init_flags(&gfile->vms, XA_FLAGS_ALLOC1);
	INIT_LIST_HEAD(&gfile->all);
	init_waitqueue_head(&gfile->gone);
	file->driver_priv = gfile;

	return 0;
}

/**
 * gpusim_file_postclose - &drm_driver.postclose
 * @drm: device
 * @file: client whose handles are gone already
 *
 * Destroys the VMs and cancels their work. Work that waits for somebody else's
 * fence can stay behind; it is cancelled as soon as it starts.
 */
void gpusim_file_postclose(struct drm_device *drm, struct drm_file *file)
{
	struct gpusim_file *gfile = file->driver_priv;
	struct gpusim_vm *vm;
	unsigned long id;

	xa_lock(&gfile->vms);
	list_for_each_entry(vm, &gfile->all, link)
		WRITE_ONCE(vm->killed, true);
	xa_unlock(&gfile->vms);

	/* no ioctl of this client runs any more: nothing comes in */
	xa_for_each(&gfile->vms, id, vm) {
		xa_erase(&gfile->vms, id);
		gpusim_vm_put(vm);
	}

	/* mostly immediate; lets the memory be back when close() returns */
	wait_event_timeout(gfile->gone, !READ_ONCE(gfile->nr_vms), GPUSIM_CLOSE_WAIT);

	gpusim_file_put(gfile);
}

/**
 * gpusim_file_get - take a reference
 * @gfile: client
 *
 * Returns: @gfile.
 */
struct gpusim_file *gpusim_file_get(struct gpusim_file *gfile)
{
	kref_get(&gfile->kref);
	return gfile;
}

static void gpusim_file_free(struct kref *kref)
{
	struct gpusim_file *gfile = container_of(kref, struct gpusim_file, kref);

	WARN_ON(!list_empty(&gfile->all));
	xa_destroy(&gfile->vms);
	kfree(gfile);
}

/**
 * gpusim_file_put - drop a reference
 * @gfile: client
 */
void gpusim_file_put(struct gpusim_file *gfile)
{
	kref_put(&gfile->kref, gpusim_file_free);
}
