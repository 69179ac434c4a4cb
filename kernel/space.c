// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spaces: what file offsets mean.
 */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "client.h"
#include "file.h"
#include "range.h"
#include "space.h"

static void snoop_space_free(struct kref *ref)
{
	struct snoop_space *space = container_of(ref, struct snoop_space, ref);

	space->ops->release(space);
}

/**
 * snoop_space_put - drop a reference
 * @space: The space, or NULL.
 */
void snoop_space_put(struct snoop_space *space)
{
	if (space)
		kref_put(&space->ref, snoop_space_free);
}

static void snoop_space_retire(struct kref *ref)
{
	struct snoop_space *space = container_of(ref, struct snoop_space, ref);
	struct snoop_file *file = space->file;

	spin_lock(&file->lock);
	space->next = file->unused;
	file->unused = space;
	spin_unlock(&file->lock);
}

/**
 * snoop_space_put_later - drop a reference under an mmap lock
 * @space: The space.
 *
 * Its release may call the driver, which may take locks under which it waits for that
 * mmap lock. If this is the last reference, because the file was bound anew in
 * between, the space is released at the next binding or with the file.
 */
void snoop_space_put_later(struct snoop_space *space)
{
	kref_put(&space->ref, snoop_space_retire);
}

/**
 * snoop_spaces_free_unused - release what snoop_space_put_later() left
 * @file: The file.
 */
void snoop_spaces_free_unused(struct snoop_file *file)
{
	struct snoop_space *space, *next;

	spin_lock(&file->lock);
	space = file->unused;
	file->unused = NULL;
	spin_unlock(&file->lock);
	for (; space; space = next) {
		next = space->next;
		space->ops->release(space);
	}
}

static struct snoop_space *snoop_space_create(const struct snoop_access *access,
					      const struct drm_snoop_bind *bind)
{
	switch (bind->what) {
	case DRM_SNOOP_BIND_VM:
		return snoop_vm_space(access, bind->id);
	case DRM_SNOOP_BIND_OBJECT:
		return snoop_object_space(access, bind->id);
	default:
		return ERR_PTR(-EINVAL);
	}
}

/**
 * snoop_space_bind - make the space that DRM_IOCTL_SNOOP_BIND asks for
 * @file: The calling file.
 * @bind: Request; size is returned.
 *
 * Return: the space with one reference, or an error pointer.
 */
struct snoop_space *snoop_space_bind(struct snoop_file *file, struct drm_snoop_bind *bind)
{
	const struct snoop_client *client;
	struct snoop_access access;
	struct snoop_space *space;
	int ret;

	if (bind->flags ||
	    (bind->what != DRM_SNOOP_BIND_VM && bind->what != DRM_SNOOP_BIND_OBJECT) ||
	    (bind->what == DRM_SNOOP_BIND_OBJECT && bind->id > U32_MAX))
		return ERR_PTR(-EINVAL);
	client = snoop_clients_find(&file->clients, bind->client_id);
	if (!client)
		return ERR_PTR(-ENOENT);
	ret = snoop_access_begin(&access, file->card, client, &file->memories);
	if (ret)
		return ERR_PTR(ret);
	space = snoop_space_create(&access, bind);
	snoop_access_end(&access);
	if (IS_ERR(space))
		return space;
	kref_init(&space->ref);
	space->file = file;
	space->client = client;
	bind->size = space->size;
	return space;
}

/**
 * snoop_space_begin - begin an access to a space
 * @space: The space.
 * @access: Filled.
 *
 * Return: as snoop_access_begin().
 */
int snoop_space_begin(struct snoop_space *space, struct snoop_access *access)
{
	return snoop_access_begin(access, space->file->card, space->client,
				  &space->file->memories);
}

/**
 * snoop_space_canonical - the address that a file offset means
 * @space: The space.
 * @addr: Offset; the sign-extended form of an address is one too.
 *
 * Return: the address as the driver has it.
 */
u64 snoop_space_canonical(const struct snoop_space *space, u64 addr)
{
	unsigned int bits = space->va_bits;

	if (bits && bits < 64 && (s64)addr >> (bits - 1) == -1)
		addr &= (1ULL << bits) - 1;
	return addr;
}

/**
 * snoop_space_extents - which addresses are bound at and above an address
 * @space: The space.
 * @addr: Address.
 * @extents: Filled with what ends above @addr, ascending, one a range.
 * @max: Elements of @extents, at most SNOOP_EXTENTS_MAX.
 *
 * Return: number of extents, 0 when there is none; -ENODEV, -ESRCH (the client
 * ended), -ENOENT (VM or handle is gone), -EUCLEAN, -EBUSY, -EINTR.
 */
int snoop_space_extents(struct snoop_space *space, u64 addr, struct snoop_extent *extents,
			unsigned int max)
{
	struct snoop_range ranges[SNOOP_EXTENTS_MAX];
	struct snoop_access access;
	int ret, i;

	ret = snoop_space_begin(space, &access);
	if (ret)
		return ret;
	ret = space->ops->ranges(space, &access, snoop_space_canonical(space, addr), ranges,
				 min(max, SNOOP_EXTENTS_MAX));
	for (i = 0; i < ret; i++) {
		extents[i].start = ranges[i].start;
		extents[i].end = ranges[i].end;
		snoop_range_put(&ranges[i]);
	}
	snoop_access_end(&access);
	return ret;
}

/**
 * snoop_space_next - the first range that ends above an address
 * @space: The space.
 * @addr: Address.
 * @out: Returned range.
 *
 * Return: 1, 0 when there is none, or an error as snoop_space_extents().
 */
int snoop_space_next(struct snoop_space *space, u64 addr, struct drm_snoop_range *out)
{
	struct snoop_access access;
	struct snoop_range range;
	int ret;

	ret = snoop_space_begin(space, &access);
	if (ret)
		return ret;
	ret = space->ops->ranges(space, &access, snoop_space_canonical(space, addr), &range, 1);
	if (ret > 0) {
		snoop_range_describe(&access, &range, out);
		snoop_range_put(&range);
	}
	snoop_access_end(&access);
	return ret;
}

/**
 * snoop_space_query - answer DRM_IOCTL_SNOOP_QUERY_RANGE
 * @space: The space.
 * @addr: Address.
 * @next: If no range covers @addr, the next one above will do.
 * @out: Returned range.
 *
 * Return: 0, -ENOENT (no such range) or what snoop_space_extents() returns.
 */
int snoop_space_query(struct snoop_space *space, u64 addr, bool next,
		      struct drm_snoop_range *out)
{
	struct drm_snoop_range range;
	int ret;

	ret = snoop_space_next(space, addr, &range);
	if (ret < 0)
		return ret;
	if (!ret || (!next && range.start > snoop_space_canonical(space, addr)))
		return -ENOENT;
	*out = range;
	return 0;
}
