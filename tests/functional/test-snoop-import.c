// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 300
 *
 * Objects of one driver imported by another: read, written and mapped through the
 * importer's handle they are the exporter's, whose process sees it, and LIST says
 * on both sides what they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>

#include "expect.h"
#include "gpusim-client.h"
#include "model.h"
#include "snoop.h"
#include "view.h"
#include "window.h"

#define MAY		(DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE)
#define PAGE		WINDOW_PAGE
#define OFFSET		4099
#define LENGTH		5000

/* A client that imported what the drawing process of the view has. */
struct import {
	/* Registered with it for writing, and bound to the import. */
	int snoop;
	int drm;
	__u64 client_id;
	uint32_t handle;
};

/* A dma-buf of the drawing process's buffer. */
static int export_buffer(const struct view *view, uint32_t flags)
{
	int drm = expect_ok(snoop_steal_fd(view->drawer.pid, view->drawer.drm));
	int buf;

	expect_ok(drmPrimeHandleToFD(drm, view->drawer.handle, DRM_CLOEXEC | flags, &buf));
	close(drm);
	return buf;
}

static void import_open(struct import *import, const char *driver, int buf)
{
	int snoop = expect_ok(snoop_open(driver, 0));

	import->snoop = expect_ok(snoop_reopen(snoop, O_RDWR));
	close(snoop);
	import->drm = expect_ok(snoop_open_drm(import->snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	expect_ok(drmPrimeFDToHandle(import->drm, buf, &import->handle));
	expect_ok(snoop_register_flags(import->snoop, import->drm, DRM_SNOOP_REGISTER_WRITE,
				       &import->client_id));
	expect_ok(snoop_bind_object(import->snoop, import->client_id, import->handle, NULL));
}

static void import_close(struct import *import)
{
	close(import->drm);
	close(import->snoop);
}

static void import_check(const struct import *import, uint64_t seed)
{
	uint8_t got[LENGTH], wanted[LENGTH];

	expect_equal(expect_ok(snoop_pread(import->snoop, got, LENGTH, OFFSET)), LENGTH);
	model_fill(wanted, LENGTH, seed, OFFSET);
	expect_bytes(got, wanted, LENGTH);
}

static ssize_t import_write(const struct import *import, uint64_t seed)
{
	uint8_t data[LENGTH];

	model_fill(data, LENGTH, seed, OFFSET);
	return snoop_pwrite(import->snoop, data, LENGTH, OFFSET);
}

/* Who stores to the exporter's buffer: a drawing process, or the test by a map. */
struct painter {
	struct drawer *drawer;
	uint8_t *map;
	uint64_t size;
};

static void paint(const struct painter *painter, uint64_t seed)
{
	if (painter->drawer)
		drawer_draw(painter->drawer, seed);
	else
		model_fill(painter->map, painter->size, seed, 0);
}

static uint8_t peek(const struct painter *painter, uint64_t offset)
{
	return painter->drawer ? drawer_peek(painter->drawer, offset) : painter->map[offset];
}

/* Windows at any page show each store at once. */
static void check_windows(const struct import *import, uint64_t addr,
			  const struct painter *painter)
{
	const uint64_t size = painter->size, pages = size / PAGE;
	uint8_t *whole = window_map(import->snoop, addr, size, PROT_READ), *map;
	uint64_t first, count, i;

	paint(painter, 101);
	window_check(whole, 101, 0, size);
	paint(painter, 102);
	window_check(whole, 102, 0, size);
	for (i = 0; i < 12; i++) {
		first = i * 19 % pages;
		count = 1 + i * 3 % (pages - first);
		map = window_map(import->snoop, addr + first * PAGE, count * PAGE, PROT_READ);
		window_check(map, 102, first * PAGE, count * PAGE);
		munmap(map, count * PAGE);
	}
	munmap(whole, size);
	expect_error(window_flags(import->snoop, addr, size + 1, PROT_READ, MAP_SHARED), EINVAL);
	expect_error(window_flags(import->snoop, addr + size, PAGE, PROT_READ, MAP_SHARED), ENXIO);
}

/* Holes of pages that were seen, and of others; the observer's own /proc/self/mem. */
static void check_holes(const struct import *import, uint64_t addr,
			const struct painter *painter)
{
	uint8_t *map = window_map(import->snoop, addr + 3 * PAGE, 10 * PAGE, PROT_READ);
	uint8_t byte = 0xe7;

	paint(painter, 103);
	window_check(map + 4 * PAGE, 103, 7 * PAGE, 3 * PAGE);
	munmap(map + PAGE, 2 * PAGE);
	munmap(map + 5 * PAGE, PAGE);
	expect_equal(window_load(map + PAGE), SIGSEGV);
	expect_equal(window_load(map + 5 * PAGE), SIGSEGV);
	paint(painter, 104);
	window_check(map, 104, 3 * PAGE, PAGE);
	window_check(map + 3 * PAGE, 104, 6 * PAGE, 2 * PAGE);
	window_check(map + 6 * PAGE, 104, 9 * PAGE, 4 * PAGE);
	expect_true(window_write_mem(map, &byte, 1) < 0);
	expect_true(window_write_mem(map + 8 * PAGE, &byte, 1) < 0);
	expect_equal(peek(painter, 3 * PAGE), model_byte(104, 3 * PAGE));
	expect_equal(peek(painter, 11 * PAGE), model_byte(104, 11 * PAGE));
	munmap(map, 10 * PAGE);
}

/* Stored to as the dma-buf may be. */
static void check_stores(const struct import *import, uint64_t addr,
			 const struct painter *painter, bool may_write)
{
	uint8_t *map, byte = 0x3c;

	if (!may_write) {
		expect_error(window_flags(import->snoop, addr, PAGE, PROT_READ | PROT_WRITE,
					  MAP_SHARED), EACCES);
		map = window_map(import->snoop, addr, PAGE, PROT_READ);
		expect_error(window_protect(map, PAGE, PROT_READ | PROT_WRITE), EACCES);
		munmap(map, PAGE);
		return;
	}
	paint(painter, 105);
	map = window_map(import->snoop, addr + 6 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE);
	model_fill(map + 7, PAGE, 106, 6 * PAGE + 7);
	expect_equal(window_write_mem(map + PAGE + 100, &byte, 1), 1);
	expect_equal(peek(painter, 6 * PAGE + 6), model_byte(105, 6 * PAGE + 6));
	expect_equal(peek(painter, 6 * PAGE + 7), model_byte(106, 6 * PAGE + 7));
	expect_equal(peek(painter, 7 * PAGE + 6), model_byte(106, 7 * PAGE + 6));
	expect_equal(peek(painter, 7 * PAGE + 7), model_byte(105, 7 * PAGE + 7));
	expect_equal(peek(painter, 7 * PAGE + 100), byte);
	munmap(map, 2 * PAGE);
}

/* Who could not write to it may read it, and not map it. */
static void check_read_only(const struct import *import)
{
	int snoop = expect_ok(snoop_reopen(import->snoop, O_RDONLY));
	__u64 id;
	char byte;

	expect_ok(snoop_register(snoop, import->drm, &id));
	expect_ok(snoop_bind_object(snoop, id, import->handle, NULL));
	expect_equal(snoop_pread(snoop, &byte, 1, 0), 1);
	expect_error(window_flags(snoop, 0, PAGE, PROT_READ, MAP_SHARED), EACCES);
	close(snoop);
}

/* All of this at @addr of what the file is bound to. */
static void check_maps(const struct import *import, uint64_t addr,
		       const struct painter *painter, bool may_write)
{
	check_windows(import, addr, painter);
	check_holes(import, addr, painter);
	check_stores(import, addr, painter, may_write);
	check_read_only(import);
}

static void import_check_object(const struct import *import, uint64_t size, __u32 flags,
				__u32 path, __u32 placement)
{
	struct drm_snoop_object object;

	expect_ok(snoop_find_object(import->snoop, import->client_id, import->handle, &object));
	expect_equal(object.size, size);
	expect_equal(object.flags, flags);
	expect_equal(object.path, path);
	expect_equal(object.placement, placement);
	expect_equal(object.error, 0);
}

static void check_shmem_with(const char *exporter, const char *importer, uint32_t flags)
{
	struct import import;
	struct view view;
	int buf;

	view_open_write(&view, exporter);
	view_bind(&view);
	drawer_draw(&view.drawer, 71);
	view_check_object(&view, DRM_SNOOP_OBJECT_SHMEM, DRM_SNOOP_PLACEMENT_TT, MAY);
	buf = export_buffer(&view, flags);
	import_open(&import, importer, buf);
	close(buf);
	view_check_object(&view, DRM_SNOOP_OBJECT_SHMEM, DRM_SNOOP_PLACEMENT_TT,
			  MAY | DRM_SNOOP_EXPORTED);
	import_check_object(&import, view.drawer.size,
			    DRM_SNOOP_IMPORTED | DRM_SNOOP_READABLE |
			    (flags ? DRM_SNOOP_WRITABLE : DRM_SNOOP_READ_ONLY),
			    DRM_SNOOP_PATH_SHMEM, DRM_SNOOP_PLACEMENT_TT);
	import_check(&import, 71);
	drawer_draw(&view.drawer, 72);
	import_check(&import, 72);

	if (flags)
		expect_equal(expect_ok(import_write(&import, 73)), LENGTH);
	else
		expect_error(import_write(&import, 73), EACCES);
	drawer_check(&view.drawer, flags ? 73 : 72, OFFSET, LENGTH);
	/* The exporter's own handle is as good as ever. */
	view_check(&view, flags ? 73 : 72, OFFSET, LENGTH);
	check_maps(&import, 0, &(struct painter) {
		.drawer = &view.drawer, .size = view.drawer.size,
	}, flags);
	view_check_write(&view, 74);
	import_close(&import);
	view_check_path(&view, DRM_SNOOP_PATH_SHMEM, 0);
	view_close(&view);
}

static void check_shmem(const char *exporter, const char *importer)
{
	check_shmem_with(exporter, importer, DRM_RDWR);
}

static void test_virtio_gpu_to_vgem(void **state)
{
	check_shmem("virtio_gpu", "vgem");
}

static void test_read_only(void **state)
{
	check_shmem_with("virtio_gpu", "vgem", 0);
}

static void test_virtio_gpu_to_vkms(void **state)
{
	check_shmem("virtio_gpu", "vkms");
}

static void test_vgem_to_vkms(void **state)
{
	check_shmem("vgem", "vkms");
}

static void test_vkms_to_vgem(void **state)
{
	check_shmem("vkms", "vgem");
}

static void test_cirrus_to_vgem(void **state)
{
	check_shmem("cirrus", "vgem");
}

static void test_vgem_to_cirrus(void **state)
{
	check_shmem("vgem", "cirrus");
}

/* The driver takes no memory but its own: Linux 6.12's says so. */
static void test_to_virtio_gpu(void **state)
{
	struct import own;
	struct view view;
	int virtio, buf, card = expect_ok(snoop_open("virtio_gpu", 0));
	uint32_t handle;

	view_open_write(&view, "vgem");
	buf = export_buffer(&view, DRM_RDWR);
	virtio = expect_ok(snoop_open_drm(card, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	expect_true(drmPrimeFDToHandle(virtio, buf, &handle) && errno == ENODEV);
	close(virtio);
	close(buf);
	close(card);
	view_close(&view);

	/* Its own is the object itself, in another client. */
	view_open_write(&view, "virtio_gpu");
	view_bind(&view);
	drawer_draw(&view.drawer, 75);
	buf = export_buffer(&view, DRM_RDWR);
	import_open(&own, "virtio_gpu", buf);
	close(buf);
	import_check_object(&own, view.drawer.size, MAY | DRM_SNOOP_EXPORTED,
			    DRM_SNOOP_PATH_SHMEM, DRM_SNOOP_PLACEMENT_TT);
	import_check(&own, 75);
	expect_equal(expect_ok(import_write(&own, 76)), LENGTH);
	drawer_check(&view.drawer, 76, OFFSET, LENGTH);
	import_close(&own);
	view_close(&view);
}

/* By address, where gpusim's engine stores, too; and by handle. */
static void check_maps_of_engine(const struct import *import, uint32_t vm, uint64_t addr,
				 struct view *view)
{
	const struct painter painter = { .drawer = &view->drawer, .size = view->drawer.size };
	uint64_t *map, i;

	check_maps(import, 0, &painter, true);
	expect_ok(snoop_bind_vm(import->snoop, import->client_id, vm, NULL));
	check_maps(import, addr, &painter, true);
	map = window_map(import->snoop, addr + 5 * PAGE, 2 * PAGE, PROT_READ);
	for (i = 1; i < 5; i++) {
		expect_ok(gc_fill(import->drm, vm, addr + 6 * PAGE, PAGE, i));
		expect_equal(map[PAGE / 8], i);
		expect_equal(map[2 * PAGE / 8 - 1], i);
	}
	munmap(map, 2 * PAGE);
}

/* gpusim's engine works in a buffer of another driver. */
static void check_to_gpusim(const char *exporter)
{
	const uint64_t addr = 0x100000;
	struct import import;
	struct view view;
	uint64_t *words;
	uint32_t vm, i;
	int buf;

	view_open_write(&view, exporter);
	view_bind(&view);
	drawer_draw(&view.drawer, 81);
	buf = export_buffer(&view, DRM_RDWR);
	import_open(&import, "gpusim", buf);
	close(buf);
	import_check_object(&import, view.drawer.size, DRM_SNOOP_IMPORTED | MAY,
			    DRM_SNOOP_PATH_SHMEM, DRM_SNOOP_PLACEMENT_TT);
	import_check(&import, 81);
	expect_equal(expect_ok(import_write(&import, 82)), LENGTH);
	drawer_check(&view.drawer, 82, OFFSET, LENGTH);

	expect_ok(gc_vm_create(import.drm, &vm));
	expect_ok(gc_map(import.drm, vm, addr, import.handle, 0, view.drawer.size));
	expect_ok(gc_fill(import.drm, vm, addr, view.drawer.size, 0x1122334455667788));
	words = malloc(view.drawer.size);
	expect_true(words);
	for (i = 0; i < 2; i++) {
		memset(words, 0, view.drawer.size);
		expect_equal(snoop_pread(i ? import.snoop : view.snoop, words, view.drawer.size, 0),
			     view.drawer.size);
		expect_true(words[0] == 0x1122334455667788 &&
			    !memcmp(words, words + 1, view.drawer.size - sizeof(*words)));
	}
	free(words);
	check_maps_of_engine(&import, vm, addr, &view);
	import_close(&import);
	view_close(&view);
}

static void test_vgem_to_gpusim(void **state)
{
	check_to_gpusim("vgem");
}

static void test_virtio_gpu_to_gpusim(void **state)
{
	check_to_gpusim("virtio_gpu");
}

/* A buffer of gpusim in another driver: from system memory, and moved there from VRAM. */
static void check_from_gpusim(const char *importer, uint32_t placement)
{
	const uint64_t size = 0x40000;
	int gpusim = expect_ok(gc_open());
	uint8_t wanted[LENGTH];
	struct import import;
	uint32_t bo;
	int buf;
	uint8_t *map;

	expect_ok(gc_bo_create(gpusim, size, placement, 0, &bo));
	map = gc_bo_mmap(gpusim, bo, size);
	expect_true(map);
	model_fill(map, size, 91, 0);
	expect_ok(drmPrimeHandleToFD(gpusim, bo, DRM_CLOEXEC | DRM_RDWR, &buf));
	import_open(&import, importer, buf);
	close(buf);
	import_check(&import, 91);
	model_fill(map, size, 92, 0);
	import_check(&import, 92);
	expect_equal(expect_ok(import_write(&import, 93)), LENGTH);
	model_fill(wanted, LENGTH, 93, OFFSET);
	expect_bytes(map + OFFSET, wanted, LENGTH);
	import_check(&import, 93);
	check_maps(&import, 0, &(struct painter) { .map = map, .size = size }, true);
	munmap(map, size);
	import_close(&import);
	close(gpusim);
}

static void test_gpusim_to_vgem(void **state)
{
	check_from_gpusim("vgem", GC_SYSTEM);
	check_from_gpusim("vgem", GC_VRAM);
}

static void test_gpusim_to_vkms(void **state)
{
	check_from_gpusim("vkms", GC_SYSTEM);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtio_gpu_to_vgem),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_virtio_gpu_to_vkms),
		cmocka_unit_test(test_vgem_to_vkms),
		cmocka_unit_test(test_vkms_to_vgem),
		cmocka_unit_test(test_cirrus_to_vgem),
		cmocka_unit_test(test_vgem_to_cirrus),
		cmocka_unit_test(test_to_virtio_gpu),
		cmocka_unit_test(test_vgem_to_gpusim),
		cmocka_unit_test(test_virtio_gpu_to_gpusim),
		cmocka_unit_test(test_gpusim_to_vgem),
		cmocka_unit_test(test_gpusim_to_vkms),
	};

	return run_group("snoop-import", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
