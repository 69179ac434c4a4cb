// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 300
 *
 * Maps that are refused: one thing wrong each, with the error that is documented.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "gpusim-client.h"
#include "snoop.h"
#include "snoop-module.h"
#include "stage.h"
#include "window.h"

#define PAGE	WINDOW_PAGE
#define SPARE	0x500000000ULL

static int try(int snoop, uint64_t addr, size_t size, int prot)
{
	return window_flags(snoop, addr, size, prot, MAP_SHARED);
}

/* Each of them is otherwise as this one, which is good. */
static void check_good(const struct stage *stage)
{
	expect_ok(try(stage->snoop, STAGE_ADDR, PAGE, PROT_READ));
}

static void test_not_bound(void **state)
{
	int snoop = stage_open(*state);

	expect_error(try(snoop, STAGE_ADDR, PAGE, PROT_READ), ENXIO);
	close(snoop);
	check_good(*state);
}

static void test_kinds(void **state)
{
	const struct stage *stage = *state;

	expect_error(window_flags(stage->snoop, STAGE_ADDR, PAGE, PROT_READ, MAP_PRIVATE), EINVAL);
	expect_error(try(stage->snoop, STAGE_ADDR, PAGE, PROT_READ | PROT_EXEC), EPERM);
	expect_error(try(stage->snoop, STAGE_ADDR, PAGE, PROT_EXEC), EPERM);
	/* Programs whose readable memory is executable. */
	personality(READ_IMPLIES_EXEC);
	expect_error(try(stage->snoop, STAGE_ADDR, PAGE, PROT_READ), EPERM);
	personality(0);
	expect_error(window_flags(stage->snoop, STAGE_ADDR, PAGE, PROT_READ,
				  MAP_SHARED_VALIDATE | MAP_SYNC), EOPNOTSUPP);
	expect_error(try(stage->snoop, STAGE_ADDR, 0, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, STAGE_ADDR + 1, PAGE, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, STAGE_ADDR + 2048, PAGE, PROT_READ), EINVAL);
	check_good(stage);
}

static void test_windows_of_vm(void **state)
{
	const struct stage *stage = *state;
	const uint64_t top = -PAGE;

	/* From one object to the next, and to a hole; behind it and before the first. */
	expect_error(try(stage->snoop, STAGE_ADDR + STAGE_SIZE - PAGE, 2 * PAGE, PROT_READ),
		     EINVAL);
	expect_error(try(stage->snoop, STAGE_ADDR, STAGE_SIZE + 1, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, STAGE_ADDR + 0xa1000, 2 * PAGE, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, STAGE_ADDR + 0xa2000, PAGE, PROT_READ), ENXIO);
	expect_error(try(stage->snoop, STAGE_ADDR + 0xa3000, 2 * PAGE, PROT_READ), ENXIO);
	expect_error(try(stage->snoop, 0, PAGE, PROT_READ), ENXIO);
	/* Two bindings of one object are two ranges. */
	expect_error(try(stage->snoop, STAGE_ADDR + 0xa0000, 2 * PAGE, PROT_READ), EINVAL);
	/* The end of the VM. */
	expect_error(try(stage->snoop, STAGE_VM_END - PAGE, 2 * PAGE, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, STAGE_VM_END, PAGE, PROT_READ), ENXIO);
	expect_error(try(stage->snoop, 1ULL << 63, PAGE, PROT_READ), ENXIO);
	expect_error(try(stage->snoop, top - PAGE, 2 * PAGE, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, top, 2 * PAGE, PROT_READ), EOVERFLOW);
	/* Larger than what is bound, than the VM, than any address space. */
	expect_error(try(stage->snoop, STAGE_ADDR, 1ULL << 40, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, STAGE_ADDR, 1ULL << 47, PROT_READ), ENOMEM);
	expect_error(try(stage->snoop, STAGE_ADDR, -PAGE, PROT_READ), ENOMEM);
	check_good(stage);
}

