// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * Every rejected input of drm_snoop's ioctls: dispatch, sizes of structures,
 * pointers, and each member with each value that it may not have. A rejected
 * call must leave the caller's structure and the file's binding as they were.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "expect.h"
#include "scene.h"
#include "snoop.h"

/* Valid calls to start from. */
enum base {
	CARD_INFO,
	REGISTER,
	LIST_CLIENTS,
	LIST_VMS,
	LIST_OBJECTS,
	LIST_RANGES,
	BIND_VM,
	BIND_OBJECT,
	QUERY,
	BASES
};

union argument {
	struct drm_snoop_card_info card_info;
	struct drm_snoop_register reg;
	struct drm_snoop_list list;
	struct drm_snoop_bind bind;
	struct drm_snoop_query_range query;
	unsigned char bytes[1 << _IOC_SIZEBITS];
};

static unsigned char entries[4096];

static const struct {
	const char *name;
	unsigned long request;
} bases[BASES] = {
	[CARD_INFO] = { "CARD_INFO", DRM_IOCTL_SNOOP_CARD_INFO },
	[REGISTER] = { "REGISTER", DRM_IOCTL_SNOOP_REGISTER },
	[LIST_CLIENTS] = { "LIST CLIENTS", DRM_IOCTL_SNOOP_LIST },
	[LIST_VMS] = { "LIST VMS", DRM_IOCTL_SNOOP_LIST },
	[LIST_OBJECTS] = { "LIST OBJECTS", DRM_IOCTL_SNOOP_LIST },
	[LIST_RANGES] = { "LIST RANGES", DRM_IOCTL_SNOOP_LIST },
	[BIND_VM] = { "BIND VM", DRM_IOCTL_SNOOP_BIND },
	[BIND_OBJECT] = { "BIND OBJECT", DRM_IOCTL_SNOOP_BIND },
	[QUERY] = { "QUERY_RANGE", DRM_IOCTL_SNOOP_QUERY_RANGE },
};

static void valid_list(const struct scene *scene, enum base base, struct drm_snoop_list *list)
{
	list->what = DRM_SNOOP_LIST_CLIENTS + (base - LIST_CLIENTS);
	list->client_id = base == LIST_CLIENTS ? 0 : scene->client_id;
	list->vm_id = base == LIST_RANGES ? scene->vm : 0;
	list->entries = (unsigned long)entries;
	list->count = 4;
	list->entry_size = snoop_entry_size(list->what);
}

/* An argument that is accepted; what is not named in the uAPI is zero. */
static union argument *valid(const struct scene *scene, enum base base)
{
	static union argument arg;

	memset(&arg, 0, sizeof(arg));
	switch (base) {
	case CARD_INFO:
		break;
	case REGISTER:
		arg.reg.fd = scene->drm;
		break;
	case BIND_VM:
		arg.bind.client_id = scene->client_id;
		arg.bind.what = DRM_SNOOP_BIND_VM;
		arg.bind.id = scene->vm;
		break;
	case BIND_OBJECT:
		arg.bind.client_id = scene->client_id;
		arg.bind.what = DRM_SNOOP_BIND_OBJECT;
		arg.bind.id = scene->object;
		break;
	case QUERY:
		arg.query.addr = SCENE_ADDR + 1;
		break;
	default:
		valid_list(scene, base, &arg.list);
		break;
	}
	return &arg;
}

/* Calls with @arg and checks that it fails and that nothing else happens. */
static void expect_rejected(const struct scene *scene, unsigned long request, void *arg,
			    int error)
{
	size_t size = sizeof(union argument);
	void *before = malloc(size);

	expect_true(before);
	memcpy(before, arg, size);
	memset(entries, 0x5a, sizeof(entries));
	expect_error(snoop_ioctl(scene->snoop, request, arg), error);
	expect_bytes(arg, before, size);
	memset(before, 0x5a, sizeof(entries));
	expect_bytes(entries, before, sizeof(entries));
	free(before);
	scene_check_bound(scene);
}

/* One rejected member of an otherwise valid argument. */
struct reject {
	const char *name;
	enum base base;
	unsigned int offset;
	unsigned int size;
	/* Or-ed to the valid value instead of replacing it. */
	bool add;
	unsigned long long value;
	int error;
};

#define REJECT(base, type, member, add, value, error) \
	{ #base ": " #member " " #value " is " #error, base, offsetof(struct type, member), \
	  sizeof(((struct type *)0)->member), add, value, error }
