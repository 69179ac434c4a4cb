// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drivers that give each object one address for its life, or for a client's, out of a
 * struct drm_mm (drivers/gpu/drm/drm_mm.c, 6.12): its interval tree tells what is where.
 *
 * The driver's spinlock is held for a bounded number of nodes, and just long enough to
 * take references on objects.
 */

#include <linux/bits.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_mm.h>
#include <drm/drm_vma_manager.h>

#include <uapi/drm/drm_snoop.h>

#include "../access.h"
#include "../range.h"
#include "../trace.h"
#include "private.h"

/* Most nodes looked at without letting go of the lock. */
#define SNOOP_MM_NODES_MAX	1000

/**
 * struct snoop_mm_walk - a walk over a VM
 * @adapter: The adapter.
 * @client: Whose objects are wanted.
 * @vm: The driver's VM.
 * @next: Where the walk goes on, as drm_mm counts.
 * @ranges: What was found.
 * @count: Its number.
 * @max: Elements of @ranges.
 * @at_end: There is nothing more.
 */
struct snoop_mm_walk {
	const struct snoop_adapter *adapter;
	struct drm_file *client;
	const void *vm;
	u64 next;
	struct snoop_range *ranges;
	unsigned int count;
	unsigned int max;
	bool at_end;
};

static const struct drm_mm *snoop_mm_of(const struct snoop_adapter *adapter, const void *vm)
{
	return snoop_private_member(adapter, vm, SNOOP_VM_MM);
}

static unsigned int snoop_mm_shift(const struct snoop_adapter *adapter)
{
	return adapter->driver->node_shift ?: PAGE_SHIFT;
}

/* drm_mm_init(), 6.12: the head is the node around the managed range. */
static u64 snoop_mm_end(const struct drm_mm *mm)
{
	return mm->head_node.start;
}

static u64 snoop_mm_start(const struct drm_mm *mm)
{
	return mm->head_node.start + mm->head_node.size;
}

/* The client's VM; NULL if it has none. */
static void *snoop_mm_vm(const struct snoop_adapter *adapter, const struct drm_file *client)
{
	void *file = snoop_private_file(adapter, client);
	struct drm_mm_node head;
	void *vm;

	if (IS_ERR_OR_NULL(file))
		return file;
	if (adapter->driver->shared_mm)
		vm = snoop_private_device(adapter, file);
	else if (snoop_private_pointer(adapter, file, SNOOP_FILE_VM, &vm))
		return ERR_PTR(-EUCLEAN);
	if (IS_ERR_OR_NULL(vm))
		return vm;
	if (copy_from_kernel_nofault(&head, &snoop_mm_of(adapter, vm)->head_node, sizeof(head)) ||
	    head.mm != snoop_mm_of(adapter, vm) ||
	    head.start > U64_MAX >> snoop_mm_shift(adapter) || head.start + head.size > head.start)
		return ERR_PTR(-EUCLEAN);
	return vm;
}

static void *snoop_mm_next(const struct snoop_adapter *adapter, const struct snoop_access *access,
			   u64 *vm_id)
{
	if (*vm_id > SNOOP_ONLY_VM_ID)
		return NULL;
	*vm_id = SNOOP_ONLY_VM_ID;
	return snoop_mm_vm(adapter, access->client);
}

static bool snoop_mm_is(const struct snoop_adapter *adapter, const struct snoop_access *access,
			u64 vm_id, const void *vm)
{
	return vm_id == SNOOP_ONLY_VM_ID && snoop_mm_vm(adapter, access->client) == vm;
}

/* The VM lives as long as the client, or the device. */
static void snoop_mm_put(const struct snoop_adapter *adapter, void *vm)
{
}

static void snoop_mm_info(const struct snoop_adapter *adapter, const void *vm,
			  struct drm_snoop_vm *info)
{
	const struct drm_mm *mm = snoop_mm_of(adapter, vm);

	memset(info, 0, sizeof(*info));
	info->start = snoop_mm_start(mm) << snoop_mm_shift(adapter);
	info->end = snoop_mm_end(mm) << snoop_mm_shift(adapter);
	strscpy(info->name, adapter->driver->name);
}

