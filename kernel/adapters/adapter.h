/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_ADAPTER_H
#define SNOOP_ADAPTER_H

#include <linux/types.h>

struct drm_device;
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
 * driver's module is held. A VM is an opaque pointer with a
 * reference that the adapter took.
 */
struct snoop_adapter_ops {
	/**
	 * @vm_next: The client's VM with the lowest id from @vm_id on, with a
	 * reference; @vm_id becomes its id. NULL at the end; -EBUSY, -EINTR,
	 * -EUCLEAN (the driver's data is not what the layout says).
	 */
	void *(*vm_next)(const struct snoop_adapter *adapter,
			 const struct snoop_access *access, u64 *vm_id);

	/** @vm_is: Is @vm what the client has under @vm_id now? */
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
};

/**
 * struct snoop_member - a structure member whose offset is read from BTF
 * @spec: "structure.member.member".
 * @type: Tag of the member's structure, "tag *" for a pointer to it, or NULL.
 * @optional: The driver may lack it; its offset is SNOOP_NO_MEMBER then.
 */
struct snoop_member {
	const char *spec;
	const char *type;
	bool optional;
};

#define SNOOP_NO_MEMBER		U32_MAX

/**
 * struct snoop_driver - what is known about one driver
 * @name: drm_driver.name.
 * @ops: Family of the driver.
 * @members: Members whose offsets @ops needs, in the order that it knows.
 * @member_count: Elements of @members, at most SNOOP_MAX_MEMBERS.
 * @read_only_flag: For the drm_gpuvm family: bit of drm_gpuva.flags that says
 *	that the device may only read; 0 if there is none.
 *
 * Constant data, one file a driver.
 */
struct snoop_driver {
	const char *name;
	const struct snoop_adapter_ops *ops;
	const struct snoop_member *members;
	unsigned int member_count;
	u32 read_only_flag;
};

#define SNOOP_MAX_MEMBERS	16

/**
 * struct snoop_adapter - a driver's adapter on one card
 * @ops: Copied from the driver.
 * @driver: What is known about it.
 * @drm: The card's DRM device.
 * @offsets: Offsets of the driver's members in the running kernel.
 *
 * Immutable once made. Lives as long as the card.
 */
struct snoop_adapter {
	const struct snoop_adapter_ops *ops;
	const struct snoop_driver *driver;
	const struct drm_device *drm;
	u32 offsets[SNOOP_MAX_MEMBERS];
};

extern const struct snoop_driver snoop_driver_gpusim;

const struct snoop_adapter *snoop_adapter_ready(struct snoop_card *card);
int snoop_adapter_prepare(struct snoop_card *card);
int snoop_adapter_state(struct snoop_card *card, struct drm_snoop_card_info *info);
void snoop_adapter_free(struct snoop_adapter *adapter);

#endif
