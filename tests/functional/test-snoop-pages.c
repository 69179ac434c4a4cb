// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --append iomem=relaxed
 *
 * Where bytes are: what QUERY_PAGES says is what the driver says, and what the
 * target wrote is found there, on the PCI bus and in the machine's memory.
 * Addresses are for those who may know them.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "as-user.h"
#include "drawer.h"
#include "expect.h"
#include "gpusim-client.h"
#include "model.h"
#include "scene.h"
#include "snoop.h"
#include "view.h"

#define RUNS		64
#define ALL_ADDRESSES	(DRM_SNOOP_PAGES_VRAM_OFFSET | DRM_SNOOP_PAGES_DMA_ADDR | \
			 DRM_SNOOP_PAGES_PHYS_ADDR)

/* The largest memory of the card's PCI device: where it is, and mapped. */
static uint64_t bar_of(int snoop, unsigned int resource, uint8_t **map, size_t size)
{
	struct drm_snoop_card_info info;
	unsigned long long start;
	unsigned int i;
	char path[128];
	FILE *file;
	int fd;

	expect_ok(snoop_card_info(snoop, &info));
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource", info.bus_name);
	file = fopen(path, "re");
	expect_true(file);
	for (i = 0; i <= resource; i++)
		expect_equal(fscanf(file, "%llx %*x %*x", &start), 1);
	fclose(file);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%u", info.bus_name,
		 resource);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	expect_true(fd >= 0);
	*map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	expect_true(*map != MAP_FAILED);
	close(fd);
	return start;
}

/* A word at a physical address of the machine's memory, as the kernel tells root. */
static uint64_t memory_word(uint64_t addr)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	uint64_t word;
	int kcore, i;

	kcore = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	expect_true(kcore >= 0);
	expect_equal(pread(kcore, &header, sizeof(header), 0), sizeof(header));
	for (i = 0; i < header.e_phnum; i++) {
		expect_equal(pread(kcore, &segment, sizeof(segment),
				   header.e_phoff + i * sizeof(segment)), sizeof(segment));
		if (segment.p_type == PT_LOAD && segment.p_paddr <= addr &&
		    addr - segment.p_paddr < segment.p_memsz) {
			expect_equal(pread(kcore, &word, 8,
					   segment.p_offset + (addr - segment.p_paddr)), 8);
			close(kcore);
			return word;
		}
	}
	expect_failed(__FILE__, __LINE__, "0x%lx is not memory", addr);
}

static const struct drm_snoop_pages *run_at(const struct drm_snoop_pages *runs, int count,
					    uint64_t addr)
{
	int i;

	for (i = 0; i < count; i++)
		if (runs[i].start <= addr && addr < runs[i].end)
			return &runs[i];
	expect_failed(__FILE__, __LINE__, "no run for 0x%lx", addr);
}

/* Runs ascend, do not overlap and cover what the ranges cover. */
static void test_runs(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_pages runs[RUNS];
	uint64_t bytes = 0;
	int count, i;

	scene_bind(scene);
	count = expect_ok(snoop_pages(scene->snoop, 0, ~0ULL, runs, RUNS, 3));
	for (i = 0; i < count; i++) {
		expect_true(runs[i].start < runs[i].end);
		if (i)
			expect_true(runs[i - 1].end <= runs[i].start);
		expect_equal(runs[i].kind, DRM_SNOOP_RANGE_OBJECT);
		expect_equal(runs[i].pad, 0);
		expect_true(runs[i].object_id);
		bytes += runs[i].end - runs[i].start;
	}
	expect_equal(bytes, SCENE_SIZE + SCENE_SIZE - SCENE_OFFSET);
	expect_equal(runs[0].start, SCENE_ADDR);
	expect_equal(runs[count - 1].end, SCENE_END);

	/* A part of a page, and a hole. */
	expect_equal(expect_ok(snoop_pages(scene->snoop, SCENE_ADDR + 17, SCENE_ADDR + 21, runs,
					   RUNS, 1)), 1);
	expect_equal(runs[0].start, SCENE_ADDR + 17);
	expect_equal(runs[0].end, SCENE_ADDR + 21);
	expect_equal(runs[0].object_offset, 17);
	expect_equal(expect_ok(snoop_pages(scene->snoop, SCENE_HOLE, SCENE_SECOND, runs, RUNS, 1)),
		     0);
}

