// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 *
 * The virtual GPU is unbound from its driver under clients that work, and bound
 * again; clients leave while their jobs wait for another driver. Needs root.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>
#include <xf86drm.h>

#include "expect.h"
#include "gpusim-card.h"
#include "gpusim-client.h"

#define ADDR		0x100000ull
#define SIZE		(1u << 20)

static int setup(void **state)
{
	(void)state;
	card_find();
	return 0;
}

struct client {
	int fd;
	uint32_t vm;
	uint32_t bo;
	uint64_t *p;
};

static struct client new_client(uint32_t placement)
{
	struct client c = { .fd = expect_ok(gc_open()) };

	expect_ok(gc_vm_create(c.fd, &c.vm));
	expect_ok(gc_bo_create(c.fd, SIZE, placement, 0, &c.bo));
	expect_ok(gc_map(c.fd, c.vm, ADDR, c.bo, 0, SIZE));
	c.p = gc_bo_mmap(c.fd, c.bo, SIZE);
	expect_true(c.p);
	expect_ok(gc_fill(c.fd, c.vm, ADDR, SIZE, 0x1122334455667788));
	expect_equal(c.p[0], 0x1122334455667788);

	return c;
}

static void check_dead(const struct client *c)
{
	struct drm_gpusim_gem_info info;
	uint32_t vm;

	expect_error(gc_fill(c->fd, c->vm, ADDR, 8, 0), ENODEV);
	expect_error(gc_vm_create(c->fd, &vm), ENODEV);
	expect_error(gc_bo_info(c->fd, c->bo, &info), ENODEV);
}

static void close_client(const struct client *c)
{
	munmap(c->p, SIZE);
	close(c->fd);
}

/* Idle clients: every ioctl fails, mappings do not kill, a new card works. */
static void test_idle(void **state)
{
	struct client vram = new_client(GC_VRAM), system = new_client(GC_SYSTEM), fresh;

	(void)state;
	card_unbind();
	expect_error(gc_open(), ENODEV);
	check_dead(&vram);
	check_dead(&system);
	/* no SIGBUS, and not the next owner's memory */
	vram.p[0] = 1;
	system.p[0] = 1;

	card_bind();
	fresh = new_client(GC_VRAM);
	vram.p[1] = 0xbad;
	expect_equal(fresh.p[0], 0x1122334455667788);
	expect_equal(fresh.p[1], 0x1122334455667788);
	check_dead(&vram);
	check_dead(&system);
	close_client(&vram);
	close_client(&system);
	expect_ok(gc_fill(fresh.fd, fresh.vm, ADDR, SIZE, 5));
	expect_equal(fresh.p[0], 5);
	close_client(&fresh);
}

/* A job at work ends with ENODEV. */
static void test_busy(void **state)
{
	struct client c = new_client(GC_VRAM);
	struct drm_gpusim_cmd cmds[1024];
	uint32_t syncobj;
	int file;

	(void)state;
	for (int i = 0; i < 1024; i++)
		cmds[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_CHECKSUM, .dst = ADDR, .src = ADDR, .size = SIZE,
		};
	expect_ok(drmSyncobjCreate(c.fd, 0, &syncobj));
	for (int i = 0; i < 4; i++)
		expect_ok(gc_exec(c.fd, c.vm, cmds, 1024, 0, syncobj));
	expect_ok(drmSyncobjExportSyncFile(c.fd, syncobj, &file));
	card_unbind();
	expect_error(gc_sync_file_wait(file), ENODEV);
	close(file);
	check_dead(&c);
	close_client(&c);
	card_bind();
}

/* A BO shared by dma-buf outlives card and client. */
static void test_shared(void **state)
{
	struct client c = new_client(GC_VRAM);
	uint64_t *p;
	int dmabuf;

	(void)state;
	expect_ok(drmPrimeHandleToFD(c.fd, c.bo, DRM_CLOEXEC | DRM_RDWR, &dmabuf));
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	expect_true(p != MAP_FAILED);
	expect_equal(p[0], 0x1122334455667788);
	card_unbind();
	close_client(&c);
	card_bind();
	p[0] = 0xbad;
	munmap(p, SIZE);

	/* another card's BO now, and that card is gone */
	c = new_client(GC_VRAM);
	{
		uint32_t handle;

		expect_true(drmPrimeFDToHandle(c.fd, dmabuf, &handle) < 0);
		expect_equal(errno, ENODEV);
	}
	close(dmabuf);
	close_client(&c);
}

/*
 * vgem's ioctls, whose header Debian does not install: from
 * include/uapi/drm/vgem_drm.h of Linux 6.12.
 */
struct vgem_fence_attach {
	uint32_t handle, flags, out_fence, pad;
};

struct vgem_fence_signal {
	uint32_t fence, flags;
};

