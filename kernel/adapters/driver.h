/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_DRIVER_H
#define SNOOP_DRIVER_H

#include <linux/types.h>

/*
 * What is known about drivers, as constant data: it also builds in user space, where
 * it is compared with drivers that are not loaded.
 */

/**
 * enum snoop_family - how a driver keeps its VMs
 * @SNOOP_FAMILY_GPUVM: As struct drm_gpuvm, in gpuvm.c.
 * @SNOOP_FAMILY_MM: As struct drm_mm with one node for each object, in mm.c.
 * @SNOOP_FAMILY_AMDGPU: As amdgpu, in amdgpu_vm.c.
 * @SNOOP_FAMILY_I915: As i915, in i915_vm.c.
 * @SNOOP_FAMILY_NOUVEAU: As nouveau, in nouveau_vm.c.
 */
enum snoop_family {
	SNOOP_FAMILY_GPUVM,
	SNOOP_FAMILY_MM,
	SNOOP_FAMILY_AMDGPU,
	SNOOP_FAMILY_I915,
	SNOOP_FAMILY_NOUVEAU,
};

/**
 * enum snoop_member_id - members of the driver's private structures
 * @SNOOP_FILE_DRM_FILE: Back-pointer to the struct drm_file, in the structure at
 *	drm_file.driver_priv.
 * @SNOOP_FILE_DEVICE: Pointer to the driver's device, in the same structure.
 * @SNOOP_DEVICE_DRM: struct drm_device in the driver's device.
 * @SNOOP_DEVICE_DRM_POINTER: Pointer to it there.
 * @SNOOP_FILE_LOCK: struct mutex of the client that guards its list of VMs; without
 *	it the list is an xarray that its own lock guards.
 * @SNOOP_FILE_VMS: struct xarray of the client's VMs by id, in the structure at
 *	driver_priv.
 * @SNOOP_FILE_POOL: Pointer there to a structure that has the xarray. It stays the
 *	same from open to release.
 * @SNOOP_POOL_VMS: The xarray in that structure.
 * @SNOOP_FILE_VM: Pointer to the client's only VM, or NULL.
 * @SNOOP_VM_BASE: struct drm_gpuvm in the driver's VM.
 * @SNOOP_VM_LOCK: struct mutex in the driver's VM that guards the interval tree, and
 *	whose holders touch no user memory.
 * @SNOOP_VA_BASE: struct drm_gpuva in the driver's mapping.
 * @SNOOP_VA_FLAGS: u32 of flags there.
 * @SNOOP_USERPTR_VA: struct drm_gpuva in the driver's mapping of a userptr; such a
 *	mapping has no object and is not sparse, and its gem.offset is the CPU address.
 * @SNOOP_USERPTR_NOTIFIER: struct mmu_interval_notifier in the same structure,
 *	registered as long as the mapping is in the tree.
 * @SNOOP_VM_MM: struct drm_mm in the driver's VM.
 * @SNOOP_VM_MM_LOCK: Spinlock there that guards it. While a node is in it, so is the
 *	memory of its object.
 * @SNOOP_NODE: struct drm_mm_node in the driver's mapping.
 * @SNOOP_NODE_VM: Back-pointer there to the driver's VM.
 * @SNOOP_NODE_OBJECT: Pointer there to the driver's object; without it the driver's
 *	object and its mapping are the same structure.
 * @SNOOP_OBJECT_GEM: struct drm_gem_object in the driver's object.
 * @SNOOP_OBJECT_PROTECTED: u32 of the driver's object that says whether its content is
 *	protected. Does not change once the object has a handle.
 * @SNOOP_OBJECT_PROTECTED64: The same, as a u64.
 * @SNOOP_OBJECT_NOTIFIER: struct mmu_interval_notifier in the driver's object, which is
 *	registered, and has the CPU address, if the object is memory of a process.
 * @SNOOP_FILE_TREE: struct rb_root_cached of the client's mappings.
 * @SNOOP_FILE_ROOT: Pointer to the driver's object whose reservation guards that tree.
 * @SNOOP_MAPPING_NODE: struct rb_node in a mapping of that tree.
 * @SNOOP_MAPPING_FIRST: Its first page, a u64.
 * @SNOOP_MAPPING_LAST: Its last page, a u64.
 * @SNOOP_MAPPING_OFFSET: Byte of the object at the first page, a u64.
 * @SNOOP_MAPPING_PTE_FLAGS: Its flags as in the page table, a u64.
 * @SNOOP_MAPPING_VM_FLAGS: Its flags as in the uAPI, a u32.
 * @SNOOP_MAPPING_LINK: Pointer to what connects the object with the VM.
 * @SNOOP_LINK_OBJECT: Pointer there to the driver's object; NULL: the mapping is sparse.
 * @SNOOP_FILE_CONTEXTS: struct xarray of the client's contexts by id.
 * @SNOOP_CONTEXT_VM: Pointer to a context's VM, or NULL; stays the same.
 * @SNOOP_VM_DEVICE: Pointer in the driver's VM to the driver's device.
 * @SNOOP_VM_SIZE: First address after the VM, a u64.
 * @SNOOP_NODE_GUARD: u32 of the driver's mapping: unused bytes at both ends of the node.
 * @SNOOP_NODE_VIEW: u32 there that is 0 if the object is mapped as it is.
 * @SNOOP_OBJECT_OPS: Pointer to the operations of the driver's object.
 * @SNOOP_OPS_NAME: Pointer there to a text that says what kind of object it is.
 * @SNOOP_OBJECT_MEMORY: u32 of the driver's object that says what its memory is. Its
 *	reservation guards it.
 * @SNOOP_OBJECT_PAGES: Pointer to its pages, or to none. Guarded as the former.
 * @SNOOP_OBJECT_PAGE_ARRAY: Pointer to an array of struct page *, one for each page of the
 *	driver's object, or to none. The object's memory is drm_gem_object.filp. Its
 *	reservation guards it, and is held when the pages are taken away, out of maps first.
 * @SNOOP_FILE_VMM: The client's VM if it has no SNOOP_FILE_VM, a part of the structure.
 * @SNOOP_FILE_SVM: The one that takes its place, if SNOOP_VMM_FILE is set in it.
 * @SNOOP_VMM_FILE: Pointer to the client in either.
 * @SNOOP_OBJECT_VMAS: List of where the driver's object is bound, guarded by its
 *	reservation.
 * @SNOOP_VMA_LINK: struct list_head of an entry of that list.
 * @SNOOP_VMA_VMM: Pointer there to the VM.
 * @SNOOP_VMA_ADDR: The address, a u64.
 * @SNOOP_DEVICE_TTM: struct ttm_device in the driver's device.
 * @SNOOP_DEVICE_IO_LOCK: struct mutex there that guards which objects may lose their place
 *	in the window to device memory.
 * @SNOOP_DEVICE_IO_LRU: List of them.
 * @SNOOP_OBJECT_IO_LINK: struct list_head of the driver's object in that list.
 * @SNOOP_MEMBERS: Number of members.
 */