#define SET_REGISTER(member, value, error) \
	REJECT(REGISTER, drm_snoop_register, member, false, value, error)
#define SET_LIST(base, member, value, error) \
	REJECT(base, drm_snoop_list, member, false, value, error)
#define ADD_LIST(base, member, value, error) \
	REJECT(base, drm_snoop_list, member, true, value, error)
#define SET_BIND(base, member, value, error) \
	REJECT(base, drm_snoop_bind, member, false, value, error)
#define ADD_BIND(base, member, value, error) \
	REJECT(base, drm_snoop_bind, member, true, value, error)
#define SET_QUERY(member, value, error) \
	REJECT(QUERY, drm_snoop_query_range, member, false, value, error)

/* Members that all kinds of LIST treat alike. */
#define LIST_REJECTS(base) \
	SET_LIST(base, flags, 1, EINVAL), \
	SET_LIST(base, flags, 0x80000000, EINVAL), \
	SET_LIST(base, count, 0, EINVAL), \
	SET_LIST(base, entry_size, 0, EINVAL), \
	SET_LIST(base, entry_size, 1, EINVAL), \
	SET_LIST(base, entry_size, 4, EINVAL), \
	SET_LIST(base, entry_size, 12, EINVAL), \
	ADD_LIST(base, entry_size, 1, EINVAL), \
	SET_LIST(base, entry_size, 4095, EINVAL), \
	SET_LIST(base, entry_size, 4104, EINVAL), \
	SET_LIST(base, entry_size, 0x10000, EINVAL), \
	SET_LIST(base, entry_size, 0xfffffff8, EINVAL), \
	SET_LIST(base, entries, 0, EFAULT), \
	SET_LIST(base, entries, 8, EFAULT), \
	SET_LIST(base, entries, 0x0000800000000000, EFAULT), \
	SET_LIST(base, entries, 0xffff888000000000, EFAULT), \
	SET_LIST(base, entries, 0xffffffff81000000, EFAULT), \
	SET_LIST(base, entries, 0xfffffffffffffff8, EFAULT)

/* Members that both kinds of BIND treat alike. */
#define BIND_REJECTS(base) \
	SET_BIND(base, client_id, 0, ENOENT), \
	ADD_BIND(base, client_id, 1ULL << 32, ENOENT), \
	ADD_BIND(base, client_id, 1ULL << 63, ENOENT), \
	SET_BIND(base, client_id, ULLONG_MAX, ENOENT), \
	SET_BIND(base, what, 0, EINVAL), \
	SET_BIND(base, what, 3, EINVAL), \
	ADD_BIND(base, what, 0x100, EINVAL), \
	SET_BIND(base, what, UINT_MAX, EINVAL), \
	SET_BIND(base, flags, 1, EINVAL), \
	SET_BIND(base, flags, 0x80000000, EINVAL), \
	SET_BIND(base, id, 0, ENOENT), \
	SET_BIND(base, id, 0x7fffffff, ENOENT), \
	SET_BIND(base, id, 0x80000000, ENOENT), \
	SET_BIND(base, id, 0xffffffff, ENOENT)

