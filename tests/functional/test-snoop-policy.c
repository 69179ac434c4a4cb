// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: own-boot --gpu gpusim
 *
 * What the administrator forbids to everybody: writing, by a parameter of the
 * module; writing and then reading, by kernel lockdown. Starts from the level that
 * the kernel was booted with and raises it; it cannot be lowered again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "snoop-module.h"
#include "snoop.h"
#include "watch.h"
#include "window.h"

#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define ADDR		0x10000000ULL
#define SIZE		0x10000ULL

enum level { NONE, INTEGRITY, CONFIDENTIALITY, LEVELS };

static const char *const level_name[LEVELS] = { "none", "integrity", "confidentiality" };

/* A client of the test's own, and a file that was registered before all tests. */
static struct {
	enum level first;
	int drm, mem;
	__u32 vm, bo;
	__u64 *memory;
	int snoop;
	__u64 client_id;
} scene;

static enum level current_level(void)
{
	char text[128] = "", wanted[32];
	int fd = open(LOCKDOWN, O_RDONLY | O_CLOEXEC);
	enum level level;

	expect_true(fd >= 0);
	expect_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	for (level = NONE; level < LEVELS; level++) {
		snprintf(wanted, sizeof(wanted), "[%s]", level_name[level]);
		if (strstr(text, wanted))
			return level;
	}
	expect_failed(__FILE__, __LINE__, "%s: %s", LOCKDOWN, text);
}

static void raise_level(enum level level)
{
	const char *name = level_name[level];
	int fd = open(LOCKDOWN, O_WRONLY | O_CLOEXEC);

	expect_true(fd >= 0);
	expect_equal(write(fd, name, strlen(name)), strlen(name));
	close(fd);
	expect_equal(current_level(), level);
}

static int open_writable(void)
{
	int reader = expect_ok(snoop_open("gpusim", 0));
	int snoop = expect_ok(snoop_reopen(reader, O_RDWR));

	close(reader);
	return snoop;
}

static int group_setup(void **state)
{
	__u64 offset;

	(void)state;
	scene.drm = expect_ok(gc_open());
	scene.mem = expect_ok(snoop_open_mem(getpid(), O_RDWR));
	expect_ok(gc_vm_create(scene.drm, &scene.vm));
	expect_ok(gc_bo_create(scene.drm, SIZE, GC_VRAM, 0, &scene.bo));
	expect_ok(gc_map(scene.drm, scene.vm, ADDR, scene.bo, 0, SIZE));
	scene.memory = gc_bo_mmap(scene.drm, scene.bo, SIZE);
	expect_true(scene.memory);
	for (offset = 0; offset < SIZE; offset += 8)
		scene.memory[offset / 8] = watch_word(1, offset);
	scene.snoop = open_writable();
	if (scene.first < CONFIDENTIALITY) {
		expect_ok(snoop_register_flags(scene.snoop, scene.drm, scene.first == NONE ?
					       DRM_SNOOP_REGISTER_WRITE : 0, &scene.client_id));
		expect_ok(snoop_bind_vm(scene.snoop, scene.client_id, scene.vm, NULL));
	}
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	close(scene.snoop);
	munmap(scene.memory, SIZE);
	close(scene.mem);
	close(scene.drm);
	return 0;
}

/* What a file may register now. */
static void check_register(bool may_read, bool may_write)
{
	int snoop = open_writable();
	struct drm_snoop_client clients[2];
	struct drm_snoop_card_info info = { 0 };
	__u64 id;

	expect_ok(snoop_card_info(snoop, &info));
	expect_equal(!!(info.features & DRM_SNOOP_FEATURE_READ), may_read);
	expect_equal(!!(info.features & DRM_SNOOP_FEATURE_PAGES), may_read);
	expect_equal(!!(info.features & DRM_SNOOP_FEATURE_MMAP), may_read);
	expect_equal(!!(info.features & DRM_SNOOP_FEATURE_SNAPSHOT), may_read);
	expect_equal(!!(info.features & DRM_SNOOP_FEATURE_USERPTR), may_read);
	expect_equal(!!(info.features & DRM_SNOOP_FEATURE_WRITE), may_write);
	expect_equal(!!(info.features & DRM_SNOOP_FEATURE_CONSISTENT), may_write);
	/* Layout only. */
	expect_true(info.features & DRM_SNOOP_FEATURE_VM);
	if (!may_write) {
		expect_error(snoop_register_flags(snoop, scene.drm, DRM_SNOOP_REGISTER_WRITE, &id),
			     EPERM);
		expect_error(snoop_register_mem(snoop, scene.mem, DRM_SNOOP_REGISTER_WRITE), EPERM);
	}
	if (!may_read) {
		expect_error(snoop_register(snoop, scene.drm, &id), EPERM);
		expect_error(snoop_register_mem(snoop, scene.mem, 0), EPERM);
	}
	/* Nothing half done. */
	expect_equal(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2), 0);
	if (may_read) {
		expect_ok(snoop_register(snoop, scene.drm, &id));
		expect_ok(snoop_register_mem(snoop, scene.mem, 0));
	}
	if (may_write) {
		expect_ok(snoop_register_flags(snoop, scene.drm, DRM_SNOOP_REGISTER_WRITE, &id));
		expect_ok(snoop_register_mem(snoop, scene.mem, DRM_SNOOP_REGISTER_WRITE));
	}
	close(snoop);
}

