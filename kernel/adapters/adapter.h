/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_ADAPTER_H
#define SNOOP_ADAPTER_H

#include <linux/build_bug.h>
#include <linux/types.h>

#include "driver.h"
#include "layout.h"

struct drm_device;
struct drm_gem_object;
struct drm_snoop_card_info;
struct drm_snoop_vm;
struct snoop_access;
struct snoop_adapter;
struct snoop_card;
struct snoop_range;

/**
 * struct snoop_adapter_ops - how VMs of a family of drivers are reached
 *
 * All functions run within an access except vm_put, which runs whenever the
 * driver's module is held. A VM is an opaque pointer, not NULL, with a
 * reference that the adapter took, or one that lives as long as the client.
 */
struct snoop_adapter_ops {
	/**
	 * @vm_next: The client's VM with the lowest id from @vm_id on, with a
	 * reference; @vm_id becomes its id. NULL at the end; -EBUSY, -EINTR,
	 * -EUCLEAN (the driver's data is not what the layout says).
	 */
	void *(*vm_next)(const struct snoop_adapter *adapter,
			 const struct snoop_access *access, u64 *vm_id);

	/** @vm_is: Is @vm what the client has under @vm_id now? Takes no lock. */
	bool (*vm_is)(const struct snoop_adapter *adapter, const struct snoop_access *access,
		      u64 vm_id, const void *vm);

	/** @vm_put: Drops the reference. */
	void (*vm_put)(const struct snoop_adapter *adapter, void *vm);

	/** @vm_info: Fills everything but vm_id. */
	void (*vm_info)(const struct snoop_adapter *adapter, const void *vm,
			struct drm_snoop_vm *info);

	/** @ranges: As snoop_space_ops.ranges. */
	int (*ranges)(const struct snoop_adapter *adapter, const struct snoop_access *access,
		      void *vm, u64 addr, struct snoop_range *ranges, unsigned int max);

	/**
	 * @content: May the CPU touch the memory of @obj? Takes no lock. 0, or the
	 * error code of who tries. Optional.
	 */
	int (*content)(const struct snoop_adapter *adapter, const struct drm_gem_object *obj);

	/**
	 * @content_begin: Called before the CPU touches the memory of @obj, with its
	 * reservation held, if it is mapped as a whole, or its place in the window to
	 * device memory can be taken away. 1: content_end must follow; 0, or the error
	 * code of who tries. Optional.
	 */
	int (*content_begin)(const struct snoop_adapter *adapter, struct drm_gem_object *obj);

	/** @content_end: The CPU is done; the reservation was held all the time. */
	void (*content_end)(const struct snoop_adapter *adapter, struct drm_gem_object *obj);

	/**
	 * @ranges_reserve: @ranges takes reservations of objects or of the VM; it must
	 * not be called with any held.
	 */
	bool ranges_reserve;

	/** @needs: Members without which the family cannot do, a bit for each. */
	u64 needs;
};

static_assert(SNOOP_MEMBERS <= 64);

/* The only VM of clients that have one without an id. */
#define SNOOP_ONLY_VM_ID	1

/**
 * struct snoop_adapter - a driver's adapter on one card
 * @ops: Family of the driver.
 * @driver: What is known about it.
 * @drm: The card's DRM device.
 * @layout: Where the driver that runs has its members, with a reference.
 *
 * Immutable once made. Lives as long as the card.
 */
struct snoop_adapter {
	const struct snoop_adapter_ops *ops;
	const struct snoop_driver *driver;
	const struct drm_device *drm;
	struct snoop_layout *layout;
};

extern const struct snoop_adapter_ops snoop_gpuvm_ops;
extern const struct snoop_adapter_ops snoop_mm_ops;
extern const struct snoop_adapter_ops snoop_amdgpu_ops;
extern const struct snoop_adapter_ops snoop_i915_ops;
extern const struct snoop_adapter_ops snoop_nouveau_ops;

static inline bool snoop_adapter_has(const struct snoop_adapter *adapter, enum snoop_member_id id)
{
	return snoop_layout_has(adapter->layout, id);
}

const struct snoop_driver *snoop_driver_find(const char *name);
const struct snoop_adapter *snoop_adapter_ready(struct snoop_card *card);
int snoop_adapter_prepare(struct snoop_card *card);
int snoop_adapter_prepare_content(struct snoop_card *card);
int snoop_adapter_state(struct snoop_card *card, struct drm_snoop_card_info *info);
void *snoop_adapter_vm_next(const struct snoop_adapter *adapter, const struct snoop_access *access,
			    u64 *vm_id);
int snoop_adapter_ranges(const struct snoop_adapter *adapter, const struct snoop_access *access,
			 void *vm, u64 addr, struct snoop_range *ranges, unsigned int max);
void snoop_adapter_free(struct snoop_adapter *adapter);

int snoop_content_check(struct snoop_card *card, const struct drm_gem_object *obj);
const struct snoop_adapter *snoop_content_adapter(const struct drm_gem_object *obj);
bool snoop_content_is_window_only(const struct drm_gem_object *obj);

#endif
