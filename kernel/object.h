/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_OBJECT_H
#define SNOOP_OBJECT_H

#include <linux/types.h>

struct drm_file;
struct drm_gem_object;
struct snoop_access;

/**
 * struct snoop_place - where some bytes of an object are
 * @placement: DRM_SNOOP_PLACEMENT_*.
 * @flags: DRM_SNOOP_PAGES_*, which of the addresses are known.
 * @vram_offset: Byte of device memory.
 * @dma_addr: Address for the device.
 * @phys_addr: Address for the CPU.
 * @len: Bytes for which this holds, not 0.
 */
struct snoop_place {
	u32 placement;
	u32 flags;
	u64 vram_offset;
	u64 dma_addr;
	u64 phys_addr;
	u64 len;
};

/**
 * struct snoop_object_state - what can be done with an object
 * @placement: DRM_SNOOP_PLACEMENT_*; UNKNOWN when it is busy.
 * @flags: DRM_SNOOP_READABLE and others.
 * @path: DRM_SNOOP_PATH_*.
 * @error: 0, or the negative error code that a read would return.
 */
struct snoop_object_state {
	u32 placement;
	u32 flags;
	u32 path;
	int error;
};

/**
 * struct snoop_object_ops - how the memory of one kind of object is reached
 *
 * status and access are called with the object's reservation held, access also
 * with its memory in place: no move or clear is under way.
 */
struct snoop_object_ops {
	/** @kind: DRM_SNOOP_OBJECT_*. */
	u32 kind;

	/** @path: DRM_SNOOP_PATH_*. */
	u32 path;

	/** @match: Is the object of this kind? May be called without lock. */
	bool (*match)(const struct drm_gem_object *obj);

	/**
	 * @status: Fills in placement and error, and may add PURGED to the flags;
	 * placement comes as UNKNOWN, error as 0. May not wait. The object is
	 * not imported.
	 */
	void (*status)(struct drm_gem_object *obj, struct snoop_object_state *state);

	/**
	 * @access: Copies [@offset, @offset + @len), inside the object, to
	 * kernel memory, or with @write from there. Written bytes have left the
	 * CPU when it returns. 0 or a negative error code; a read is all or
	 * nothing.
	 */
	int (*access)(struct drm_gem_object *obj, u64 offset, void *buf, size_t len, bool write);

	/**
	 * @can_stop: Can all maps of the CPU be taken away by the object's fake offset,
	 * and do they come back by faults that take the reservation? Whoever holds that
	 * can keep the CPU from writing then. Takes no lock. Optional: no. The object is
	 * not imported.
	 */
	bool (*can_stop)(const struct drm_gem_object *obj);

	/**
	 * @locate: Tells where the byte at @offset is. @place comes with UNKNOWN,
	 * no flags and a length up to the end of the object, which may be
	 * shortened. Called as access. May not wait.
	 */
	void (*locate)(struct drm_gem_object *obj, u64 offset, bool addresses,
		       struct snoop_place *place);
};

extern const struct snoop_object_ops snoop_object_ttm;
extern const struct snoop_object_ops snoop_object_shmem;
extern const struct snoop_object_ops snoop_object_vmap;

struct drm_gem_object *snoop_object_get(struct drm_file *client, u32 handle);
struct drm_gem_object *snoop_object_next(struct drm_file *client, u32 *handle);
u32 snoop_object_kind(const struct drm_gem_object *obj);
void snoop_object_status(const struct snoop_access *access, struct drm_gem_object *obj,
			 struct snoop_object_state *state);
void snoop_memory_status(struct drm_gem_object *obj, struct snoop_object_state *state);
int snoop_memory_access(const struct snoop_access *access, struct drm_gem_object *obj,
			u64 offset, void *buf, size_t len, bool write);
int snoop_object_access(const struct snoop_access *access, struct drm_gem_object *obj,
			u64 offset, void *buf, size_t len, bool write);
int snoop_object_read_held(const struct snoop_access *access, struct drm_gem_object *obj,
			   u64 offset, void *buf, size_t len);
u32 snoop_object_placement_held(struct drm_gem_object *obj);
bool snoop_object_can_stop(const struct drm_gem_object *obj);
const struct snoop_object_ops *snoop_object_ops(const struct drm_gem_object *obj);
int snoop_vmap_error(int error);

#endif