#define VGEM_FENCE_WRITE	1
#define VGEM_FENCE_ATTACH	DRM_IOWR(DRM_COMMAND_BASE + 1, struct vgem_fence_attach)
#define VGEM_FENCE_SIGNAL	DRM_IOW(DRM_COMMAND_BASE + 2, struct vgem_fence_signal)

/* A fence that signals when told to: one of vgem's, on a BO of it. */
struct foreign_fence {
	int vgem;
	uint32_t fence;
	int sync_file;
};

/* The primary node: BOs are not created on the other. */
static int open_vgem(void)
{
	for (int minor = 0; minor < 16; minor++) {
		drmVersionPtr version;
		char path[32];
		int fd;

		snprintf(path, sizeof(path), "/dev/dri/card%d", minor);
		fd = open(path, O_RDWR | O_CLOEXEC);
		version = fd < 0 ? NULL : drmGetVersion(fd);
		if (version && !strcmp(version->name, "vgem")) {
			drmFreeVersion(version);
			return fd;
		}
		drmFreeVersion(version);
		if (fd >= 0)
			close(fd);
	}
	return -ENODEV;
}

static struct foreign_fence new_foreign_fence(void)
{
	struct foreign_fence f = { .vgem = expect_ok(open_vgem()) };
	struct drm_mode_create_dumb create = { .width = 64, .height = 64, .bpp = 32 };
	struct dma_buf_export_sync_file export = { .flags = DMA_BUF_SYNC_RW };
	struct vgem_fence_attach attach = { .flags = VGEM_FENCE_WRITE };
	int dmabuf;

	expect_ok(gc_ioctl(f.vgem, DRM_IOCTL_MODE_CREATE_DUMB, &create));
	attach.handle = create.handle;
	expect_ok(gc_ioctl(f.vgem, VGEM_FENCE_ATTACH, &attach));
	f.fence = attach.out_fence;
	expect_equal(drmPrimeHandleToFD(f.vgem, create.handle, DRM_CLOEXEC | DRM_RDWR, &dmabuf), 0);
	expect_equal(ioctl(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), 0);
	f.sync_file = export.fd;
	close(dmabuf);

	return f;
}

static void signal_foreign_fence(struct foreign_fence *f)
{
	struct vgem_fence_signal args = { .fence = f->fence };

	expect_ok(gc_ioctl(f->vgem, VGEM_FENCE_SIGNAL, &args));
	close(f->sync_file);
	close(f->vgem);
}

/* Queues a job that waits for the fence; a sync file with the job's own. */
static int queue_behind(const struct client *c, const struct foreign_fence *f)
{
	const struct drm_gpusim_cmd cmd = {
		.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = SIZE, .value = 0xbad,
	};
	uint32_t in, out;
	int file;

	expect_ok(drmSyncobjCreate(c->fd, 0, &in));
	expect_ok(drmSyncobjCreate(c->fd, 0, &out));
	expect_equal(drmSyncobjImportSyncFile(c->fd, in, f->sync_file), 0);
	expect_ok(gc_exec(c->fd, c->vm, &cmd, 1, in, out));
	expect_equal(drmSyncobjExportSyncFile(c->fd, out, &file), 0);

	return file;
}

/* The module stays until its last job has ended, though nobody has it open. */
static void test_close_before_foreign_fence(void **state)
{
	struct client c = new_client(GC_VRAM);
	struct foreign_fence f = new_foreign_fence();
	int job = queue_behind(&c, &f);

	(void)state;
	close_client(&c);
	expect_true(card_module_users() > 0);
	signal_foreign_fence(&f);
	expect_error(gc_sync_file_wait(job), ECANCELED);
	close(job);
	card_wait_unused();
}

static void test_unbind_before_foreign_fence(void **state)
{
	struct client c = new_client(GC_VRAM);
	struct foreign_fence f = new_foreign_fence();
	int job = queue_behind(&c, &f);

	(void)state;
	card_unbind();
	signal_foreign_fence(&f);
	expect_error(gc_sync_file_wait(job), ENODEV);
	card_bind();
	check_dead(&c);
	close_client(&c);
	close(job);
}

static void test_again_and_again(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		struct client c = new_client(i % 2 ? GC_VRAM : GC_SYSTEM);

		expect_ok(gc_exec(c.fd, c.vm, &(struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_FILL, .dst = ADDR, .size = SIZE }, 1, 0, 0));
		card_unbind();
		if (i % 3)
			card_bind();
		close_client(&c);
		if (!(i % 3))
			card_bind();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_close_before_foreign_fence),
		cmocka_unit_test(test_unbind_before_foreign_fence),
		cmocka_unit_test(test_again_and_again),
	};

	return run_group("gpusim-unplug", tests, sizeof(tests) / sizeof(tests[0]), setup, NULL);
}