static const struct reject rejects[] = {
	SET_REGISTER(fd, -1, EBADF),
	SET_REGISTER(fd, INT_MAX, EBADF),
	SET_REGISTER(fd, INT_MIN, EBADF),
	SET_REGISTER(flags, 1, EINVAL),
	SET_REGISTER(flags, 0x80000000, EINVAL),

	LIST_REJECTS(LIST_CLIENTS),
	SET_LIST(LIST_CLIENTS, what, 0, EINVAL),
	SET_LIST(LIST_CLIENTS, what, 5, EINVAL),
	ADD_LIST(LIST_CLIENTS, what, 0x100, EINVAL),
	SET_LIST(LIST_CLIENTS, what, UINT_MAX, EINVAL),
	SET_LIST(LIST_CLIENTS, client_id, 1, EINVAL),
	SET_LIST(LIST_CLIENTS, client_id, 1ULL << 63, EINVAL),
	SET_LIST(LIST_CLIENTS, vm_id, 1, EINVAL),
	SET_LIST(LIST_CLIENTS, vm_id, 1ULL << 63, EINVAL),

	LIST_REJECTS(LIST_VMS),
	SET_LIST(LIST_VMS, client_id, 0, ENOENT),
	ADD_LIST(LIST_VMS, client_id, 1ULL << 32, ENOENT),
	SET_LIST(LIST_VMS, client_id, ULLONG_MAX, ENOENT),
	SET_LIST(LIST_VMS, vm_id, 1, EINVAL),
	SET_LIST(LIST_VMS, vm_id, 1ULL << 63, EINVAL),

	LIST_REJECTS(LIST_OBJECTS),
	SET_LIST(LIST_OBJECTS, client_id, 0, ENOENT),
	ADD_LIST(LIST_OBJECTS, client_id, 1ULL << 32, ENOENT),
	SET_LIST(LIST_OBJECTS, client_id, ULLONG_MAX, ENOENT),
	SET_LIST(LIST_OBJECTS, vm_id, 1, EINVAL),
	SET_LIST(LIST_OBJECTS, vm_id, 1ULL << 63, EINVAL),

	LIST_REJECTS(LIST_RANGES),
	SET_LIST(LIST_RANGES, client_id, 0, ENOENT),
	ADD_LIST(LIST_RANGES, client_id, 1ULL << 32, ENOENT),
	SET_LIST(LIST_RANGES, client_id, ULLONG_MAX, ENOENT),
	SET_LIST(LIST_RANGES, vm_id, 0, ENOENT),
	SET_LIST(LIST_RANGES, vm_id, 1000, ENOENT),
	ADD_LIST(LIST_RANGES, vm_id, 1ULL << 32, ENOENT),
	ADD_LIST(LIST_RANGES, vm_id, 1ULL << 63, ENOENT),
	SET_LIST(LIST_RANGES, vm_id, ULLONG_MAX, ENOENT),

	BIND_REJECTS(BIND_VM),
	ADD_BIND(BIND_VM, id, 1ULL << 32, ENOENT),
	ADD_BIND(BIND_VM, id, 1ULL << 63, ENOENT),
	SET_BIND(BIND_VM, id, ULLONG_MAX, ENOENT),

	BIND_REJECTS(BIND_OBJECT),
	ADD_BIND(BIND_OBJECT, id, 1ULL << 32, EINVAL),
	ADD_BIND(BIND_OBJECT, id, 1ULL << 63, EINVAL),
	SET_BIND(BIND_OBJECT, id, ULLONG_MAX, EINVAL),

	SET_QUERY(flags, 2, EINVAL),
	SET_QUERY(flags, DRM_SNOOP_QUERY_NEXT | 2, EINVAL),
	SET_QUERY(flags, 0x80000000, EINVAL),
	SET_QUERY(pad, 1, EINVAL),
	SET_QUERY(pad, 0x80000000, EINVAL),
	SET_QUERY(addr, 0, ENOENT),
	SET_QUERY(addr, SCENE_ADDR - 1, ENOENT),
	SET_QUERY(addr, SCENE_HOLE, ENOENT),
	SET_QUERY(addr, SCENE_SECOND - 1, ENOENT),
	SET_QUERY(addr, SCENE_END, ENOENT),
	SET_QUERY(addr, 1ULL << 48, ENOENT),
	SET_QUERY(addr, 1ULL << 63, ENOENT),
	SET_QUERY(addr, ULLONG_MAX, ENOENT),
};

/* The registered test's function: its state is a row of rejects. */
static void test_rejected(void **state)
{
	const struct reject *reject = *state;
	union argument *arg;
	struct scene *scene;
	unsigned long long value = 0;
	void *made;

	scene_setup(&made);
	scene = made;
	scene_bind(scene);
	/* What is rejected is the one member, so without it it is accepted. */
	arg = valid(scene, reject->base);
	expect_ok(snoop_ioctl(scene->snoop, bases[reject->base].request, arg));

	scene_bind(scene);
	arg = valid(scene, reject->base);
	if (reject->add)
		memcpy(&value, arg->bytes + reject->offset, reject->size);
	value |= reject->value;
	memcpy(arg->bytes + reject->offset, &value, reject->size);
	expect_rejected(scene, bases[reject->base].request, arg, reject->error);
	scene_teardown(&made);
}

