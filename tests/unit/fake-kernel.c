// SPDX-License-Identifier: GPL-2.0-or-later
/* A stand-in for the calls of drm_snoop. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake-kernel.h"

struct fake_kernel fake_kernel;

unsigned char fake_byte(uint64_t address)
{
	return (address * 0x9e3779b97f4a7c15ULL) >> 56;
}

/* Copy entries from index @cursor on, as LIST does. */
static int list_from(struct drm_snoop_list *list, const void *entries,
		     size_t size, size_t count)
{
	uint32_t batch = list->count, n = 0;
	uint64_t i = list->cursor;

	if (fake_kernel.list_error && list->cursor)
		return -fake_kernel.list_error;
	if (fake_kernel.list_batch && batch > fake_kernel.list_batch)
		batch = fake_kernel.list_batch;
	if (list->entry_size != size)
		return -EINVAL;
	for (; n < batch && i < count && !fake_kernel.list_stuck; n++, i++)
		memcpy((char *)(uintptr_t)list->entries + n * size,
		       (const char *)entries + i * size, size);
	list->count = n;
	if (!fake_kernel.list_stuck)
		list->cursor = i < count ? i : DRM_SNOOP_CURSOR_END;
	return 0;
}

static int list(struct drm_snoop_list *arg)
{
	static const struct drm_snoop_client client = {
		.client_id = FAKE_CLIENT,
		.node = DRM_SNOOP_NODE_RENDER,
	};
	static const struct drm_snoop_vm vm = {
		.vm_id = FAKE_VM,
		.end = FAKE_VM_END,
	};

	fake_kernel.lists++;
	if (!arg->count || arg->flags)
		return -EINVAL;
	if (arg->what == DRM_SNOOP_LIST_CLIENTS)
		return arg->client_id ? -EINVAL :
			list_from(arg, &client, sizeof(client), 1);
	if (arg->client_id != FAKE_CLIENT)
		return -ENOENT;
	switch (arg->what) {
	case DRM_SNOOP_LIST_VMS:
		return list_from(arg, &vm, sizeof(vm), 1);
	case DRM_SNOOP_LIST_OBJECTS:
		return list_from(arg, fake_kernel.objects,
				 sizeof(*fake_kernel.objects),
				 fake_kernel.object_count);
	case DRM_SNOOP_LIST_RANGES:
		if (arg->vm_id != FAKE_VM)
			return -ENOENT;
		return list_from(arg, fake_kernel.ranges,
				 sizeof(*fake_kernel.ranges),
				 fake_kernel.range_count);
	}
	return -EINVAL;
}

/* First range that ends after an address. */
static const struct drm_snoop_range *range_after(uint64_t address)
{
	size_t i;

	for (i = 0; i < fake_kernel.range_count; i++)
		if (fake_kernel.ranges[i].end > address)
			return &fake_kernel.ranges[i];
	return NULL;
}

static int query(struct drm_snoop_query_range *arg)
{
	const struct drm_snoop_range *range = range_after(arg->addr);

	fake_kernel.queries++;
	if (!range || (range->start > arg->addr &&
		       !(arg->flags & DRM_SNOOP_QUERY_NEXT)))
		return -ENOENT;
	arg->range = *range;
	return 0;
}

/* Entries from @addr on, as QUERY_PAGES; each as it stands in the list. */
static int query_pages(struct drm_snoop_query_pages *arg)
{
	struct drm_snoop_pages *out = (void *)(uintptr_t)arg->entries;
	uint32_t room = arg->count;
	size_t i;

	fake_kernel.page_queries++;
	if (!room || arg->flags || arg->pad || arg->end <= arg->addr ||
	    arg->entry_size != sizeof(*out))
		return -EINVAL;
	if (fake_kernel.pages_batch && room > fake_kernel.pages_batch)
		room = fake_kernel.pages_batch;
	arg->count = 0;
	if (fake_kernel.pages_stuck)
		return 0;
	for (i = 0; i < fake_kernel.page_count; i++) {
		if (fake_kernel.pages[i].start < arg->addr)
			continue;
		if (fake_kernel.pages[i].start >= arg->end)
			break;
		if (arg->count == room) {
			arg->addr = fake_kernel.pages[i].start;
			return 0;
		}
		out[arg->count++] = fake_kernel.pages[i];
	}
	arg->addr = arg->end;
	return 0;
}

static int register_memory(const struct drm_snoop_register_mem *arg)
{
	int flags = fcntl(arg->fd, F_GETFL);

	if (flags < 0)
		return -EBADF;
	fake_kernel.memories++;
	fake_kernel.memory_flags = arg->flags;
	fake_kernel.memory_mode = flags & O_ACCMODE;
	return -fake_kernel.memory_error;
}

