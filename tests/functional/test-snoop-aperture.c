// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 300
 *
 * Kernel mappings of device memory that are kept from one access to the next: that
 * they never show the memory of an object that was there before, how many there
 * are, and when they go.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "expect.h"
#include "model.h"
#include "snoop.h"

/* A mode that every card has; 5 such buffers fill the VRAM of bochs. */
#define WIDTH		1024
#define HEIGHT		768
#define BUFFERS		8
#define SHOWS		60
#define WORDS		40

/* More than the module keeps. */
#define SMALL		80
#define KEPT		32

/* Longer than any machine needs to drop what is idle for a second. */
#define IDLE_SECONDS	60

/* One buffer of the test's own, and what is in it. */
struct buffer {
	uint32_t handle;
	uint64_t size;
	uint8_t *map;
	uint32_t frame;
	uint64_t seed;
	/* Where it was seen in VRAM. */
	uint64_t place;
};

/* The test's own client, and a snoop file on it. */
struct card {
	int snoop, drm;
	__u64 id;
	struct drm_snoop_card_info info;
};

static void card_open(struct card *card, const char *driver)
{
	card->snoop = expect_ok(snoop_reopen(expect_ok(snoop_open(driver, 0)), O_RDWR));
	card->drm = expect_ok(snoop_open_drm(card->snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	expect_ok(snoop_register_flags(card->snoop, card->drm, DRM_SNOOP_REGISTER_WRITE,
				       &card->id));
	expect_ok(snoop_card_info(card->snoop, &card->info));
}

static void card_close(const struct card *card)
{
	close(card->drm);
	close(card->snoop);
}

static void buffer_fill(struct buffer *buffer, uint64_t seed)
{
	buffer->seed = seed;
	model_fill(buffer->map, buffer->size, seed, 0);
}

static void buffer_make(const struct card *card, struct buffer *buffer, uint32_t width,
			uint32_t height, uint64_t seed)
{
	struct drm_mode_create_dumb create = { .width = width, .height = height, .bpp = 32 };
	struct drm_mode_map_dumb map = { };

	expect_ok(drmIoctl(card->drm, DRM_IOCTL_MODE_CREATE_DUMB, &create));
	map.handle = create.handle;
	expect_ok(drmIoctl(card->drm, DRM_IOCTL_MODE_MAP_DUMB, &map));
	*buffer = (struct buffer) { .handle = create.handle, .size = create.size };
	buffer->map = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, card->drm,
			   map.offset);
	expect_true(buffer->map != MAP_FAILED);
	buffer_fill(buffer, seed);
}

static void buffer_show(const struct card *card, struct buffer *buffer)
{
	drmModeRes *resources = drmModeGetResources(card->drm);
	drmModeConnector *connector;
	int i;

	expect_true(resources && resources->count_crtcs && resources->count_connectors);
	connector = drmModeGetConnector(card->drm, resources->connectors[0]);
	expect_true(connector);
	for (i = 0; i < connector->count_modes; i++)
		if (connector->modes[i].hdisplay == WIDTH && connector->modes[i].vdisplay == HEIGHT)
			break;
	expect_true(i < connector->count_modes);
	if (!buffer->frame)
		expect_ok(drmModeAddFB(card->drm, WIDTH, HEIGHT, 24, 32, WIDTH * 4,
				       buffer->handle, &buffer->frame));
	expect_ok(drmModeSetCrtc(card->drm, resources->crtcs[0], buffer->frame, 0, 0,
				 &connector->connector_id, 1, &connector->modes[i]));
	drmModeFreeConnector(connector);
	drmModeFreeResources(resources);
}

/* Binds to a buffer; where its first byte is on the bus, or 0 if it is not in VRAM. */
static uint64_t buffer_bind(const struct card *card, const struct buffer *buffer)
{
	struct drm_snoop_pages run;

	expect_ok(snoop_bind_object(card->snoop, card->id, buffer->handle, NULL));
	expect_equal(expect_ok(snoop_pages(card->snoop, 0, 4096, &run, 1, 1)), 1);
	if (run.placement != DRM_SNOOP_PLACEMENT_VRAM)
		return 0;
	expect_true(run.flags & DRM_SNOOP_PAGES_PHYS_ADDR);
	return run.phys_addr;
}

static void buffer_check(const struct card *card, const struct buffer *buffer, uint64_t offset,
			 size_t len)
{
	uint8_t got[4096], wanted[4096];

	expect_equal(expect_ok(snoop_pread(card->snoop, got, len, offset)), len);
	model_fill(wanted, len, buffer->seed, offset);
	expect_bytes(got, wanted, len);
}

/* Words everywhere, and what is around the largest mapping's end. */
static void buffer_check_all(const struct card *card, const struct buffer *buffer)
{
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		buffer_check(card, buffer, random() % (buffer->size / 8) * 8, 8);
	for (i = 0; i < 6; i++)
		buffer_check(card, buffer, random() % (buffer->size - 4096), 4096);
}

/* Mappings of device memory that drm_snoop has. */
static unsigned int count_mappings(void)
{
	FILE *file = fopen("/proc/vmallocinfo", "re");
	unsigned int count = 0;
	char line[512];

	expect_true(file);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, "[drm_snoop]") && strstr(line, " ioremap"))
			count++;
	fclose(file);
	return count;
}

static void expect_dropped(void)
{
	unsigned int tries = 0;

	while (count_mappings() && tries++ < IDLE_SECONDS * 10)
		usleep(100000);
	expect_equal(count_mappings(), 0);
}