/* Members that are returned may have any value before. */
static void test_outputs_are_ignored(void **state)
{
	struct scene *scene = *state;
	union argument *arg;

	scene_bind(scene);
	arg = valid(scene, CARD_INFO);
	memset(arg, 0xff, sizeof(arg->card_info));
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_CARD_INFO, arg));
	expect_equal(arg->card_info.pad, 0);

	arg = valid(scene, REGISTER);
	arg->reg.client_id = ULLONG_MAX;
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_REGISTER, arg));
	expect_equal(arg->reg.client_id, scene->client_id);

	arg = valid(scene, BIND_OBJECT);
	arg->bind.size = ULLONG_MAX;
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_BIND, arg));
	expect_equal(arg->bind.size, SCENE_SIZE);

	scene_bind(scene);
	arg = valid(scene, QUERY);
	memset(&arg->query.range, 0xff, sizeof(arg->query.range));
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_QUERY_RANGE, arg));
	expect_equal(arg->query.range.start, SCENE_ADDR);
	expect_equal(arg->query.range.pad, 0);
}

static void test_unknown_numbers(void **state)
{
	struct scene *scene = *state;
	unsigned int nr;

	scene_bind(scene);
	for (nr = DRM_SNOOP_QUERY_RANGE + 1; nr <= _IOC_NRMASK; nr++)
		expect_rejected(scene, _IOC(_IOC_READ | _IOC_WRITE, DRM_SNOOP_IOCTL_TYPE, nr, 64),
				valid(scene, CARD_INFO), ENOTTY);
}

static void test_unknown_types(void **state)
{
	static const unsigned int types[] = { 0, 'd', 'T', 0xdb, 0xdd, 0xff };
	struct scene *scene = *state;
	unsigned int base, i;

	scene_bind(scene);
	for (base = 0; base < BASES; base++)
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			expect_rejected(scene, _IOC(_IOC_READ | _IOC_WRITE, types[i],
						    _IOC_NR(bases[base].request),
						    _IOC_SIZE(bases[base].request)),
					valid(scene, base), ENOTTY);
}

static void test_unknown_directions(void **state)
{
	static const unsigned int directions[] = { _IOC_NONE, _IOC_READ, _IOC_WRITE };
	struct scene *scene = *state;
	unsigned int base, i;

	scene_bind(scene);
	for (base = 0; base < BASES; base++)
		for (i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
			expect_rejected(scene, _IOC(directions[i], DRM_SNOOP_IOCTL_TYPE,
						    _IOC_NR(bases[base].request),
						    _IOC_SIZE(bases[base].request)),
					valid(scene, base), ENOTTY);
}

static unsigned long resize(unsigned long request, unsigned int size)
{
	return _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request), size);
}

/* Each smaller size of each structure. */
static void test_small_structures(void **state)
{
	struct scene *scene = *state;
	unsigned int base, size;

	scene_bind(scene);
	for (base = 0; base < BASES; base++)
		for (size = 0; size < _IOC_SIZE(bases[base].request); size++)
			expect_rejected(scene, resize(bases[base].request, size),
					valid(scene, base), EINVAL);
}

/* A structure of the future whose new members are zero. */
static void test_large_structures(void **state)
{
	static const unsigned int more[] = { 1, 7, 8, 64, 4096 };
	struct scene *scene = *state;
	union argument *arg;
	unsigned int base, size, i;

	for (base = 0; base < BASES; base++) {
		size = _IOC_SIZE(bases[base].request);
		for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
			scene_bind(scene);
			arg = valid(scene, base);
			/* Neither read nor written: it is after the structure. */
			arg->bytes[size + more[i]] = 0x77;
			expect_ok(snoop_ioctl(scene->snoop,
					      resize(bases[base].request, size + more[i]), arg));
			expect_equal(arg->bytes[size + more[i]], 0x77);
		}
		scene_bind(scene);
		expect_ok(snoop_ioctl(scene->snoop, resize(bases[base].request, _IOC_SIZEMASK),
				      valid(scene, base)));
	}
}

/* A structure of the future that asks for something unknown. */
static void test_unknown_members(void **state)
{
	struct scene *scene = *state;
	union argument *arg;
	unsigned int base, size, i;

	scene_bind(scene);
	for (base = 0; base < BASES; base++) {
		size = _IOC_SIZE(bases[base].request);
		for (i = 0; i < 24; i++) {
			arg = valid(scene, base);
			arg->bytes[size + i] = 1;
			expect_rejected(scene, resize(bases[base].request, size + 24), arg, E2BIG);
		}
		arg = valid(scene, base);
		arg->bytes[_IOC_SIZEMASK - 1] = 0x80;
		expect_rejected(scene, resize(bases[base].request, _IOC_SIZEMASK), arg, E2BIG);
	}
}