static int snapshot(struct drm_snoop_snapshot *arg)
{
	if (fake_kernel.snapshot_error)
		return -fake_kernel.snapshot_error;
	fake_kernel.snapshot_addr = arg->addr;
	fake_kernel.snapshot_size = arg->size;
	fake_kernel.snapshot_flags = arg->flags;
	fake_kernel.snapshot_budget_ms = arg->budget_ms;
	arg->stopped_us = 77;
	arg->fd = dup(0);
	return 0;
}

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	struct drm_snoop_card_info *info = arg;
	struct drm_snoop_register *reg = arg;
	struct drm_snoop_bind *bind = arg;

	switch (request) {
	case DRM_IOCTL_SNOOP_CARD_INFO:
		if (fake_kernel.error)
			return -fake_kernel.error;
		memset(info, 0, sizeof(*info));
		info->features = fake_kernel.features;
		/* Not terminated, as no kernel ought to do it. */
		memset(info->driver, 'd', sizeof(info->driver));
		strcpy(info->adapter_reason, "no such member");
		return 0;
	case DRM_IOCTL_SNOOP_REGISTER:
		fake_kernel.register_flags = reg->flags;
		reg->client_id = FAKE_CLIENT;
		return -fake_kernel.error;
	case DRM_IOCTL_SNOOP_REGISTER_MEM:
		return register_memory(arg);
	case DRM_IOCTL_SNOOP_QUERY_PAGES:
		return query_pages(arg);
	case DRM_IOCTL_SNOOP_SNAPSHOT:
		return snapshot(arg);
	case DRM_IOCTL_SNOOP_LIST:
		return list(arg);
	case DRM_IOCTL_SNOOP_BIND:
		if (fake_kernel.error)
			return -fake_kernel.error;
		if (bind->client_id != FAKE_CLIENT ||
		    bind->what != DRM_SNOOP_BIND_VM || bind->id != FAKE_VM)
			return -ENOENT;
		bind->size = FAKE_VM_END;
		return 0;
	case DRM_IOCTL_SNOOP_QUERY_RANGE:
		return query(arg);
	}
	return -ENOTTY;
}

static unsigned char fake_kernel_byte(uint64_t address)
{
	return address < FAKE_KEPT && fake_kernel.is_kept[address] ?
	       fake_kernel.kept[address] : fake_byte(address);
}

static bool can_read(uint64_t address)
{
	const struct drm_snoop_range *range = range_after(address);
	uint64_t bad = fake_kernel.bad_page;

	if (bad && address >= bad && address < bad + 4096)
		return false;
	return range && range->start <= address &&
	       (range->flags & DRM_SNOOP_READABLE);
}

static ssize_t fake_pread(int fd, void *buf, size_t count, off_t offset)
{
	uint64_t address = offset;
	unsigned char *p = buf;
	size_t n;

	fake_kernel.reads++;
	if (offset < 0)
		return -EINVAL;
	if (address >= FAKE_VM_END)
		return 0;
	if (fake_kernel.interrupts && fake_kernel.reads % 2 == 0)
		return -EINTR;
	if (fake_kernel.late_times && address == fake_kernel.late) {
		fake_kernel.late_times--;
		return -EIO;
	}
	if (fake_kernel.read_limit && count > fake_kernel.read_limit)
		count = fake_kernel.read_limit;
	for (n = 0; n < count && can_read(address + n); n++)
		p[n] = fake_kernel_byte(address + n);
	return n ? (ssize_t)n : -EIO;
}

/* 0 if a byte can be written, or why not. */
static int can_write(uint64_t address)
{
	const struct drm_snoop_range *range = range_after(address);

	if (address >= FAKE_VM_END)
		return -ENOSPC;
	if (!range || range->start > address)
		return -EIO;
	return range->flags & DRM_SNOOP_WRITABLE ? 0 : -EACCES;
}

static ssize_t fake_pwrite(int fd, const void *buf, size_t count, off_t offset)
{
	uint64_t address = offset;
	const unsigned char *p = buf;
	size_t n;

	fake_kernel.writes++;
	if (fake_kernel.write_interrupts && fake_kernel.writes % 2 == 0)
		return -EINTR;
	if (fake_kernel.write_error)
		return -fake_kernel.write_error;
	if (fake_kernel.write_limit && count > fake_kernel.write_limit)
		count = fake_kernel.write_limit;
	for (n = 0; n < count && !can_write(address + n); n++) {
		if (address + n >= FAKE_KEPT)
			continue;
		fake_kernel.kept[address + n] = p[n];
		fake_kernel.is_kept[address + n] = true;
	}
	fake_kernel.written += n;
	return n ? (ssize_t)n : can_write(address);
}

static int fake_fsync(int fd)
{
	fake_kernel.syncs++;
	return -fake_kernel.sync_error;
}

/* Pages of one range, with its bytes. */
static int fake_mmap(int fd, size_t size, int prot, off_t offset, void **addr)
{
	const struct drm_snoop_range *range = range_after(offset);
	uint64_t start = offset;
	size_t i;

	fake_kernel.maps++;
	if (fake_kernel.interrupts && fake_kernel.maps % 2)
		return -EINTR;
	if (fake_kernel.map_times && start >= fake_kernel.map_bad) {
		fake_kernel.map_times--;
		return -fake_kernel.map_error;
	}
	if (!range || range->start > start)
		return -ENXIO;
	if (range->kind != DRM_SNOOP_RANGE_OBJECT)
		return -EOPNOTSUPP;
	if (size > range->end - start)
		return -EINVAL;
	if (prot & PROT_WRITE && !(range->flags & DRM_SNOOP_WRITABLE))
		return -EACCES;
	*addr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (*addr == MAP_FAILED)
		return -errno;
	for (i = 0; i < size; i++)
		((unsigned char *)*addr)[i] = fake_byte(start + i);
	mprotect(*addr, size, prot);
	return 0;
}

const struct dsn_backend fake_backend = {
	.ioctl = fake_ioctl,
	.pread = fake_pread,
	.pwrite = fake_pwrite,
	.fsync = fake_fsync,
	.mmap = fake_mmap,
};
