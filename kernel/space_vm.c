// SPDX-License-Identifier: GPL-2.0-only
/*
 * The space of a VM: offsets are GPU virtual addresses.
 */

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/slab.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "adapters/adapter.h"
#include "card.h"
#include "range.h"
#include "space.h"

/**
 * struct snoop_vm_space - space of one VM
 * @base: The space.
 * @adapter: The card's adapter. Immutable.
 * @vm: The driver's VM, with a reference of the adapter's. Immutable.
 * @vm_id: Its id in the client. Immutable.
 */
struct snoop_vm_space {
	struct snoop_space base;
	const struct snoop_adapter *adapter;
	void *vm;
	u64 vm_id;
};

static int snoop_vm_ranges(struct snoop_space *base, const struct snoop_access *access, u64 addr,
			   struct snoop_range *ranges, unsigned int max)
{
	struct snoop_vm_space *space = container_of(base, struct snoop_vm_space, base);
	const struct snoop_adapter *adapter = space->adapter;

	/* The target may have destroyed the VM and even reused its id. */
	if (!adapter->ops->vm_is(adapter, access, space->vm_id, space->vm))
		return -ENOENT;
	return snoop_adapter_ranges(adapter, access, space->vm, addr, ranges, max);
}

static void snoop_vm_space_release(struct snoop_space *base)
{
	struct snoop_vm_space *space = container_of(base, struct snoop_vm_space, base);

	space->adapter->ops->vm_put(space->adapter, space->vm);
	kfree(space);
}

static const struct snoop_space_ops snoop_vm_space_ops = {
	.ranges = snoop_vm_ranges,
	.release = snoop_vm_space_release,
};

/**
 * snoop_vm_space - make the space of a VM
 * @access: Access to its client.
 * @vm_id: The driver's id of the VM.
 *
 * The VM is found here, once: later accesses need only the lock of its tree.
 *
 * Return: the space, to be completed by snoop_space_bind(); -ENOENT,
 * -EOPNOTSUPP (no adapter), -EUCLEAN, -EBUSY, -EINTR, -ENOMEM.
 */
struct snoop_space *snoop_vm_space(const struct snoop_access *access, u64 vm_id)
{
	const struct snoop_adapter *adapter = snoop_adapter_ready(access->card);
	struct snoop_vm_space *space;
	struct drm_snoop_vm info;
	u64 id = vm_id;
	void *vm;

	if (IS_ERR(adapter))
		return ERR_CAST(adapter);
	vm = snoop_adapter_vm_next(adapter, access, &id);
	if (IS_ERR(vm))
		return vm;
	if (!vm)
		return ERR_PTR(-ENOENT);
	space = id == vm_id ? kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT) : NULL;
	if (!space) {
		adapter->ops->vm_put(adapter, vm);
		return ERR_PTR(id == vm_id ? -ENOMEM : -ENOENT);
	}
	adapter->ops->vm_info(adapter, vm, &info);
	space->base.ops = &snoop_vm_space_ops;
	space->base.size = info.end;
	space->base.va_bits = fls64(info.end - 1);
	space->base.ranges_reserve = adapter->ops->ranges_reserve;
	space->adapter = adapter;
	space->vm = vm;
	space->vm_id = vm_id;
	return &space->base;
}