/* Two pages, of which the second is not there. */
static unsigned char *page_and_gap(void)
{
	long page = sysconf(_SC_PAGESIZE);
	unsigned char *map;

	map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(map != MAP_FAILED);
	expect_ok(mprotect(map + page, page, PROT_NONE));
	return map;
}

static void test_bad_pointers(void **state)
{
	static const unsigned long long pointers[] = {
		0, 1, 8, 0x1000,
		0x00007ffffffff000,		/* last page: never mapped */
		0x00007fffffffffff,
		0x0000800000000000, 0x4000000000000000, 0x8000000000000000,
		0xffff888000000000,		/* memory, vmalloc, text */
		0xffffc90000000000, 0xffffffff81000000,
		0xfffffffffffff000, 0xffffffffffffffff,
	};
	struct scene *scene = *state;
	unsigned int base, i;

	scene_bind(scene);
	for (base = 0; base < BASES; base++) {
		for (i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
			expect_error(snoop_ioctl(scene->snoop, bases[base].request,
						 (void *)(unsigned long)pointers[i]), EFAULT);
		scene_check_bound(scene);
	}
}

/* All but the last byte, or only the first, can be read. */
static void test_pointer_to_end_of_page(void **state)
{
	struct scene *scene = *state;
	long page = sysconf(_SC_PAGESIZE);
	unsigned char *map = page_and_gap();
	unsigned int base, size;

	scene_bind(scene);
	for (base = 0; base < BASES; base++) {
		size = _IOC_SIZE(bases[base].request);
		memcpy(map + page - size + 1, valid(scene, base), size - 1);
		expect_error(snoop_ioctl(scene->snoop, bases[base].request,
					 map + page - size + 1), EFAULT);
		memcpy(map + page - 1, valid(scene, base), 1);
		expect_error(snoop_ioctl(scene->snoop, bases[base].request, map + page - 1),
			     EFAULT);
		/* The kernel's part is there, the tail is not. */
		memcpy(map + page - size, valid(scene, base), size);
		expect_error(snoop_ioctl(scene->snoop, resize(bases[base].request, size + 8),
					 map + page - size), EFAULT);
		scene_check_bound(scene);
		/* And all of it, just so. */
		expect_ok(snoop_ioctl(scene->snoop, bases[base].request, map + page - size));
		scene_bind(scene);
	}
	munmap(map, 2 * page);
}

/* The answer cannot be stored: nothing may have happened. */
static void test_read_only_argument(void **state)
{
	struct scene *scene = *state;
	long page = sysconf(_SC_PAGESIZE);
	unsigned char *map = page_and_gap();
	unsigned int base;

	scene_bind(scene);
	for (base = 0; base < BASES; base++) {
		expect_ok(mprotect(map, page, PROT_READ | PROT_WRITE));
		memcpy(map, valid(scene, base), _IOC_SIZE(bases[base].request));
		expect_ok(mprotect(map, page, PROT_READ));
		expect_error(snoop_ioctl(scene->snoop, bases[base].request, map), EFAULT);
		scene_check_bound(scene);
	}
	munmap(map, 2 * page);
}

static void test_read_only_argument_registers_nobody(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_client clients[4];
	struct drm_snoop_register *reg;
	int snoop;

	snoop = expect_ok(snoop_open("gpusim", 0));
	reg = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(reg != MAP_FAILED);
	reg->fd = scene->drm;
	expect_ok(mprotect(reg, 4096, PROT_READ));
	expect_error(snoop_ioctl(snoop, DRM_IOCTL_SNOOP_REGISTER, reg), EFAULT);
	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 4, 4)), 0);
	munmap(reg, 4096);
	close(snoop);
}