/*
 * Buffers go to VRAM and are evicted, the next one comes to the same place. Each has
 * its own bytes wherever it is, and a write goes to the right one.
 */
static void test_moves(void **state)
{
	struct buffer buffers[BUFFERS];
	unsigned int i, j, moves = 0, reused = 0;
	struct card card;

	card_open(&card, "bochs-drm");
	for (i = 0; i < BUFFERS; i++)
		buffer_make(&card, &buffers[i], WIDTH, HEIGHT, i);
	for (i = 0; i < SHOWS; i++) {
		struct buffer *shown = &buffers[random() % BUFFERS];
		uint8_t bytes[64];

		buffer_show(&card, shown);
		if (i % 3 == 0)
			buffer_fill(shown, 100 + i);
		for (j = 0; j < BUFFERS; j++) {
			uint64_t place = buffer_bind(&card, &buffers[j]);
			unsigned int k;

			expect_true(place || &buffers[j] != shown);
			buffer_check_all(&card, &buffers[j]);
			if (place == buffers[j].place)
				continue;
			moves++;
			for (k = 0; place && k < BUFFERS; k++)
				reused += k != j && buffers[k].place == place;
			buffers[j].place = place;
		}
		/* Written bytes are seen in the map of their buffer. */
		buffer_bind(&card, shown);
		model_fill(bytes, sizeof(bytes), 7777, i);
		expect_equal(expect_ok(snoop_pwrite(card.snoop, bytes, sizeof(bytes), 0x123460)),
			     sizeof(bytes));
		expect_bytes(shown->map + 0x123460, bytes, sizeof(bytes));
		buffer_fill(shown, shown->seed);
	}
	print_message("# %u moves, %u to a place that another one had\n", moves, reused);
	expect_true(moves > SHOWS / 3);
	expect_true(reused >= 3);
	expect_true(count_mappings() <= KEPT);
	for (i = 0; i < BUFFERS; i++)
		munmap(buffers[i].map, buffers[i].size);
	card_close(&card);
	expect_dropped();
}

/* Freed, and the memory given to a new object of other content. */
static void test_freed(void **state)
{
	struct buffer buffer;
	unsigned int i, reused = 0;
	uint64_t before = 0;
	struct card card;

	card_open(&card, "radeon");
	for (i = 0; i < SHOWS; i++) {
		struct drm_mode_destroy_dumb destroy;
		uint64_t place;

		buffer_make(&card, &buffer, WIDTH, HEIGHT, 1000 + i);
		place = buffer_bind(&card, &buffer);
		expect_true(place);
		reused += place == before;
		before = place;
		buffer_check_all(&card, &buffer);
		munmap(buffer.map, buffer.size);
		destroy.handle = buffer.handle;
		expect_ok(drmIoctl(card.drm, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy));
	}
	expect_true(reused > 0);
	card_close(&card);
	expect_dropped();
}

/* No object's mapping reaches into another's memory, and their number has a limit. */
static void test_many(void **state)
{
	static struct buffer buffers[SMALL];
	unsigned int i, round;
	struct card card;

	card_open(&card, "radeon");
	for (i = 0; i < SMALL; i++)
		buffer_make(&card, &buffers[i], 128, 128, i);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < SMALL; i++) {
			expect_true(buffer_bind(&card, &buffers[i]));
			buffer_check(&card, &buffers[i], 0, 4096);
			buffer_check(&card, &buffers[i], buffers[i].size - 4096, 4096);
		}
		expect_true(count_mappings() > 0);
		expect_true(count_mappings() <= KEPT);
	}
	for (i = 0; i < SMALL; i++)
		munmap(buffers[i].map, buffers[i].size);
	card_close(&card);
	expect_dropped();
}

static atomic_ulong reads;

/* Reads until it is told why not. */
static void *read_on(void *arg)
{
	const struct card *card = arg;
	char word[8];
	ssize_t ret;

	while ((ret = snoop_pread(card->snoop, word, sizeof(word), 0x4008)) == sizeof(word))
		atomic_fetch_add(&reads, 1);
	return (void *)(long)ret;
}

static void bind_driver(const char *what, const char *bus_name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/bochs-drm/%s", what);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	expect_true(fd >= 0);
	expect_equal(write(fd, bus_name, strlen(bus_name)), strlen(bus_name));
	close(fd);
}

/* When the card goes nothing of it stays mapped, whoever reads. */
static void test_unbind(void **state)
{
	unsigned int i, round;

	for (round = 0; round < 5; round++) {
		struct buffer buffer;
		pthread_t threads[2];
		struct card card;
		void *error;

		card_open(&card, "bochs-drm");
		buffer_make(&card, &buffer, WIDTH, HEIGHT, round);
		buffer_show(&card, &buffer);
		expect_true(buffer_bind(&card, &buffer));
		buffer_check_all(&card, &buffer);
		expect_true(count_mappings() > 0);
		atomic_store(&reads, 0);
		for (i = 0; i < 2; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, read_on, &card), 0);
		while (atomic_load(&reads) < 100)
			usleep(1000);
		munmap(buffer.map, buffer.size);
		bind_driver("unbind", card.info.bus_name);
		expect_equal(count_mappings(), 0);
		for (i = 0; i < 2; i++) {
			assert_int_equal(pthread_join(threads[i], &error), 0);
			expect_equal((long)error, -ENODEV);
		}
		card_close(&card);
		bind_driver("bind", card.info.bus_name);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_freed),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_unbind),
	};

	return run_group("snoop-aperture", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
