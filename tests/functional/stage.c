// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "expect.h"
#include "snoop.h"
#include "stage.h"

/* Where [offset, offset + size) of an object is bound; ascending. */
static const struct {
	uint64_t addr, size;
	const char *bo;
	uint64_t seed, offset;
} binds[] = {
	{ 0x1000, 0x1000, "s", STAGE_S, 0x1000 },
	{ STAGE_ADDR, STAGE_SIZE, "s", STAGE_S, 0 },
	{ STAGE_ADDR + 0x40000, STAGE_SIZE, "m", STAGE_M, 0 },
	{ STAGE_ADDR + 0x80000, 0x20000, "e", STAGE_E, 0x7000 },
	{ STAGE_ADDR + 0xa0000, 0x1000, "s", STAGE_S, 0x3000 },
	{ STAGE_ADDR + 0xa1000, 0x1000, "s", STAGE_S, 0x2000 },
	/* a hole of two pages */
	{ STAGE_ADDR + 0xa4000, 0x1000, "m", STAGE_M, 0x3f000 },
	/* a hole of one page */
	{ STAGE_ADDR + 0xa6000, 0x3000, "e", STAGE_E, 0x3d000 },
	{ STAGE_BIG_ADDR, STAGE_BIG, "bs", STAGE_BS, 0 },
	{ STAGE_BIG_ADDR + STAGE_BIG, STAGE_BIG, "bm", STAGE_BM, 0 },
	{ STAGE_UPPER, STAGE_SIZE, "m", STAGE_M, 0 },
	{ STAGE_LAST, 0x1000, "m", STAGE_M, 0x5000 },
	{ STAGE_LAST + 0x1000, 0x1000, "s", STAGE_S, 0x9000 },
};

static void stage_register(const struct stage *stage, int snoop, __u32 flags)
{
	int drm = expect_ok(target_getfd((struct target *)&stage->target, 0));
	__u64 id;

	expect_ok(snoop_register_flags(snoop, drm, flags, &id));
	expect_equal(id, stage->client_id);
	close(drm);
}

int stage_open(const struct stage *stage)
{
	int snoop = expect_ok(snoop_open("gpusim", 0));

	stage_register(stage, snoop, 0);
	return snoop;
}

int stage_open_write(const struct stage *stage)
{
	int read_only = expect_ok(snoop_open("gpusim", 0));
	int snoop = expect_ok(snoop_reopen(read_only, O_RDWR));

	close(read_only);
	stage_register(stage, snoop, DRM_SNOOP_REGISTER_WRITE);
	expect_ok(snoop_bind_vm(snoop, stage->client_id, stage->vm, NULL));
	return snoop;
}

void stage_pattern(struct stage *stage, const char *bo, uint64_t size, uint64_t seed)
{
	target_cmd(&stage->target, "pattern %s 0 %#lx %lu", bo, size, seed);
}

uint32_t stage_handle(struct stage *stage, const char *bo)
{
	return target_value(target_cmd(&stage->target, "info %s", bo), 0);
}

int stage_setup(void **state)
{
	static struct stage stage;
	struct target *target = &stage.target;
	unsigned int i;

	*state = &stage;
	target_start(target);
	stage.client_id = target->client;
	stage.vm = target_number(target, "vm v");
	target_cmd(target, "bo s %#llx system", STAGE_SIZE);
	target_cmd(target, "bo m %#llx vram", STAGE_SIZE);
	target_cmd(target, "bo e %#llx vram", STAGE_SIZE);
	target_cmd(target, "bo bs %#llx system", STAGE_BIG);
	target_cmd(target, "bo bm %#llx vram", STAGE_BIG);
	stage_pattern(&stage, "s", STAGE_SIZE, STAGE_S);
	stage_pattern(&stage, "m", STAGE_SIZE, STAGE_M);
	stage_pattern(&stage, "e", STAGE_SIZE, STAGE_E);
	stage_pattern(&stage, "bs", STAGE_BIG, STAGE_BS);
	stage_pattern(&stage, "bm", STAGE_BIG, STAGE_BM);
	for (i = 0; i < sizeof(binds) / sizeof(binds[0]); i++) {
		target_cmd(target, "bind v %#lx %s %#lx %#lx", binds[i].addr, binds[i].bo,
			   binds[i].offset, binds[i].size);
		model_bind(&stage.model, binds[i].addr, binds[i].size, binds[i].seed,
			   binds[i].offset);
	}
	target_cmd(target, "evict e");
	stage.snoop = stage_open(&stage);
	return 0;
}

int stage_teardown(void **state)
{
	struct stage *stage = *state;

	close(stage->snoop);
	target_stop(&stage->target);
	return 0;
}

int stage_bind(void **state)
{
	struct stage *stage = *state;

	expect_ok(snoop_bind_vm(stage->snoop, stage->client_id, stage->vm, NULL));
	return 0;
}

void stage_check(const struct stage *stage, uint64_t addr, size_t len)
{
	/* One byte more, to see that nothing is written behind the end. */
	uint8_t *got = malloc(len + 1), *wanted = malloc(len + 1);
	ssize_t ret, count;

	expect_true(got && wanted);
	memset(got, 0xee, len + 1);
	memset(wanted, 0xee, len + 1);
	count = model_read(&stage->model, wanted, len, addr);
	ret = snoop_pread(stage->snoop, got, len, addr);
	if (ret != count)
		expect_failed(__FILE__, __LINE__, "pread(%zu) at 0x%lx: %zd instead of %zd", len,
			      addr, ret, count);
	if (memcmp(got, wanted, len + 1))
		print_error("pread(%zu) at 0x%lx:\n", len, addr);
	expect_bytes(got, wanted, len + 1);
	free(got);
	free(wanted);
}

void stage_check_engine(struct stage *stage, const char *vm, uint64_t addr, size_t len)
{
	uint8_t *buf = malloc(len);
	uint32_t sum = target_number(&stage->target, "sum %s %#lx %zu", vm, addr, len);

	expect_true(buf);
	expect_equal(expect_ok(snoop_pread(stage->snoop, buf, len, addr)), len);
	expect_equal(crc32(0, buf, len), sum);
	free(buf);
}
