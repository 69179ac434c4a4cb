// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snoop_client.h"
#include "snoop_vm.h"

#define UNTOUCHED	0xa5

static struct snoop_vm open_vm(uint32_t flags)
{
	struct snoop_vm s = { .drm = drm_open_driver_render(DRIVER_ANY) };
	struct drm_snoop_register reg = { .fd = s.drm, .flags = flags };
	struct drm_snoop_bind bind = { .what = DRM_SNOOP_BIND_VM };

	igt_assert_fd(s.drm);
	s.driver = vm_driver_of(s.drm);
	s.snoop = snoop_node_open(s.driver->name);
	igt_assert_fd(s.snoop);
	s.vm = s.driver->vm_create(s.drm);
	do_ioctl(s.snoop, DRM_IOCTL_SNOOP_REGISTER, &reg);
	s.client_id = reg.client_id;
	bind.client_id = s.client_id;
	bind.id = s.vm;
	do_ioctl(s.snoop, DRM_IOCTL_SNOOP_BIND, &bind);
	return s;
}

struct snoop_vm snoop_vm_open(void)
{
	return open_vm(DRM_SNOOP_REGISTER_WRITE);
}

struct snoop_vm snoop_vm_open_read_only(void)
{
	return open_vm(0);
}

void snoop_vm_close(struct snoop_vm *s)
{
	close(s->snoop);
	if (s->drm >= 0)
		drm_close_driver(s->drm);
}

void snoop_vm_register_mem(const struct snoop_vm *s)
{
	struct drm_snoop_register_mem mem = {
		.fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC),
		.flags = DRM_SNOOP_REGISTER_WRITE,
	};

	igt_assert_fd(mem.fd);
	do_ioctl(s->snoop, DRM_IOCTL_SNOOP_REGISTER_MEM, &mem);
	close(mem.fd);
}

struct snoop_vm_object snoop_vm_object(const struct snoop_vm *s, enum vm_memory memory,
				       uint64_t size, uint64_t seed)
{
	struct snoop_vm_object o = { .memory = memory, .size = size };

	igt_require(s->driver->memories[memory]);
	if (memory == VM_MEMORY_USERPTR) {
		o.cpu = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
		igt_assert(o.cpu != MAP_FAILED);
	} else {
		o.handle = s->driver->bo_create(s->drm, memory, size, s->vm);
		o.cpu = s->driver->bo_mmap(s->drm, o.handle, size);
	}
	pattern_fill(o.cpu, seed, 0, size);
	return o;
}

void snoop_vm_bind_part(const struct snoop_vm *s, const struct snoop_vm_object *o,
			uint64_t offset, uint64_t addr, uint64_t range, bool read_only)
{
	igt_require(!read_only || s->driver->read_only);
	if (o->memory == VM_MEMORY_USERPTR)
		s->driver->bind_userptr(s->drm, s->vm, addr, o->cpu + offset, range, read_only);
	else
		s->driver->bind(s->drm, s->vm, addr, o->handle, offset, range, read_only);
}

void snoop_vm_bind(const struct snoop_vm *s, const struct snoop_vm_object *o, uint64_t addr)
{
	snoop_vm_bind_part(s, o, 0, addr, o->size, false);
}

struct snoop_vm_object snoop_vm_bound(const struct snoop_vm *s, enum vm_memory memory,
				      uint64_t addr, uint64_t seed)
{
	struct snoop_vm_object o = snoop_vm_object(s, memory, OBJECT_BYTES, seed);

	snoop_vm_bind(s, &o, addr);
	if (memory == VM_MEMORY_USERPTR)
		snoop_vm_register_mem(s);
	return o;
}

void snoop_vm_object_free(struct snoop_vm_object *o)
{
	munmap(o->cpu, o->size);
}

void pattern_fill(void *buf, uint64_t seed, uint64_t offset, size_t len)
{
	uint8_t *p = buf;

	while (len) {
		uint64_t word = seed + offset / 8;
		size_t part = 8 - offset % 8;

		if (part > len)
			part = len;
		memcpy(p, (uint8_t *)&word + offset % 8, part);
		p += part;
		offset += part;
		len -= part;
	}
}

void pattern_check(const void *buf, uint64_t seed, uint64_t offset, size_t len)
{
	uint8_t *right = malloc(len);
	const uint8_t *p = buf;
	size_t i = 0;

	igt_assert(right);
	pattern_fill(right, seed, offset, len);
	while (i < len && p[i] == right[i])
		i++;
	free(right);
	igt_assert_f(i == len, "byte 0x%llx of the object is wrong\n",
		     (unsigned long long)(offset + i));
}

static void check_result(const char *call, size_t len, uint64_t addr, ssize_t got, int error,
			 ssize_t ret, int want)
{
	igt_assert_f(got == ret && (ret >= 0 || error == want),
		     "%s of %zu bytes at 0x%llx: %zd, %s, instead of %zd, %s\n", call, len,
		     (unsigned long long)addr, got, got < 0 ? strerror(error) : "-", ret,
		     ret < 0 ? strerror(want) : "-");
	errno = 0;
}

void check_pread(const struct snoop_vm *s, void *buf, size_t len, uint64_t addr, ssize_t ret,
		 int error)
{
	uint8_t *p = buf;
	ssize_t got;

	memset(buf, UNTOUCHED, len);
	got = pread(s->snoop, buf, len, addr);
	check_result("pread", len, addr, got, errno, ret, error);
	for (size_t i = ret < 0 ? 0 : ret; i < len; i++)
		igt_assert_f(p[i] == UNTOUCHED, "pread at 0x%llx wrote byte %zu of %zd\n",
			     (unsigned long long)addr, i, ret);
}

void check_pwrite(const struct snoop_vm *s, const void *buf, size_t len, uint64_t addr,
		  ssize_t ret, int error)
{
	ssize_t got = pwrite(s->snoop, buf, len, addr);

	check_result("pwrite", len, addr, got, errno, ret, error);
}
