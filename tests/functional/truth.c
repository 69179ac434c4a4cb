// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "expect.h"
#include "model.h"
#include "snoop.h"
#include "truth.h"

#define BYTES	(TRUTH_SIZE * TRUTH_PAGE)

static const struct truth_object objects[TRUTH_OBJECTS] = {
	{ .name = "s", .cpu = true },
	{ .name = "m", .cpu = true, .vram = true },
	{ .name = "i", .vram = true },
	{ .name = "ps", .cpu = true },
	{ .name = "pm", .cpu = true, .vram = true },
};

unsigned int truth_choose(struct truth *truth, unsigned int limit)
{
	/* A linear congruential generator, of which the upper bits are good. */
	truth->seed = truth->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (truth->seed >> 33) % limit;
}

static void truth_observe(struct truth *truth)
{
	int reader = expect_ok(snoop_open("gpusim", 0));
	int drm = expect_ok(target_getfd(&truth->target, 0));
	int mem = expect_ok(snoop_open_mem(truth->target.pid, O_RDWR));

	truth->snoop = expect_ok(snoop_reopen(reader, O_RDWR));
	expect_ok(snoop_register_flags(truth->snoop, drm, DRM_SNOOP_REGISTER_WRITE,
				       &truth->client_id));
	expect_ok(snoop_register_mem(truth->snoop, mem, DRM_SNOOP_REGISTER_WRITE));
	expect_ok(snoop_bind_vm(truth->snoop, truth->client_id, truth->vm, NULL));
	close(mem);
	close(drm);
	close(reader);
}

void truth_start(struct truth *truth, uint64_t seed)
{
	struct target *target = &truth->target;
	unsigned int i;

	memset(truth, 0, sizeof(*truth));
	truth->seed = seed;
	memcpy(truth->objects, objects, sizeof(objects));
	target_start(target);
	truth->vm = target_number(target, "vm v");
	target_cmd(target, "bo s %#llx system", BYTES);
	target_cmd(target, "bo m %#llx vram", BYTES);
	target_cmd(target, "bo i %#llx vram nocpu", BYTES);
	target_cmd(target, "bo ps %#llx system private v", BYTES);
	target_cmd(target, "bo pm %#llx vram private v", BYTES);
	target_cmd(target, "memory mem %#llx", BYTES);
	target_cmd(target, "memfill mem 0 %#llx 1", BYTES);
	for (i = 0; i < TRUTH_OBJECTS; i++)
		truth->objects[i].handle =
			target_value(target_cmd(target, "info %s", objects[i].name), 0);
	truth_observe(truth);
}

void truth_stop(struct truth *truth)
{
	close(truth->snoop);
	target_stop(&truth->target);
}

unsigned int truth_run_end(const struct truth *truth, unsigned int page)
{
	bool hole = truth->pages[page].kind == TRUTH_HOLE;

	while (page < TRUTH_PAGES && (truth->pages[page].kind == TRUTH_HOLE) == hole)
		page++;
	return page;
}

uint32_t truth_sum(struct truth *truth, unsigned int page, unsigned int count)
{
	return target_number(&truth->target, "sum v %#llx %#llx", TRUTH_ADDR + page * TRUTH_PAGE,
			     count * TRUTH_PAGE);
}

/* Binds some pages somewhere, in place of what was there. */
static void truth_bind(struct truth *truth)
{
	unsigned int count = 1 + truth_choose(truth, 10);
	unsigned int page = truth_choose(truth, TRUTH_PAGES - count + 1);
	unsigned int from = truth_choose(truth, TRUTH_SIZE - count + 1), i;
	uint64_t addr = TRUTH_ADDR + page * TRUTH_PAGE;
	struct truth_page bound = { .kind = 1 + truth_choose(truth, 3) };
	struct target *target = &truth->target;

	/* Objects most of the time. */
	if (truth_choose(truth, 2))
		bound.kind = TRUTH_OBJECT;
	bound.object = truth_choose(truth, TRUTH_OBJECTS);
	bound.read_only = bound.kind != TRUTH_SPARSE && !truth_choose(truth, 4);
	if (bound.kind == TRUTH_OBJECT)
		target_cmd(target, "bind v %#lx %s %#llx %#llx%s", addr,
			   objects[bound.object].name, from * TRUTH_PAGE, count * TRUTH_PAGE,
			   bound.read_only ? " ro" : "");
	else if (bound.kind == TRUTH_USERPTR)
		target_cmd(target, "userptr v %#lx mem %#llx %#llx%s", addr, from * TRUTH_PAGE,
			   count * TRUTH_PAGE, bound.read_only ? " ro" : "");
	else
		target_cmd(target, "sparse v %#lx %#llx", addr, count * TRUTH_PAGE);
	for (i = 0; i < count; i++) {
		bound.page = from + i;
		truth->pages[page + i] = bound;
	}
}

