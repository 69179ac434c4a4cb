// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake-drmsnoop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drmsnoop.h>

struct fake fake;

struct drmsnoop {
	/* for lseek(): a sparse file with data where there are ranges */
	int fd;
	uint32_t bo;
	bool bound;
	bool write;
	struct drm_snoop_card_info info;
};

uint8_t fake_byte(uint64_t at)
{
	return (at ^ at >> 8 ^ at >> 16 ^ 0x5a) & 0xff;
}

int drmsnoop_foreach_card(drmsnoop_card_fn fn, void *data)
{
	struct drmsnoop_card card = { .index = FAKE_CARD - 1, .render = -1,
				      .node = "", .access = -ENOENT,
				      .driver = "", .bus_name = "" };
	int ret = fn(&card, data);

	if (ret)
		return ret;
	card.index = FAKE_CARD;
	card.access = 0;
	return fn(&card, data);
}

int drmsnoop_foreach_client(pid_t pid, int card, drmsnoop_client_fn fn,
			    void *data)
{
	struct drmsnoop_client client = { .pid = fake.pid, .comm = "fake",
					  .card = FAKE_CARD, .driver = "fake",
					  .client_id = FAKE_CLIENT };
	int ret;

	if (pid && pid != fake.pid)
		return kill(pid, 0) ? -ESRCH : 0;
	if (!fake.pid || (card != DRMSNOOP_ANY_CARD && card != FAKE_CARD))
		return 0;
	if (fake.see)
		return pid ? fake.see : 0;
	ret = fn(&client, data);
	if (ret)
		return ret;
	client.client_id++;
	client.fd++;
	return fn(&client, data);
}

int drmsnoop_check_access(pid_t pid, int fd)
{
	return fake.get;
}

int drmsnoop_open(unsigned int card, unsigned int flags,
		  struct drmsnoop **snoop)
{
	if (flags & DRMSNOOP_WRITE && fake.no_writes)
		return -EPERM;
	*snoop = calloc(1, sizeof(**snoop));
	(*snoop)->fd = -1;
	(*snoop)->write = flags & DRMSNOOP_WRITE;
	(*snoop)->info.features = DRM_SNOOP_FEATURE_READ |
				  (fake.no_vms ? 0 : DRM_SNOOP_FEATURE_VM);
	fake.handles++;
	return 0;
}

const struct drm_snoop_card_info *
drmsnoop_card_info(const struct drmsnoop *snoop)
{
	return &snoop->info;
}

int drmsnoop_open_process(pid_t pid, int card, uint64_t client_id,
			  unsigned int flags, struct drmsnoop **snoop)
{
	if (fake.see || fake.get)
		return fake.see ? fake.see : fake.get;
	if (fake.gone || (client_id && client_id != FAKE_CLIENT))
		return -ENOENT;
	return drmsnoop_open(card, flags, snoop);
}

void drmsnoop_close(struct drmsnoop *snoop)
{
	if (!snoop)
		return;
	if (snoop->fd >= 0)
		close(snoop->fd);
	free(snoop);
	fake.handles--;
}

int drmsnoop_fd(const struct drmsnoop *snoop)
{
	return snoop->fd;
}

int drmsnoop_register_pid_fd(struct drmsnoop *snoop, pid_t pid, int fd,
			     uint64_t *client_id)
{
	return -ENOENT;
}

int drmsnoop_foreach_registered(struct drmsnoop *snoop,
				drmsnoop_registered_fn fn, void *data)
{
	struct drm_snoop_client client = { .client_id = FAKE_CLIENT };

	return fn(&client, data);
}

int drmsnoop_foreach_vm(struct drmsnoop *snoop, uint64_t client_id,
			drmsnoop_vm_fn fn, void *data)
{
	struct drm_snoop_vm vm = { .vm_id = FAKE_VM, .end = FAKE_VM_END };

	return fake.gone ? -ESRCH : fn(&vm, data);
}

int drmsnoop_foreach_object(struct drmsnoop *snoop, uint64_t client_id,
			    drmsnoop_object_fn fn, void *data)
{
	int ret = fake.gone ? -ESRCH : 0;

	for (size_t i = 0; !ret && i < fake.object_count; i++)
		ret = fn(&fake.objects[i], data);
	return ret;
}

int drmsnoop_foreach_range(struct drmsnoop *snoop, uint64_t client_id,
			   uint64_t vm_id, drmsnoop_range_fn fn, void *data)
{
	int ret = fake.gone ? -ESRCH : vm_id != FAKE_VM ? -ENOENT : 0;

	fake.lists++;
	for (size_t i = 0; !ret && i < fake.range_count; i++)
		ret = fn(&fake.ranges[i], data);
	return ret;
}

static int new_file(uint64_t size)
{
	int fd = memfd_create("fake", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, size))
		abort();
	return fd;
}

