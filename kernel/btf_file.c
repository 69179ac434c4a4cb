// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/path.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "btf.h"
#include "btf_file.h"

#define BTF_DIR "sys/kernel/btf/"

static bool btf_name_ok(const char *name)
{
	size_t len = strnlen(name, MODULE_NAME_LEN);

	return len && len < MODULE_NAME_LEN &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/*
 * The root of the system's first process, to be put. That of kernel threads is an
 * empty file system in later kernels.
 */
static int btf_file_root(struct path *root)
{
	struct task_struct *init;
	int ret = -ENOENT;

	rcu_read_lock();
	init = READ_ONCE(init_pid_ns.child_reaper);
	get_task_struct(init);
	rcu_read_unlock();

	task_lock(init);
	if (init->fs) {
		get_fs_root(init->fs, root);
		ret = 0;
	}
	task_unlock(init);
	put_task_struct(init);

	return ret;
}

/*
 * Opens the file under the root that the system booted into: the caller's own
 * root may be a container's, with no sysfs or with anything at all there.
 */
static struct file *btf_file_open(const char *name)
{
	char relative[sizeof(BTF_DIR) + MODULE_NAME_LEN];
	struct path root;
	struct file *file;
	int ret;

	snprintf(relative, sizeof(relative), BTF_DIR "%s", name);
	ret = btf_file_root(&root);
	if (ret)
		return ERR_PTR(ret);
	file = file_open_root(&root, relative, O_RDONLY | O_NOFOLLOW | O_LARGEFILE, 0);
	path_put(&root);
	if (IS_ERR(file))
		return file;
	if (file_inode(file)->i_sb->s_magic != SYSFS_MAGIC) {
		fput(file);
		return ERR_PTR(-EXDEV);
	}
	return file;
}

static int btf_file_slurp(struct file *file, void **raw, size_t *len)
{
	loff_t size = i_size_read(file_inode(file)), pos = 0;
	ssize_t n = 0;
	void *buf;

	if (size <= 0)
		return -ENODATA;
	if (size > SNOOP_BTF_MAX_LEN)
		return -E2BIG;
	buf = vmalloc(size);
	if (!buf)
		return -ENOMEM;
	while (pos < size) {
		n = fatal_signal_pending(current) ? -EINTR :
		    kernel_read(file, buf + pos, size - pos, &pos);
		if (n <= 0)
			break;
		cond_resched();
	}
	if (pos < size) {
		vfree(buf);
		return n < 0 ? n : -EIO;
	}
	*raw = buf;
	*len = size;
	return 0;
}

/**
 * snoop_btf_file_read - read the BTF of the kernel or of a loaded module
 * @name: "vmlinux" or the module's name: letters in lower case, digits, '_', '-'
 * @raw: returned blob, the caller's to vfree(); on success only
 * @len: returned length of the blob in bytes, at most SNOOP_BTF_MAX_LEN; on
 *	success only
 *
 * Reads /sys/kernel/btf/NAME with the kernel's own credentials: what comes back
 * depends on the running kernel alone, not on the caller's root, namespaces or
 * confinement, and the file is readable for everybody anyway.
 *
 * Context: process context, may sleep; no lock may be held that is taken below
 * opening a file. Ends early when the caller is killed.
 *
 * Return: 0; -EINVAL for a bad @name; -ENOENT if there is no such file (no such
 * module, or one without BTF); -EXDEV if it is not on sysfs; -E2BIG; -ENODATA
 * if it is empty; -EIO if it ends early; -ENOMEM; -EINTR; or what opening or
 * reading it gave.
 */
int snoop_btf_file_read(const char *name, void **raw, size_t *len)
{
	const struct cred *outer;
	struct cred *kernel;
	struct file *file;
	int ret;

	if (!btf_name_ok(name))
		return -EINVAL;
	kernel = prepare_kernel_cred(&init_task);
	if (!kernel)
		return -ENOMEM;
	outer = override_creds(kernel);
	file = btf_file_open(name);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
	} else {
		ret = btf_file_slurp(file, raw, len);
		fput(file);
	}
	revert_creds(outer);
	put_cred(kernel);
	return ret;
}
