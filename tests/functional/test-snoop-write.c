// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 300
 *
 * Writes: the target's engine and CPU see them, and nothing else changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zlib.h>

#include "expect.h"
#include "snoop.h"
#include "stage.h"

/* s, m, part of e: what lies one behind the other at STAGE_ADDR. */
#define SPAN		0xa0000ULL

/**
 * struct shadow - what the span holds by all that was written
 * @snoop: open for writing, bound to the VM
 * @bytes: its bytes
 */
struct shadow {
	struct stage *stage;
	int snoop;
	uint8_t *bytes;
};

static void shadow_open(struct shadow *shadow, struct stage *stage)
{
	shadow->stage = stage;
	shadow->snoop = stage_open_write(stage);
	shadow->bytes = malloc(SPAN);
	expect_true(shadow->bytes);
	expect_equal(expect_ok(snoop_pread(shadow->snoop, shadow->bytes, SPAN, STAGE_ADDR)), SPAN);
}

static void shadow_write(struct shadow *shadow, uint64_t offset, size_t len, uint64_t seed)
{
	model_fill(shadow->bytes + offset, len, seed, offset);
	expect_equal(expect_ok(snoop_pwrite(shadow->snoop, shadow->bytes + offset, len,
					    STAGE_ADDR + offset)), len);
}

/* The engine, through its page tables, sees what the shadow says: all of it. */
static void shadow_check(struct shadow *shadow)
{
	expect_equal(target_number(&shadow->stage->target, "sum v %#llx %#llx", STAGE_ADDR, SPAN),
		     crc32(0, shadow->bytes, SPAN));
}

static void shadow_close(struct shadow *shadow)
{
	free(shadow->bytes);
	close(shadow->snoop);
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = { 1, 2, 7, 8, 16, 127, 128, 129, 4095, 4097, 65537, 131071 };
	static const uint64_t offsets[] = { 0, 3, 0x3fff9, 0x40000, 0x40fff, 0x7fffc, 0x80005 };
	struct shadow shadow;
	unsigned int i, j;
	uint64_t seed = 100;

	shadow_open(&shadow, *state);
	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		for (j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++)
			if (offsets[i] + sizes[j] <= SPAN)
				shadow_write(&shadow, offsets[i], sizes[j], seed++);
		shadow_check(&shadow);
	}
	shadow_close(&shadow);
}

/* The CPU sees what was written, wherever the object is. */
static void test_cpu(void **state)
{
	static const struct {
		const char *bo;
		uint64_t offset;
	} spans[] = { { "s", 0 }, { "m", 0x40000 } };
	struct stage *stage = *state;
	struct shadow shadow;
	unsigned int i;

	shadow_open(&shadow, stage);
	for (i = 0; i < 2; i++) {
		shadow_write(&shadow, spans[i].offset + 5, 0x3fff0, 200 + i);
		expect_equal(target_number(&stage->target, "cpusum %s 0 0x40000", spans[i].bo),
			     crc32(0, shadow.bytes + spans[i].offset, 0x40000));
	}
	shadow_close(&shadow);
}

/* Evicted memory is written where it is and comes back written. */
static void test_evicted(void **state)
{
	struct stage *stage = *state;
	struct shadow shadow;

	shadow_open(&shadow, stage);
	target_cmd(&stage->target, "evict m");
	shadow_write(&shadow, 0x40003, 70000, 300);
	expect_true(strstr(target_cmd(&stage->target, "info m"), "system"));
	shadow_check(&shadow);
	expect_true(strstr(target_cmd(&stage->target, "info m"), "vram"));
	shadow_close(&shadow);
}

/* Memory that nobody has touched yet gets its pages by the write. */
static void test_untouched(void **state)
{
	struct stage *stage = *state;
	uint8_t wanted[0x10000] = { 0 };
	int snoop = stage_open_write(stage);

	target_cmd(&stage->target, "bo fresh 64K system");
	target_cmd(&stage->target, "bind v 0x500000000 fresh");
	model_fill(wanted + 4097, 9000, 7, 0);
	expect_equal(expect_ok(snoop_pwrite(snoop, wanted + 4097, 9000, 0x500001001)), 9000);
	expect_equal(target_number(&stage->target, "cpusum fresh 0 64K"),
		     crc32(0, wanted, sizeof(wanted)));
	expect_equal(target_number(&stage->target, "sum v 0x500000000 64K"),
		     crc32(0, wanted, sizeof(wanted)));
	target_cmd(&stage->target, "unbind v 0x500000000 64K");
	target_cmd(&stage->target, "close fresh");
	close(snoop);
}

