// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 240
 *
 * Memory of a process that is bound by its CPU address: for whoever has the
 * process's open mem file, what the process and its engine see there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

#include "expect.h"
#include "gpusim-client.h"
#include "model.h"
#include "snoop.h"
#include "target.h"

#define ADDR		0x200000000ULL
#define SIZE		0x8000ULL
#define PAGE		0x1000ULL

/**
 * struct bound - a process with memory of its own in a VM
 * @snoop: registered for writing, bound to the VM; no memory is registered
 * @where: CPU address of the memory
 */
struct bound {
	struct target target;
	int snoop;
	uint64_t vm, where;
	__u64 client_id;
};

static int setup(void **state)
{
	struct bound *bound = calloc(1, sizeof(*bound));
	int drm, reader;

	expect_true(bound);
	*state = bound;
	target_start(&bound->target);
	bound->vm = target_number(&bound->target, "vm v");
	bound->where = target_number(&bound->target, "memory mem %#llx", SIZE);
	target_cmd(&bound->target, "mempattern mem 0 %#llx 3", SIZE);
	target_cmd(&bound->target, "userptr v %#llx mem", ADDR);
	reader = expect_ok(snoop_open("gpusim", 0));
	bound->snoop = expect_ok(snoop_reopen(reader, O_RDWR));
	close(reader);
	drm = expect_ok(target_getfd(&bound->target, 0));
	expect_ok(snoop_register_flags(bound->snoop, drm, DRM_SNOOP_REGISTER_WRITE,
				       &bound->client_id));
	close(drm);
	expect_ok(snoop_bind_vm(bound->snoop, bound->client_id, bound->vm, NULL));
	return 0;
}

static int teardown(void **state)
{
	struct bound *bound = *state;

	target_stop(&bound->target);
	close(bound->snoop);
	free(bound);
	return 0;
}

static void register_mem(struct bound *bound, __u32 flags)
{
	int mem = expect_ok(snoop_open_mem(bound->target.pid, flags ? O_RDWR : O_RDONLY));

	expect_ok(snoop_register_mem(bound->snoop, mem, flags));
	close(mem);
}

static void check_range(struct bound *bound, __u32 flags, uint64_t where)
{
	struct drm_snoop_range range;

	expect_ok(snoop_query(bound->snoop, ADDR, 0, &range));
	expect_equal(range.kind, DRM_SNOOP_RANGE_USERPTR);
	expect_equal(range.start, ADDR);
	expect_equal(range.end, ADDR + SIZE);
	expect_equal(range.object_id, 0);
	expect_equal(range.flags, flags);
	expect_equal(range.object_offset, where);
}

/* Everything that the VM has there is what the engine sees. */
static void check_engine(struct bound *bound)
{
	static uint8_t buf[SIZE];

	expect_equal(expect_ok(snoop_pread(bound->snoop, buf, SIZE, ADDR)), SIZE);
	expect_equal(crc32(0, buf, SIZE),
		     target_number(&bound->target, "sum v %#llx %#llx", ADDR, SIZE));
	expect_equal(crc32(0, buf, SIZE),
		     target_number(&bound->target, "memsum mem 0 %#llx", SIZE));
}

/* Without the process's memory there is nothing, not even its address. */
static void test_not_registered(void **state)
{
	struct bound *bound = *state;
	struct drm_snoop_pages run;
	int mem;
	char byte = 0;

	check_range(bound, 0, 0);
	expect_equal(expect_ok(snoop_pages(bound->snoop, ADDR, ADDR + SIZE, &run, 1, 1)), 1);
	expect_equal(run.object_offset, 0);
	expect_equal(run.flags, 0);
	expect_error(snoop_pread(bound->snoop, &byte, 1, ADDR), EACCES);
	expect_error(snoop_pwrite(bound->snoop, &byte, 1, ADDR), EACCES);
	/* Somebody else's memory is of no use. */
	mem = expect_ok(snoop_open_mem(getpid(), O_RDWR));
	expect_ok(snoop_register_mem(bound->snoop, mem, DRM_SNOOP_REGISTER_WRITE));
	close(mem);
	check_range(bound, 0, 0);
	expect_error(snoop_pread(bound->snoop, &byte, 1, ADDR), EACCES);
	expect_error(snoop_pwrite(bound->snoop, &byte, 1, ADDR), EACCES);
}