static void test_windows_of_object(void **state)
{
	struct stage *stage = *state;

	expect_ok(snoop_bind_object(stage->snoop, stage->client_id, stage_handle(stage, "m"),
				    NULL));
	expect_ok(try(stage->snoop, 0, STAGE_SIZE, PROT_READ));
	expect_error(try(stage->snoop, 0, STAGE_SIZE + 1, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, STAGE_SIZE - PAGE, 2 * PAGE, PROT_READ), EINVAL);
	expect_error(try(stage->snoop, STAGE_SIZE, PAGE, PROT_READ), ENXIO);
	expect_error(try(stage->snoop, 1ULL << 47, PAGE, PROT_READ), ENXIO);
	expect_error(try(stage->snoop, -PAGE, PAGE, PROT_READ), ENXIO);
	expect_error(try(stage->snoop, -PAGE, 2 * PAGE, PROT_READ), EOVERFLOW);
	expect_error(try(stage->snoop, 0, 1ULL << 40, PROT_READ), EINVAL);
}

/* What is bound, but not to an object. */
static void test_ranges(void **state)
{
	struct stage *stage = *state;
	struct target *target = &stage->target;
	int mem = expect_ok(snoop_open_mem(target->pid, O_RDONLY));
	int snoop = stage_open(stage);

	expect_ok(snoop_bind_vm(snoop, stage->client_id, stage->vm, NULL));
	target_cmd(target, "memory user 64K");
	target_cmd(target, "userptr v %#llx user", SPARE);
	target_cmd(target, "sparse v %#llx 64K", SPARE + 0x10000);
	expect_error(try(snoop, SPARE, PAGE, PROT_READ), EOPNOTSUPP);
	expect_error(try(snoop, SPARE + 0x10000, PAGE, PROT_READ), EOPNOTSUPP);
	/* Also for those who may read it. */
	expect_ok(snoop_register_mem(snoop, mem, 0));
	expect_error(try(snoop, SPARE, PAGE, PROT_READ), EOPNOTSUPP);
	target_cmd(target, "unbind v %#llx 128K", SPARE);
	target_cmd(target, "memunmap user");
	close(snoop);
	close(mem);
}

/* No way leads to a page that may be written, and the page is as it was. */
static void check_never_written(int snoop, uint64_t addr)
{
	uint8_t before[16], after[16], byte = 0xe7;
	uint8_t *map;

	expect_error(try(snoop, addr, PAGE, PROT_READ | PROT_WRITE), EACCES);
	expect_error(try(snoop, addr, PAGE, PROT_WRITE), EACCES);
	map = window_map(snoop, addr, PAGE, PROT_READ);
	memcpy(before, map, sizeof(before));
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	expect_error(window_protect(map, PAGE, PROT_WRITE), EACCES);
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_EXEC), EACCES);
	expect_true(window_write_mem(map, &byte, 1) < 0);
	expect_equal(window_store(map, byte), SIGSEGV);
	expect_error(window_store_by_kernel(map, byte), EFAULT);
	memcpy(after, map, sizeof(after));
	expect_bytes(after, before, sizeof(before));
	munmap(map, PAGE);
	map = window_map(snoop, addr, PAGE, PROT_NONE);
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	expect_true(window_write_mem(map, &byte, 1) < 0);
	munmap(map, PAGE);
}

/* An object that the driver does not let the CPU map is copied, and that not written. */
static void test_no_cpu_access(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage);
	uint8_t byte;

	target_cmd(&stage->target, "bo secret 64K vram nocpu");
	target_cmd(&stage->target, "bind v %#llx secret", SPARE);
	target_cmd(&stage->target, "fill v %#llx 64K 0x4242424242424242", SPARE);
	check_never_written(stage->snoop, SPARE + PAGE);
	check_never_written(snoop, SPARE + PAGE);
	expect_equal(snoop_pread(stage->snoop, &byte, 1, SPARE + PAGE), 1);
	expect_equal(byte, 0x42);
	target_cmd(&stage->target, "unbind v %#llx 64K", SPARE);
	target_cmd(&stage->target, "close secret");
	close(snoop);
}

/* What makes a new map in place of the old one is judged as that. */
static void check_remapped(int snoop)
{
	uint8_t *map = window_map(snoop, STAGE_ADDR, PAGE, PROT_READ);

	expect_ok(syscall(SYS_remap_file_pages, map, PAGE, 0, (STAGE_ADDR / PAGE) + 5, 0));
	window_check(map, STAGE_S, 5 * PAGE, PAGE);
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	munmap(map, PAGE);
}