/* Through a handle, up to its end and not further. */
static void test_object(void **state)
{
	struct stage *stage = *state;
	uint8_t page[4096];
	struct shadow shadow;

	shadow_open(&shadow, stage);
	expect_ok(snoop_bind_object(shadow.snoop, stage->client_id, stage_handle(stage, "s"),
				    NULL));
	model_fill(page, sizeof(page), 9, 0);
	expect_equal(expect_ok(snoop_pwrite(shadow.snoop, page, sizeof(page),
					    STAGE_SIZE - 100)), 100);
	expect_error(snoop_pwrite(shadow.snoop, page, 1, STAGE_SIZE), ENOSPC);
	expect_error(snoop_pwrite(shadow.snoop, page, 1, 1ULL << 62), ENOSPC);
	memcpy(shadow.bytes + STAGE_SIZE - 100, page, 100);
	shadow_check(&shadow);
	shadow_close(&shadow);
}

/* A short count says what was written; a hole at the first byte is an error. */
static void test_holes(void **state)
{
	struct stage *stage = *state;
	struct shadow shadow;
	uint8_t buf[8192];

	shadow_open(&shadow, stage);
	model_fill(buf, sizeof(buf), 11, 0);
	/* 0xa1000 to 0xa2000 is the last page before a hole of two: page 2 of s. */
	expect_equal(expect_ok(snoop_pwrite(shadow.snoop, buf, sizeof(buf),
					    STAGE_ADDR + 0xa2000 - 17)), 17);
	memcpy(shadow.bytes + 0x3000 - 17, buf, 17);
	expect_error(snoop_pwrite(shadow.snoop, buf, sizeof(buf), STAGE_ADDR + 0xa2000), EIO);
	expect_error(snoop_pwrite(shadow.snoop, buf, 1, 0), EIO);
	expect_error(snoop_pwrite(shadow.snoop, buf, 1, STAGE_VM_END), EIO);
	expect_error(snoop_pwrite(shadow.snoop, buf, 1, (1ULL << 63) - 1), EIO);
	expect_ok(snoop_pwrite(shadow.snoop, buf, 0, STAGE_ADDR + 0xa2000));
	shadow_check(&shadow);
	shadow_close(&shadow);
}

/* What cannot be fetched from the caller is not written, what came before it is. */
static void test_bad_memory(void **state)
{
	struct shadow shadow;
	uint8_t *map;

	shadow_open(&shadow, *state);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect_true(map != MAP_FAILED);
	munmap(map + 4096, 4096);
	model_fill(map, 4096, 12, 0);
	expect_error(snoop_pwrite(shadow.snoop, map + 4096, 100, STAGE_ADDR), EFAULT);
	expect_error(snoop_pwrite(shadow.snoop, NULL, 100, STAGE_ADDR), EFAULT);
	expect_equal(expect_ok(snoop_pwrite(shadow.snoop, map, 8192, STAGE_ADDR + 64)), 4096);
	memcpy(shadow.bytes + 64, map, 4096);
	shadow_check(&shadow);
	munmap(map, 4096);
	shadow_close(&shadow);
}

static void test_vectors(void **state)
{
	struct shadow shadow;
	struct iovec iov[3];
	uint8_t *at;

	shadow_open(&shadow, *state);
	at = shadow.bytes + 0x3fff0;
	model_fill(at, 5000, 13, 0);
	iov[0] = (struct iovec){ at, 11 };
	iov[1] = (struct iovec){ at + 11, 0 };
	iov[2] = (struct iovec){ at + 11, 4989 };
	expect_equal(pwritev(shadow.snoop, iov, 3, STAGE_ADDR + 0x3fff0), 5000);
	shadow_check(&shadow);
	/* The position moves by what was written. */
	expect_equal(lseek(shadow.snoop, STAGE_ADDR + 0x60000, SEEK_SET), STAGE_ADDR + 0x60000);
	model_fill(shadow.bytes + 0x60000, 300, 14, 0);
	expect_equal(write(shadow.snoop, shadow.bytes + 0x60000, 100), 100);
	expect_equal(write(shadow.snoop, shadow.bytes + 0x60064, 200), 200);
	shadow_check(&shadow);
	shadow_close(&shadow);
}