enum snoop_member_id {
	SNOOP_FILE_DRM_FILE,
	SNOOP_FILE_DEVICE,
	SNOOP_DEVICE_DRM,
	SNOOP_DEVICE_DRM_POINTER,
	SNOOP_FILE_LOCK,
	SNOOP_FILE_VMS,
	SNOOP_FILE_POOL,
	SNOOP_POOL_VMS,
	SNOOP_FILE_VM,
	SNOOP_VM_BASE,
	SNOOP_VM_LOCK,
	SNOOP_VA_BASE,
	SNOOP_VA_FLAGS,
	SNOOP_USERPTR_VA,
	SNOOP_USERPTR_NOTIFIER,
	SNOOP_VM_MM,
	SNOOP_VM_MM_LOCK,
	SNOOP_NODE,
	SNOOP_NODE_VM,
	SNOOP_NODE_OBJECT,
	SNOOP_OBJECT_GEM,
	SNOOP_OBJECT_PROTECTED,
	SNOOP_OBJECT_PROTECTED64,
	SNOOP_OBJECT_NOTIFIER,
	SNOOP_FILE_TREE,
	SNOOP_FILE_ROOT,
	SNOOP_MAPPING_NODE,
	SNOOP_MAPPING_FIRST,
	SNOOP_MAPPING_LAST,
	SNOOP_MAPPING_OFFSET,
	SNOOP_MAPPING_PTE_FLAGS,
	SNOOP_MAPPING_VM_FLAGS,
	SNOOP_MAPPING_LINK,
	SNOOP_LINK_OBJECT,
	SNOOP_FILE_CONTEXTS,
	SNOOP_CONTEXT_VM,
	SNOOP_VM_DEVICE,
	SNOOP_VM_SIZE,
	SNOOP_NODE_GUARD,
	SNOOP_NODE_VIEW,
	SNOOP_OBJECT_OPS,
	SNOOP_OPS_NAME,
	SNOOP_OBJECT_MEMORY,
	SNOOP_OBJECT_PAGES,
	SNOOP_OBJECT_PAGE_ARRAY,
	SNOOP_FILE_VMM,
	SNOOP_FILE_SVM,
	SNOOP_VMM_FILE,
	SNOOP_OBJECT_VMAS,
	SNOOP_VMA_LINK,
	SNOOP_VMA_VMM,
	SNOOP_VMA_ADDR,
	SNOOP_DEVICE_TTM,
	SNOOP_DEVICE_IO_LOCK,
	SNOOP_DEVICE_IO_LRU,
	SNOOP_OBJECT_IO_LINK,
	SNOOP_MEMBERS
};