/* The object of a node; -EUCLEAN. */
static struct drm_gem_object *snoop_mm_object(const struct snoop_mm_walk *walk,
					      const struct drm_mm_node *node)
{
	const struct snoop_adapter *adapter = walk->adapter;
	void *mapping = (void *)node - adapter->layout->offsets[SNOOP_NODE];
	struct drm_gem_object *obj;
	void *object = mapping, *vm;
	struct drm_device *drm;

	if (snoop_adapter_has(adapter, SNOOP_NODE_VM) &&
	    (snoop_private_pointer(adapter, mapping, SNOOP_NODE_VM, &vm) || vm != walk->vm))
		return ERR_PTR(-EUCLEAN);
	if (snoop_adapter_has(adapter, SNOOP_NODE_OBJECT) &&
	    (snoop_private_pointer(adapter, mapping, SNOOP_NODE_OBJECT, &object) || !object))
		return ERR_PTR(-EUCLEAN);
	obj = snoop_private_member(adapter, object, SNOOP_OBJECT_GEM);
	if (copy_from_kernel_nofault(&drm, &obj->dev, sizeof(drm)) || drm != adapter->drm)
		return ERR_PTR(-EUCLEAN);
	return obj;
}

/*
 * May the client see it? In a VM of all clients the rest is not its own. The DRM core
 * notes with the object which clients have handles of it (drm_gem_handle_create_tail(),
 * drm_gem_object_release_handle(), 6.12).
 */
static bool snoop_mm_is_own(const struct snoop_mm_walk *walk, struct drm_gem_object *obj)
{
	return !walk->adapter->driver->shared_mm ||
	       drm_vma_node_is_allowed(&obj->vma_node, walk->client);
}

/* Adds the range of a node. 0, or -EUCLEAN. */
static int snoop_mm_add(struct snoop_mm_walk *walk, const struct drm_mm_node *node)
{
	unsigned int shift = snoop_mm_shift(walk->adapter);
	struct drm_gem_object *obj = snoop_mm_object(walk, node);
	u64 end;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	/* Nothing that the driver's data says may lead out of an object or around. */
	if (!node->size || node->size > obj->size >> shift ||
	    check_add_overflow(node->start, node->size, &end) || end > U64_MAX >> shift)
		return -EUCLEAN;
	/* The driver takes the node out when it frees the object, not before. */
	if (!snoop_mm_is_own(walk, obj) || !kref_get_unless_zero(&obj->refcount))
		return 0;
	walk->ranges[walk->count++] = (struct snoop_range) {
		.kind = DRM_SNOOP_RANGE_OBJECT,
		.start = node->start << shift,
		.end = end << shift,
		.obj = obj,
		.binding = node,
	};
	return 0;
}

/* Looks at the next nodes. 0, or -EUCLEAN. */
static int snoop_mm_walk_some(struct snoop_mm_walk *walk)
{
	const struct drm_mm *mm = snoop_mm_of(walk->adapter, walk->vm);
	spinlock_t *lock = snoop_private_member(walk->adapter, walk->vm, SNOOP_VM_MM_LOCK);
	struct drm_mm_node *node;
	unsigned int nodes = 0;
	int ret = 0;

	spin_lock(lock);
	drm_mm_for_each_node_in_range(node, (struct drm_mm *)mm, walk->next, snoop_mm_end(mm)) {
		if (walk->count == walk->max || nodes == SNOOP_MM_NODES_MAX)
			goto out;
		nodes++;
		ret = snoop_mm_add(walk, node);
		if (ret)
			goto out;
		walk->next = node->start + node->size;
	}
	walk->at_end = true;
out:
	spin_unlock(lock);
	trace_drm_snoop_nodes(walk->adapter->driver->name, nodes);
	return ret;
}

static int snoop_mm_ranges(const struct snoop_adapter *adapter, const struct snoop_access *access,
			   void *vm, u64 addr, struct snoop_range *ranges, unsigned int max)
{
	struct snoop_mm_walk walk = {
		.adapter = adapter,
		.client = access->client,
		.vm = vm,
		.next = addr >> snoop_mm_shift(adapter),
		.ranges = ranges,
		.max = max,
	};
	int ret = 0;

	while (!ret && !walk.at_end && walk.count < max) {
		if (walk.next >= snoop_mm_end(snoop_mm_of(adapter, vm)))
			break;
		ret = snoop_mm_walk_some(&walk);
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
		if (!ret && !walk.at_end && time_after(jiffies, access->deadline))
			ret = walk.count ? 0 : -EBUSY;
		cond_resched();
	}
	if (!ret)
		return walk.count;
	snoop_ranges_put(ranges, walk.count);
	return ret;
}

const struct snoop_adapter_ops snoop_mm_ops = {
	.vm_next = snoop_mm_next,
	.vm_is = snoop_mm_is,
	.vm_put = snoop_mm_put,
	.vm_info = snoop_mm_info,
	.ranges = snoop_mm_ranges,
	.needs = BIT_ULL(SNOOP_VM_MM) | BIT_ULL(SNOOP_VM_MM_LOCK) | BIT_ULL(SNOOP_NODE) |
		 BIT_ULL(SNOOP_OBJECT_GEM),
};
