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

/* Queues one command. Return: 0 or an errno */
static int submit(const struct client *c, const struct vm *vm, const struct drm_gpusim_cmd *cmd,
		  uint32_t *syncobj)
{
	struct drm_gpusim_exec exec = {
		.vm_id = vm->id,
		.cmds = (uintptr_t)cmd,
		.cmd_count = 1,
	};
	int error = 0;

	if (drmSyncobjCreate(c->fd, 0, &exec.out_syncobj))
		return errno;
	if (drmIoctl(c->fd, DRM_IOCTL_GPUSIM_EXEC, &exec)) {
		error = errno;
		drmSyncobjDestroy(c->fd, exec.out_syncobj);
	}
	*syncobj = exec.out_syncobj;
	return error;
}

/* Runs one command and waits. Return: 0 or an errno, ETIMEDOUT if it still runs */
static int run(const struct client *c, const struct vm *vm, const struct drm_gpusim_cmd *cmd)
{
	uint32_t syncobj;
	int error = submit(c, vm, cmd, &syncobj);

	if (error)
		return error;
	if (drmSyncobjWait(c->fd, &syncobj, 1, deadline(), 0, NULL))
		error = errno == ETIME ? ETIMEDOUT : errno;
	else
		error = fence_error(c->fd, syncobj);
	drmSyncobjDestroy(c->fd, syncobj);
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

static int parse_fill(char **argv, struct answer *a, struct drm_gpusim_cmd *cmd)
{
	uint64_t addr, size, value;

	if (arg_number(a, "ADDR", argv[2], &addr) || arg_number(a, "SIZE", argv[3], &size) ||
	    arg_number(a, "VALUE64", argv[4], &value))
		return -1;
	cmd->dst = addr;
	cmd->size = size;
	cmd->value = value;
	return 0;
}

static int parse_copy(char **argv, struct answer *a, struct drm_gpusim_cmd *cmd)
{
	uint64_t dst, src, size;

	if (arg_number(a, "DST", argv[2], &dst) || arg_number(a, "SRC", argv[3], &src) ||
	    arg_number(a, "SIZE", argv[4], &size))
		return -1;
	cmd->dst = dst;
	cmd->src = src;
	cmd->size = size;
	return 0;
}

static int parse_spin(char **argv, struct answer *a, struct drm_gpusim_cmd *cmd)
{
	uint64_t addr, value;

	if (arg_number(a, "ADDR", argv[2], &addr) || arg_number(a, "VALUE64", argv[3], &value))
		return -1;
	cmd->src = addr;
	cmd->value = value;
	return 0;
}

static int parse_hang(char **argv, struct answer *a, struct drm_gpusim_cmd *cmd)
{
	return 0;
}

static const struct engine_command {
	const char *name;
	uint32_t op;
	int (*parse)(char **argv, struct answer *a, struct drm_gpusim_cmd *cmd);
} engine_commands[] = {
	{ "fill", DRM_GPUSIM_CMD_FILL, parse_fill },
	{ "copy", DRM_GPUSIM_CMD_COPY, parse_copy },
	{ "add", DRM_GPUSIM_CMD_ADD, parse_fill },
	{ "spin", DRM_GPUSIM_CMD_SPIN, parse_spin },
	{ "hang", DRM_GPUSIM_CMD_HANG, parse_hang },
	{ NULL, 0, NULL },
};

/* From the words of a command that is in the table. Return: 0, -1 with the error in @a */
static int parse(struct shell *sh, char **argv, struct answer *a, struct vm **vm,
		 struct drm_gpusim_cmd *cmd)
{
	const struct engine_command *e = engine_commands;

	while (strcmp(e->name, argv[0]))
		e++;
	*cmd = (struct drm_gpusim_cmd) { .op = e->op };
	return arg_vm(sh, a, argv[1], vm) || e->parse(argv, a, cmd) ? -1 : 0;
}

int engine_cmd_run(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_cmd cmd;
	struct vm *vm;
	int error;

	if (parse(sh, argv, a, &vm, &cmd))
		return -1;
	error = run(sh->current, vm, &cmd);
	return error ? run_error(sh->current, vm, error, a) : answer_ok(a, "%s", "");
}

int engine_cmd_start(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_cmd cmd;
	struct client *c;
	uint32_t syncobj;
	struct vm *vm;
	int error, fd;

	if (parse(sh, argv, a, &vm, &cmd) || job_check(sh, a))
		return -1;
	c = sh->current;
	error = submit(c, vm, &cmd, &syncobj);
	if (error)
		return run_error(c, vm, error, a);
	error = drmSyncobjExportSyncFile(c->fd, syncobj, &fd) ? errno : 0;
	drmSyncobjDestroy(c->fd, syncobj);
	if (error)
		return answer_error(a, error, "the job runs, without a sync file: %s",
				    strerror(error));
	return job_add(sh, fd, a);
}

int engine_cmd_queue(struct shell *sh, int argc, char **argv, struct answer *a)
{
	const struct engine_command *e = engine_commands;
	const struct command *c = command_find(argv[1]);

	while (e->name && strcmp(e->name, argv[1]))
		e++;
	if (!e->name || !c)
		return answer_error(a, EINVAL, "%s cannot be queued", argv[1]);
	if (argc - 2 < c->min || argc - 2 > c->max)
		return answer_error(a, EINVAL, "usage: queue %s %s", c->name, c->usage);
	return engine_cmd_start(sh, argc - 1, argv + 1, a);
}

int engine_cmd_state(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_vm_get_state state = { 0 };
	struct vm *vm;

	if (arg_vm(sh, a, argv[1], &vm))
		return -1;
	state.vm_id = vm->id;
	if (drmIoctl(sh->current->fd, DRM_IOCTL_GPUSIM_VM_GET_STATE, &state))
		return answer_error(a, errno, "VM_GET_STATE: %s", strerror(errno));
	return answer_ok(a, "%" PRIu64 " 0x%" PRIx64 " %" PRIu64, (uint64_t)state.faults,
			 (uint64_t)state.fault_addr, (uint64_t)state.resets);
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
