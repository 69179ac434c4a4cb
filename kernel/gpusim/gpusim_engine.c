// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: executes commands, reaching all memory through the page tables.
 *
 * Runs where fences are waited for: nothing here allocates or takes sleeping locks.
 */

#include <linux/crc32.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/unaligned.h>

#include <drm/drm_drv.h>
#include <drm/gpusim_drm.h>

#include "gpusim_device.h"
#include "gpusim_engine.h"
#include "gpusim_pt.h"
#include "gpusim_reset.h"
#include "gpusim_sched.h"
#include "gpusim_vm.h"
#include "gpusim_vram.h"

static size_t gpusim_engine_offset(u64 addr)
{
	return addr & (GPUSIM_PAGE_SIZE - 1);
}

/* Bytes from @addr to the end of its page, at most @size. */
static size_t gpusim_engine_piece(u64 addr, u64 size)
{
	return min_t(u64, size, GPUSIM_PAGE_SIZE - gpusim_engine_offset(addr));
}

static struct page *gpusim_engine_page(u64 pte)
{
	return pfn_to_page(PHYS_PFN(pte & GPUSIM_PTE_ADDR));
}

static int gpusim_engine_fault(struct gpusim_job *job, u64 addr)
{
	gpusim_vm_report_fault(job->vm, addr);
	return -EFAULT;
}

/* Reads bytes of one page. */
static int gpusim_engine_read(struct gpusim_job *job, u64 addr, void *buf, size_t size)
{
	u64 pte = gpusim_pt_walk(&job->vm->pt, addr);
	size_t offset = gpusim_engine_offset(addr);

	if (!pte)
		return gpusim_engine_fault(job, addr);

	if (pte & GPUSIM_PTE_SPARSE) {
		memset(buf, 0, size);
		return 0;
	}

	if (pte & GPUSIM_PTE_VRAM)
		return gpusim_vram_read(job->gdev, (pte & GPUSIM_PTE_ADDR) + offset, buf, size);

	memcpy_from_page(buf, gpusim_engine_page(pte), offset, size);
	return 0;
}

/* Writes bytes of one page. */
static int gpusim_engine_write(struct gpusim_job *job, u64 addr, const void *buf, size_t size)
{
	u64 pte = gpusim_pt_walk(&job->vm->pt, addr);
	size_t offset = gpusim_engine_offset(addr);

	if (!pte || pte & GPUSIM_PTE_READ_ONLY)
		return gpusim_engine_fault(job, addr);

	if (pte & GPUSIM_PTE_SPARSE)
		return 0;

	if (pte & GPUSIM_PTE_VRAM)
		return gpusim_vram_write(job->gdev, (pte & GPUSIM_PTE_ADDR) + offset, buf, size);

	memcpy_to_page(gpusim_engine_page(pte), offset, buf, size);
	return 0;
}

/* Reads a word, which can lie across two pages. */
static int gpusim_engine_read_word(struct gpusim_job *job, u64 addr, u64 *word)
{
	size_t n = gpusim_engine_piece(addr, sizeof(*word));
	u8 bytes[8];
	int ret;

	ret = gpusim_engine_read(job, addr, bytes, n);
	if (!ret && n < sizeof(bytes))
		ret = gpusim_engine_read(job, addr + n, bytes + n, sizeof(bytes) - n);
	if (ret)
		return ret;

	*word = get_unaligned_le64(bytes);
	return 0;
}

/* Writes a word, which can lie across two pages. */
static int gpusim_engine_write_word(struct gpusim_job *job, u64 addr, u64 word)
{
	size_t n = gpusim_engine_piece(addr, sizeof(word));
	u8 bytes[8];
	int ret;

	put_unaligned_le64(word, bytes);
	ret = gpusim_engine_write(job, addr, bytes, n);
	if (!ret && n < sizeof(bytes))
		ret = gpusim_engine_write(job, addr + n, bytes + n, sizeof(bytes) - n);

	return ret;
}

/* Between two pages: time for others, and a reason to stop. */
static int gpusim_engine_poll(struct gpusim_job *job)
{
	cond_resched();

	if (drm_dev_is_unplugged(&job->gdev->drm))
		return -ENODEV;
	if (READ_ONCE(job->vm->killed))
		return -ECANCELED;
	return READ_ONCE(job->abort);
}

static int gpusim_engine_fill(struct gpusim_job *job, const struct drm_gpusim_cmd *cmd)
{
	u8 *pattern = job->gdev->sched->bounce;
	u64 done = 0;
	int ret = 0;

	while (!ret && done < cmd->size) {
		size_t n = gpusim_engine_piece(cmd->dst + done, cmd->size - done);
		unsigned int phase = done & 7;
		size_t i;
		u8 value[8];

		put_unaligned_le64(cmd->value, value);
		for (i = 0; i < min(n, sizeof(value)); i++)
			pattern[i] = value[(phase + i) & 7];
		for (; i < n; i++)
			pattern[i] = pattern[i - 8];

		ret = gpusim_engine_write(job, cmd->dst + done, pattern, n);
		if (!ret)
			ret = gpusim_engine_poll(job);
		done += n;
	}

	return ret;
}