/* What the file that was registered before can still map. */
static void check_map(bool may_read, bool may_write)
{
	void *map;
	int ret;

	ret = window_try(scene.snoop, ADDR, SIZE, PROT_READ, &map);
	if (may_read) {
		expect_ok(ret);
		expect_equal(*(volatile __u64 *)(map + 32), watch_word(1, 32));
		expect_equal(window_protect(map, SIZE, PROT_READ | PROT_WRITE),
			     may_write ? 0 : -EACCES);
		munmap(map, SIZE);
	} else {
		expect_error(ret, EPERM);
	}
	ret = window_try(scene.snoop, ADDR, SIZE, PROT_READ | PROT_WRITE, &map);
	if (may_write) {
		expect_ok(ret);
		munmap(map, SIZE);
	} else {
		expect_error(ret, EPERM);
	}
}

/* What the file that was registered before can still do. */
static void check_registered(bool may_read, bool may_write)
{
	struct drm_snoop_range range;
	struct drm_snoop_pages pages[64];
	__u64 word = 42, words[2], position;
	volatile __u64 *memory = scene.memory;

	/* What a refused call would have done must be seen. */
	memory[4] = 1;
	if (may_write) {
		expect_equal(snoop_pwrite(scene.snoop, &word, 8, ADDR + 32), 8);
		expect_equal(memory[4], 42);
	} else {
		expect_error(snoop_pwrite(scene.snoop, &word, 8, ADDR + 32), EPERM);
		expect_equal(memory[4], 1);
	}
	memory[4] = watch_word(1, 32);
	memset(words, 0xee, sizeof(words));
	if (may_read) {
		expect_equal(snoop_pread(scene.snoop, words, 16, ADDR + 32), 16);
		expect_equal(words[0], watch_word(1, 32));
		expect_equal(words[1], watch_word(1, 40));
		expect_true(snoop_pages(scene.snoop, ADDR, ADDR + SIZE, pages, 64, 64) > 0);
	} else {
		expect_error(snoop_pread(scene.snoop, words, 16, ADDR + 32), EPERM);
		expect_equal(words[0], 0xeeeeeeeeeeeeeeeeULL);
		expect_error(snoop_pages(scene.snoop, ADDR, ADDR + SIZE, pages, 64, 64), EPERM);
		expect_error(snoop_snapshot(scene.snoop, ADDR, SIZE, NULL), EPERM);
	}
	check_map(may_read, may_write);
	/* The layout is not content. */
	expect_ok(snoop_query(scene.snoop, ADDR, 0, &range));
	expect_equal(range.end, ADDR + SIZE);
	expect_ok(snoop_seek(scene.snoop, 0, SEEK_DATA, &position));
	expect_equal(position, ADDR);
}

static void check(bool may_read, bool may_write)
{
	check_register(may_read, may_write);
	if (scene.first < CONFIDENTIALITY)
		check_registered(may_read, may_write && scene.first == NONE);
}

static void check_level(void)
{
	enum level level = current_level();

	check(level < CONFIDENTIALITY, level < INTEGRITY);
}

static void test_first_level(void **state)
{
	(void)state;
	expect_equal(current_level(), scene.first);
	check_level();
}

static void test_parameter(void **state)
{
	void *map = NULL;

	(void)state;
	if (scene.first == NONE)
		map = window_map(scene.snoop, ADDR, SIZE, PROT_READ);
	snoop_module_set("writes", 0);
	check(true, false);
	/* A map that was made before is judged as one that is made now. */
	if (map)
		expect_error(window_protect(map, SIZE, PROT_READ | PROT_WRITE), EPERM);
	snoop_module_set("writes", 1);
	check(true, true);
	if (map) {
		expect_ok(window_protect(map, SIZE, PROT_READ | PROT_WRITE));
		munmap(map, SIZE);
	}
}

static void test_integrity(void **state)
{
	(void)state;
	raise_level(INTEGRITY);
	check_level();
	/* The parameter gives nothing back. */
	snoop_module_set("writes", 1);
	check_level();
}

static void test_confidentiality(void **state)
{
	(void)state;
	raise_level(CONFIDENTIALITY);
	check_level();
}

int main(void)
{
	struct CMUnitTest tests[4] = { cmocka_unit_test(test_first_level) };
	size_t count = 1;

	if (access(LOCKDOWN, F_OK) &&
	    mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL)) {
		fprintf(stderr, "securityfs: %s\n", strerror(errno));
		return 1;
	}
	/* Each level that is still ahead. */
	scene.first = current_level();
	if (scene.first == NONE) {
		tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_parameter);
		tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_integrity);
	}
	if (scene.first < CONFIDENTIALITY)
		tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_confidentiality);
	return run_group("snoop-policy", tests, count, group_setup, group_teardown);
}