static void test_not_writable(void **state)
{
	struct stage *stage = *state;
	int snoop = expect_ok(snoop_reopen(stage->snoop, O_RDWR));
	int write_only = expect_ok(snoop_reopen(stage->snoop, O_WRONLY));
	int drm = expect_ok(target_getfd(&stage->target, 0));
	__u64 id;

	/* Neither open nor registered for writing; open for it only. */
	check_never_written(stage->snoop, STAGE_ADDR);
	check_never_written(stage->snoop, STAGE_ADDR + STAGE_SIZE);
	expect_ok(snoop_register(snoop, drm, &id));
	expect_ok(snoop_bind_vm(snoop, id, stage->vm, NULL));
	check_never_written(snoop, STAGE_ADDR);
	check_never_written(snoop, STAGE_ADDR + STAGE_SIZE);
	check_remapped(snoop);
	/* A file that cannot be read. */
	expect_ok(snoop_register_flags(write_only, drm, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_ok(snoop_bind_vm(write_only, id, stage->vm, NULL));
	expect_error(try(write_only, STAGE_ADDR, PAGE, PROT_READ), EACCES);
	expect_error(try(write_only, STAGE_ADDR, PAGE, PROT_WRITE), EACCES);
	close(write_only);
	close(snoop);
	close(drm);
}

static void test_read_only_range(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage);

	target_cmd(&stage->target, "bind v %#llx m 0x3000 0x4000 ro", SPARE);
	check_never_written(snoop, SPARE);
	check_never_written(snoop, SPARE + 3 * PAGE);
	/* The same object, bound for both. */
	expect_ok(try(snoop, STAGE_ADDR + STAGE_SIZE, PAGE, PROT_READ | PROT_WRITE));
	target_cmd(&stage->target, "unbind v %#llx 0x4000", SPARE);
	close(snoop);
}

/* Writing is switched off: for new maps, those that are there included. */
static void test_policy(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage);
	uint8_t *map, byte = 1;

	map = window_map(snoop, STAGE_ADDR, PAGE, PROT_READ);
	snoop_module_set("writes", 0);
	expect_error(try(snoop, STAGE_ADDR, PAGE, PROT_READ | PROT_WRITE), EPERM);
	munmap(map, PAGE);
	map = window_map(snoop, STAGE_ADDR, PAGE, PROT_READ);
	snoop_module_set("writes", 1);
	/* It was made when writing was off. */
	expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
	expect_true(window_write_mem(map, &byte, 1) < 0);
	window_check(map, STAGE_S, 0, PAGE);
	munmap(map, PAGE);
	expect_ok(try(snoop, STAGE_ADDR, PAGE, PROT_READ | PROT_WRITE));
	close(snoop);
}

static void test_gone(void **state)
{
	struct stage *stage = *state;
	struct target target;
	int snoop, drm;
	__u64 id;

	target_start(&target);
	target_cmd(&target, "vm v");
	target_cmd(&target, "bo b 64K system");
	target_cmd(&target, "bind v 0x100000 b");
	snoop = expect_ok(snoop_reopen(stage->snoop, O_RDONLY));
	drm = expect_ok(target_getfd(&target, 0));
	expect_ok(snoop_register(snoop, drm, &id));
	close(drm);
	expect_ok(snoop_bind_vm(snoop, id, 1, NULL));
	expect_ok(try(snoop, 0x100000, PAGE, PROT_READ));
	target_cmd(&target, "unbind v 0x100000 4K");
	expect_error(try(snoop, 0x100000, PAGE, PROT_READ), ENXIO);
	expect_ok(try(snoop, 0x101000, PAGE, PROT_READ));
	target_cmd(&target, "vmdestroy v");
	expect_error(try(snoop, 0x101000, PAGE, PROT_READ), ENOENT);
	expect_ok(snoop_bind_object(snoop, id, 1, NULL));
	expect_ok(try(snoop, 0, PAGE, PROT_READ));
	target_cmd(&target, "close b");
	expect_error(try(snoop, 0, PAGE, PROT_READ), ENOENT);
	target_kill(&target);
	expect_error(try(snoop, 0, PAGE, PROT_READ), ESRCH);
	close(snoop);
}