#if defined(__x86_64__)
/* The ioctl as a 32-bit program makes it. */
static long ioctl_32(int fd, unsigned long request, void *arg)
{
	long ret;

	/* int 0x80 zeroes or keeps the registers that are not named here. */
	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (54), "b" (fd), "c" (request), "d" (arg)
		     : "memory", "cc", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void test_32_bit(void **state)
{
	struct scene *scene = *state;
	union argument *low;
	unsigned int base;

	low = mmap(NULL, 2 * sizeof(*low), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	expect_true(low != MAP_FAILED);
	for (base = 0; base < BASES; base++) {
		scene_bind(scene);
		memcpy(low, valid(scene, base), sizeof(*low));
		if (base >= LIST_CLIENTS && base <= LIST_RANGES)
			low->list.entries = (unsigned long)(low + 1);
		expect_ok(ioctl_32(scene->snoop, bases[base].request, low));
		expect_error(ioctl_32(scene->snoop, bases[base].request, NULL), EFAULT);
	}
	expect_equal(low->query.range.start, SCENE_ADDR);
	expect_equal(low->query.range.end, SCENE_HOLE);
	expect_error(ioctl_32(scene->snoop, resize(DRM_IOCTL_SNOOP_BIND, 8), low), EINVAL);
	expect_error(ioctl_32(scene->snoop, _IO(DRM_SNOOP_IOCTL_TYPE, 0), low), ENOTTY);
	munmap(low, 2 * sizeof(*low));
}
#endif

static void test_unbound_query(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_range range;

	expect_error(snoop_query(scene->snoop, SCENE_ADDR, 0, &range), ENXIO);
	expect_error(snoop_query(scene->snoop, 0, DRM_SNOOP_QUERY_NEXT, &range), ENXIO);
	/* A bad member is named first. */
	expect_error(snoop_query(scene->snoop, SCENE_ADDR, 4, &range), EINVAL);
}

static void test_unbound_read(void **state)
{
	struct scene *scene = *state;
	char byte;

	expect_error(snoop_pread(scene->snoop, &byte, 1, SCENE_ADDR), ENXIO);
	expect_error(snoop_read(scene->snoop, &byte, 1), ENXIO);
	expect_error(snoop_read(scene->snoop, &byte, 0), ENXIO);
}

static void test_unbound_seek(void **state)
{
	static const int whences[] = { SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE };
	struct scene *scene = *state;
	__u64 position;
	unsigned int i;

	for (i = 0; i < sizeof(whences) / sizeof(whences[0]); i++)
		expect_error(snoop_seek(scene->snoop, 0, whences[i], &position), ENXIO);
}

/* What other kinds of files can do and this one cannot. */
static void test_other_calls(void **state)
{
	struct scene *scene = *state;
	char path[64], byte = 0;
	int snoop;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", scene->snoop);
	snoop = open(path, O_RDWR);
	expect_true(snoop >= 0);
	expect_ok(snoop_register(snoop, scene->drm, &scene->client_id));
	expect_ok(snoop_bind_vm(snoop, scene->client_id, scene->vm, NULL));
	expect_error(pwrite(snoop, &byte, 1, SCENE_ADDR) < 0 ? -errno : 0, EINVAL);
	expect_true(mmap(NULL, 4096, PROT_READ, MAP_SHARED, snoop, SCENE_ADDR) == MAP_FAILED);
	expect_equal(errno, ENODEV);
	expect_error(ftruncate(snoop, 0) ? -errno : 0, EINVAL);
	close(snoop);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_outputs_are_ignored),
		TEST(test_unknown_numbers),
		TEST(test_unknown_types),
		TEST(test_unknown_directions),
		TEST(test_small_structures),
		TEST(test_large_structures),
		TEST(test_unknown_members),
		TEST(test_bad_pointers),
		TEST(test_pointer_to_end_of_page),
		TEST(test_read_only_argument),
		TEST(test_read_only_argument_registers_nobody),
#if defined(__x86_64__)
		TEST(test_32_bit),
#endif
		TEST(test_unbound_query),
		TEST(test_unbound_read),
		TEST(test_unbound_seek),
		TEST(test_other_calls),
	};
	const size_t fixed = sizeof(tests) / sizeof(tests[0]);
	const size_t rows = sizeof(rejects) / sizeof(rejects[0]);
	struct CMUnitTest *all = calloc(fixed + rows, sizeof(*all));
	size_t i;
	int ret;

	if (!all)
		return 1;
	memcpy(all, tests, sizeof(tests));
	for (i = 0; i < rows; i++)
		all[fixed + i] = (struct CMUnitTest) {
			.name = rejects[i].name,
			.test_func = test_rejected,
			.initial_state = (void *)&rejects[i],
		};
	ret = run_group("snoop-uapi", all, fixed + rows, NULL, NULL);
	free(all);
	return ret;
}