static void test_read(void **state)
{
	static const size_t sizes[] = { 1, 8, 4095, 4097, SIZE - 5 };
	struct bound *bound = *state;
	uint8_t got[SIZE], wanted[SIZE];
	unsigned int i;

	register_mem(bound, 0);
	check_range(bound, DRM_SNOOP_READABLE, bound->where);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		expect_equal(expect_ok(snoop_pread(bound->snoop, got, sizes[i], ADDR + 5)),
			     sizes[i]);
		model_fill(wanted, sizes[i], 3, 5);
		expect_bytes(got, wanted, sizes[i]);
	}
	check_engine(bound);
	/* The engine wrote, not the CPU. */
	target_cmd(&bound->target, "fill v %#llx 9000 0x8877665544332211", ADDR + 11);
	check_engine(bound);
	/* Over the end: short, and then a hole. */
	expect_equal(expect_ok(snoop_pread(bound->snoop, got, SIZE, ADDR + SIZE - 100)), 100);
	expect_error(snoop_pread(bound->snoop, got, 1, ADDR + SIZE), EIO);
	/* Registering again changes nothing. */
	register_mem(bound, 0);
	check_engine(bound);
}

static void test_write(void **state)
{
	struct bound *bound = *state;
	uint8_t buf[9000];

	model_fill(buf, sizeof(buf), 4, 0);
	register_mem(bound, 0);
	expect_error(snoop_pwrite(bound->snoop, buf, 1, ADDR), EACCES);
	register_mem(bound, DRM_SNOOP_REGISTER_WRITE);
	check_range(bound, DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE, bound->where);
	expect_equal(expect_ok(snoop_pwrite(bound->snoop, buf, sizeof(buf), ADDR + 4093)),
		     sizeof(buf));
	check_engine(bound);
	/* Between the pattern's bytes before and after. */
	expect_equal(expect_ok(snoop_pread(bound->snoop, buf, 2, ADDR + 4092)), 2);
	expect_equal(buf[0], model_byte(3, 4092));
	expect_equal(buf[1], model_byte(4, 0));
}

/* What the process itself may not, nobody may: no way around its page protection. */
static void test_protection(void **state)
{
	struct bound *bound = *state;
	uint8_t buf[3 * PAGE];

	register_mem(bound, DRM_SNOOP_REGISTER_WRITE);
	target_cmd(&bound->target, "memprotect mem ro 0x1000 0x1000");
	expect_equal(expect_ok(snoop_pread(bound->snoop, buf, sizeof(buf), ADDR)), sizeof(buf));
	expect_error(snoop_pwrite(bound->snoop, buf, 1, ADDR + PAGE), EACCES);
	expect_equal(expect_ok(snoop_pwrite(bound->snoop, buf, sizeof(buf), ADDR)), PAGE);
	target_cmd(&bound->target, "memprotect mem none 0x2000 0x1000");
	expect_error(snoop_pread(bound->snoop, buf, 1, ADDR + 2 * PAGE), EACCES);
	expect_equal(expect_ok(snoop_pread(bound->snoop, buf, sizeof(buf), ADDR)), 2 * PAGE);
	target_cmd(&bound->target, "memprotect mem rw 0 %#llx", SIZE);

	/* Bound for reading only. */
	target_cmd(&bound->target, "userptr v %#llx mem ro", ADDR);
	check_range(bound, DRM_SNOOP_READABLE | DRM_SNOOP_READ_ONLY, bound->where);
	expect_error(snoop_pwrite(bound->snoop, buf, 1, ADDR), EACCES);
	check_engine(bound);
}

/* Memory that goes and comes back as something else. */
static void test_unmapped(void **state)
{
	struct bound *bound = *state;
	uint8_t buf[2 * PAGE];

	register_mem(bound, DRM_SNOOP_REGISTER_WRITE);
	target_cmd(&bound->target, "memunmap mem 0x1000 0x1000");
	expect_error(snoop_pread(bound->snoop, buf, 1, ADDR + PAGE), EIO);
	expect_error(snoop_pwrite(bound->snoop, buf, 1, ADDR + PAGE), EIO);
	expect_equal(expect_ok(snoop_pread(bound->snoop, buf, sizeof(buf), ADDR + 100)),
		     PAGE - 100);
	target_cmd(&bound->target, "memremap mem");
	target_cmd(&bound->target, "mempattern mem 0 %#llx 5", SIZE);
	check_engine(bound);
}

