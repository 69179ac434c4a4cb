// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <linux/sync_file.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>
#include <drm/gpusim_drm.h>

#include "shell.h"

#define WAIT_SECONDS	30

static int64_t deadline(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec + WAIT_SECONDS) * 1000000000ll + now.tv_nsec;
}

/* What the fence of a signalled syncobj says: 0 or an errno */
static int fence_error(int drm, uint32_t syncobj)
{
	struct sync_file_info info = { 0 };
	int fd, error = 0;

	if (drmSyncobjExportSyncFile(drm, syncobj, &fd))
		return errno;
	if (ioctl(fd, SYNC_IOC_FILE_INFO, &info))
		error = errno;
	else if (info.status < 0)
		error = -info.status;
	close(fd);
	return error;
}

/* Runs one command and waits. Return: 0 or an errno, ETIMEDOUT if it still runs */
static int run(const struct client *c, const struct vm *vm, const struct drm_gpusim_cmd *cmd)
{
	struct drm_gpusim_exec exec = {
		.vm_id = vm->id,
		.cmds = (uintptr_t)cmd,
		.cmd_count = 1,
	};
	int error = 0;

	if (drmSyncobjCreate(c->fd, 0, &exec.out_syncobj))
		return errno;
	if (drmIoctl(c->fd, DRM_IOCTL_GPUSIM_EXEC, &exec))
		error = errno;
	else if (drmSyncobjWait(c->fd, &exec.out_syncobj, 1, deadline(), 0, NULL))
		error = errno == ETIME ? ETIMEDOUT : errno;
	else
		error = fence_error(c->fd, exec.out_syncobj);
	drmSyncobjDestroy(c->fd, exec.out_syncobj);
	return error;
}

static int run_error(const struct client *c, const struct vm *vm, int error, struct answer *a)
{
	struct drm_gpusim_vm_get_state state = { .vm_id = vm->id };

	if (error == EFAULT && !drmIoctl(c->fd, DRM_IOCTL_GPUSIM_VM_GET_STATE, &state) &&
	    state.faults)
		return answer_error(a, EFAULT, "at 0x%" PRIx64, (uint64_t)state.fault_addr);
	if (error == ETIMEDOUT)
		return answer_error(a, ETIMEDOUT, "not done after %d s", WAIT_SECONDS);
	return answer_error(a, error, "EXEC: %s", strerror(error));
}

int engine_cmd_fill(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_cmd cmd = { .op = DRM_GPUSIM_CMD_FILL };
	uint64_t addr, size, value;
	struct vm *vm;
	int error;

	if (arg_vm(sh, a, argv[1], &vm) || arg_number(a, "ADDR", argv[2], &addr) ||
	    arg_number(a, "SIZE", argv[3], &size) || arg_number(a, "VALUE64", argv[4], &value))
		return -1;
	cmd.dst = addr;
	cmd.size = size;
	cmd.value = value;
	error = run(sh->current, vm, &cmd);
	return error ? run_error(sh->current, vm, error, a) : answer_ok(a, "%s", "");
}

int engine_cmd_copy(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_cmd cmd = { .op = DRM_GPUSIM_CMD_COPY };
	uint64_t dst, src, size;
	struct vm *vm;
	int error;

	if (arg_vm(sh, a, argv[1], &vm) || arg_number(a, "DST", argv[2], &dst) ||
	    arg_number(a, "SRC", argv[3], &src) || arg_number(a, "SIZE", argv[4], &size))
		return -1;
	cmd.dst = dst;
	cmd.src = src;
	cmd.size = size;
	error = run(sh->current, vm, &cmd);
	return error ? run_error(sh->current, vm, error, a) : answer_ok(a, "%s", "");
}

/* A BO for the result, bound in @vm while the checksum runs and no longer */
int engine_cmd_sum(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_cmd cmd = { .op = DRM_GPUSIM_CMD_CHECKSUM, .dst = SHELL_RESULT_VA };
	uint64_t addr, size, page = sh->page_size, crc = 0;
	struct client *c;
	uint32_t handle;
	struct vm *vm;
	void *map;
	int error;

	if (arg_vm(sh, a, argv[1], &vm) || arg_number(a, "ADDR", argv[2], &addr) ||
	    arg_number(a, "SIZE", argv[3], &size))
		return -1;
	c = sh->current;
	cmd.src = addr;
	cmd.size = size;
	error = bo_create(c, page, DRM_GPUSIM_PLACEMENT_SYSTEM, 0, &handle);
	if (error)
		return answer_error(a, error, "GEM_CREATE: %s", strerror(error));
	error = vm_bind(c, vm, SHELL_RESULT_VA, page, handle, 0);
	if (error) {
		bo_close(c, handle);
		return answer_error(a, error, "VM_BIND: %s", strerror(error));
	}
	error = run(c, vm, &cmd);
	if (!error) {
		error = bo_map(c, handle, page, &map);
		if (!error) {
			crc = *(volatile uint64_t *)map;
			munmap(map, page);
		}
	}
	if (error)
		run_error(c, vm, error, a);
	else
		answer_ok(a, "0x%08" PRIx64, crc);
	/* An unmap would wait for a job that does not end. */
	if (error != ETIMEDOUT)
		vm_bind(c, vm, SHELL_RESULT_VA, page, 0, 0);
	bo_close(c, handle);
	return a->error ? -1 : 0;
}
