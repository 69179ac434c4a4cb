// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpusim brings to VRAM all buffers of the VM that its engine works in. One VM has
 * the watched ones, another one the rest, which is as large as VRAM.
 */
#include <errno.h>
#include <stdlib.h>

#include "crowd.h"
#include "gpusim-client.h"

/* All have one size, so that VRAM can be filled to the last byte. */
#define SIZE		0x200000ULL
#define WATCHED_ADDR	0x100000000ULL
#define STAGE_ADDR	0x200000000ULL
#define REST_ADDR	0x300000000ULL

static int buffer_open(struct crowd *crowd, struct crowd_buffer *buffer, uint32_t placement,
		       uint64_t size, uint32_t vm, uint64_t addr)
{
	int ret = gc_bo_create(crowd->drm, size, placement, 0, &buffer->handle);

	if (ret)
		return ret;
	buffer->size = size;
	buffer->addr = addr;
	return gc_map(crowd->drm, vm, addr, buffer->handle, 0, size);
}

static int buffer_open_mapped(struct crowd *crowd, struct crowd_buffer *buffer,
			      uint32_t placement, uint64_t size, uint64_t addr)
{
	int ret = buffer_open(crowd, buffer, placement, size, crowd->vm, addr);

	if (ret)
		return ret;
	buffer->map = gc_bo_mmap(crowd->drm, buffer->handle, size);
	return buffer->map ? 0 : -errno;
}

static int open_rest(struct crowd *crowd)
{
	struct drm_gpusim_dev_query query = { };
	unsigned int i;
	int ret;

	ret = gc_ioctl(crowd->drm, DRM_IOCTL_GPUSIM_DEV_QUERY, &query);
	if (ret)
		return ret;
	crowd->count = query.vram_free / SIZE + CROWD_WATCHED;
	if (!crowd->count || crowd->count > CROWD_REST)
		return -ENOSPC;
	for (i = 0; i < crowd->count; i++) {
		ret = buffer_open(crowd, &crowd->rest[i], GC_VRAM, SIZE, crowd->other_vm,
				  REST_ADDR + i * SIZE);
		if (ret)
			return ret;
	}
	return 0;
}

static int open_client(struct crowd *crowd)
{
	unsigned int i;
	int ret;

	crowd->drm = gc_open();
	if (crowd->drm < 0)
		return crowd->drm;
	ret = gc_vm_create(crowd->drm, &crowd->vm) ?: gc_vm_create(crowd->drm, &crowd->other_vm);
	if (ret)
		return ret;
	for (i = 0; i < CROWD_WATCHED; i++) {
		ret = buffer_open_mapped(crowd, &crowd->watched[i], GC_VRAM, SIZE,
					 WATCHED_ADDR + i * SIZE);
		if (ret)
			return ret;
	}
	ret = buffer_open_mapped(crowd, &crowd->stage, GC_SYSTEM, CROWD_STAGE, STAGE_ADDR);
	return ret ?: open_rest(crowd);
}

/*
 * TTM finds no room when two jobs want the memory of each other, and a driver that goes
 * by the book then says ENOSPC. The next time there is some.
 */
static int run(struct crowd *crowd, uint32_t vm, const struct drm_gpusim_cmd *cmd)
{
	int ret;

	do {
		ret = gc_run(crowd->drm, vm, cmd, 1);
	} while (ret == -ENOSPC);
	return ret;
}

static int move(struct crowd *crowd)
{
	const struct crowd_buffer *buffer = &crowd->rest[nrand48(crowd->random) % crowd->count];
	const struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = buffer->addr, .size = buffer->size,
		.value = 0xeeeeeeee00000000ULL,
	};

	return run(crowd, crowd->other_vm, &cmd);
}

static int copy(struct crowd *crowd, unsigned int watched, uint64_t offset, size_t len)
{
	const struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_COPY, .dst = crowd->watched[watched].addr + offset,
		.src = STAGE_ADDR, .size = len,
	};

	return run(crowd, crowd->vm, &cmd);
}

const struct crowd_driver crowd_gpusim = {
	.name = "gpusim",
	.open = open_client,
	.move = move,
	.copy = copy,
};
