// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spaces: what file offsets mean.
 */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <uapi/drm/drm_snoop.h>

#include "access.h"
#include "card.h"
#include "client.h"
#include "object.h"
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
 * @card: The card.
 * @clients: Registrations of the calling file.
 * @bind: Request; size is returned.
 *
 * Return: the space with one reference, or an error pointer.
 */
struct snoop_space *snoop_space_bind(struct snoop_card *card, struct snoop_clients *clients,
				     struct drm_snoop_bind *bind)
{
	struct snoop_access access;
	struct snoop_space *space;
	int ret;

	if (bind->flags ||
	    (bind->what != DRM_SNOOP_BIND_VM && bind->what != DRM_SNOOP_BIND_OBJECT) ||
	    (bind->what == DRM_SNOOP_BIND_OBJECT && bind->id > U32_MAX))
		return ERR_PTR(-EINVAL);
	if (!snoop_clients_find(clients, bind->client_id))
		return ERR_PTR(-ENOENT);
	ret = snoop_access_begin(&access, card, bind->client_id);
	if (ret)
		return ERR_PTR(ret);
	space = snoop_space_create(&access, bind);
	snoop_access_end(&access);
	if (IS_ERR(space))
		return space;
	kref_init(&space->ref);
	space->card = card;
	space->client_id = bind->client_id;
	bind->size = space->size;
	return space;
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

	ret = snoop_access_begin(&access, space->card, space->client_id);
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

/* The range that covers @addr, or with @next one above. 0, -ENOENT or an error. */
static int snoop_space_range_at(struct snoop_space *space, const struct snoop_access *access,
				u64 addr, bool next, struct snoop_range *range)
{
	int ret;

	ret = space->ops->ranges(space, access, addr, range, 1);
	if (ret < 0)
		return ret;
	if (!ret)
		return -ENOENT;
	if (!next && range->start > addr) {
		snoop_range_put(range);
		return -ENOENT;
	}
	return 0;
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
	struct snoop_access access;
	struct snoop_range range;
	int ret;

	ret = snoop_access_begin(&access, space->card, space->client_id);
	if (ret)
		return ret;
	ret = snoop_space_range_at(space, &access, snoop_space_canonical(space, addr), next,
				   &range);
	if (!ret) {
		snoop_range_describe(&range, out);
		snoop_range_put(&range);
	}
	snoop_access_end(&access);
	return ret;
}

/* Reads from the one range that covers @addr; as snoop_space_read(). */
static ssize_t snoop_space_read_one(struct snoop_space *space, const struct snoop_access *access,
				    u64 addr, void *buf, size_t len)
{
	struct snoop_range range;
	int ret;

	ret = space->ops->ranges(space, access, addr, &range, 1);
	if (ret < 0)
		return ret;
	if (!ret || range.start > addr) {
		if (ret)
			snoop_range_put(&range);
		return space->eof ? 0 : -EIO;
	}
	len = min_t(u64, len, range.end - addr);
	switch (range.kind) {
	case DRM_SNOOP_RANGE_OBJECT:
		ret = snoop_object_read(access, range.obj,
					range.obj_offset + (addr - range.start), buf, len);
		break;
	case DRM_SNOOP_RANGE_SPARSE:
		memset(buf, 0, len);
		ret = 0;
		break;
	default:
		ret = -EACCES;
		break;
	}
	snoop_range_put(&range);
	return ret ?: len;
}

/**
 * snoop_space_read - copy content to kernel memory
 * @space: The space.
 * @addr: First address.
 * @buf: Kernel memory, congruent to @addr modulo 16 for speed.
 * @len: Bytes, not 0; the caller bounds them, as the client and the device
 *       are held meanwhile.
 *
 * Return: bytes copied, less than @len before a hole, an error or the end; 0
 * at the end; -EIO in a hole; else what snoop_space_extents() and
 * snoop_object_read() return.
 */
ssize_t snoop_space_read(struct snoop_space *space, u64 addr, void *buf, size_t len)
{
	struct snoop_access access;
	size_t done = 0;
	ssize_t ret;

	addr = snoop_space_canonical(space, addr);
	ret = snoop_access_begin(&access, space->card, space->client_id);
	if (ret)
		return ret;
	do {
		ret = snoop_space_read_one(space, &access, addr + done, buf + done, len - done);
		if (ret > 0)
			done += ret;
	} while (ret > 0 && done < len);
	snoop_access_end(&access);
	if (ret < 0 && snoop_card_is_dead(space->card))
		ret = -ENODEV;
	return done ?: ret;
}