/* VRAM: the offset is the driver's, and that is where the bytes are on the bus. */
static void test_vram(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_pages runs[RUNS];
	const struct drm_snoop_pages *run;
	struct drm_gpusim_gem_info info;
	uint64_t bar, offset;
	uint8_t *map;
	int count;

	scene_bind(scene);
	expect_ok(gc_fill(scene->drm, scene->vm, SCENE_SECOND, 4096, 0x1122334455667788));
	expect_ok(gc_bo_info(scene->drm, scene->vram, &info));
	expect_equal(info.placement, GC_VRAM);
	bar = bar_of(scene->snoop, 2, &map, 64 << 20);
	count = expect_ok(snoop_pages(scene->snoop, SCENE_SECOND, SCENE_END, runs, RUNS, RUNS));
	expect_equal(count, 1);
	run = runs;
	expect_equal(run->placement, DRM_SNOOP_PLACEMENT_VRAM);
	expect_equal(run->object_offset, SCENE_OFFSET);
	expect_equal(run->flags, DRM_SNOOP_PAGES_VRAM_OFFSET | DRM_SNOOP_PAGES_PHYS_ADDR);
	offset = info.vram_offset + SCENE_OFFSET;
	expect_equal(run->vram_offset, offset);
	expect_equal(run->phys_addr, bar + offset);
	expect_equal(run->end, SCENE_END);
	expect_true(offset + 8 <= 64 << 20);
	expect_equal(*(volatile uint64_t *)(map + run->vram_offset), 0x1122334455667788);
	munmap(map, 64 << 20);
}

/* System memory: what the engine wrote to each page is there. */
static void test_system(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_pages runs[RUNS];
	const struct drm_snoop_pages *run;
	uint64_t addr;
	int count;

	scene_bind(scene);
	for (addr = SCENE_ADDR; addr < SCENE_HOLE; addr += GC_PAGE)
		expect_ok(gc_fill(scene->drm, scene->vm, addr, GC_PAGE, 0x5a00000000000000 | addr));
	count = expect_ok(snoop_pages(scene->snoop, SCENE_ADDR, SCENE_HOLE, runs, RUNS, 2));
	for (addr = SCENE_ADDR; addr < SCENE_HOLE; addr += GC_PAGE) {
		run = run_at(runs, count, addr);
		expect_equal(run->placement, DRM_SNOOP_PLACEMENT_TT);
		expect_true(run->flags & DRM_SNOOP_PAGES_PHYS_ADDR);
		expect_true(!(run->flags & DRM_SNOOP_PAGES_VRAM_OFFSET));
		expect_equal(memory_word(run->phys_addr + (addr + 8 - run->start)),
			     0x5a00000000000000 | addr);
	}
}

/* Evicted memory is said to be where it is now. */
static void test_moved(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_pages runs[RUNS];

	scene_bind(scene);
	expect_ok(gc_fill(scene->drm, scene->vm, SCENE_SECOND, 4096, 5));
	expect_ok(gc_bo_migrate(scene->drm, scene->vram, GC_SYSTEM));
	expect_true(expect_ok(snoop_pages(scene->snoop, SCENE_SECOND, SCENE_END, runs, RUNS,
					  RUNS)) >= 1);
	expect_true(runs[0].placement != DRM_SNOOP_PLACEMENT_VRAM);
	expect_equal(runs[0].flags & DRM_SNOOP_PAGES_VRAM_OFFSET, 0);
	expect_ok(gc_fill(scene->drm, scene->vm, SCENE_SECOND, 4096, 6));
	expect_equal(expect_ok(snoop_pages(scene->snoop, SCENE_SECOND, SCENE_END, runs, RUNS,
					   RUNS)), 1);
	expect_equal(runs[0].placement, DRM_SNOOP_PLACEMENT_VRAM);
}

/* An object by its handle, and a driver that nobody has an adapter for. */
static void test_bochs(void **state)
{
	struct drm_snoop_pages runs[RUNS];
	uint8_t wanted[4096];
	struct view view;
	uint64_t bar;
	uint8_t *map;

	view_open(&view, "bochs-drm");
	drawer_draw(&view.drawer, 21);
	drawer_show(&view.drawer);
	view_bind(&view);
	bar = bar_of(view.snoop, 0, &map, 16 << 20);
	expect_equal(expect_ok(snoop_pages(view.snoop, 0, view.drawer.size, runs, RUNS, RUNS)), 1);
	expect_equal(runs[0].placement, DRM_SNOOP_PLACEMENT_VRAM);
	expect_equal(runs[0].flags, DRM_SNOOP_PAGES_VRAM_OFFSET | DRM_SNOOP_PAGES_PHYS_ADDR);
	expect_equal(runs[0].phys_addr, bar + runs[0].vram_offset);
	expect_true(runs[0].vram_offset + 4096 <= 16 << 20);
	model_fill(wanted, sizeof(wanted), 21, 0);
	expect_bytes(map + runs[0].vram_offset, wanted, sizeof(wanted));
	munmap(map, 16 << 20);
	view_close(&view);
}