/* gpusim's memory in vgem's hands: mapped by who could write to it, if that can be written. */
static void check_import(uint32_t flags)
{
	int read_only = expect_ok(snoop_open("vgem", 0));
	int snoop = expect_ok(snoop_reopen(read_only, O_RDWR));
	int vgem = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	int gpusim = expect_ok(gc_open());
	__u32 bo, handle;
	uint8_t *memory, *map, byte;
	__u64 id;
	int buf;

	expect_ok(gc_bo_create(gpusim, 4 * PAGE, GC_VRAM, 0, &bo));
	memory = gc_bo_mmap(gpusim, bo, 4 * PAGE);
	expect_true(memory);
	model_fill(memory, 4 * PAGE, 200, 0);
	expect_ok(drmPrimeHandleToFD(gpusim, bo, DRM_CLOEXEC | flags, &buf));
	expect_ok(drmPrimeFDToHandle(vgem, buf, &handle));

	expect_ok(snoop_register(read_only, vgem, &id));
	expect_ok(snoop_bind_object(read_only, id, handle, NULL));
	expect_equal(snoop_pread(read_only, &byte, 1, 0), 1);
	expect_error(try(read_only, 0, PAGE, PROT_READ), EACCES);
	expect_ok(snoop_register_flags(snoop, vgem, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_ok(snoop_bind_object(snoop, id, handle, NULL));
	expect_error(try(snoop, PAGE, 4 * PAGE, PROT_READ), EINVAL);
	if (flags) {
		map = window_map(snoop, PAGE, 2 * PAGE, PROT_READ | PROT_WRITE);
		window_check(map, 200, PAGE, 2 * PAGE);
		map[PAGE + 9] ^= 0x55;
		expect_equal(memory[2 * PAGE + 9], model_byte(200, 2 * PAGE + 9) ^ 0x55);
		memory[2 * PAGE + 10] ^= 0x55;
		expect_equal(map[PAGE + 10], memory[2 * PAGE + 10]);
		expect_true(memory[2 * PAGE + 10] != model_byte(200, 2 * PAGE + 10));
		munmap(map, 2 * PAGE);
	} else {
		check_never_written(snoop, PAGE);
		map = window_map(snoop, PAGE, 3 * PAGE, PROT_READ);
		window_check(map, 200, PAGE, 3 * PAGE);
		munmap(map, 3 * PAGE);
	}
	munmap(memory, 4 * PAGE);
	close(buf);
	close(gpusim);
	close(vgem);
	close(snoop);
	close(read_only);
}

static void test_imports(void **state)
{
	(void)state;
	check_import(DRM_RDWR);
	check_import(0);
}

/* A dma-buf that no driver of ours exported. */
static void test_foreign_dmabuf(void **state)
{
	struct stage *stage = *state;
	struct target *target = &stage->target;
	int snoop = stage_open_write(stage);
	uint8_t byte;

	target_cmd(target, "udmabuf u 64K");
	target_cmd(target, "importbuf foreign main u");
	target_cmd(target, "mempattern u 0 64K 9");
	expect_ok(snoop_bind_object(snoop, stage->client_id, stage_handle(stage, "foreign"), NULL));
	expect_equal(snoop_pread(snoop, &byte, 1, 5), 1);
	expect_equal(byte, model_byte(9, 5));
	expect_error(try(snoop, 0, PAGE, PROT_READ), EOPNOTSUPP);
	target_cmd(target, "close foreign");
	target_cmd(target, "unexport u");
	close(snoop);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_not_bound),
		TEST(test_kinds),
		TEST(test_windows_of_vm),
		TEST(test_windows_of_object),
		TEST(test_ranges),
		TEST(test_no_cpu_access),
		TEST(test_not_writable),
		TEST(test_read_only_range),
		TEST(test_policy),
		TEST(test_gone),
		TEST(test_imports),
		TEST(test_foreign_dmabuf),
	};

	return run_group("snoop-mmap-errno", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
