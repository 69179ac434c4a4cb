// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * The calls as such: ioctl numbers, sizes of structures, pointers, 32-bit programs,
 * and files that are not bound.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "calls.h"
#include "expect.h"
#include "scene.h"
#include "snoop.h"

static void test_unknown_numbers(void **state)
{
	struct scene *scene = *state;
	unsigned int nr;

	scene_bind(scene);
	for (nr = DRM_SNOOP_SNAPSHOT + 1; nr <= _IOC_NRMASK; nr++)
		call_rejected(scene, _IOC(_IOC_READ | _IOC_WRITE, DRM_SNOOP_IOCTL_TYPE, nr, 64),
			      call_valid(scene, CARD_INFO), ENOTTY);
}

static void test_unknown_types(void **state)
{
	static const unsigned int types[] = { 0, 'd', 'T', 0xdb, 0xdd, 0xff };
	struct scene *scene = *state;
	unsigned int call, i;

	scene_bind(scene);
	for (call = 0; call < CALLS; call++)
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			call_rejected(scene, _IOC(_IOC_READ | _IOC_WRITE, types[i],
						  _IOC_NR(call_request(call)),
						  _IOC_SIZE(call_request(call))),
				      call_valid(scene, call), ENOTTY);
}

static void test_unknown_directions(void **state)
{
	static const unsigned int directions[] = { _IOC_NONE, _IOC_READ, _IOC_WRITE };
	struct scene *scene = *state;
	unsigned int call, i;

	scene_bind(scene);
	for (call = 0; call < CALLS; call++)
		for (i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
			call_rejected(scene, _IOC(directions[i], DRM_SNOOP_IOCTL_TYPE,
						  _IOC_NR(call_request(call)),
						  _IOC_SIZE(call_request(call))),
				      call_valid(scene, call), ENOTTY);
}

static unsigned long resize(unsigned long request, unsigned int size)
{
	return _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request), size);
}

/* Bytes of the first version of a structure. */
static unsigned int first_size(unsigned int call)
{
	if (call == SNAPSHOT)
		return offsetof(struct drm_snoop_snapshot, budget_ms);
	return _IOC_SIZE(call_request(call));
}

/* Each smaller size of each structure. */
static void test_small_structures(void **state)
{
	struct scene *scene = *state;
	unsigned int call, size;

	scene_bind(scene);
	for (call = 0; call < CALLS; call++)
		for (size = 0; size < first_size(call); size++)
			call_rejected(scene, resize(call_request(call), size),
				      call_valid(scene, call), EINVAL);
}

/* One of the past: what it has not is neither read nor written. */
static void test_first_structures(void **state)
{
	const unsigned int size = first_size(SNAPSHOT);
	struct scene *scene = *state;
	union argument *arg;

	scene_bind(scene);
	arg = call_valid(scene, SNAPSHOT);
	memset(arg->bytes + size, 0x5a, sizeof(arg->snapshot) - size);
	expect_ok(snoop_ioctl(scene->snoop, resize(DRM_IOCTL_SNOOP_SNAPSHOT, size), arg));
	close(arg->snapshot.fd);
	expect_equal(arg->snapshot.budget_ms, 0x5a5a5a5a);
	expect_equal(arg->snapshot.stopped_us, 0x5a5a5a5a);
}

/* A structure of the future whose new members are zero. */
static void test_large_structures(void **state)
{
	static const unsigned int more[] = { 1, 7, 8, 64, 4096 };
	struct scene *scene = *state;
	union argument *arg;
	unsigned int call, size, i;

	for (call = 0; call < CALLS; call++) {
		size = _IOC_SIZE(call_request(call));
		for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
			scene_bind(scene);
			arg = call_valid(scene, call);
			/* Neither read nor written: it is after the structure. */
			arg->bytes[size + more[i]] = 0x77;
			expect_ok(snoop_ioctl(scene->snoop,
					      resize(call_request(call), size + more[i]), arg));
			expect_equal(arg->bytes[size + more[i]], 0x77);
		}
		scene_bind(scene);
		expect_ok(snoop_ioctl(scene->snoop, resize(call_request(call), _IOC_SIZEMASK),
				      call_valid(scene, call)));
	}
}

/* A structure of the future that asks for something unknown. */
static void test_unknown_members(void **state)
{
	struct scene *scene = *state;
	union argument *arg;
	unsigned int call, size, i;

	scene_bind(scene);
	for (call = 0; call < CALLS; call++) {
		size = _IOC_SIZE(call_request(call));
		for (i = 0; i < 24; i++) {
			arg = call_valid(scene, call);
			arg->bytes[size + i] = 1;
			call_rejected(scene, resize(call_request(call), size + 24), arg, E2BIG);
		}
		arg = call_valid(scene, call);
		arg->bytes[_IOC_SIZEMASK - 1] = 0x80;
		call_rejected(scene, resize(call_request(call), _IOC_SIZEMASK), arg, E2BIG);
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
	unsigned int call, i;

	scene_bind(scene);
	for (call = 0; call < CALLS; call++) {
		for (i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
			expect_error(snoop_ioctl(scene->snoop, call_request(call),
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
	unsigned int call, size;

	scene_bind(scene);
	for (call = 0; call < CALLS; call++) {
		size = _IOC_SIZE(call_request(call));
		memcpy(map + page - size + 1, call_valid(scene, call), size - 1);
		expect_error(snoop_ioctl(scene->snoop, call_request(call),
					 map + page - size + 1), EFAULT);
		memcpy(map + page - 1, call_valid(scene, call), 1);
		expect_error(snoop_ioctl(scene->snoop, call_request(call), map + page - 1),
			     EFAULT);
		/* The kernel's part is there, the tail is not. */
		memcpy(map + page - size, call_valid(scene, call), size);
		expect_error(snoop_ioctl(scene->snoop, resize(call_request(call), size + 8),
					 map + page - size), EFAULT);
		scene_check_bound(scene);
		/* And all of it, just so. */
		expect_ok(snoop_ioctl(scene->snoop, call_request(call), map + page - size));
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
	unsigned int call;

	scene_bind(scene);
	for (call = 0; call < CALLS; call++) {
		expect_ok(mprotect(map, page, PROT_READ | PROT_WRITE));
		memcpy(map, call_valid(scene, call), _IOC_SIZE(call_request(call)));
		expect_ok(mprotect(map, page, PROT_READ));
		expect_error(snoop_ioctl(scene->snoop, call_request(call), map), EFAULT);
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
	unsigned int call;

	low = mmap(NULL, 2 * sizeof(*low), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	expect_true(low != MAP_FAILED);
	for (call = 0; call < CALLS; call++) {
		scene_bind(scene);
		memcpy(low, call_valid(scene, call), sizeof(*low));
		if (call >= LIST_CLIENTS && call <= LIST_RANGES)
			low->list.entries = (unsigned long)(low + 1);
		if (call == QUERY_PAGES)
			low->pages.entries = (unsigned long)(low + 1);
		expect_ok(ioctl_32(scene->snoop, call_request(call), low));
		expect_error(ioctl_32(scene->snoop, call_request(call), NULL), EFAULT);
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
	/* Not registered for writing, although open for it. */
	expect_error(pwrite(snoop, &byte, 1, SCENE_ADDR) < 0 ? -errno : 0, EACCES);
	expect_error(ftruncate(snoop, 0) ? -errno : 0, EINVAL);
	close(snoop);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_unknown_numbers),
		TEST(test_unknown_types),
		TEST(test_unknown_directions),
		TEST(test_small_structures),
		TEST(test_first_structures),
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

	return run_group("snoop-uapi", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
