// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <xf86drm.h>
#include <drm/gpusim_drm.h>

#include "shell.h"

#define BINDMANY_MAX	(1u << 20)

int vm_bind_op(const struct client *c, const struct vm *vm, uint32_t op, uint32_t flags,
	       uint64_t addr, uint64_t range, uint32_t handle, uint64_t offset)
{
	struct drm_gpusim_vm_bind bind = {
		.vm_id = vm->id,
		.op = op,
		.flags = flags,
		.handle = handle,
		.bo_offset = offset,
		.addr = addr,
		.range = range,
	};

	return drmIoctl(c->fd, DRM_IOCTL_GPUSIM_VM_BIND, &bind) ? errno : 0;
}

int vm_bind(const struct client *c, const struct vm *vm, uint64_t addr, uint64_t range,
	    uint32_t handle, uint64_t offset)
{
	return vm_bind_op(c, vm, handle ? DRM_GPUSIM_BIND_MAP : DRM_GPUSIM_BIND_UNMAP, 0, addr,
			  range, handle, offset);
}

/* The page that sum needs stays free; what wraps is the driver's to refuse */
int vm_check_free(const struct shell *sh, struct answer *a, uint64_t addr, uint64_t range)
{
	if (addr < SHELL_RESULT_VA + sh->page_size && addr + range > SHELL_RESULT_VA)
		return answer_error(a, EINVAL, "the page at 0x%llx is for sum", SHELL_RESULT_VA);
	return 0;
}

int vm_cmd_vm(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_vm_create create = { 0 };
	struct client *c;
	struct vm *vm;

	if (arg_current(sh, a, &c) || arg_new_name(a, c->vms, argv[1]))
		return -1;
	if (drmIoctl(c->fd, DRM_IOCTL_GPUSIM_VM_CREATE, &create))
		return answer_error(a, errno, "VM_CREATE: %s", strerror(errno));
	vm = item_add(&c->vms, argv[1], sizeof(*vm));
	vm->id = create.vm_id;
	return answer_ok(a, "%u", vm->id);
}

int vm_cmd_vmdestroy(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct drm_gpusim_vm_destroy destroy = { 0 };
	struct vm *vm;

	if (arg_vm(sh, a, argv[1], &vm))
		return -1;
	destroy.vm_id = vm->id;
	if (drmIoctl(sh->current->fd, DRM_IOCTL_GPUSIM_VM_DESTROY, &destroy))
		return answer_error(a, errno, "VM_DESTROY: %s", strerror(errno));
	item_drop(&sh->current->vms, vm);
	return answer_ok(a, "%s", "");
}

int vm_cmd_bind(struct shell *sh, int argc, char **argv, struct answer *a)
{
	bool ro = !strcmp(argv[argc - 1], "ro") && argc > 4;
	uint64_t addr, offset = 0, range;
	struct vm *vm;
	struct bo *bo;
	int error;

	argc -= ro;

	if (arg_vm(sh, a, argv[1], &vm) || arg_number(a, "ADDR", argv[2], &addr) ||
	    arg_bo(sh, a, argv[3], &bo) ||
	    (argc > 4 && arg_number(a, "OFFSET", argv[4], &offset)))
		return -1;
	range = offset < bo->size ? bo->size - offset : 0;
	if (argc > 5 && arg_number(a, "RANGE", argv[5], &range))
		return -1;
	if (vm_check_free(sh, a, addr, range))
		return -1;
	error = ro ? vm_bind_op(sh->current, vm, DRM_GPUSIM_BIND_MAP, DRM_GPUSIM_BIND_READ_ONLY,
				addr, range, bo->handle, offset) :
		     vm_bind(sh->current, vm, addr, range, bo->handle, offset);
	if (error)
		return answer_error(a, error, "VM_BIND: %s", strerror(error));
	return answer_ok(a, "%s", "");
}

int vm_cmd_sparse(struct shell *sh, int argc, char **argv, struct answer *a)
{
	uint64_t addr, range;
	struct vm *vm;
	int error;

	if (arg_vm(sh, a, argv[1], &vm) || arg_number(a, "ADDR", argv[2], &addr) ||
	    arg_number(a, "RANGE", argv[3], &range))
		return -1;
	if (vm_check_free(sh, a, addr, range))
		return -1;
	error = vm_bind_op(sh->current, vm, DRM_GPUSIM_BIND_MAP_SPARSE, 0, addr, range, 0, 0);
	if (error)
		return answer_error(a, error, "VM_BIND: %s", strerror(error));
	return answer_ok(a, "%s", "");
}

int vm_cmd_unbind(struct shell *sh, int argc, char **argv, struct answer *a)
{
	uint64_t addr, range;
	struct vm *vm;
	int error;

	if (arg_vm(sh, a, argv[1], &vm) || arg_number(a, "ADDR", argv[2], &addr) ||
	    arg_number(a, "RANGE", argv[3], &range))
		return -1;
	error = vm_bind(sh->current, vm, addr, range, 0, 0);
	if (error)
		return answer_error(a, error, "VM_BIND: %s", strerror(error));
	return answer_ok(a, "%s", "");
}

int vm_cmd_bindmany(struct shell *sh, int argc, char **argv, struct answer *a)
{
	uint64_t addr, count, stride, i, page = sh->page_size, end;
	struct vm *vm;
	struct bo *bo;
	int error = 0;

	if (arg_vm(sh, a, argv[1], &vm) || arg_number(a, "ADDR", argv[2], &addr) ||
	    arg_number(a, "COUNT", argv[3], &count) || arg_bo(sh, a, argv[4], &bo) ||
	    arg_number(a, "STRIDE", argv[5], &stride))
		return -1;
	if (!count || count > BINDMANY_MAX)
		return answer_error(a, EINVAL, "COUNT: 1 to %u", BINDMANY_MAX);
	if (!stride || stride % page)
		return answer_error(a, EINVAL, "STRIDE: a multiple of 0x%" PRIx64, page);
	if (__builtin_mul_overflow(count, stride, &end) || __builtin_add_overflow(addr, end, &end))
		return answer_error(a, EINVAL, "the last page is above 64 bits");
	if (vm_check_free(sh, a, addr, end - addr))
		return -1;

	for (i = 0; i < count && !error; i++)
		error = vm_bind(sh->current, vm, addr + i * stride, page, bo->handle,
				i % (bo->size / page) * page);
	if (!error)
		return answer_ok(a, "%" PRIu64, count);
	for (--i; i > 0; i--)
		vm_bind(sh->current, vm, addr + (i - 1) * stride, page, 0, 0);
	return answer_error(a, error, "VM_BIND: %s", strerror(error));
}