/* What a user sees; everything else is judged by the caller. */
struct glimpse {
	int snoop;
	__u64 vm, client_id;
	int result;
	struct drm_snoop_pages runs[RUNS];
};

static void look(void *data)
{
	struct glimpse *glimpse = data;

	glimpse->result = snoop_pages(glimpse->snoop, SCENE_ADDR, SCENE_END, glimpse->runs, RUNS,
				      RUNS);
}

static void open_and_look(void *data)
{
	struct glimpse *glimpse = data;
	int drm = glimpse->snoop, snoop = snoop_open("gpusim", 0);
	__u64 id;

	glimpse->result = snoop;
	if (snoop < 0)
		return;
	glimpse->result = snoop_register(snoop, drm, &id);
	if (!glimpse->result)
		glimpse->result = snoop_bind_vm(snoop, id, glimpse->vm, NULL);
	glimpse->snoop = snoop;
	if (!glimpse->result)
		look(glimpse);
}

static __u32 all_flags(const struct glimpse *glimpse)
{
	__u32 flags = 0;
	int i;

	for (i = 0; i < glimpse->result; i++) {
		flags |= glimpse->runs[i].flags;
		if (!(glimpse->runs[i].flags & DRM_SNOOP_PAGES_PHYS_ADDR))
			expect_equal(glimpse->runs[i].phys_addr, 0);
		if (!(glimpse->runs[i].flags & DRM_SNOOP_PAGES_VRAM_OFFSET))
			expect_equal(glimpse->runs[i].vram_offset, 0);
		if (!(glimpse->runs[i].flags & DRM_SNOOP_PAGES_DMA_ADDR))
			expect_equal(glimpse->runs[i].dma_addr, 0);
	}
	return flags;
}

/* Whoever opened the file counts, and not whoever asks. */
static void test_opener(void **state)
{
	struct scene *scene = *state;
	struct glimpse glimpse = { .snoop = scene->snoop, .vm = scene->vm };

	scene_bind(scene);
	expect_ok(gc_fill(scene->drm, scene->vm, SCENE_ADDR, SCENE_SIZE, 1));
	as_user("alice", 1, look, &glimpse, sizeof(glimpse));
	expect_true(expect_ok(glimpse.result) >= 2);
	expect_equal(all_flags(&glimpse) & DRM_SNOOP_PAGES_PHYS_ADDR, DRM_SNOOP_PAGES_PHYS_ADDR);

	glimpse.snoop = scene->drm;
	as_user("alice", 1, open_and_look, &glimpse, sizeof(glimpse));
	/* Without addresses nothing parts the pages of an object. */
	expect_equal(expect_ok(glimpse.result), 2);
	expect_equal(all_flags(&glimpse) & ALL_ADDRESSES, 0);
	expect_equal(glimpse.runs[0].placement, DRM_SNOOP_PLACEMENT_TT);
	expect_equal(glimpse.runs[1].placement, DRM_SNOOP_PLACEMENT_VRAM);
	expect_equal(glimpse.runs[1].object_offset, SCENE_OFFSET);
}

/* The sign-extended form of an address is one too, and ends where it was to. */
static void test_alias(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_query_pages arg = { .entry_size = sizeof(struct drm_snoop_pages) };
	const uint64_t upper = 0x900000000000ULL, alias = upper | 0xffffULL << 48;
	struct drm_snoop_pages run;

	expect_ok(gc_map(scene->drm, scene->vm, upper, scene->vram, 0, 4096));
	scene_bind(scene);
	arg.addr = alias;
	arg.end = alias + 8192;
	arg.entries = (unsigned long)&run;
	arg.count = 1;
	expect_ok(snoop_ioctl(scene->snoop, DRM_IOCTL_SNOOP_QUERY_PAGES, &arg));
	expect_equal(arg.count, 1);
	expect_equal(run.start, upper);
	expect_equal(run.end, upper + 4096);
	expect_true(arg.addr == alias + 4096 || arg.addr == alias + 8192);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_runs),
		TEST(test_vram),
		TEST(test_system),
		TEST(test_moved),
		TEST(test_opener),
		TEST(test_alias),
		cmocka_unit_test(test_bochs),
	};

	return run_group("snoop-pages", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