int drmsnoop_bind_vm(struct drmsnoop *snoop, uint64_t client_id,
		     uint64_t vm_id, uint64_t *end)
{
	if (fake.gone)
		return -ESRCH;
	if (vm_id != FAKE_VM)
		return -ENOENT;
	snoop->fd = new_file(FAKE_VM_END);
	/* So many that nobody seeks in them stay out of the file. */
	for (size_t i = 0; fake.range_count < 100 && i < fake.range_count; i++)
		for (uint64_t at = fake.ranges[i].start;
		     at < fake.ranges[i].end; at += 4096)
			if (pwrite(snoop->fd, "x", 1, at) != 1)
				abort();
	snoop->bound = true;
	if (end)
		*end = FAKE_VM_END;
	return 0;
}

static const struct drm_snoop_object *find_object(uint32_t handle)
{
	for (size_t i = 0; i < fake.object_count; i++)
		if (fake.objects[i].handle == handle)
			return &fake.objects[i];
	return NULL;
}

int drmsnoop_bind_object(struct drmsnoop *snoop, uint64_t client_id,
			 uint32_t handle, uint64_t *size)
{
	const struct drm_snoop_object *object = find_object(handle);

	if (fake.gone)
		return -ESRCH;
	if (!object)
		return -ENOENT;
	snoop->fd = new_file(object->size);
	for (uint64_t at = 0; at < object->size; at += 4096)
		if (pwrite(snoop->fd, "x", 1, at) != 1)
			abort();
	snoop->bo = handle;
	snoop->bound = true;
	*size = object->size;
	return 0;
}

static void add_writable(const struct drmsnoop *snoop,
			 struct drm_snoop_range *range)
{
	if (snoop->write && range->flags & DRM_SNOOP_READABLE &&
	    !(range->flags & DRM_SNOOP_READ_ONLY))
		range->flags |= DRM_SNOOP_WRITABLE;
}

int drmsnoop_query_range(struct drmsnoop *snoop, uint64_t addr, uint32_t flags,
			 struct drm_snoop_range *range, size_t range_size)
{
	size_t low = 0, high = fake.range_count;

	fake.queries++;
	if (fake.gone)
		return -ESRCH;
	if (snoop->bo) {
		const struct drm_snoop_object *object = find_object(snoop->bo);

		if (!object)
			return -ENOENT;
		*range = (struct drm_snoop_range) {
			.end = object->size, .generation = object->object_id,
			.flags = object->flags,
		};
		add_writable(snoop, range);
		return 0;
	}
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (fake.ranges[mid].end <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == fake.range_count ||
	    (fake.ranges[low].start > addr && !(flags & DRM_SNOOP_QUERY_NEXT)))
		return -ENOENT;
	*range = fake.ranges[low];
	add_writable(snoop, range);
	return 0;
}

const char *drmsnoop_range_reason(const struct drmsnoop *snoop,
				  const struct drm_snoop_range *range,
				  unsigned int flags)
{
	return range->flags & DRM_SNOOP_READABLE ? NULL : "no reason";
}

static uint8_t content(uint64_t at)
{
	return at < FAKE_KEPT && fake.is_kept[at] ? fake.kept[at] :
						    fake_byte(at);
}

ssize_t drmsnoop_pread(struct drmsnoop *snoop, void *buf, size_t count,
		       uint64_t offset)
{
	struct drm_snoop_range range;
	size_t done = 0;
	int err = 0;

	while (done < count) {
		err = drmsnoop_query_range(snoop, offset + done, 0, &range,
					   sizeof(range));
		if (err)
			break;
		for (; done < count && offset + done < range.end; done++)
			((uint8_t *)buf)[done] = content(offset + done);
		if (snoop->bo)
			break;
	}
	if (done)
		return done;
	return err == -ENOENT ? -EIO : err;
}

ssize_t drmsnoop_pwrite(struct drmsnoop *snoop, const void *buf, size_t count,
			uint64_t offset)
{
	struct drm_snoop_range range;
	size_t done = 0;
	int err = 0;

	while (done < count) {
		err = drmsnoop_query_range(snoop, offset + done, 0, &range,
					   sizeof(range));
		if (!err && !(range.flags & DRM_SNOOP_WRITABLE))
			err = -EACCES;
		if (err)
			break;
		for (; done < count && offset + done < range.end; done++) {
			if (offset + done >= FAKE_KEPT)
				continue;
			fake.kept[offset + done] = ((uint8_t *)buf)[done];
			fake.is_kept[offset + done] = true;
		}
		if (snoop->bo)
			break;
	}
	fake.written += done;
	if (done)
		return done;
	return err == -ENOENT ? -EIO : err;
}

int drmsnoop_sync(struct drmsnoop *snoop)
{
	fake.syncs++;
	return 0;
}

int drmsnoop_snapshot_start(int snapshot, uint64_t *start)
{
	*start = 0;
	return 0;
}

int drmsnoop_foreach_snapshot_range(int snapshot, drmsnoop_snapshot_range_fn fn, void *data)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < fake.entry_count; i++)
		ret = fn(&fake.entries[i], data);
	return ret;
}