/* Parts of what is bound, where something else was bound in the middle. */
static void test_split(void **state)
{
	struct bound *bound = *state;
	struct drm_snoop_range range;
	uint8_t got[SIZE];

	register_mem(bound, 0);
	target_cmd(&bound->target, "bo b 4K system");
	target_cmd(&bound->target, "pattern b 0 4K 6");
	target_cmd(&bound->target, "bind v %#llx b", ADDR + 2 * PAGE);
	expect_ok(snoop_query(bound->snoop, ADDR + 3 * PAGE, 0, &range));
	expect_equal(range.start, ADDR + 3 * PAGE);
	expect_equal(range.object_offset, bound->where + 3 * PAGE);
	expect_equal(expect_ok(snoop_pread(bound->snoop, got, SIZE, ADDR)), SIZE);
	expect_equal(crc32(0, got, SIZE),
		     target_number(&bound->target, "sum v %#llx %#llx", ADDR, SIZE));
	expect_equal(got[2 * PAGE], model_byte(6, 0));
	expect_equal(got[3 * PAGE], model_byte(3, 3 * PAGE));
}

/* A child has a copy of the memory, which is not what is bound. */
static void test_fork(void **state)
{
	struct bound *bound = *state;
	pid_t child = target_number(&bound->target, "fork");
	int mem = expect_ok(snoop_open_mem(child, O_RDWR));
	char byte;

	expect_ok(snoop_register_mem(bound->snoop, mem, DRM_SNOOP_REGISTER_WRITE));
	close(mem);
	expect_error(snoop_pread(bound->snoop, &byte, 1, ADDR), EACCES);
	register_mem(bound, 0);
	target_cmd(&bound->target, "memfill mem 0 %#llx 7", SIZE);
	check_engine(bound);
}

/* Another program in the process: its memory is another one. */
static void test_exec(void **state)
{
	struct bound *bound = *state;
	char byte;

	register_mem(bound, DRM_SNOOP_REGISTER_WRITE);
	expect_equal(expect_ok(snoop_pread(bound->snoop, &byte, 1, ADDR)), 1);
	target_cmd(&bound->target, "exec");
	/* The client lives on, and so does what is bound. */
	expect_error(snoop_pread(bound->snoop, &byte, 1, ADDR), ESRCH);
	expect_error(snoop_pwrite(bound->snoop, &byte, 1, ADDR), ESRCH);
	register_mem(bound, DRM_SNOOP_REGISTER_WRITE);
	expect_error(snoop_pread(bound->snoop, &byte, 1, ADDR), ESRCH);
	expect_error(snoop_pwrite(bound->snoop, &byte, 1, ADDR), ESRCH);
}

/* A fault that nobody resolves is given up in time. */
static void test_fault_that_hangs(void **state)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int drm, snoop, mem, uffd;
	uint8_t *page, byte;
	uint32_t vm;
	__u64 id;

	snoop = expect_ok(snoop_open("gpusim", 0));
	drm = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_RENDER, O_RDWR));
	mem = expect_ok(snoop_open_mem(getpid(), O_RDONLY));
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(page != MAP_FAILED);
	page[7] = 77;
	expect_ok(gc_vm_create(drm, &vm));
	expect_ok(gc_map_userptr(drm, vm, ADDR, page, PAGE, 0));
	expect_ok(snoop_register(snoop, drm, &id));
	expect_ok(snoop_register_mem(snoop, mem, 0));
	expect_ok(snoop_bind_vm(snoop, id, vm, NULL));
	expect_equal(expect_ok(snoop_pread(snoop, &byte, 1, ADDR + 7)), 1);
	expect_equal(byte, 77);

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	expect_true(uffd >= 0);
	expect_ok(ioctl(uffd, UFFDIO_API, &api));
	expect_ok(madvise(page, PAGE, MADV_DONTNEED));
	area.range.start = (uintptr_t)page;
	area.range.len = PAGE;
	expect_ok(ioctl(uffd, UFFDIO_REGISTER, &area));
	expect_error(snoop_pread(snoop, &byte, 1, ADDR + 7), EBUSY);
	/* Once nobody holds it up it is there, empty. */
	close(uffd);
	expect_equal(expect_ok(snoop_pread(snoop, &byte, 1, ADDR + 7)), 1);
	expect_equal(byte, 0);
	munmap(page, PAGE);
	close(mem);
	close(drm);
	close(snoop);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_not_registered),
		TEST(test_read),
		TEST(test_write),
		TEST(test_protection),
		TEST(test_unmapped),
		TEST(test_split),
		TEST(test_fork),
		TEST(test_exec),
		cmocka_unit_test(test_fault_that_hangs),
	};

	return run_group("snoop-userptr", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