/**
 * struct snoop_member - a structure member whose offset is read from BTF
 * @spec: "structure.member.member", or NULL: the driver has no such member.
 * @type: Tag of the member's structure, "tag *" for a pointer to it, or the name of
 *	its type.
 * @optional: Some versions of the driver lack it, or have it of another type.
 */
struct snoop_member {
	const char *spec;
	const char *type;
	bool optional;
};

/**
 * struct snoop_driver - what is known about one driver
 * @name: drm_driver.name.
 * @family: Which code walks its VMs.
 * @unverified: Nobody has run the tests on such a device. Off, unless module
 *	parameter unverified_adapters names the driver.
 * @shared_mm: SNOOP_FAMILY_MM: the device has one VM for all clients. A client's VM
 *	is that with the objects that the client has handles of.
 * @node_shift: SNOOP_FAMILY_MM: log2 of the bytes that drm_mm counts; 0: pages of
 *	the CPU.
 * @read_only_userbit: SNOOP_FAMILY_GPUVM: 1 for the first user bit (DRM_GPUVA_USERBITS)
 *	of drm_gpuva.flags, if it says that the device may only read; 0: it does not.
 * @read_only_flags: Flags of SNOOP_VA_FLAGS that say so.
 * @sparse_flags: Flags of SNOOP_VA_FLAGS that say that nothing is bound there,
 *	whatever the mapping's object is.
 * @protected_mask: Bits of SNOOP_OBJECT_PROTECTED or PROTECTED64, any of which says
 *	that the content is protected.
 * @discrete_asks_first: Objects of a discrete card that are mapped as a whole are only
 *	touched if the adapter is ready and allows it: the driver would warn, or have the
 *	GPU fetch them.
 * @window_only: Device memory is read where the CPU can map it and nowhere else: the
 *	driver's access_memory has the GPU copy the rest.
 * @pages_by_fault: Objects of the GEM shmem helper may get their pages by faults of the
 *	GPU, where a page that is there already is taken for one that is in the GPU's page
 *	table, too. Nobody else may bring in the first one.
 * @members: Members that the family needs, by enum snoop_member_id.
 *
 * Constant, one file a driver.
 */
struct snoop_driver {
	const char *name;
	enum snoop_family family;
	bool unverified;
	bool shared_mm;
	unsigned int node_shift;
	u32 read_only_userbit;
	u32 read_only_flags;
	u32 sparse_flags;
	u64 protected_mask;
	bool discrete_asks_first;
	bool window_only;
	bool pages_by_fault;
	struct snoop_member members[SNOOP_MEMBERS];
};

extern const struct snoop_driver snoop_driver_amdgpu;
extern const struct snoop_driver snoop_driver_gpusim;
extern const struct snoop_driver snoop_driver_i915;
extern const struct snoop_driver snoop_driver_nouveau;
extern const struct snoop_driver snoop_driver_panfrost;
extern const struct snoop_driver snoop_driver_panthor;
extern const struct snoop_driver snoop_driver_v3d;
extern const struct snoop_driver snoop_driver_xe;

/* All of them; ends with NULL. */
extern const struct snoop_driver *const snoop_drivers[];

#endif