/* Each of the descriptors counts, and so does the flag. */
static void test_rights(void **state)
{
	struct stage *stage = *state;
	int reader = stage_open(stage), both, drm, drm_ro;
	uint32_t sum = target_number(&stage->target, "sum v %#llx 4K", STAGE_ADDR);
	uint8_t byte = 0;
	__u64 id;

	/* The file is not open for writing. */
	drm = expect_ok(target_getfd(&stage->target, 0));
	expect_error(snoop_register_flags(reader, drm, DRM_SNOOP_REGISTER_WRITE, &id), EACCES);
	expect_ok(snoop_bind_vm(reader, stage->client_id, stage->vm, NULL));
	expect_error(snoop_pwrite(reader, &byte, 1, STAGE_ADDR), EBADF);

	/* The flag was not given; it can be added. */
	both = expect_ok(snoop_reopen(reader, O_RDWR));
	expect_ok(snoop_register(both, drm, &id));
	expect_ok(snoop_bind_vm(both, stage->client_id, stage->vm, NULL));
	expect_error(snoop_pwrite(both, &byte, 1, STAGE_ADDR), EACCES);
	expect_equal(target_number(&stage->target, "sum v %#llx 4K", STAGE_ADDR), sum);

	/* The target's descriptor is not open for writing. */
	drm_ro = expect_ok(snoop_open_drm(reader, DRM_SNOOP_NODE_RENDER, O_RDONLY));
	expect_error(snoop_register_flags(both, drm_ro, DRM_SNOOP_REGISTER_WRITE, &id), EACCES);
	expect_ok(snoop_register(both, drm_ro, &id));
	close(drm_ro);

	expect_ok(snoop_register_flags(both, drm, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_equal(expect_ok(snoop_pread(both, &byte, 1, STAGE_ADDR)), 1);
	expect_equal(expect_ok(snoop_pwrite(both, &byte, 1, STAGE_ADDR)), 1);
	/* And is not taken back by registering without it. */
	expect_ok(snoop_register(both, drm, &id));
	expect_equal(expect_ok(snoop_pwrite(both, &byte, 1, STAGE_ADDR)), 1);
	expect_equal(target_number(&stage->target, "sum v %#llx 4K", STAGE_ADDR), sum);
	close(both);

	/* Write-only files can do that, and nothing else. */
	both = expect_ok(snoop_reopen(reader, O_WRONLY));
	expect_ok(snoop_register_flags(both, drm, DRM_SNOOP_REGISTER_WRITE, &id));
	expect_ok(snoop_bind_vm(both, stage->client_id, stage->vm, NULL));
	expect_equal(expect_ok(snoop_pwrite(both, &byte, 1, STAGE_ADDR)), 1);
	expect_error(snoop_pread(both, &byte, 1, STAGE_ADDR), EBADF);
	close(both);
	close(drm);
	close(reader);
}

/* What the driver bound for reading only, or to nothing. */
static void test_read_only_and_sparse(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage);
	struct drm_snoop_range range;
	uint8_t buf[4096], zero[4096] = { 0 };
	uint32_t sum;

	target_cmd(&stage->target, "bind v 0x600000000 s 0 4K ro");
	target_cmd(&stage->target, "sparse v 0x600001000 8K");
	sum = target_number(&stage->target, "sum v 0x600000000 12K");
	model_fill(buf, sizeof(buf), 15, 0);
	expect_ok(snoop_query(snoop, 0x600000000, 0, &range));
	expect_equal(range.flags, DRM_SNOOP_READABLE | DRM_SNOOP_READ_ONLY);
	expect_error(snoop_pwrite(snoop, buf, 1, 0x600000000), EACCES);
	expect_error(snoop_pwrite(snoop, buf, 100, 0x600000fff), EACCES);

	expect_ok(snoop_query(snoop, 0x600001000, 0, &range));
	expect_equal(range.kind, DRM_SNOOP_RANGE_SPARSE);
	expect_equal(range.flags, DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE);
	expect_equal(expect_ok(snoop_pwrite(snoop, buf, sizeof(buf), 0x600001800)), sizeof(buf));
	expect_equal(expect_ok(snoop_pread(snoop, buf, sizeof(buf), 0x600001800)), sizeof(buf));
	expect_bytes(buf, zero, sizeof(buf));
	expect_equal(target_number(&stage->target, "sum v 0x600000000 12K"), sum);

	/* The other mapping of the same bytes can be written. */
	expect_ok(snoop_query(snoop, STAGE_ADDR, 0, &range));
	expect_equal(range.flags, DRM_SNOOP_READABLE | DRM_SNOOP_WRITABLE);
	target_cmd(&stage->target, "unbind v 0x600000000 12K");
	close(snoop);
}

static void test_fsync(void **state)
{
	struct stage *stage = *state;
	int snoop = stage_open_write(stage);

	expect_ok(fsync(snoop));
	expect_ok(fdatasync(snoop));
	expect_ok(fsync(stage->snoop));
	close(snoop);
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_sizes),
		TEST(test_cpu),
		TEST(test_evicted),
		TEST(test_untouched),
		TEST(test_object),
		TEST(test_holes),
		TEST(test_bad_memory),
		TEST(test_vectors),
		TEST(test_rights),
		TEST(test_read_only_and_sparse),
		TEST(test_fsync),
	};

	return run_group("snoop-write", tests, sizeof(tests) / sizeof(tests[0]), stage_setup,
			 stage_teardown);
}
