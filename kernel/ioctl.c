// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of snoop nodes.
 */

#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <uapi/drm/drm_snoop.h>

#include "adapters/adapter.h"
#include "audit.h"
#include "card.h"
#include "file.h"
#include "list.h"
#include "pages.h"
#include "policy.h"
#include "snapshot.h"
#include "space.h"

static int snoop_ioctl_card_info(struct snoop_file *file, void *arg)
{
	return snoop_card_info(file->card, arg);
}

/* May something be registered with these flags? The descriptor is checked apart. */
static int snoop_register_check(const struct snoop_file *file, u32 flags)
{
	int ret;

	if (flags & ~DRM_SNOOP_REGISTER_WRITE)
		return -EINVAL;
	ret = snoop_policy_read();
	if (!ret && (flags & DRM_SNOOP_REGISTER_WRITE))
		ret = file->writable ? snoop_policy_write() : -EACCES;
	return ret;
}

static int snoop_ioctl_register(struct snoop_file *file, void *arg)
{
	struct drm_snoop_register *reg = arg;
	bool write = reg->flags & DRM_SNOOP_REGISTER_WRITE;
	int ret;

	ret = snoop_register_check(file, reg->flags);
	if (ret) {
		snoop_audit_register(file->card, NULL, write, ret);
		return ret;
	}
	ret = snoop_clients_add(&file->clients, file->card, reg->fd, write, &reg->client_id);
	if (!ret)
		snoop_poll_changed(file);
	return ret;
}

static int snoop_ioctl_register_mem(struct snoop_file *file, void *arg)
{
	struct drm_snoop_register_mem *reg = arg;
	bool write = reg->flags & DRM_SNOOP_REGISTER_WRITE;
	int ret;

	if (!snoop_memory_is_known())
		return -EOPNOTSUPP;
	ret = snoop_register_check(file, reg->flags);
	if (!ret)
		return snoop_memories_add(&file->memories, file->card, reg->fd, write);
	snoop_audit_register_mem(file->card, NULL, write, ret);
	return ret;
}

static int snoop_bind(struct snoop_file *file, struct drm_snoop_bind *bind)
{
	struct snoop_space *space;
	int ret;

	if (bind->what == DRM_SNOOP_BIND_VM)
		ret = snoop_adapter_prepare(file->card);
	else
		ret = snoop_adapter_prepare_content(file->card);
	if (ret)
		return ret;
	space = snoop_space_bind(file, bind);
	if (IS_ERR(space))
		return PTR_ERR(space);
	spin_lock(&file->lock);
	swap(file->space, space);
	spin_unlock(&file->lock);
	snoop_space_put(space);
	snoop_poll_changed(file);
	snoop_spaces_free_unused(file);
	return 0;
}

static int snoop_ioctl_bind(struct snoop_file *file, void *arg)
{
	int ret = snoop_bind(file, arg);

	snoop_audit_bind(file->card, arg, ret);
	return ret;
}

static int snoop_ioctl_query_range(struct snoop_file *file, void *arg)
{
	struct drm_snoop_query_range *query = arg;
	struct snoop_space *space;
	int ret;

	if ((query->flags & ~DRM_SNOOP_QUERY_NEXT) || query->pad)
		return -EINVAL;
	space = snoop_file_space(file);
	if (IS_ERR(space))
		return PTR_ERR(space);
	ret = snoop_space_query(space, query->addr, query->flags & DRM_SNOOP_QUERY_NEXT,
				&query->range);
	snoop_space_put(space);
	return ret;
}

static int snoop_ioctl_query_pages(struct snoop_file *file, void *arg)
{
	return snoop_query_pages(file, arg);
}

static struct file *snoop_ioctl_snapshot(struct snoop_file *file, void *arg, int fd)
{
	struct drm_snoop_snapshot *snapshot = arg;

	snapshot->fd = fd;
	return snoop_snapshot_take(file, snapshot);
}

static int snoop_ioctl_list(struct snoop_file *file, void *arg)
{
	return snoop_list(file, arg);
}

/* As large as the largest structure. */
union snoop_ioctl_arg {
	struct drm_snoop_card_info card_info;
	struct drm_snoop_register reg;
	struct drm_snoop_register_mem reg_mem;
	struct drm_snoop_list list;
	struct drm_snoop_bind bind;
	struct drm_snoop_query_range query_range;
	struct drm_snoop_query_pages query_pages;
	struct drm_snoop_snapshot snapshot;
};

/**
 * struct snoop_ioctl_op - one ioctl
 * @size: Size of its structure now.
 * @min_size: End of the last member that the first version had.
 * @function: Gets the structure in kernel memory.
 * @make: Instead of @function, for those that return a new file, or an error pointer:
 *	gets the number too that its descriptor will have.
 */