static void truth_unbind(struct truth *truth)
{
	unsigned int count = 1 + truth_choose(truth, 8);
	unsigned int page = truth_choose(truth, TRUTH_PAGES - count + 1);

	target_cmd(&truth->target, "unbind v %#llx %#llx", TRUTH_ADDR + page * TRUTH_PAGE,
		   count * TRUTH_PAGE);
	memset(&truth->pages[page], 0, count * sizeof(truth->pages[0]));
}

/* The CPU writes to an object or to the process's memory. */
static void truth_write_cpu(struct truth *truth)
{
	unsigned int object = truth_choose(truth, TRUTH_OBJECTS + 1);
	unsigned int offset = truth_choose(truth, BYTES - 1);
	unsigned int size = 1 + truth_choose(truth, BYTES - offset);
	unsigned int seed = truth_choose(truth, 1 << 30);

	if (object == TRUTH_OBJECTS)
		target_cmd(&truth->target, "mempattern mem %u %u %u", offset, size, seed);
	else if (objects[object].cpu)
		target_cmd(&truth->target, "pattern %s %u %u %u", objects[object].name, offset,
			   size, seed);
}

/* Bytes from @offset in the VM's window on that can be written. */
static unsigned int truth_writable(const struct truth *truth, unsigned int offset)
{
	unsigned int page = offset / TRUTH_PAGE;

	while (page < TRUTH_PAGES && truth->pages[page].kind != TRUTH_HOLE &&
	       !truth->pages[page].read_only)
		page++;
	return page * TRUTH_PAGE > offset ? page * TRUTH_PAGE - offset : 0;
}

/* The engine, or the observer, writes somewhere in the VM. */
static void truth_write_vm(struct truth *truth, bool observer)
{
	static uint8_t bytes[TRUTH_PAGES * TRUTH_PAGE];
	unsigned int offset = truth_choose(truth, TRUTH_PAGES * TRUTH_PAGE);
	unsigned int size = truth_writable(truth, offset);
	unsigned int seed = truth_choose(truth, 1 << 30);

	if (!size)
		return;
	size = 1 + truth_choose(truth, size);
	if (observer) {
		model_fill(bytes, size, seed, 0);
		expect_equal(expect_ok(snoop_pwrite(truth->snoop, bytes, size,
						    TRUTH_ADDR + offset)), size);
	} else {
		target_cmd(&truth->target, "fill v %#llx %u %u", TRUTH_ADDR + offset, size, seed);
	}
}

/* The observer writes to an object by its handle. */
static void truth_write_object(struct truth *truth)
{
	static uint8_t bytes[TRUTH_SIZE * TRUTH_PAGE];
	unsigned int object = truth_choose(truth, TRUTH_OBJECTS);
	unsigned int offset = truth_choose(truth, BYTES - 1);
	unsigned int size = 1 + truth_choose(truth, BYTES - offset);

	model_fill(bytes, size, truth_choose(truth, 1 << 30), 0);
	expect_ok(snoop_bind_object(truth->snoop, truth->client_id, truth->objects[object].handle,
				    NULL));
	expect_equal(expect_ok(snoop_pwrite(truth->snoop, bytes, size, offset)), size);
	expect_ok(snoop_bind_vm(truth->snoop, truth->client_id, truth->vm, NULL));
}

/* Memory goes elsewhere with what it contains. */
static void truth_move(struct truth *truth)
{
	const struct truth_object *object = &objects[truth_choose(truth, TRUTH_OBJECTS)];

	switch (truth_choose(truth, 3)) {
	case 0:
		target_cmd(&truth->target, "evict %s", object->name);
		break;
	case 1:
		if (object->vram)
			target_cmd(&truth->target, "restore %s", object->name);
		break;
	default:
		target_cmd(&truth->target, "swap %s", object->name);
		break;
	}
}

void truth_step(struct truth *truth)
{
	switch (truth_choose(truth, 12)) {
	case 0 ... 3:
		truth_bind(truth);
		break;
	case 4:
		truth_unbind(truth);
		break;
	case 5:
		truth_write_cpu(truth);
		break;
	case 6:
		truth_write_vm(truth, false);
		break;
	case 7:
	case 8:
		truth_write_vm(truth, true);
		break;
	case 9:
		truth_write_object(truth);
		break;
	case 10:
		truth_move(truth);
		break;
	default:
		/* The process gives pages back: they read as zeros. */
		target_cmd(&truth->target, "memdrop mem %#llx 0x2000",
			   truth_choose(truth, TRUTH_SIZE - 1) * TRUTH_PAGE);
		break;
	}
}