static int gpusim_engine_copy(struct gpusim_job *job, const struct drm_gpusim_cmd *cmd)
{
	u8 *bounce = job->gdev->sched->bounce;
	u64 done = 0;
	int ret = 0;

	while (!ret && done < cmd->size) {
		size_t n = gpusim_engine_piece(cmd->src + done, cmd->size - done);

		n = gpusim_engine_piece(cmd->dst + done, n);
		ret = gpusim_engine_read(job, cmd->src + done, bounce, n);
		if (!ret)
			ret = gpusim_engine_write(job, cmd->dst + done, bounce, n);
		if (!ret)
			ret = gpusim_engine_poll(job);
		done += n;
	}

	return ret;
}

static int gpusim_engine_checksum(struct gpusim_job *job, const struct drm_gpusim_cmd *cmd)
{
	u8 *bounce = job->gdev->sched->bounce;
	u32 crc = ~0;
	u64 done = 0;
	size_t n;
	int ret;

	while (done < cmd->size) {
		n = gpusim_engine_piece(cmd->src + done, cmd->size - done);
		ret = gpusim_engine_read(job, cmd->src + done, bounce, n);
		if (!ret)
			ret = gpusim_engine_poll(job);
		if (ret)
			return ret;
		crc = crc32_le(crc, bounce, n);
		done += n;
	}

	return gpusim_engine_write_word(job, cmd->dst, (u32)~crc);
}

static int gpusim_engine_add_word(struct gpusim_job *job, u64 addr, u64 summand)
{
	u64 word;
	int ret;

	ret = gpusim_engine_read_word(job, addr, &word);
	if (ret)
		return ret;

	return gpusim_engine_write_word(job, addr, word + summand);
}

/* Adds to the words that lie wholly in one page. */
static int gpusim_engine_add_words(struct gpusim_job *job, u64 addr, size_t size, u64 summand)
{
	u8 *bounce = job->gdev->sched->bounce;
	size_t i;
	int ret;

	ret = gpusim_engine_read(job, addr, bounce, size);
	if (ret)
		return ret;

	for (i = 0; i < size; i += sizeof(u64))
		put_unaligned_le64(get_unaligned_le64(bounce + i) + summand, bounce + i);

	return gpusim_engine_write(job, addr, bounce, size);
}

static int gpusim_engine_add(struct gpusim_job *job, const struct drm_gpusim_cmd *cmd)
{
	u64 done = 0;
	int ret = 0;

	while (!ret && done < cmd->size) {
		u64 addr = cmd->dst + done;
		size_t n = round_down(gpusim_engine_piece(addr, cmd->size - done), sizeof(u64));

		if (n) {
			ret = gpusim_engine_add_words(job, addr, n, cmd->value);
		} else {
			n = sizeof(u64);
			ret = gpusim_engine_add_word(job, addr, cmd->value);
		}
		if (!ret)
			ret = gpusim_engine_poll(job);
		done += n;
	}

	return ret;
}

static int gpusim_engine_spin(struct gpusim_job *job, const struct drm_gpusim_cmd *cmd)
{
	u64 word;
	int ret;

	for (;;) {
		ret = gpusim_engine_read_word(job, cmd->src, &word);
		if (ret || word == cmd->value)
			return ret;

		ret = gpusim_engine_poll(job);
		if (ret)
			return ret;

		/* who writes the word needs a CPU too */
		usleep_range(50, 200);
	}
}

/**
 * gpusim_engine_run - execute a job
 * @job: job
 *
 * Returns: 0, -EFAULT after a page fault, -ENODEV if the device is gone,
 * -ECANCELED if the client is, or &gpusim_job.abort, which a reset sets too.
 */
int gpusim_engine_run(struct gpusim_job *job)
{
	u32 i;
	int ret = 0;

	for (i = 0; !ret && i < job->cmd_count; i++) {
		const struct drm_gpusim_cmd *cmd = &job->cmds[i];

		ret = gpusim_engine_poll(job);
		if (ret)
			break;

		switch (cmd->op) {
		case DRM_GPUSIM_CMD_FILL:
			ret = gpusim_engine_fill(job, cmd);
			break;
		case DRM_GPUSIM_CMD_COPY:
			ret = gpusim_engine_copy(job, cmd);
			break;
		case DRM_GPUSIM_CMD_CHECKSUM:
			ret = gpusim_engine_checksum(job, cmd);
			break;
		case DRM_GPUSIM_CMD_ADD:
			ret = gpusim_engine_add(job, cmd);
			break;
		case DRM_GPUSIM_CMD_SPIN:
			ret = gpusim_engine_spin(job, cmd);
			break;
		case DRM_GPUSIM_CMD_HANG:
			ret = gpusim_reset_hang(job);
			break;
		default:
			ret = -EINVAL;
			break;
		}
	}

	return ret;
}