struct snoop_ioctl_op {
	unsigned int size;
	unsigned int min_size;
	int (*function)(struct snoop_file *file, void *arg);
	struct file *(*make)(struct snoop_file *file, void *arg, int fd);
};

static const struct snoop_ioctl_op snoop_ioctl_ops[] = {
	[DRM_SNOOP_CARD_INFO] = {
		.size = sizeof(struct drm_snoop_card_info),
		.min_size = offsetofend(struct drm_snoop_card_info, adapter_reason),
		.function = snoop_ioctl_card_info,
	},
	[DRM_SNOOP_REGISTER] = {
		.size = sizeof(struct drm_snoop_register),
		.min_size = offsetofend(struct drm_snoop_register, client_id),
		.function = snoop_ioctl_register,
	},
	[DRM_SNOOP_LIST] = {
		.size = sizeof(struct drm_snoop_list),
		.min_size = offsetofend(struct drm_snoop_list, entry_size),
		.function = snoop_ioctl_list,
	},
	[DRM_SNOOP_BIND] = {
		.size = sizeof(struct drm_snoop_bind),
		.min_size = offsetofend(struct drm_snoop_bind, size),
		.function = snoop_ioctl_bind,
	},
	[DRM_SNOOP_QUERY_RANGE] = {
		.size = sizeof(struct drm_snoop_query_range),
		.min_size = offsetofend(struct drm_snoop_query_range, range),
		.function = snoop_ioctl_query_range,
	},
	[DRM_SNOOP_REGISTER_MEM] = {
		.size = sizeof(struct drm_snoop_register_mem),
		.min_size = offsetofend(struct drm_snoop_register_mem, flags),
		.function = snoop_ioctl_register_mem,
	},
	[DRM_SNOOP_QUERY_PAGES] = {
		.size = sizeof(struct drm_snoop_query_pages),
		.min_size = offsetofend(struct drm_snoop_query_pages, pad),
		.function = snoop_ioctl_query_pages,
	},
	[DRM_SNOOP_SNAPSHOT] = {
		.size = sizeof(struct drm_snoop_snapshot),
		.min_size = offsetofend(struct drm_snoop_snapshot, pad2),
		.make = snoop_ioctl_snapshot,
	},
};

/* The descriptor is there when the caller knows its number, and otherwise not at all. */
static int snoop_ioctl_make(const struct snoop_ioctl_op *op, struct snoop_file *file, void *arg,
			    void __user *user, unsigned int size)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *made;

	if (fd < 0)
		return fd;
	made = op->make(file, arg, fd);
	if (IS_ERR(made)) {
		put_unused_fd(fd);
		return PTR_ERR(made);
	}
	if (copy_to_user(user, arg, size)) {
		put_unused_fd(fd);
		fput(made);
		return -EFAULT;
	}
	fd_install(fd, made);
	return 0;
}

/**
 * snoop_ioctl - dispatch an ioctl
 * @filp: The file.
 * @cmd: Number, with the size of the caller's structure.
 * @arg: User pointer to that structure.
 *
 * Return: 0; -ENOTTY (unknown number), -EINVAL (structure too small), -E2BIG
 * (set members that are not known), -EFAULT, or what the ioctl returns.
 */
long snoop_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	struct snoop_file *file = filp->private_data;
	const struct snoop_ioctl_op *op;
	union snoop_ioctl_arg data;
	unsigned int size = _IOC_SIZE(cmd);
	int ret;

	if (_IOC_TYPE(cmd) != DRM_SNOOP_IOCTL_TYPE ||
	    _IOC_DIR(cmd) != (_IOC_READ | _IOC_WRITE) ||
	    _IOC_NR(cmd) >= ARRAY_SIZE(snoop_ioctl_ops))
		return -ENOTTY;
	if (snoop_card_is_dead(file->card))
		return -ENODEV;
	op = &snoop_ioctl_ops[_IOC_NR(cmd)];
	if (size < op->min_size)
		return -EINVAL;
	ret = copy_struct_from_user(&data, op->size, user, size);
	if (ret)
		return ret;
	/* A call whose answer cannot be stored must not change anything. */
	if (copy_to_user(user, &data, min(size, op->size)))
		return -EFAULT;
	if (op->make)
		return snoop_ioctl_make(op, file, &data, user, min(size, op->size));
	ret = op->function(file, &data);
	if (ret)
		return ret;
	return copy_to_user(user, &data, min(size, op->size)) ? -EFAULT : 0;
}
