/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_DRIVER_CLIENT_H
#define TESTS_DRIVER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Clients of panthor, panfrost and v3d, on the drivers' own uAPI. Calls of a driver
 * return 0 or a negative errno; functions named driver_* fail the running test.
 */

/**
 * struct driver_ops - what a driver has
 * @name: of the DRM driver
 * @device: its device on the platform bus of the test bed
 * @vm_create: a VM, or NULL: each client has one address space
 * @vm_destroy: and its end
 * @bo_create: an object; private to @vm unless that is 0. Where there are no VMs @va
 *	is its address
 * @heap_create: an object that gets its memory when the GPU touches it, and that the client
 *	cannot map, or NULL
 * @bo_offset: the offset for mmap() of an object
 * @bind: [@offset, @offset + @size) of an object at @va, or NULL
 * @unbind: nothing at [@va, @va + @size), or NULL
 * @dontneed: the kernel may take the object's memory away, or NULL
 * @submit: a job whose commands are at [@va, @va + @size) and that uses the objects
 *	@handles; its end is the fence of @syncobj
 */
struct driver_ops {
	const char *name;
	const char *device;
	int (*vm_create)(int fd, uint32_t *vm);
	int (*vm_destroy)(int fd, uint32_t vm);
	int (*bo_create)(int fd, uint64_t size, uint32_t vm, uint32_t *handle, uint64_t *va);
	int (*heap_create)(int fd, uint64_t size, uint32_t *handle, uint64_t *va);
	int (*bo_offset)(int fd, uint32_t handle, uint64_t *offset);
	int (*bind)(int fd, uint32_t vm, uint64_t va, uint32_t handle, uint64_t offset,
		    uint64_t size, int read_only);
	int (*unbind)(int fd, uint32_t vm, uint64_t va, uint64_t size);
	int (*dontneed)(int fd, uint32_t handle);
	int (*submit)(int fd, uint32_t vm, uint64_t va, uint64_t size, const uint32_t *handles,
		      uint32_t count, uint32_t syncobj);
};

extern const struct driver_ops driver_panthor, driver_panfrost, driver_v3d;

/* v3d, with jobs for its binner, for compute, and for the texture unit. */
#define V3D_QUEUES	3
extern const struct driver_ops driver_v3d_queues[V3D_QUEUES];

#define DRIVERS	3
extern const struct driver_ops *const drivers[DRIVERS];

/* Are its objects not those of the GEM shmem helper? panthor of later kernels has its own. */
bool driver_has_own_gem(const struct driver_ops *ops, int fd);

/* The driver of this name, or NULL. */
const struct driver_ops *driver_find(const char *name);

/**
 * struct driver_bo - an object, and the client's own map of it
 * @fd: the client's descriptor
 * @handle: GEM handle
 * @size: bytes
 * @va: its address in the address space of the client, or 0
 * @map: all of it
 * @own_gem: driver_has_own_gem()
 */
struct driver_bo {
	int fd;
	uint32_t handle;
	uint64_t size;
	uint64_t va;
	uint8_t *map;
	bool own_gem;
};

/* A new client, on the render node. */
int driver_open(const struct driver_ops *ops);
/* An object full of the pattern of @seed (model.h), which the client stores. */
void driver_bo(const struct driver_ops *ops, int fd, uint64_t size, uint32_t vm, uint64_t seed,
	       struct driver_bo *bo);
/* Maps an object that a client has otherwise, such as an imported one. */
void driver_bo_map(const struct driver_ops *ops, struct driver_bo *bo);
void driver_bo_fill(const struct driver_bo *bo, uint64_t seed);
/* What the client sees in its map at [@offset, @offset + @len) is the pattern of @seed. */
void driver_bo_check(const struct driver_bo *bo, uint64_t seed, uint64_t offset, size_t len);
/* The handle is closed; the map stays. */
void driver_bo_close(const struct driver_bo *bo);
/* The map is gone; the handle stays. */
void driver_bo_unmap(struct driver_bo *bo);
/* The object, for another client: its handle there is returned. */
uint32_t driver_bo_share(const struct driver_bo *bo, int to);
/* The kernel takes away what it may. */
void driver_shrink(void);

#endif
